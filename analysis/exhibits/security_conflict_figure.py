"""Monthly conflict events with regimes, dated events, and joint enforcement on one timeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.exhibits.figure import Figure, Margins, new_canvas
from analysis.exhibits.security_conflict import effects_sentence, regimes_sentence
from analysis.exhibits.security_regimes import Regimes
from analysis.exhibits.security_results import OpenSecurity
from analysis.exhibits.steady import steady
from analysis.exhibits.style import (
    BLUE,
    LIGHT_GREY,
    MIDDLE_GREY,
    ORANGE,
    ROLE_COLOURS,
    SMALL,
    TINY,
    VERMILION,
    WIDTH_INCHES,
)
from analysis.exhibits.timeline import (
    ABOVE_TITLE,
    EventLine,
    day_number,
    draw_event_labels,
    draw_event_lines,
    set_years,
)

PANEL_INCHES: Final = 1.25
BAR_DAYS: Final = 26
MID_MONTH_DAYS: Final = 14
MARGINS: Final = Margins(left=0.6, right=0.2, top=1.6, bottom=0.75, between=0.34)
TITLE: Final = "Fatal conflict events a month near the border, with regimes and dated events"
TRACK_INCHES: Final = 0.45
# Light inside, so that the lines across them are seen.
BARS: Final[Mapping[str, Any]] = {
    "facecolor": LIGHT_GREY,
    "edgecolor": MIDDLE_GREY,
    "linewidth": 0.5,
}


def conflict_figure(opened: OpenSecurity) -> Figure:
    """Return counts with fitted mean, regimes and event lines, and a track of cooperation."""
    pieces = [_rows(opened, item) for item in opened.regimes.values()]
    data = steady(pd.concat([*pieces, _cooperation(opened)], ignore_index=True))
    offensive = opened.settings.conflict_events[-1]
    return Figure(
        name="security_conflict",
        title=TITLE,
        alt=(
            f"{TITLE}. {regimes_sentence(opened)} {effects_sentence(opened, offensive.name)} "
            f"{cooperation_sentence(opened)} Deaths in remote areas are under-reported."
        ),
        data=data,
        draw=lambda: _draw(data, opened),
    )


def _rows(opened: OpenSecurity, item: Regimes) -> pd.DataFrame:
    """Return area, element (count, fitted, regime), month and value."""
    fit = opened.conflict[item.area.name].fit
    counts = pd.DataFrame({"month": list(item.series.months), "value": item.series.a_month})
    fitted = pd.DataFrame({"month": list(fit.series.months), "value": fit.fitted})
    levels = [
        counts[counts["month"].between(part.first, part.last)].assign(value=part.mean)
        for part in item.stretches
    ]
    elements = {"count": counts, "fitted": fitted, "regime": pd.concat(levels)}
    rows = [part.assign(element=name) for name, part in elements.items()]
    return pd.concat(rows, ignore_index=True).assign(area=item.area.name, label=item.area.label)


def _cooperation(opened: OpenSecurity) -> pd.DataFrame:
    """Return the cooperation events as rows of the figure's data."""
    own = opened.cooperation
    return pd.DataFrame(
        {
            "month": own["start"].dt.strftime("%Y-%m"),
            "value": 1.0,
            "element": "cooperation",
            "area": own["place"],
            "label": own["description"],
        }
    )


def cooperation_sentence(opened: OpenSecurity) -> str:
    """Say how many cooperation events lie inside the window, and how many there are."""
    window = opened.blocks.conflict.window
    own = opened.cooperation
    inside = own["start"].dt.strftime("%Y-%m").between(window.start, window.end)
    myanmar = int(own["countries"].str.contains("Myanmar").sum())
    return (
        f"{len(own)} joint enforcement or liaison events are recorded, {int(inside.sum())} of them "
        f"inside {window.start} to {window.end}; {myanmar} name Myanmar."
    )


def _draw(data: pd.DataFrame, opened: OpenSecurity) -> Canvas:
    areas = opened.blocks.conflict.areas
    panels = [PANEL_INCHES] * len(areas) + [TRACK_INCHES]
    canvas, grid = new_canvas(WIDTH_INCHES, panels, MARGINS)
    window = opened.blocks.conflict.window
    start = pd.Timestamp(window.start).date()
    end = (pd.Timestamp(window.end) + pd.DateOffset(months=1)).date()
    events = [EventLine(item.start, item.label) for item in opened.settings.conflict_events]
    for axes, area in zip(grid, areas, strict=False):
        _panel(axes, data[data["area"] == area.name])
        axes.set_title(area.label, y=1.0, pad=3)
    for axes in grid:
        set_years(axes, start, end)
        draw_event_lines(axes, events)
    draw_event_labels(grid[0], events, tail_inches=ABOVE_TITLE)
    _track(grid[-1], data[data["element"] == "cooperation"], opened)
    canvas.legend(handles=_legend(), loc="lower center", ncols=3, fontsize=SMALL)
    return canvas


def _panel(axes: Axes, rows: pd.DataFrame) -> None:
    counts = rows[rows["element"] == "count"]
    axes.bar(_middle(counts), counts["value"], width=BAR_DAYS, **BARS)
    fitted = rows[rows["element"] == "fitted"].set_index("month")["value"]
    whole = fitted.reindex(counts["month"])  # months that no model uses break the line
    axes.plot(_middle(counts), whole.to_numpy(), color=BLUE, linewidth=1.1, drawstyle="steps-mid")
    level = rows[rows["element"] == "regime"]
    axes.plot(
        _middle(level),
        level["value"],
        color=VERMILION,
        linewidth=1.1,
        linestyle=(0, (3, 1.5)),
        drawstyle="steps-mid",
    )
    axes.set_ylim(0, 1.08 * float(counts["value"].max()))
    axes.set_ylabel("events", fontsize=SMALL)


def _track(axes: Axes, rows: pd.DataFrame, opened: OpenSecurity) -> None:
    window = opened.blocks.conflict.window
    shown = rows[rows["month"].between(window.start, window.end)]
    axes.plot(_middle(shown), np.full(len(shown), 0.5), "D", color=ORANGE, markersize=5)
    axes.set_ylim(0, 1)
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.set_title("joint enforcement and liaison", y=1.0, pad=3)
    for place, row in enumerate(shown.itertuples()):
        axes.annotate(
            str(row.area),
            xy=(day_number(pd.Timestamp(str(row.month)).date()) + MID_MONTH_DAYS, 0.5),
            xytext=(0, 9 if place % 2 else -9),
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=TINY,
        )


def _middle(rows: pd.DataFrame) -> list[float]:
    return [day_number(pd.Timestamp(month).date()) + MID_MONTH_DAYS for month in rows["month"]]


def _legend() -> list[Line2D | Patch]:
    return [
        Patch(**BARS, label="recorded fatal events"),
        Line2D([], [], color=BLUE, label="mean, with the dated events"),
        Line2D([], [], color=VERMILION, linestyle=(0, (3, 1.5)), label="regimes at unknown dates"),
        Line2D([], [], color=ORANGE, marker="D", linestyle="none", label="cooperation"),
        Line2D([], [], color=ROLE_COLOURS["event"], linestyle=(0, (4, 3)), label="dated event"),
    ]
