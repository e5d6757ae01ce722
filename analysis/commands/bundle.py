"""The command `bundle`: pack the package for a repository of research data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console


def bundle(
    output: Annotated[
        Path | None, typer.Option("--output", help="Folder of the archive; default: bundle/.")
    ] = None,
    worktree: Annotated[
        bool, typer.Option("--worktree", help="Pack the files as they are, not only if committed.")
    ] = False,
) -> None:
    """Pack everything a reader needs into one archive, the same bytes each time."""
    from analysis.review.bundle import FOLDER, write_bundle

    made = write_bundle(folder=output or FOLDER, worktree=worktree)
    console = Console(soft_wrap=True)
    console.print(f"wrote {made.path} ({made.files} files)\nSHA-256 {made.sha256}")
    if made.quoted:
        console.print(
            f"Before it is published: {', '.join(made.quoted)} quote single figures of publishers "
            "that do not let the data set be passed on; see the cards."
        )
