"""The files of a raw table and their cards."""

from __future__ import annotations

from pathlib import Path

from analysis.config import DATA_RAW
from analysis.data_management.sources import SOURCES


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
