"""What the site is made from, read once from the folders of a project."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any, Final

import yaml

from analysis.config import COMMON_FOLDERS
from analysis.data_management.cards import Card, read_card
from analysis.data_management.parts import parts_of
from analysis.data_management.sources import SOURCES
from analysis.errors import BuildError
from analysis.exhibits.exhibit import EXTENSIONS, CommonExhibit, Exhibit
from analysis.exhibits.registry import COMMON_EXHIBITS, EXHIBITS

_SVG_TITLE: Final = re.compile(r"<dc:title>(.*?)</dc:title>", re.DOTALL)
_CAPTION: Final = re.compile(r"<caption>(.*?)</caption>", re.DOTALL)
REBUILD: Final = "run `python -m analysis reproduce`"


@dataclass(frozen=True)
class SavedExhibit:
    """One exhibit in one folder of figures/.

    Attributes
    ----------
    title
        As saved: HTML character references are resolved.
    alt
        What a figure shows, in words; empty for a table.
    body
        HTML of a table; empty for a figure.
    provenance
        Content of the sidecar, or None if the build has not written one.
    """

    folder: str
    entry: Exhibit | CommonExhibit
    title: str
    alt: str
    body: str
    provenance: Mapping[str, Any] | None

    @property
    def name(self) -> str:
        """Stem of its files."""
        return self.entry.name

    @property
    def docname(self) -> str:
        """Page of the exhibit."""
        return f"exhibits/{self.folder}/{self.name}"

    @property
    def page(self) -> str:
        """Address of the page from the root of the site."""
        return f"{self.docname}.html"

    @property
    def file(self) -> str:
        """Address of the saved files, without their ending."""
        return f"files/figures/{self.folder}/{self.name}"


@dataclass(frozen=True)
class RawTable:
    """One table of data_raw with its card.

    Attributes
    ----------
    rows
        Text, as in the file.
    lines
        Line of the file on which each row begins; the heads are line 1.
    """

    name: str
    key: tuple[str, ...]
    card: Card
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]

    def key_of(self, row: tuple[str, ...]) -> tuple[str, ...]:
        """Return the cells that identify a row."""
        return tuple(row[self.columns.index(name)] for name in self.key)


@dataclass(frozen=True)
class SiteInputs:
    """Everything that pages are made from.

    Attributes
    ----------
    studies
        Content of each study file, by the name of the study.
    notebooks
        Executed notebooks by folder and stem.
    report, build_record
        What `verify` and the last build left; None where they have not run.
    claims
        Rows of the register of published claims; None where it is not built.
    """

    root: Path
    studies: Mapping[str, Mapping[str, Any]]
    exhibits: tuple[SavedExhibit, ...]
    notebooks: Mapping[tuple[str, str], Mapping[str, Any]]
    tables: Mapping[str, RawTable]
    questions: tuple[Mapping[str, str], ...]
    findings: tuple[Mapping[str, str], ...]
    claims: tuple[Mapping[str, str], ...] | None
    report: Mapping[str, Any] | None
    build_record: Mapping[str, Any] | None

    def in_folder(self, folder: str) -> tuple[SavedExhibit, ...]:
        """Return the exhibits of one folder."""
        return tuple(item for item in self.exhibits if item.folder == folder)

    @property
    def folders(self) -> tuple[str, ...]:
        """Folders with exhibits: studies first, then the notebooks that are run once."""
        common = (COMMON_FOLDERS[stem] for stem in sorted(COMMON_FOLDERS))
        used = {item.folder for item in self.exhibits}
        return tuple(folder for folder in (*self.studies, *common) if folder in used)


Place = tuple[str, Exhibit | CommonExhibit]
"""A folder of figures/ and an exhibit in it."""


def every_place(root: Path) -> tuple[Place, ...]:
    """Return every exhibit of every study, then the common ones."""
    studies = [path.stem for path in _study_files(root)]
    of_studies = [(study, entry) for study in studies for entry in EXHIBITS]
    return (*of_studies, *((common.folder, common) for common in COMMON_EXHIBITS))


def _study_files(root: Path) -> list[Path]:
    return sorted((root / "notebooks" / "parameters").glob("*.yaml"))


def read_inputs(root: Path, places: Iterable[Place] | None = None) -> SiteInputs:
    """Read a project.

    Parameters
    ----------
    places
        Exhibits to show; every one if None.

    Raises
    ------
    BuildError
        If an exhibit or an executed notebook is missing.
    DataError
        If a card breaks its contract.
    """
    studies = {path.stem: yaml.safe_load(_text(path)) for path in _study_files(root)}
    chosen = every_place(root) if places is None else places
    return SiteInputs(
        root=root,
        studies=studies,
        exhibits=tuple(_exhibit(root, folder, entry) for folder, entry in chosen),
        notebooks=dict(sorted(_notebooks(root), key=lambda item: _standing(item[0], studies))),
        tables=_tables(root),
        questions=_rows(root / "figures" / "synthesis" / "questions.csv") or (),
        findings=_rows(root / "figures" / "synthesis" / "findings.csv") or (),
        claims=_rows(root / "figures" / "published_claims" / "claims.csv"),
        report=_json(root / ".pytask" / "verify" / "verify.json"),
        build_record=_json(root / ".pytask" / "build_record.json"),
    )


def _exhibit(root: Path, folder: str, entry: Exhibit | CommonExhibit) -> SavedExhibit:
    stem = root / "figures" / folder / entry.name
    for ending in EXTENSIONS[entry.kind]:
        if not stem.with_name(f"{entry.name}.{ending}").is_file():
            raise BuildError(
                "an output that the site shows is missing",
                file=f"figures/{folder}/{entry.name}.{ending}",
                remedy=REBUILD,
            )
    if entry.kind == "table":
        body = _text(stem.with_suffix(".html"))
        title, alt = _first(_CAPTION, body), ""
    else:
        body, alt = "", _text(stem.with_suffix(".alt.txt")).strip()
        title = _first(_SVG_TITLE, _text(stem.with_suffix(".svg")))
    sidecar = _json(stem.with_suffix(".provenance.json"))
    return SavedExhibit(folder, entry, title or entry.name, alt, body, sidecar)


def _first(pattern: re.Pattern[str], content: str) -> str:
    found = pattern.search(content)
    return unescape(found[1]).strip() if found else ""


def _notebooks(root: Path) -> Iterator[tuple[tuple[str, str], Mapping[str, Any]]]:
    for path in sorted((root / "figures").glob("*/notebooks/*.ipynb")):
        content: Mapping[str, Any] = json.loads(_text(path))
        yield (path.parent.parent.name, path.stem), content


def _standing(place: tuple[str, str], studies: Mapping[str, object]) -> tuple[bool, str, str]:
    """Sort notebooks of studies first, study by study, then those that are run once."""
    folder, stem = place
    return (folder not in studies, folder if folder in studies else "", stem)


def _tables(root: Path) -> dict[str, RawTable]:
    """Return every raw table; what a study brings along follows the register that it adds to."""
    return {
        part.stem: _table(root, part.stem, source.key)
        for name, source in SOURCES.items()
        for part in parts_of(name, root / "data_raw")
    }


def _table(root: Path, name: str, key: tuple[str, ...]) -> RawTable:
    card = read_card(root / "data_raw" / f"{name}.card.yaml")
    with (root / "data_raw" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        head, rows, lines = next(reader), [], []
        begins = reader.line_num + 1
        for row in reader:
            rows.append(tuple(row))
            lines.append(begins)
            begins = reader.line_num + 1
    return RawTable(name, key, card, tuple(head), tuple(rows), tuple(lines))


def _rows(path: Path) -> tuple[Mapping[str, str], ...] | None:
    if not path.is_file():
        return None
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def _json(path: Path) -> Mapping[str, Any] | None:
    if not path.is_file():
        return None
    content: Mapping[str, Any] = json.loads(_text(path))
    return content


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
