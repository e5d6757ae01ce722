"""The command `verify-bundle`: unpack an archive of the package, rebuild it and compare bytes."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console

SHOWN = 20


def verify_bundle(
    archive: Annotated[
        Path | None, typer.Argument(help="An archive; default: what `bundle` wrote last.")
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--folder", help="Work here and keep it; default: a temporary folder."),
    ] = None,
) -> None:
    """Check an archive against its manifest, reproduce from it and compare every byte."""
    from analysis.errors import BuildError
    from analysis.review.bundle import written_bundle
    from analysis.review.rebuild import verify_bundle as verify

    packed = (archive or written_bundle()).resolve()
    console = Console(soft_wrap=True)
    with TemporaryDirectory() as temporary:
        result = verify(packed, folder or Path(temporary) / "package")
    console.print(f"{result.files} files are as the manifest says")
    if result.own_environment:
        console.print("the locks differ: the packages of the archive were installed for it")
    if not result.is_full:
        more = len(result.faults) - SHOWN
        lines = [*result.faults[:SHOWN], *([f"and {more} more"] if more > 0 else [])]
        raise BuildError(
            "the rebuild gives other files:\n  " + "\n  ".join(lines),
            file=packed.name,
            remedy="python -m analysis verify tells differences that matter from those of rounding",
        )
    console.print(f"{result.rebuilt} outputs were built anew: the same bytes")
