"""Whether a damaged copy of the input stops with one message, is harmless, or is silent."""

from __future__ import annotations

import io
import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.config import ROOT
from analysis.data_management.catalogue import open_raw
from analysis.data_management.pipeline import ProcessedTables, build_processed, vocabulary
from analysis.data_management.read_raw import RawTables
from analysis.errors import AnalysisError
from analysis.exhibits.inert import latex_text
from analysis.exhibits.table import Column, Table
from analysis.nodes import source_hash
from analysis.settings.registry import parse_common
from analysis.study_file import parse_study
from analysis.validation import Places, validate
from tests.faults.damage import Fault

STOPPED, HARMLESS, INERT = "stopped", "harmless", "harmless text"
SILENT, UNTOLD = "SILENT", "TRACEBACK"
TEXTS = ("title", "note", "publisher", "description", "label")
TAGS_OF_TABLES = {"tbody", "tr", "td", "th", "p", "table", "figcaption"}
FORMULAS = ("=", "+", "-", "@")


@dataclass(frozen=True)
class Finding:
    """What a fault did."""

    area: str
    fault: str
    registered: bool
    outcome: str
    message: str


@dataclass(frozen=True)
class State:
    """All that a build computes from: raw and processed tables, settings, what notebooks say."""

    raw: RawTables
    tables: ProcessedTables
    settings: tuple[Any, ...]
    notebooks: tuple[tuple[str, str], ...]


def places_of(root: Path) -> Places:
    parameters = root / "notebooks" / "parameters"
    return Places(
        root / "data_raw", parameters, parameters / "common", root / "notebooks", root / ".pytask"
    )


def copy_input(root: Path) -> None:
    """Copy raw data, settings and notebooks of the project."""
    for name in ("data_raw", "notebooks"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("*.tmp", ".*"))


def state_of(root: Path, undamaged: State | None = None) -> State:
    """Compute what a build would compute from; equal raw tables make equal processed ones."""
    places = places_of(root)
    raw = open_raw(places.data_raw)
    same = undamaged is not None and _says_the_same(raw, undamaged.raw)
    names = vocabulary(raw.tables)
    studies = [parse_study(path, names) for path in sorted(places.parameters.glob("*.yaml"))]
    common = parse_common(names, places.common)
    paths = sorted(places.notebooks.glob("[0-9][0-9]_*.ipynb"))
    said = tuple((path.name, source_hash(path)) for path in paths)
    tables = undamaged.tables if same else build_processed(raw)
    return State(raw, tables, (studies, common), said)


def _says_the_same(raw: RawTables, other: RawTables) -> bool:
    """Tell whether all that processed tables are made of is equal, lines and cards included."""
    tables = raw.tables.keys() == other.tables.keys() and all(
        table.equals(other.tables[name]) for name, table in raw.tables.items()
    )
    return tables and (raw.cards, raw.part_cards) == (other.cards, other.part_cards)


def judged(fault: Fault, root: Path, undamaged: State) -> Finding:
    """Judge a fault; where nothing stops it, find out whether anything comes of it."""
    copy_input(root)
    fault.apply(root)
    finding = Finding(fault.area, fault.name, fault.registered, SILENT, "")
    try:
        _, doubts = validate(places_of(root))
        if doubts:
            raise doubts[0].as_error(len(doubts) - 1)
    except AnalysisError as error:
        finding = replace(finding, outcome=STOPPED, message=_told(error, root))
    except Exception as error:
        finding = replace(finding, outcome=UNTOLD, message=repr(error).replace(str(root), ""))
    else:
        outcome, message = _difference(undamaged, state_of(root, undamaged))
        finding = replace(finding, outcome=outcome, message=message)
    shutil.rmtree(root)
    return finding


def _told(error: AnalysisError, root: Path) -> str:
    return f"{error.boundary} error {error}".replace(str(root), "<project>")


def _difference(before: State, after: State) -> tuple[str, str]:
    """Compare what a build would compute from; texts may differ where they are inert."""
    if before.settings != after.settings or before.notebooks != after.notebooks:
        return SILENT, "settings or notebooks say something else"
    texts = []
    for name, table in before.tables.items():
        now = after.tables[name]
        if table.equals(now):
            continue
        changed = _changed_texts(table, now)
        if changed is None:
            return SILENT, f"the processed table {name} is another"
        texts += changed
    if not texts:
        return HARMLESS, "every processed table, setting and notebook is equal"
    if all(map(_is_inert, texts)):
        return INERT, "text of a page; only that cell differs, and no table file runs it"
    return SILENT, "a text is not inert"


def _changed_texts(before: pd.DataFrame, after: pd.DataFrame) -> list[str] | None:
    """Return the cells that differ, if they are free text and nothing else differs."""
    if before.shape != after.shape or list(before.columns) != list(after.columns):
        return None
    texts = []
    for column in before.columns:
        if before[column].equals(after[column]):
            continue
        if column not in TEXTS:
            return None
        texts += list(after.loc[before[column] != after[column], column])
    return texts


def _is_inert(text: str) -> bool:
    """Tell whether a text is no formula, markup or command in any form of a table."""
    made = Table("t", "t", pd.DataFrame({"text": [text]}), (Column("text", "text"),))
    (shown,) = pd.read_csv(io.StringIO(made.csv()), dtype="str")["text"]
    tags = re.findall(r"<(\w+)", made.html().split("</thead>", 1)[-1])
    return (
        not shown.startswith(FORMULAS)
        and set(tags) <= TAGS_OF_TABLES
        and latex_text(text) in made.latex()
    )
