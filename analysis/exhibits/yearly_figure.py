"""Picture of the group beside other countries by year, with the band of groups like it."""

from __future__ import annotations

from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.exhibits.country_panels import OpenPanels
from analysis.exhibits.figure import Figure, Margins, new_canvas
from analysis.exhibits.steady import steady
from analysis.exhibits.style import BLACK, BLUE, GREY, LIGHT_GREY, SMALL, WIDTH_INCHES
from analysis.exhibits.yearly import yearly_sentence
from analysis.exhibits.yearly_fits import AVERAGE, YearlyFit

PANEL_INCHES: Final = 1.6
MARGINS: Final = Margins(left=0.75, right=0.2, top=0.35, bottom=0.65, between=0.45)
TITLE: Final = "Difference of the group from other countries by year"


def yearly_figure(opened: OpenPanels) -> Figure:
    """Return one panel an outcome: estimates with clustered intervals, and the band of groups."""
    pieces = [_rows(name, fit, opened.settings.level) for name, fit in opened.years.items()]
    data = steady(pd.concat(pieces, ignore_index=True))
    return Figure(
        name="yearly_paths",
        title=TITLE,
        alt=f"Difference by year. {yearly_sentence(opened)}",
        data=data,
        draw=lambda: _draw(data, opened),
    )


def _rows(name: str, fit: YearlyFit, level: float) -> pd.DataFrame:
    start = fit.study.cohorts[0].first_treated
    rows = pd.DataFrame(
        [
            {
                "outcome": name,
                "label": fit.outcome.label,
                "unit": fit.outcome.unit,
                "year": start + row.event_time,
                "estimate": row.estimate,
                "lower": row.lower,
                "upper": row.upper,
            }
            for row in fit.study.effects
        ]
    )
    if fit.contiguous is None:
        return rows.assign(band_lower=float("nan"), band_upper=float("nan"))
    low, high = fit.contiguous.band(level)
    bands = pd.DataFrame({"year": fit.contiguous.names, "band_lower": low, "band_upper": high})
    bands = bands[bands["year"] != AVERAGE].astype({"year": "int64"})
    return rows.merge(bands, on="year", how="left")


def _draw(data: pd.DataFrame, opened: OpenPanels) -> Canvas:
    names = list(dict.fromkeys(data["outcome"]))
    canvas, grid = new_canvas(WIDTH_INCHES, [PANEL_INCHES] * len(names), MARGINS)
    start = opened.settings.years.start
    for axes, name in zip(grid, names, strict=True):
        rows = data[data["outcome"] == name].sort_values("year")
        _draw_panel(axes, rows, start)
    grid[-1].set_xticks(range(opened.settings.years.first, opened.settings.years.last + 1))
    canvas.legend(
        handles=_legend(opened.settings.level), loc="lower center", ncols=3, fontsize=SMALL
    )
    return canvas


def _draw_panel(axes: Axes, rows: pd.DataFrame, start: int) -> None:
    base = pd.DataFrame(
        {"year": [start - 1], "estimate": [0.0], "band_lower": [0.0], "band_upper": [0.0]}
    )
    band = pd.concat([rows, base]).sort_values("year")
    axes.fill_between(
        band["year"], band["band_lower"], band["band_upper"], color=LIGHT_GREY, linewidth=0
    )
    axes.axhline(0, color=BLACK, linewidth=0.6)
    axes.axvline(start - 0.5, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
    errors = [rows["estimate"] - rows["lower"], rows["upper"] - rows["estimate"]]
    axes.errorbar(
        rows["year"], rows["estimate"], errors, fmt="o", color=BLUE, markersize=3.5, linewidth=1.1
    )
    axes.plot([start - 1], [0], "o", markerfacecolor="white", color=BLUE, markersize=4)
    axes.set_title(str(rows["label"].iloc[0]), y=1.0, pad=3)
    axes.set_ylabel(str(rows["unit"].iloc[0]), fontsize=SMALL)


def _legend(level: float) -> list[Line2D | Patch]:
    share = f"{100 * level:g} %"
    return [
        Line2D(
            [], [], color=BLUE, marker="o", label=f"group, clustered {share} interval (too short)"
        ),
        Patch(color=LIGHT_GREY, label=f"{share} of groups joined by land borders"),
        Line2D([], [], color=GREY, linestyle=(0, (4, 3)), label="start"),
    ]
