"""Write the sidecars of the exhibits of one notebook; runs in workers of the build."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path

from analysis.config import DATA_PROCESSED, DATA_RAW, LOCK, ROOT
from analysis.data_management.cards import read_card
from analysis.data_management.save import write_text_atomic
from analysis.data_management.sources import SOURCES
from analysis.nodes import shown_path
from analysis.program import line_of
from analysis.provenance.lineage import raw_tables_of
from analysis.provenance.places import PlacedExhibit, exhibits_of
from analysis.provenance.reads import Reading, reading_of
from analysis.provenance.seeds import seeds_of
from analysis.provenance.selection import Rows, rows_of
from analysis.provenance.sidecar import (
    Environment,
    Input,
    Parameters,
    Program,
    Sidecar,
    sidecar_text,
)


def readings(folder: str, notebook: str) -> dict[str, Reading]:
    """Return what has to be asked about each exhibit of a notebook, by name of the exhibit."""
    return {placed.name: reading_of(placed) for placed in exhibits_of(folder, notebook)}


def write_sidecars(folder: str, notebook: str, read: Mapping[str, Iterable[str]]) -> None:
    """Write the sidecar of every exhibit of a notebook in one folder.

    Parameters
    ----------
    read
        The data files that are read for each exhibit, as paths from the root.
    """
    for placed in exhibits_of(folder, notebook):
        files = [ROOT / name for name in read[placed.name]]
        write_text_atomic(placed.sidecar, sidecar_text(sidecar_of(placed, files)))


def sidecar_of(placed: PlacedExhibit, read: Iterable[Path]) -> Sidecar:
    """Return where an exhibit comes from.

    Parameters
    ----------
    read
        The data files that were read for it.
    """
    files = sorted(read)
    raw = raw_tables_of(files)
    program = program_of(placed)
    source, function = ROOT / program.file, program.maker.rsplit(".", 1)[1]
    settings = hashes(placed.settings)
    return Sidecar(
        form="1",
        exhibit=placed.name,
        kind=placed.exhibit.kind,
        notebook=placed.exhibit.notebook,
        files={path.name: hash_of(path) for path in placed.files},
        program=program,
        parameters=Parameters(files=settings, seeds=seeds_of(placed, source, function, raw)),
        processed=hashes(path for path in files if path.is_relative_to(DATA_PROCESSED)),
        inputs=inputs_of(raw, rows_of(placed)),
        environment=Environment(lock=hash_of(LOCK), python=required_python()),
    )


def program_of(placed: PlacedExhibit) -> Program:
    """Return the functions behind an exhibit, with the line and the sources."""
    maker = placed.exhibit.program
    module, function = maker.rsplit(".", 1)
    file = f"{module.replace('.', '/')}.py"
    return Program(
        maker=maker,
        file=file,
        line=line_of(ROOT / file, function),
        opener=placed.opener,
        sources=hashes(placed.sources),
    )


def inputs_of(raw: Iterable[str], rows: Rows) -> list[Input]:
    """Return the files of raw tables with what their cards say, and the rows that are taken."""
    return [_input(name, path, rows.get(name)) for name in raw for path in files_of(name)]


def files_of(table: str, folder: Path = DATA_RAW) -> tuple[Path, ...]:
    """Return the file of a raw table, then those in which a study adds rows to it.

    Such a file is `<table>_<study>.csv` with a card of its own, and no table by itself.
    """
    own = {source.file for source in SOURCES.values()}
    added = (path for path in folder.glob(f"{table}_*.csv") if path.name not in own)
    return (folder / f"{table}.csv", *sorted(path for path in added if card_of(path).is_file()))


def card_of(path: Path) -> Path:
    """Return the provenance card of a raw file."""
    return path.with_suffix(".card.yaml")


def _input(name: str, path: Path, rows: tuple[str, ...] | None) -> Input:
    card = read_card(card_of(path))
    return Input(
        table=name,
        file=shown_path(path),
        sha256=hash_of(path),
        card=shown_path(card_of(path)),
        publisher="; ".join(publisher.name for publisher in card.publishers),
        terms=" ".join(card.terms.licence.split()),
        rows=None
        if rows is None
        else sorted(keys_in(path, SOURCES[name].key[0]).intersection(rows)),
    )


def keys_in(path: Path, column: str) -> frozenset[str]:
    """Return every value of one column of a CSV file."""
    return _keys_at(path, column, path.stat().st_mtime_ns)


@cache
def _keys_at(path: Path, column: str, _changed_at: int) -> frozenset[str]:
    with path.open(encoding="utf-8", newline="") as stream:
        return frozenset(row[column] for row in csv.DictReader(stream))


def hashes(paths: Iterable[Path]) -> dict[str, str]:
    """Return the hash of each file by its path from the root."""
    return {shown_path(path): hash_of(path) for path in sorted(paths)}


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return _hash_at(path, path.stat().st_mtime_ns)


@cache
def _hash_at(path: Path, _changed_at: int) -> str:
    return sha256(path.read_bytes()).hexdigest()


@cache
def required_python() -> str:
    """Return the versions of Python that pyproject.toml asks for."""
    with (ROOT / "pyproject.toml").open("rb") as stream:
        return str(tomllib.load(stream)["project"]["requires-python"])
