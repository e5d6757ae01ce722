"""Ctrl-C ends a build at once and leaves nothing behind.

The steps of a build wait in threads for processes; to end them one by one takes as long as the
longest. A build that is killed loses nothing: files are written in one move and finished steps are
remembered. So an interrupted build ends as a killed one does; its workers end with it, and its
kernels with them.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

from analysis.errors import BuildError

INTERRUPTED: Final = 130  # what a shell says of a program that Ctrl-C ended
SHOW_CURSOR: Final = "\x1b[?25h\n"  # the table of the build hides it


@contextmanager
def ended_at_once() -> Iterator[None]:
    """Let Ctrl-C end this process with one message; only in the main thread."""
    before = signal.signal(signal.SIGINT, _end)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def interruption() -> BuildError:
    """Return what is said of a build that was interrupted."""
    return BuildError(
        "the build was interrupted",
        why="steps that had ended are kept; the others have their earlier outputs",
        remedy="run the same command again; it goes on from there",
    )


def _end(_signal: int, _frame: FrameType | None) -> None:
    if sys.stdout.isatty():
        os.write(sys.stdout.fileno(), SHOW_CURSOR.encode("ascii"))
    error = interruption()
    os.write(2, f"{error.boundary} error {error}\n".encode())
    os._exit(INTERRUPTED)
