"""The command `import-customs`: read files of China's customs statistics."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console


def import_customs(
    files: Annotated[
        list[Path], typer.Argument(help="CSV files: monthly country tables or query exports.")
    ],
    unit: Annotated[
        str | None,
        typer.Option(help="Unit where the file does not state it: usd_1000, cny_10000, usd, cny."),
    ] = None,
    flow: Annotated[
        str | None,
        typer.Option(help="exports, imports or total, where a query export does not say it."),
    ] = None,
) -> None:
    """Import country tables and query exports of China's customs into .external/.

    Units are stated by the file or named here, and never guessed. The months are compared with
    the published reports in data_raw, which stays as it is.
    """
    from analysis.commands.fetch import report
    from analysis.connectors.customs import import_customs as take

    report(Console(soft_wrap=True), take(files, unit=unit, flow=flow))
