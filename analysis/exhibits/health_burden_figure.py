"""Small multiples of reported COVID-19 by country and month."""

from __future__ import annotations

from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from analysis.exhibits.columns import two_columns
from analysis.exhibits.figure import Figure, Margins
from analysis.exhibits.health_burden import (
    MEASURES,
    burden_frame,
    burden_sentence,
    monthly_burden,
)
from analysis.exhibits.health_rows import first_day, last_day, rows_of
from analysis.exhibits.health_security import OpenHealth
from analysis.exhibits.steady import steady
from analysis.exhibits.style import BLUE, GREY, SMALL, VERMILION, WIDTH_INCHES
from analysis.exhibits.timeline import (
    ABOVE_TITLE,
    EventLine,
    day_number,
    draw_event_labels,
    draw_event_lines,
    set_years,
)

PANEL_INCHES: Final = 0.95
GAP_INCHES: Final = 0.65
MARGINS: Final = Margins(left=0.65, right=0.15, top=1.75, bottom=0.35, between=0.3)
COLOURS: Final = dict(zip(MEASURES, (BLUE, VERMILION), strict=True))
LINEAR: Final = {"cases": 1.0, "deaths": 0.1}  # the axis is linear below, so that zero has a place
TOP: Final = 2.0
MID_MONTH_DAYS: Final = 14


def health_burden_paths_figure(opened: OpenHealth) -> Figure:
    """Return cases (left) and deaths (right) per million and month, one row a country."""
    rows = steady(monthly_burden(opened))
    peaks = "; ".join(
        f"{row['country']} {row['cases_peak']:,.0f} cases per million in {row['cases_peak_month']}"
        for row in rows_of(burden_frame(opened))
    )
    return Figure(
        name="health_burden_paths",
        title="COVID-19 as reported: cases and deaths per million persons and month",
        alt=f"COVID-19 as reported. {burden_sentence(opened)} Worst months: {peaks}.",
        data=rows,
        draw=lambda: _draw(opened, rows),
    )


def _draw(opened: OpenHealth, rows: pd.DataFrame) -> Canvas:
    panels = [PANEL_INCHES] * len(opened.names)
    canvas, grid = two_columns(WIDTH_INCHES, panels, MARGINS, GAP_INCHES)
    events = _events(opened)
    for pair, code in zip(grid, opened.names, strict=True):
        for axes, measure in zip(pair, MEASURES, strict=True):
            own = rows[(rows["iso3"] == code) & (rows["measure"] == measure)]
            top = rows.loc[rows["measure"] == measure, "per_million"].max()
            _draw_panel(axes, own, measure, float(top))
            _set_time(axes, opened)
            draw_event_lines(axes, events)
            axes.set_title(_title(opened, code, measure), y=1.0, pad=3, fontsize=SMALL + 1)
    for axes in (axes for pair in grid[:-1] for axes in pair):
        axes.tick_params(axis="x", labelbottom=False)
    for axes in grid[0]:
        draw_event_labels(axes, events, tail_inches=ABOVE_TITLE)
    return canvas


def _draw_panel(axes: Axes, rows: pd.DataFrame, measure: str, top: float) -> None:
    linear = LINEAR[measure]
    days = [day_number(day) + MID_MONTH_DAYS for day in rows["month"]]
    axes.set_yscale("symlog", linthresh=linear)
    axes.plot(days, rows["per_million"], color=COLOURS[measure], linewidth=1.3)
    axes.fill_between(days, 0, rows["per_million"], color=COLOURS[measure], alpha=0.18, linewidth=0)
    axes.set_ylim(0, top * TOP)
    ticks = [0.0] + [linear * 100.0**power for power in range(4) if linear * 100.0**power < top]
    axes.yaxis.set_major_locator(FixedLocator(ticks))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    axes.tick_params(axis="y", labelsize=SMALL, labelcolor=GREY)


def _set_time(axes: Axes, opened: OpenHealth) -> None:
    window = opened.settings.burden.window
    set_years(axes, first_day(window.start), last_day(window.end))


def _title(opened: OpenHealth, code: str, measure: str) -> str:
    caution = " (not the mainland alone)" if code == opened.settings.burden.caution else ""
    return f"{opened.names[code]}: {measure} per million{caution}"


def _events(opened: OpenHealth) -> list[EventLine]:
    """Return the closure, the last events of the mechanism and of the pandemic."""
    settings = opened.settings
    mechanism = settings.events.mechanism[-1]
    closure = settings.dengue.closure
    named = [(mechanism.event, mechanism.label), (closure.event, closure.label)]
    named += [(item.event, item.label) for item in settings.events.pandemic[-1:]]
    return [EventLine(opened.events[event].start, label) for event, label in named]
