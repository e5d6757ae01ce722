"""Open data_raw: verified, validated, and as the vocabulary of the study files."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from analysis import config
from analysis.data_management.checksums import verify_checksums
from analysis.data_management.pipeline import vocabulary
from analysis.data_management.read_raw import RawTables, read_raw
from analysis.study import Vocabulary


def open_raw(folder: Path = config.DATA_RAW) -> RawTables:
    """Verify the checksums of data_raw, then read and validate every table.

    Raises
    ------
    DataError
        See `checksums.verify_checksums` and `read_raw.read_raw`.
    """
    return _read_verified(folder, tuple(sorted(verify_checksums(folder).items())))


@cache
def _read_verified(folder: Path, _checksums: tuple[tuple[str, str], ...]) -> RawTables:
    """Read once in a process: the same checksums are the same tables."""
    return read_raw(folder)


def open_vocabulary(folder: Path = config.DATA_RAW) -> Vocabulary:
    """Return every name that a study file may use, from verified data; raises as `open_raw`."""
    return vocabulary(open_raw(folder))
