"""Open data_raw: verified, validated, and as the vocabulary of the study files."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from analysis import config
from analysis.data_management.checksums import verify_checksums
from analysis.data_management.pipeline import NAMED_IN_STUDIES, vocabulary
from analysis.data_management.read_raw import RawTables, read_raw, trusted_table
from analysis.data_management.save import write_text_atomic
from analysis.program import fingerprint
from analysis.study import Vocabulary

VALIDATED: Final = config.ROOT / ".pytask" / "validated"
"""Says which state of data_raw was found to be without fault, and by which program."""


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


def open_vocabulary(folder: Path = config.DATA_RAW, validated: Path = VALIDATED) -> Vocabulary:
    """Return every name that a study file may use, from verified and validated data.

    Bytes that this very program has validated before are not validated again.

    Parameters
    ----------
    validated
        File that remembers the last state without fault.

    Raises
    ------
    DataError
        See `open_raw`.
    """
    state = _state(verify_checksums(folder))
    if validated.is_file() and validated.read_text(encoding="utf-8") == state:
        return vocabulary({name: trusted_table(name, folder) for name in NAMED_IN_STUDIES})
    raw = open_raw(folder)
    write_text_atomic(validated, state)
    return vocabulary(raw.tables)


def _state(checksums: Mapping[str, str]) -> str:
    """Return a hash of the raw files, of the program that reads them and of the packages."""
    lines = [f"{digest}  {name}" for name, digest in sorted(checksums.items())]
    content = "\n".join([fingerprint(Path(__file__)), *lines])
    return sha256(content.encode()).hexdigest()
