"""Whether a damaged copy of the input stops with one message, is harmless, or is silent."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.config import ROOT
from analysis.data_management import read_raw
from analysis.data_management.catalogue import open_raw
from analysis.data_management.parts import Part, parts_of
from analysis.data_management.pipeline import ProcessedTables, build_processed, vocabulary
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
    """All that a build computes from: processed tables, settings and what notebooks say."""

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


def state_of(root: Path) -> State:
    """Compute what a build would compute from."""
    places = places_of(root)
    raw = open_raw(places.data_raw)
    names = vocabulary(raw.tables)
    studies = [parse_study(path, names) for path in sorted(places.parameters.glob("*.yaml"))]
    common = parse_common(names, places.common)
    paths = sorted(places.notebooks.glob("[0-9][0-9]_*.ipynb"))
    said = tuple((path.name, source_hash(path)) for path in paths)
    return State(build_processed(raw), (studies, common), said)


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
        outcome, message = _difference(undamaged, state_of(root))
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


@contextmanager
def unchanged_files_read_once() -> Iterator[None]:
    """Read and check the same bytes of a table or card once, so that a hundred faults are quick."""
    joined, card = read_raw.read_joined, read_raw._card
    memory: dict[object, Any] = {}

    def read_joined(name: str, folder: Path) -> pd.DataFrame:
        paths = [folder / part.file for part in parts_of(name, folder)]
        return _once(memory, ("table", name), paths, lambda: joined(name, folder))

    def read_card(folder: Path, part: Part, source: Any) -> Any:
        path = folder / part.card
        return _once(memory, ("card", part), [path], lambda: card(folder, part, source))

    read_raw.read_joined, read_raw._card = read_joined, read_card
    try:
        yield
    finally:
        read_raw.read_joined, read_raw._card = joined, card


def _once(
    memory: dict[object, Any], kind: object, paths: list[Path], make: Callable[[], Any]
) -> Any:
    if not all(path.is_file() for path in paths):
        return make()
    names = [(path.name, sha256(path.read_bytes()).hexdigest()) for path in paths]
    key = (kind, *names)
    if key not in memory:
        memory[key] = make()
    return memory[key]
