"""Build a copy of the project from data_raw, and tell how far it is."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from analysis.data_management.checksums import verify_checksums
from analysis.errors import DataError
from analysis.review.copy import Copies
from analysis.review.targets import Selection, exhibit_targets

PAUSE_SECONDS: Final = 0.25
SPARED: Final = ("--no-site", "--no-provenance")
"""Options that leave out what is not compared."""
LAST_LINES: Final = 12
COLUMNS: Final = "160"


@dataclass(frozen=True)
class Rebuild:
    """A build that has ended.

    Attributes
    ----------
    complete
        Whether every step of it succeeded.
    seconds
        Wall-clock time.
    problem
        The last lines that a failed build printed.
    """

    complete: bool
    seconds: float
    problem: str = ""


def check_raw_data(tree: Path) -> None:
    """Refuse to build from raw data that differ from their register, before anything runs.

    Raises
    ------
    DataError
        When a file of data_raw was changed and the change not registered.
    """
    try:
        verify_checksums(tree / "data_raw")
    except DataError as error:
        raise DataError(
            f"{error.problem}; nothing was built",
            file=error.file,
            where=error.where,
            allowed=error.allowed,
            remedy=f"{error.remedy}; then verify again",
        ) from error


def rebuild(
    copies: Copies, selection: Selection, workers: int | None, log: Path, console: Console
) -> Rebuild:
    """Build a copy with the Python that runs this; show progress, keep what it prints.

    Parameters
    ----------
    copies
        The copy to build, whose modules are imported, not those of this project; and the outputs
        that are expected of it.
    log
        File for what the build prints.
    """
    started = time.perf_counter()
    tree = copies.rebuilt
    expected = [tree / item.data for item in exhibit_targets((copies.committed,), selection)]
    command = [sys.executable, "-m", "analysis", "reproduce", *selection.arguments()]
    command += [] if workers is None else ["--workers", str(workers)]
    command += _spared(tree)
    log.parent.mkdir(parents=True, exist_ok=True)
    with (
        log.open("w", encoding="utf-8") as output,
        subprocess.Popen(
            command, cwd=tree, env=_environment(tree), stdout=output, stderr=subprocess.STDOUT
        ) as process,
    ):
        _show_progress(process, expected, console)
    seconds = time.perf_counter() - started
    failed = process.returncode != 0
    return Rebuild(not failed, seconds, _last_lines(log) if failed else "")


def _environment(tree: Path) -> dict[str, str]:
    """Put the copy before whatever else is imported from, the install of this project included."""
    inherited = os.environ.get("PYTHONPATH", "")
    path = os.pathsep.join(part for part in (str(tree), inherited) if part)
    return os.environ | {"PYTHONPATH": path, "COLUMNS": COLUMNS}


def _spared(tree: Path) -> list[str]:
    """Return those of the options that the program in the copy has: it may be an older one."""
    known = (tree / "analysis" / "__main__.py").read_text(encoding="utf-8")
    return [option for option in SPARED if f'"{option}"' in known]


def _show_progress(
    process: subprocess.Popen[bytes], expected: Sequence[Path], console: Console
) -> None:
    columns = (
        TextColumn("building from data_raw"), BarColumn(), MofNCompleteColumn(),
        TextColumn("exhibits"), TimeElapsedColumn(),
    )  # fmt: skip
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task("build", total=len(expected))
        while process.poll() is None:
            progress.update(bar, completed=sum(path.is_file() for path in expected))
            time.sleep(PAUSE_SECONDS)


def _last_lines(log: Path) -> str:
    lines = log.read_text(encoding="utf-8").rstrip().splitlines()
    return "\n".join(lines[-LAST_LINES:])
