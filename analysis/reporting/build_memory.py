"""The memory of earlier builds, pytask.lock: whether it can be read at all."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from _pytask.lockfile import LockfileError, LockfileVersionError, read_lockfile

from analysis.config import ROOT
from analysis.data_management.save import unwritable
from analysis.errors import BuildError

MEMORY: Final = ROOT / "pytask.lock"


def check_memory(path: Path = MEMORY) -> None:
    """Refuse a memory that cannot be read, for example with marks of a merge in it, or written.

    Raises
    ------
    BuildError
        If it cannot be read or written; the message says how to go on.
    """
    try:
        read_lockfile(path)
    except (LockfileError, LockfileVersionError, OSError, ValueError) as error:
        raise BuildError(
            f"the memory of earlier builds cannot be read: {error}",
            file=path.name,
            why="it says which steps are up to date",
            remedy=f"delete {path.name}; every step then runs once more",
        ) from error
    try:
        _touch(path.with_name(f"{path.name}.journal"))
    except OSError as error:
        raise unwritable(path.name, error) from error


def _touch(journal: Path) -> None:
    """Open the file to which finished steps are appended, and leave none that is empty."""
    with journal.open("ab"):
        pass
    if not journal.stat().st_size:
        journal.unlink()
