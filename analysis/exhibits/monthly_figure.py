"""The picture of the monthly series: values, fit and fit without the events."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.exhibits.figure import Figure, Margins, empty_figure, new_canvas
from analysis.exhibits.steady import steady
from analysis.exhibits.study_results import OpenStudy
from analysis.exhibits.style import BAND_ALPHA, GREY, ROLE_COLOURS, SMALL, WIDTH_INCHES
from analysis.exhibits.timeline import (
    ABOVE_TITLE,
    EventLine,
    day_number,
    draw_event_labels,
    draw_event_lines,
    label_room,
    set_years,
)
from analysis.models.its_results import ItsFit

PANEL_INCHES: Final = 1.3
MARGINS: Final = Margins(left=0.95, right=0.15, top=1.65, bottom=0.6, between=0.34)
LABEL_PLACE: Final = -0.075
MID_MONTH_DAYS: Final = 14
CURVES: Final = {"fitted": "fitted", "counterfactual": "without the events"}
STYLES: Final[dict[str, Any]] = {"fitted": "-", "counterfactual": (0, (3, 1.5))}
TITLE: Final = "Monthly series around the events: values, fit, and fit without the events"


@dataclass(frozen=True)
class MonthlyPanel:
    """One monthly series of the figure."""

    label: str
    unit: str
    log_axis: bool
    rows: pd.DataFrame
    events: tuple[EventLine, ...]


def monthly_figure(opened: OpenStudy) -> Figure:
    """Return one panel a monthly series, with event lines and pointwise bands."""
    panels = [_panel(opened, name) for name in opened.monthly_fits]
    if not panels:
        return empty_figure("monthly", TITLE, "The study file names no monthly series.")
    pieces = [
        panel.rows.assign(outcome=name)
        for name, panel in zip(opened.monthly_fits, panels, strict=True)
    ]
    return Figure(
        name="monthly",
        title=TITLE,
        alt=_alt(opened),
        data=pd.concat(pieces, ignore_index=True),
        draw=lambda: _draw(panels, opened.study.level),
    )


def _panel(opened: OpenStudy, name: str) -> MonthlyPanel:
    fit = opened.monthly_fits[name]
    outcome = next(item for item in opened.study.monthly if item.name == name)
    return MonthlyPanel(
        label=outcome.label,
        unit=fit.series.unit,
        log_axis=fit.log_scale and bool(np.all(fit.series.a_month > 0)),
        rows=steady(_rows(fit)),
        events=tuple(EventLine(item.start, item.label) for item in outcome.interventions),
    )


def _rows(fit: ItsFit) -> pd.DataFrame:
    """Return what a panel draws: element (value or curve), first_day, value, lower, upper."""
    curves = fit.curve().rename(columns={"curve": "element"})
    curves = curves[curves["element"].isin(CURVES)]
    values = pd.DataFrame(
        {
            "element": "value",
            "first_day": pd.to_datetime([f"{month}-01" for month in fit.series.months]),
            "value": fit.series.a_month,
        }
    )
    columns = ["element", "first_day", "value", "lower", "upper"]
    rows = pd.concat([values, curves], ignore_index=True)[columns]
    return rows.assign(first_day=rows["first_day"].astype("datetime64[us]"), unit=fit.series.unit)


def _draw(panels: list[MonthlyPanel], level: float) -> Canvas:
    start = min(panel.rows["first_day"].min() for panel in panels).date()
    end = (max(panel.rows["first_day"].max() for panel in panels) + pd.DateOffset(months=1)).date()
    events = _each_date_once(panels)
    margins = replace(MARGINS, top=label_room(events, start, end, MARGINS.top, ABOVE_TITLE))
    canvas, grid = new_canvas(WIDTH_INCHES, [PANEL_INCHES] * len(panels), margins)
    for axes, panel in zip(grid, panels, strict=True):
        _draw_panel(axes, panel)
        set_years(axes, start, end)
        draw_event_lines(axes, panel.events)
    draw_event_labels(grid[0], events, tail_inches=ABOVE_TITLE)
    canvas.legend(handles=_legend(level), loc="lower center", ncols=4, fontsize=SMALL)
    return canvas


def _draw_panel(axes: Axes, panel: MonthlyPanel) -> None:
    if panel.log_axis:
        axes.set_yscale("log")
    for name in CURVES:
        _draw_curve(axes, panel.rows[panel.rows["element"] == name], name)
    values = panel.rows[panel.rows["element"] == "value"]
    axes.plot(_middle(values), values["value"], ".", color=ROLE_COLOURS["report"], markersize=2.5)
    axes.set_ylim(*_range(values["value"], panel.log_axis))
    axes.set_title(panel.label, y=1.0, pad=3)
    axes.set_ylabel(panel.unit, fontsize=SMALL)
    axes.yaxis.set_label_coords(LABEL_PLACE, 0.5)


def _range(values: pd.Series, log_axis: bool) -> tuple[float, float]:
    """Fit the axis to the values; bands may run out of it."""
    low, high = float(values.min()), float(values.max())
    if log_axis:
        return low / 1.3, high * 1.3
    room = 0.1 * (high - low)
    return (low - room if low < 0 else 0.0), high + room


def _draw_curve(axes: Axes, curve: pd.DataFrame, name: str) -> None:
    colour = ROLE_COLOURS[name]
    days = _middle(curve)
    axes.plot(days, curve["value"], color=colour, linewidth=1.2, linestyle=STYLES[name])
    axes.fill_between(
        days, curve["lower"], curve["upper"], color=colour, alpha=BAND_ALPHA, linewidth=0
    )


def _middle(rows: pd.DataFrame) -> list[float]:
    return [day_number(day) + MID_MONTH_DAYS for day in rows["first_day"]]


def _each_date_once(panels: list[MonthlyPanel]) -> list[EventLine]:
    by_day: dict[date, EventLine] = {}
    for event in (event for panel in panels for event in panel.events):
        by_day.setdefault(event.day, event)
    return list(by_day.values())


def _legend(level: float) -> list[Line2D | Patch]:
    value = Line2D(
        [], [], color=ROLE_COLOURS["report"], marker=".", linestyle="none", label="published month"
    )
    lines = [
        Line2D([], [], color=ROLE_COLOURS[name], linestyle=STYLES[name], linewidth=1.2, label=label)
        for name, label in CURVES.items()
    ]
    band = Patch(
        color=GREY, alpha=BAND_ALPHA, linewidth=0, label=f"pointwise {100 * level:g} % interval"
    )
    return [value, *lines, band]


def _alt(opened: OpenStudy) -> str:
    sentences = [
        f"{fit.series.label}: "
        + " ".join(effect.sentence for effect in fit.effects if effect.shape != "trend")
        for fit in opened.monthly_fits.values()
    ]
    return f"{opened.study.title}. " + " ".join(sentences)
