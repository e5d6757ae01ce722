"""Correlograms of the residuals of the monthly series."""

from __future__ import annotations

from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from analysis.exhibits.figure import Figure, Margins, empty_figure, new_canvas
from analysis.exhibits.monthly import NONE
from analysis.exhibits.steady import steady
from analysis.exhibits.study_results import OpenStudy
from analysis.exhibits.style import BAND_ALPHA, GREY, ROLE_COLOURS, SMALL, WIDTH_INCHES
from analysis.models.its_diagnostics import Diagnostics, diagnose

NAME: Final = "monthly_correlograms"
TITLE: Final = "Autocorrelation left in the residuals of the monthly series, by lag in months"
KINDS: Final = ("acf", "pacf")
MARKS: Final = {"acf": ("fitted", "o"), "pacf": ("counterfactual", "D")}
WORDS: Final = {"acf": "autocorrelation", "pacf": "partial autocorrelation"}
SHIFT: Final = {"acf": -0.15, "pacf": 0.15}
PANEL_INCHES: Final = 1.05
MARGINS: Final = Margins(left=0.7, right=0.2, top=0.35, bottom=0.85, between=0.34)


def correlogram_figure(opened: OpenStudy) -> Figure:
    """Return one panel a series: ACF and PACF of what the model takes to be white, with bands."""
    found = {name: diagnose(fit) for name, fit in opened.monthly_fits.items()}
    pieces = [
        _rows(opened, name, diagnostics)
        for name, diagnostics in found.items()
        if diagnostics.correlogram is not None
    ]
    if not pieces:
        return empty_figure(NAME, TITLE, NONE)
    rows = steady(pd.concat(pieces, ignore_index=True))
    return Figure(
        name=NAME, title=TITLE, alt=_alt(opened, found), data=rows, draw=lambda: _draw(rows)
    )


def _rows(opened: OpenStudy, name: str, diagnostics: Diagnostics) -> pd.DataFrame:
    label = opened.monthly_fits[name].series.label
    table = diagnostics.correlogram.table if diagnostics.correlogram else pd.DataFrame()
    return table.assign(outcome=name, outcome_label=label)


def _draw(rows: pd.DataFrame) -> Canvas:
    series = list(dict.fromkeys(rows["outcome"]))
    canvas, grid = new_canvas(WIDTH_INCHES, [PANEL_INCHES] * len(series), MARGINS)
    for axes, name in zip(grid, series, strict=True):
        _draw_panel(axes, rows[rows["outcome"] == name])
    grid[-1].set_xlabel("lag, months", fontsize=SMALL)
    handles, labels = grid[0].get_legend_handles_labels()
    canvas.legend(handles, labels, loc="lower center", ncols=3, fontsize=SMALL)
    return canvas


def _draw_panel(axes: Axes, rows: pd.DataFrame) -> None:
    lags = rows["lag"].to_numpy(dtype=float)
    axes.fill_between(
        lags,
        -rows["acf_band"],
        rows["acf_band"],
        label="95 % band of white noise",
        color=GREY,
        alpha=BAND_ALPHA,
        linewidth=0,
    )
    for kind in KINDS:
        role, marker = MARKS[kind]
        colour, at = ROLE_COLOURS[role], lags + SHIFT[kind]
        axes.vlines(at, 0, rows[kind], color=colour, linewidth=1.0)
        axes.plot(
            at, rows[kind], marker, color=colour, markersize=3, linestyle="none", label=WORDS[kind]
        )
    axes.axhline(0.0, color=GREY, linewidth=0.8)
    axes.set_ylim(-1, 1)
    axes.set_title(rows["outcome_label"].iloc[0], y=1.0, pad=3)


def _alt(opened: OpenStudy, found: dict[str, Diagnostics]) -> str:
    said = [
        f"{opened.monthly_fits[name].series.label}: {diagnostics.correlogram.sentence}"
        for name, diagnostics in found.items()
        if diagnostics.correlogram is not None
    ]
    return f"{opened.study.title}. {' '.join(said)}"
