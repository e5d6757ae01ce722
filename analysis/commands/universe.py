"""The command universe: how unusual the break of a series is in a panel of one's own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from analysis.commands.options import EngineOption, SchedulerOption
from analysis.engine import LOCAL, Engine
from analysis.workers import PROCESSORS

if TYPE_CHECKING:
    from analysis.universe.plan import UniversePlan
    from analysis.universe.ranks import Told, Universe

LABELS: Final = {
    "series": "series",
    "estimate": "break",
    "standard_error": "error",
    "t": "t",
    "rank": "rank",
    "p_among_series": "p among\nseries",
    "p_in_time": "p in\ntime",
    "sup_date": "largest\n|t| from",
}
DECIMALS: Final = {"rank": ".0f", "p_among_series": ".3g", "p_in_time": ".3g"}


def universe(
    panel: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="Parquet panel: series, month, value (see write_panel)."
        ),
    ],
    event: Annotated[str, typer.Option(help="First day of the break, YYYY-MM-DD.")],
    target: Annotated[
        list[str], typer.Option(help="Series to rank (can be given more than once).")
    ],
    first: Annotated[str, typer.Option(help="First month of the window, YYYY-MM.")],
    last: Annotated[str, typer.Option(help="Last month of the window, YYYY-MM.")],
    measure: Annotated[
        str, typer.Option(help="Scale of the values: value, log or log1p (counts).")
    ] = "value",
    trend: Annotated[str, typer.Option(help="none, linear or quadratic.")] = "linear",
    season: Annotated[str, typer.Option(help="none, months, fourier_1 or fourier_2.")] = "none",
    bandwidth: Annotated[
        int, typer.Option(min=0, help="Highest lag of the Newey-West errors, in months.")
    ] = 6,
    trim: Annotated[
        float, typer.Option(help="Share of the window on each side without a placebo date.")
    ] = 0.15,
    out: Annotated[
        Path | None, typer.Option(help="CSV to write; default: FILE with _ranks.csv at its end.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="Processes at a time; default: processors.")
    ] = None,
    engine: EngineOption = LOCAL,
    scheduler: SchedulerOption = None,
) -> None:
    """Rank the break of some series among the breaks of all series of a large panel.

    Each series gets the same regression with Newey-West errors at the event and at placebo dates.
    Memory does not grow with the number of series. The numbers depend neither on the engine nor
    on the workers; on a cluster FILE must have the same path on every worker.
    """
    from analysis.commands.universe_plan import plan_of, result_file, write_ranks
    from analysis.universe.ranks import rank_in_universe

    started = time.perf_counter()
    place = Engine(engine, workers or PROCESSORS, scheduler)
    plan = plan_of(event, target, (first, last), measure, (trend, season), bandwidth, trim)
    file = result_file(panel, out)
    with place.engaged(), _progress() as told:
        found = rank_in_universe(panel.resolve(), plan, place.workers, told)
    write_ranks(found, file)
    _tell(found, time.perf_counter() - started)
    Console(soft_wrap=True, highlight=False).print(f"wrote {file}", markup=False)


@contextmanager
def _progress() -> Iterator[Told]:
    """Show the blocks that are done, as long as they are computed."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("blocks of series"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as progress:
        task = progress.add_task("", total=None)
        yield lambda done, blocks: progress.update(task, completed=done, total=blocks)


def _tell(found: Universe, seconds: float) -> None:
    console = Console(soft_wrap=True, highlight=False)
    console.print(_table(found))
    for row in found.table[found.table["reason"] != ""].itertuples():
        console.print(f"not identified: {row.series}, {row.reason}", markup=False)
    least = f"; the smallest p among series is 1/{found.series}" if found.series else ""
    console.print(
        f"{found.series} series at {found.dates} dates: {found.regressions} regressions in "
        f"{seconds:.1f} s{least}."
    )
    if not found.plan.in_time():
        console.print("no rank in time: the event lies nearer to an end than any placebo date")
    for reason, count in sorted(found.left_out.items()):
        console.print(f"left out: {count} series, {reason}", markup=False)
    console.print(f"{_model(found.plan)}; {found.convention}.", markup=False)


def _model(plan: UniversePlan) -> str:
    spec = plan.spec
    return (
        f"step from {plan.event} in {spec.start} to {spec.end}, measure {plan.measure}, trend "
        f"{spec.trend}, season {spec.seasonality}"
    )


def _table(found: Universe) -> Table:
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for label in LABELS.values():
        table.add_column(label, no_wrap=label != LABELS["series"], overflow="fold")
    for row in found.table.to_dict("records"):
        table.add_row(*(Text(_cell(key, row[key], found.series)) for key in LABELS))
    return table


def _cell(key: str, value: object, series: int) -> str:
    if isinstance(value, str):
        return value
    number = float(str(value))
    if number != number:  # missing
        return "–"
    shown = f"{number:{DECIMALS.get(key, '.4g')}}"
    return f"{shown} of {series}" if key == "rank" else shown
