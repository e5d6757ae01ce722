"""One build at a time in a folder: two at once would write the same files."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from analysis.config import DATA_PROCESSED, FIGURES, NOTEBOOKS, ROOT
from analysis.errors import BuildError

LOCK_FILE: Final = ROOT / ".pytask" / "build.lock"
WRITTEN: Final = (DATA_PROCESSED, FIGURES, NOTEBOOKS)
PAUSE_SECONDS: Final = 0.2


@contextmanager
def build_lock(path: Path = LOCK_FILE, *, wait: bool = False) -> Iterator[None]:
    """Hold the right to build in this folder; the kernel gives it back when the process ends.

    The lock belongs to the open file, not to its content, so that a build that was killed leaves
    none behind. What such a build left half written is deleted.

    Parameters
    ----------
    wait
        Wait for the other build to end instead of refusing.

    Raises
    ------
    BuildError
        If another build runs here; the message names its process.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="ascii") as stream:
        while not _taken(stream):
            if not wait:
                raise _refusal(_holder(stream))
            time.sleep(PAUSE_SECONDS)
        _sign(stream)
        sweep_half_written()
        yield


def sweep_half_written(folders: tuple[Path, ...] = WRITTEN) -> tuple[Path, ...]:
    """Delete the temporary files of a build that was killed while it wrote; return them.

    Only for who holds the lock: they would be those of a running build otherwise.
    """
    left = [path for folder in folders for path in sorted(folder.rglob(".*.tmp"))]
    for path in left:
        path.unlink(missing_ok=True)
    return tuple(left)


def _taken(stream: IO[str]) -> bool:
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sign(stream: IO[str]) -> None:
    stream.truncate(0)
    stream.write(f"{os.getpid()}\n")
    stream.flush()


def _holder(stream: IO[str]) -> str:
    stream.seek(0)
    return stream.read().strip()


def _refusal(process: str) -> BuildError:
    return BuildError(
        f"another build runs in this folder (process {process})"
        if process
        else "another build runs in this folder",
        why="two builds at once would write the same files",
        remedy="wait until it has ended, or run again with --wait, which waits for it",
    )
