"""Write the sidecars of the exhibits of one notebook; runs in workers of the build."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path

from analysis.config import DATA_PROCESSED, LOCK, ROOT
from analysis.data_management.cards import read_card
from analysis.data_management.save import write_text_atomic
from analysis.data_management.sources import SOURCES
from analysis.nodes import shown_path
from analysis.program import line_of
from analysis.provenance.lineage import raw_tables_of
from analysis.provenance.places import PlacedExhibit, exhibits_of
from analysis.provenance.raw_files import card_of, files_of
from analysis.provenance.reads import Reading, reading_of
from analysis.provenance.row_names import rows_named
from analysis.provenance.seeds import seeds_of
from analysis.provenance.selection import Selecting, selecting_of
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


def selections(folder: str, notebook: str) -> tuple[Selecting, ...]:
    """Return what has to be asked about the rows that the exhibits of a notebook take."""
    return tuple(dict.fromkeys(selecting_of(placed) for placed in exhibits_of(folder, notebook)))


def write_sidecars(
    folder: str,
    notebook: str,
    read: Mapping[str, Iterable[str]],
    taken: Mapping[str, Mapping[str, Sequence[int]] | None],
) -> None:
    """Write the sidecar of every exhibit of a notebook in one folder.

    Parameters
    ----------
    read
        The data files that are read for each exhibit, as paths from the root.
    taken
        The raw rows that each maker takes, by stem of the raw file; None where not known.
    """
    for placed in exhibits_of(folder, notebook):
        files = [ROOT / name for name in read[placed.name]]
        own = sidecar_of(placed, files, taken[placed.exhibit.program])
        write_text_atomic(placed.sidecar, sidecar_text(own))


def sidecar_of(
    placed: PlacedExhibit, read: Iterable[Path], taken: Mapping[str, Sequence[int]] | None
) -> Sidecar:
    """Return where an exhibit comes from.

    Parameters
    ----------
    read
        The data files that were read for it.
    taken
        The raw rows that it takes.
    """
    files = sorted(read)
    raw = behind(raw_tables_of(files), taken or {})
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
        inputs=inputs_of(raw, taken),
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


def behind(read: Iterable[str], taken: Mapping[str, object]) -> tuple[str, ...]:
    """Return the raw tables that were read or of which rows are taken, in catalogue order.

    Parameters
    ----------
    taken
        Rows by stem of the raw file.
    """
    known = set(read)
    return tuple(
        name
        for name in SOURCES
        if name in known or any(path.stem in taken for path in files_of(name))
    )


def inputs_of(raw: Iterable[str], taken: Mapping[str, Sequence[int]] | None) -> list[Input]:
    """Return the files of raw tables with what their cards say, and the rows that are taken."""
    return [_input(name, path, taken) for name in raw for path in files_of(name)]


def _input(name: str, path: Path, taken: Mapping[str, Sequence[int]] | None) -> Input:
    card = read_card(card_of(path))
    return Input(
        table=name,
        file=shown_path(path),
        sha256=hash_of(path),
        card=shown_path(card_of(path)),
        publisher="; ".join(publisher.name for publisher in card.publishers),
        terms=" ".join(card.terms.licence.split()),
        rows=None
        if taken is None
        else rows_named(path, SOURCES[name].key, taken.get(path.stem, ())),
    )


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
