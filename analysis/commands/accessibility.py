"""The command `accessibility`: whether everyone can read the saved figures."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table


def accessibility(
    folder: Annotated[
        str | None,
        typer.Argument(help="A study, or another folder of figures/; all figures by default."),
    ] = None,
) -> None:
    """Measure colours, contrast, size of text and alt text of the saved figures.

    Ends with 0 where every figure keeps every limit, otherwise 1 with what to mend.
    """
    from analysis.exhibits.accessibility.gate import Fault, figure_faults, saved_figures
    from analysis.exhibits.accessibility.measures import measured, registered_figures

    console = Console()
    table = _table()
    faults: list[Fault] = []
    for figure in saved_figures(registered_figures(folder)):
        found = figure_faults(figure)
        row = measured(figure)
        numbers = (row.points, row.text_contrast, row.mark_contrast, row.apart)
        shown = ["–" if number is None else f"{number:.2f}" for number in numbers]
        table.add_row(figure.name, *shown, str(row.letters), "mend" if found else "good")
        faults += found
    console.print(table)
    for fault in faults:
        console.print(
            f"{fault.figure}: {fault.rule}: {fault.problem}", soft_wrap=True, markup=False
        )
    raise typer.Exit(1 if faults else 0)


def _table() -> Table:
    from analysis.exhibits.accessibility.gate import (
        MARK_CONTRAST,
        MINIMUM_POINTS,
        MINIMUM_SEPARATION,
        TEXT_CONTRAST,
    )
    from analysis.exhibits.accessibility.words import ALT_LONGEST, ALT_SHORTEST

    table = Table(title="Smallest text as printed, lowest contrasts, closest colours, alt text")
    table.add_column("figure", overflow="fold")
    limits = {
        "points": f"≥ {MINIMUM_POINTS:g}",
        "text": f"≥ {TEXT_CONTRAST:g}",
        "marks": f"≥ {MARK_CONTRAST:g}",
        "apart": f"≥ {MINIMUM_SEPARATION:g}",
        "letters": f"{ALT_SHORTEST}–{ALT_LONGEST}",
    }
    for name, limit in limits.items():
        table.add_column(f"{name}\n{limit}", justify="right", no_wrap=True)
    table.add_column("verdict")
    return table
