"""Heat picture of health capacity: countries across, indicators down, shaded by rank."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Patch, Rectangle

from analysis.exhibits.figure import Figure, Margins, new_canvas
from analysis.exhibits.health_capacity import (
    NO_DATA,
    capacity_frame,
    capacity_sentence,
    missing_frame,
)
from analysis.exhibits.health_rows import rows_of
from analysis.exhibits.health_security import OpenHealth
from analysis.exhibits.steady import steady
from analysis.exhibits.style import BLACK, BLUE, GREY, LIGHT_GREY, SMALL, TINY, WIDTH_INCHES
from analysis.exhibits.table import FORMATS

ROW_INCHES: Final = 0.34
MARGINS: Final = Margins(left=2.6, right=0.15, top=0.45, bottom=0.55)
PALEST: Final = 0.08
DARKEST: Final = 0.55  # dark text stays readable on it
UNRANKED: Final = 0  # rank of a cell without data


def health_capacity_heat_figure(opened: OpenHealth) -> Figure:
    """Return latest value and year of every country and indicator, darker for a better rank."""
    frame = steady(capacity_frame(opened))
    missing = missing_frame(opened)
    absent = [name for name in missing["measure"] if "(SPAR)" in name or "(JEE)" in name]
    return Figure(
        name="health_capacity_heat",
        title="Health capacity of the countries by indicator",
        alt=f"Health capacity by indicator and country. {capacity_sentence(opened)} No data: "
        f"{'; '.join(absent) or 'none'}.",
        data=frame,
        draw=lambda: _draw(opened, frame, absent),
    )


def _draw(opened: OpenHealth, frame: pd.DataFrame, absent: list[str]) -> Canvas:
    labels = list(dict.fromkeys(frame["label"]))
    rows = [*labels, *absent]
    canvas, (axes,) = new_canvas(WIDTH_INCHES, [ROW_INCHES * len(rows)], MARGINS)
    countries = list(opened.names)
    for cell in rows_of(frame):
        _draw_cell(axes, cell, labels.index(cell["label"]), countries.index(cell["iso3"]))
    for down in range(len(labels), len(rows)):
        for across in range(len(countries)):
            _no_data(axes, down, across)
    units = {row["label"]: row for row in rows_of(frame)}
    named = [_named(row, units) for row in rows]
    _dress(axes, named, list(opened.names.values()))
    ranks = range(1, len(countries) + 1)
    handles = [
        Patch(facecolor=BLUE, alpha=_alpha(rank, len(countries)), linewidth=0, label=f"rank {rank}")
        for rank in ranks
    ]
    handles.append(Patch(facecolor=LIGHT_GREY, linewidth=0, label=NO_DATA))
    canvas.legend(handles=handles, loc="lower center", ncols=len(handles), fontsize=SMALL)
    return canvas


def _draw_cell(axes: Axes, cell: Mapping[str, Any], down: int, across: int) -> None:
    if pd.isna(cell["value"]):
        _no_data(axes, down, across)
        return
    alpha = _alpha(int(cell["rank"]), int(cell["ranked"]))
    axes.add_patch(Rectangle((across, down), 1, 1, facecolor=BLUE, alpha=alpha, edgecolor="none"))
    value = FORMATS["significant"](cell["value"])
    axes.text(across + 0.5, down + 0.36, value, ha="center", va="center", color=BLACK)
    axes.text(across + 0.5, down + 0.76, str(cell["year"]), ha="center", va="center", fontsize=TINY)


def _no_data(axes: Axes, down: int, across: int) -> None:
    axes.add_patch(Rectangle((across, down), 1, 1, facecolor=LIGHT_GREY, edgecolor="none"))
    axes.text(
        across + 0.5, down + 0.5, NO_DATA, ha="center", va="center", fontsize=SMALL, color=GREY
    )


def _dress(axes: Axes, rows: list[str], countries: list[str]) -> None:
    axes.set_xlim(0, len(countries))
    axes.set_ylim(len(rows), 0)
    axes.set_xticks([place + 0.5 for place in range(len(countries))], countries)
    axes.set_yticks([place + 0.5 for place in range(len(rows))], rows, fontsize=SMALL)
    axes.tick_params(length=0, labeltop=True, labelbottom=False)
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    for edge in range(1, max(len(rows), len(countries))):
        axes.axhline(edge, color="white", linewidth=1.2)
        axes.axvline(edge, color="white", linewidth=1.2)


def _named(label: str, units: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the label with its unit below, or the acronym of a measure without data."""
    if label not in units:
        return label[label.rindex("(") + 1 : -1]
    kind = "expert " if units[label]["kind"] == "expert score" else ""
    return f"{label}\n{kind}{units[label]['unit']}"


def _alpha(rank: int, ranked: int) -> float:
    steps = max(ranked - 1, 1)
    return DARKEST - (DARKEST - PALEST) * (rank - 1) / steps
