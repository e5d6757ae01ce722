"""The command `adopt`: make months of an imported customs table raw data."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console


def adopt(
    vintage: Annotated[
        str | None, typer.Argument(help="Name of the vintage; default: the newest one.")
    ] = None,
) -> None:
    """Add imported months of customs trade to data_raw, with their vintage in the card.

    Only after this do exhibits see them. Months that stand in data_raw are never replaced.
    """
    from analysis.connectors.adopt import adopt as take
    from analysis.connectors.adopt import newest

    added = take(newest(vintage))
    console = Console(soft_wrap=True)
    console.print(
        f"{len(added.rows)} rows of vintage {added.vintage} added to data_raw/customs_monthly.csv, "
        f"{added.known} stood there already",
        highlight=False,
    )
    console.print("Next: python -m analysis check, then python -m analysis reproduce")
