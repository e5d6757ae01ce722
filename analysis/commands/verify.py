"""The command `verify`: build the package anew and say how far every exhibit came back."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

OUTPUT = Path(".pytask") / "verify"


def verify(
    study: Annotated[
        list[str] | None,
        typer.Option("--study", help="Only the exhibits of this study (more than once)."),
    ] = None,
    notebook: Annotated[
        list[str] | None,
        typer.Option("--notebook", help="Only what this notebook shows (more than once)."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, max=32, help="Steps at a time.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", help=f"Folder for the report; default: {OUTPUT.as_posix()}."),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option("--against", help="Build nothing: compare with a tree that was built before."),
    ] = None,
    worktree: Annotated[
        bool,
        typer.Option(
            "--worktree",
            help="Build the files as they stand, not those of the last commit: what would move?",
        ),
    ] = False,
) -> None:
    """Build everything anew in a temporary folder and compare it with what is committed.

    Ends with 0 where the package is reproduced in full or with minor differences, otherwise 1.
    """
    from analysis.config import ROOT, notebook_names, study_names
    from analysis.review.report_files import write_report
    from analysis.review.show import show_report
    from analysis.review.targets import Selection, known_names
    from analysis.review.verification import verify_against, verify_source

    started = time.perf_counter()
    console = Console(soft_wrap=True)
    selection = Selection(
        known_names("study", study or (), study_names()),
        known_names("notebook", notebook or (), notebook_names()),
    )
    folder = (output or ROOT / OUTPUT).resolve()
    if against:
        report = verify_against(against.resolve(), selection)
    else:
        report = verify_source(console, folder, selection, workers, worktree)
    written = write_report(report, folder)
    show_report(report, Console())
    names = ", ".join(path.name for path in written)
    console.print(f"wrote {names} into {folder} ({time.perf_counter() - started:.1f} s in all)")
    raise typer.Exit(0 if report.accepted else 1)
