"""The command `fetch`: bring official series here and say how far they lie from data_raw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from analysis.connectors.errors import UnreachableError
    from analysis.connectors.registry import Source
    from analysis.connectors.vintage import Vintage

OFFLINE = 3  # exit code: a publisher was out of reach, data_raw goes on


def fetch(
    sources: Annotated[
        list[str] | None, typer.Argument(help="Names of sources; none: list them.")
    ] = None,
    first: Annotated[int, typer.Option(min=1962, help="First calendar year.")] = 2010,
    last: Annotated[int, typer.Option(min=1962, help="Last calendar year.")] = 2025,
    sha256: Annotated[
        str | None, typer.Option(help="Checksum that the file must have (sources of one file).")
    ] = None,
    base: Annotated[
        str | None, typer.Option(help="Another base address, for a mirror of the publisher.")
    ] = None,
) -> None:
    """Fetch official series into .external/ and compare them with data_raw.

    Nothing fetched enters a table or figure: exhibits read data_raw alone. Out of reach of a
    publisher, the project goes on with data_raw and the exit code is 3.
    """
    from analysis.connectors import fetch as fetching
    from analysis.connectors.errors import UnreachableError

    console = Console(soft_wrap=True)
    if not sources:
        console.print(_sources())
        return
    offline = False
    for source in [fetching.find_source(name) for name in sources]:
        try:
            vintage = fetching.fetch(source, first=first, last=last, sha256=sha256, base=base)
        except UnreachableError as error:
            offline = True
            _say_offline(console, source, error)
        else:
            report(console, vintage)
    if offline:
        raise typer.Exit(OFFLINE)


def report(console: Console, vintage: Vintage) -> None:
    """Print where a vintage lies, how it compares and that no exhibit uses it."""
    record, verdicts = vintage.record, vintage.record["drift"]["verdicts"]
    compared = ", ".join(f"{number} {name}" for name, number in verdicts.items())
    console.print(f"[bold]{record['title']}[/bold]")
    console.print(f"  {record['table']['rows']} rows in {vintage.folder}", highlight=False)
    console.print(f"  against data_raw/{record['drift']['table']}.csv: {compared or 'no figure'}")
    console.print(_differing(vintage))
    console.print("  No table or figure uses this vintage; they read data_raw as it is.")


def _differing(vintage: Vintage) -> Table:
    """Return the largest differences, as a table."""
    drift = vintage.drift
    differ = drift[drift["verdict"] == "differs"]
    largest = differ.reindex(differ["difference"].abs().sort_values(ascending=False).index)
    table = Table(box=None, pad_edge=False)
    shown = [name for name in drift.columns if name not in ("half_step", "within_rounding")]
    if len(differ):
        for name in shown:
            table.add_column(name, overflow="fold")
    for row in largest[shown].head(10).itertuples(index=False):
        table.add_row(*(f"{cell:g}" if isinstance(cell, float) else str(cell) for cell in row))
    return table


def _say_offline(console: Console, source: Source, error: UnreachableError) -> None:
    from analysis.config import DATA_RAW
    from analysis.data_management.cards import read_card

    card = read_card(DATA_RAW / f"{source.table}.card.yaml")
    console.print(f"[bold]{source.title}[/bold]")
    console.print(f"  out of reach: {error}", markup=False, highlight=False)
    console.print(
        f"  The project goes on with data_raw/{source.table}.csv, taken on {card.taken_on} "
        f"({card.coverage}). Nothing was fetched and nothing changed.",
        highlight=False,
    )


def _sources() -> Table:
    from analysis.connectors.registry import SOURCES

    table = Table(box=None, pad_edge=False)
    for heading in ("source", "what", "client", "compared with", "key", "terms"):
        table.add_column(heading, overflow="fold")
    for source in SOURCES.values():
        key = source.key_variable or "none"
        key += "" if source.key_needed or source.key_variable is None else " (optional)"
        about = (source.name, source.title, source.client, f"data_raw/{source.table}.csv")
        table.add_row(*about, key, source.terms)
    return table
