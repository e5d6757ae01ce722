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
    """Check an archive against its manifest, reproduce from it and compare every byte.

    Ends with 0 where every number comes back, in full or with minor differences.
    """
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
    more = len(result.faults) - SHOWN
    for line in (*result.faults[:SHOWN], *([f"and {more} more"] if more > 0 else [])):
        console.print(line, markup=False, highlight=False)
    if not result.is_accepted:
        raise BuildError(
            f"the rebuild gives other numbers; verdict: {result.verdict}",
            file=packed.name,
            remedy="python -m analysis verify shows each number that moved",
        )
    bytes_found = f"{len(result.faults)} other files" if result.faults else "the same bytes"
    console.print(f"{result.rebuilt} outputs were built anew: {bytes_found}")
    console.print(f"verdict: {result.verdict}")
