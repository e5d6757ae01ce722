"""The command line: python -m analysis."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from analysis.commands import COMMANDS
from analysis.commands.options import EngineOption, SchedulerOption
from analysis.commands.site import show_site
from analysis.config import PARAMETERS, notebook_names, study_names
from analysis.engine import LOCAL, Engine
from analysis.errors import AnalysisError, StudyError, require_known
from analysis.simulation.registry import INTERVAL, STUDIES, find_study
from analysis.validation import validate
from analysis.workers import PROCESSORS

if TYPE_CHECKING:
    from analysis.reporting.build import BuildSummary

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help=(
        "Rebuild tables, figures and notebooks of the border studies from published figures.\n\n"
        "A study is one file in notebooks/parameters/, for example "
        "notebooks/parameters/mohan_boten.yaml. To make your own, run [bold]new-study[/bold], fill "
        "in what it writes, run [bold]check[/bold] until it is content, then "
        "[bold]reproduce --study[/bold] with the name of your study."
    ),
)
console = Console()
error_console = Console(stderr=True, soft_wrap=True)

StudyOption = Annotated[
    list[str] | None,
    typer.Option(
        "--study", help="Build only this study and README.md (can be given more than once)."
    ),
]
NotebookOption = Annotated[
    list[str] | None,
    typer.Option(
        "--notebook",
        help="Build only this notebook and what it shows (can be given more than once).",
    ),
]
WorkersOption = Annotated[
    int | None,
    typer.Option("--workers", min=1, max=32, help="Steps at a time; default: 2 x processors + 1."),
]
NoSiteOption = Annotated[bool, typer.Option("--no-site", help="Do not build site/ at the end.")]
NoProvenanceOption = Annotated[
    bool,
    typer.Option(
        "--no-provenance",
        help="Leave out where exhibits come from: for a build that is compared and thrown away.",
    ),
]
WaitOption = Annotated[
    bool,
    typer.Option("--wait", help="If another build runs in this folder, wait until it has ended."),
]


@app.command()
def reproduce(
    study: StudyOption = None,
    notebook: NotebookOption = None,
    workers: WorkersOption = None,
    engine: EngineOption = LOCAL,
    scheduler: SchedulerOption = None,
    no_site: NoSiteOption = False,
    no_provenance: NoProvenanceOption = False,
    wait: WaitOption = False,
) -> None:
    """Bring data_processed/, figures/, notebooks/ and site/ up to date; skip what has not changed.

    The site shows everything, so it is left alone where only a part is built.
    """
    started = time.perf_counter()
    place = Engine(engine, workers or PROCESSORS, scheduler)
    chosen = _known("study", study or [], study_names())
    shown = _known("notebook", notebook or [], notebook_names())
    _, doubts = validate()
    if doubts:
        from analysis.newstudy.teacher import refuse_doubts

        refuse_doubts(doubts)
    from analysis.reporting.build import build
    from analysis.reporting.interruption import ended_at_once
    from analysis.reporting.lock import build_lock

    with ended_at_once(), build_lock(wait=wait):
        summary = build(console, chosen, workers, shown, place, provenance=not no_provenance)
        _tell(summary, time.perf_counter() - started)
        if not (no_site or no_provenance or chosen or shown):
            show_site(console)


def _tell(summary: BuildSummary, seconds: float) -> None:
    if summary.ran:
        console.print(
            f"Ran {len(summary.ran)} steps, skipped {len(summary.skipped)} that were up to date, "
            f"in {seconds:.1f} s."
        )
    else:
        console.print(
            f"Nothing to do: all {len(summary.skipped)} steps are up to date "
            f"(no input, program, study file or package changed). {seconds:.1f} s."
        )


@app.command()
def check() -> None:
    """Validate the raw data, the study files and the common settings; run nothing.

    What is certainly wrong is an error. What looks like a usual mistake is a warning, told with
    its row, why it matters and how to mend it; reproduce waits until each is mended or answered.
    """
    counts, doubts = validate()
    for what, number in counts.items():
        console.print(f"[green]ok[/green]  {number} {what}")
    for doubt in doubts:
        console.print("[yellow]doubt[/yellow]", end=" ")
        console.print(str(doubt.as_error()), markup=False, highlight=False, soft_wrap=True)


@app.command()
def studies() -> None:
    """List the studies and what each one estimates."""
    from analysis.data_management.catalogue import open_vocabulary
    from analysis.study_file import parse_study

    vocabulary = open_vocabulary()
    table = Table(box=None, pad_edge=False)
    for heading in ("study", "title", "outcomes", "interventions"):
        table.add_column(heading, overflow="fold")
    for name in study_names():
        study = parse_study(PARAMETERS / f"{name}.yaml", vocabulary)
        outcomes = ", ".join(outcome.name for outcome in study.outcomes)
        events = {item.label: None for outcome in study.outcomes for item in outcome.interventions}
        table.add_row(name, study.title, outcomes, ", ".join(events))
    console.print(table)


@app.command()
def register() -> None:
    """Record the checksums of data_raw/ after a change that is meant."""
    from analysis.data_management.checksums import write_register

    console.print(f"wrote {write_register().name}; say in the card of the table what changed")


@app.command()
def simulate(
    name: Annotated[
        str,
        typer.Argument(help=f"Which study: {', '.join(STUDIES)}."),
    ] = INTERVAL,
    replications: Annotated[
        int | None,
        typer.Option(min=20, help="Draws of every setting; default: as committed."),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes at a time.")] = 2,
    engine: EngineOption = LOCAL,
    scheduler: SchedulerOption = None,
) -> None:
    """Test an estimator on made data and write the result into data_raw/.

    A run goes on where an earlier one stopped. The numbers depend neither on the engine nor on
    the number of workers.
    """
    from analysis.data_management.results import write_results

    study = find_study(name)
    with Engine(engine, workers, scheduler).engaged():
        tables = study.run(replications, workers)
    write_results(tables)
    for table, rows in tables.items():
        console.print(f"wrote data_raw/{table}.csv ({len(rows)} rows)")


@app.command()
def environment() -> None:
    """Write environment.yml from requirements.in and requirements.lock."""
    from analysis.reporting.environment import write_environment

    console.print(f"wrote {write_environment().name}")


for _name, _command in COMMANDS.items():
    app.command(_name)(_command)


def _known(kind: str, names: list[str], known: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        require_known(
            name, known, StudyError, f"the {kind} '{name}' is not known", where=f"option --{kind}"
        )
    return tuple(names)


def main(command: Callable[[], object] = app) -> int:
    """Run the command line; a problem is one message on standard error and exit code 1."""
    try:
        command()
    except AnalysisError as error:
        return _refused(error)
    except OSError as error:
        from analysis.data_management.save import REMEDIES, unwritable

        if error.errno not in REMEDIES:
            raise
        return _refused(unwritable(error.filename or "a file of this folder", error))
    return 0


def _refused(error: AnalysisError) -> int:
    error_console.print(f"[bold red]{error.boundary} error[/bold red]", end=" ")
    error_console.print(str(error), markup=False, highlight=False)
    return 1


if __name__ == "__main__":
    sys.exit(main())
