"""Dengue by country and month: reported cases, fit, and fit without the closure."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from analysis.exhibits.figure import Figure, Margins, new_canvas
from analysis.exhibits.health_dengue import dengue_sentence
from analysis.exhibits.health_dengue_checks import placebo_sentence
from analysis.exhibits.health_dengue_fits import DengueFits
from analysis.exhibits.health_rows import first_day, last_day
from analysis.exhibits.health_security import OpenHealth
from analysis.exhibits.steady import steady
from analysis.exhibits.style import (
    BAND_ALPHA,
    BLACK,
    GREY,
    LIGHT_GREY,
    ROLE_COLOURS,
    SMALL,
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

PANEL_INCHES: Final = 1.15
MARGINS: Final = Margins(left=0.75, right=0.2, top=1.2, bottom=0.65, between=0.32)
CURVES: Final = {"fitted": "fitted", "counterfactual": "without the closure"}
STYLES: Final[dict[str, Any]] = {"fitted": "-", "counterfactual": (0, (3, 1.5))}
MID_MONTH_DAYS: Final = 14
HEADROOM: Final = 3.0
LABEL_PLACE: Final = -0.075


def dengue_paths_figure(opened: OpenHealth) -> Figure:
    """Return one panel a country; the closure is shaded."""
    rows = steady(pd.concat([_rows(found) for found in opened.dengue.values()], ignore_index=True))
    return Figure(
        name="dengue_paths",
        title="Dengue as reported, with the fit and the fit without the closure",
        alt=f"Dengue as reported by country and month. {dengue_sentence(opened)} "
        f"{placebo_sentence(opened)}",
        data=rows,
        draw=lambda: _draw(opened, rows),
    )


def _rows(found: DengueFits) -> pd.DataFrame:
    """Return reported months in the window, used or left out, and the curves."""
    spec, series = found.model.spec, found.model.series
    used = set(found.fit.series.months) if found.fit else set()
    months = np.array(series.months)
    inside = (months >= spec.start) & (months <= spec.end)
    values = pd.DataFrame(
        {
            "element": ["used" if month in used else "left out" for month in months[inside]],
            "first_day": pd.to_datetime([f"{month}-01" for month in months[inside]]),
            "value": np.asarray(series.a_month)[inside],
        }
    )
    pieces = [values]
    if found.fit is not None and found.effect is not None:
        curves = found.fit.curve().rename(columns={"curve": "element"})
        kept = curves["element"].isin(CURVES)
        columns = ["element", "first_day", "value", "lower", "upper"]
        pieces.append(curves.loc[kept, columns])
    rows = pd.concat(pieces, ignore_index=True)
    days = rows["first_day"].astype("datetime64[us]")
    return rows.assign(first_day=days, iso3=found.country, unit="cases")


def _draw(opened: OpenHealth, rows: pd.DataFrame) -> Canvas:
    found = list(opened.dengue.values())
    canvas, grid = new_canvas(WIDTH_INCHES, [PANEL_INCHES] * len(found), MARGINS)
    closure = opened.settings.dengue.closure
    start, end = opened.closure.start, last_day(closure.last_month)
    window = opened.settings.dengue.window
    for axes, item in zip(grid, found, strict=True):
        axes.axvspan(day_number(start), day_number(end), color=LIGHT_GREY, alpha=0.5, linewidth=0)
        _draw_panel(axes, item, rows[rows["iso3"] == item.country])
        set_years(
            axes,
            first_day(window.start),
            last_day(window.end),
        )
        draw_event_lines(axes, [EventLine(start, closure.label)])
    draw_event_labels(grid[0], [EventLine(start, closure.label)], tail_inches=ABOVE_TITLE)
    canvas.legend(
        handles=_legend(opened.settings.level), loc="lower center", ncols=6, fontsize=SMALL
    )
    return canvas


def _draw_panel(axes: Axes, found: DengueFits, rows: pd.DataFrame) -> None:
    values = rows.loc[rows["element"].isin(["used", "left out"]), "value"]
    _set_cases(axes, float(values.min()), float(values.max()))
    for name in CURVES:
        curve = rows[rows["element"] == name]
        colour, days = ROLE_COLOURS[name], _middle(curve)
        axes.plot(days, curve["value"], color=colour, linewidth=1.1, linestyle=STYLES[name])
        axes.fill_between(
            days, curve["lower"], curve["upper"], color=colour, alpha=BAND_ALPHA, linewidth=0
        )
    for name, face in (("used", BLACK), ("left out", "white")):
        own = rows[rows["element"] == name]
        point: dict[str, Any] = {
            "markersize": 2.6,
            "markeredgewidth": 0.5,
            "markeredgecolor": BLACK,
        }
        axes.plot(_middle(own), own["value"], "o", color=face, **point)
    axes.set_title(_title(found), y=1.0, pad=3, fontsize=SMALL + 1)


def _set_cases(axes: Axes, low: float, top: float) -> None:
    """Set a log axis; one with a place for zero where a month has no case."""
    if low > 0:
        axes.set_yscale("log")
    else:
        axes.set_yscale("symlog", linthresh=1.0)
    bottom = low / HEADROOM
    axes.set_ylim(bottom, HEADROOM * top)
    every = [0.0, *(10.0**power for power in range(0, 7, 2 if low <= 0 else 1))]
    axes.yaxis.set_major_locator(FixedLocator([t for t in every if bottom <= t < HEADROOM * top]))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.set_ylabel("cases", fontsize=SMALL)
    axes.yaxis.set_label_coords(LABEL_PLACE, 0.5)


def _title(found: DengueFits) -> str:
    if found.effect is None or found.randomised is None:
        return f"{found.name}: not identified, {found.why_not}"
    estimate, p_value = found.effect.estimate, found.randomised.p_value
    change = f"{estimate:+.0f}".replace("-", "−")
    return f"{found.name}: {change} per cent under the closure, p (shifts) {p_value:.2f}"


def _middle(rows: pd.DataFrame) -> list[float]:
    return [day_number(day) + MID_MONTH_DAYS for day in rows["first_day"]]


def _legend(level: float) -> list[Line2D | Patch]:
    used, out = (
        Line2D(
            *([], []),
            color=face,
            marker="o",
            markersize=4,
            markeredgecolor=BLACK,
            linestyle="none",
            label=label,
        )
        for face, label in ((BLACK, "reported month"), ("white", "left out"))
    )
    lines = [
        Line2D([], [], color=ROLE_COLOURS[name], linestyle=STYLES[name], linewidth=1.1, label=label)
        for name, label in CURVES.items()
    ]
    band = Patch(color=GREY, alpha=BAND_ALPHA, linewidth=0, label=f"{100 * level:g} % (HAC)")
    return [used, out, *lines, band, Patch(color=LIGHT_GREY, alpha=0.5, label="closure")]
