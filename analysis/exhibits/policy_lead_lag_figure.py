"""Picture of lead and lag: correlation by lag, with what chance alone gives."""

from __future__ import annotations

from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D

from analysis.exhibits.columns import two_columns
from analysis.exhibits.country_panels import OpenPanels
from analysis.exhibits.figure import Figure, Margins
from analysis.exhibits.policy_lead_lag import (
    OWN,
    WHOLE,
    LeadLagTest,
    lead_lag_frame,
    lead_lag_sentence,
    lead_lag_tests,
)
from analysis.exhibits.steady import steady
from analysis.exhibits.style import BLACK, BLUE, SMALL, VERMILION, WIDTH_INCHES

PANEL_INCHES: Final = 1.25
GAP_INCHES: Final = 0.6
MARGINS: Final = Margins(left=0.6, right=0.15, top=0.35, bottom=0.8, between=0.5)
COLOURS: Final = {WHOLE: BLUE, OWN: VERMILION}
OFFSETS: Final = {WHOLE: -0.12, OWN: 0.12}
TITLE: Final = "Correlation of monthly policy changes by lag"
MOST_WINDOWS: Final = 2


def policy_lead_lag_figure(opened: OpenPanels) -> Figure:
    """Return one row a neighbour; the first two windows side by side."""
    tests = lead_lag_tests(opened)
    data = steady(pd.concat([_rows(test, opened) for test in tests], ignore_index=True))
    return Figure(
        name="policy_lead_lag_paths",
        title=TITLE,
        alt=f"Correlation by lag. {lead_lag_sentence(opened, lead_lag_frame(opened))}",
        data=data,
        draw=lambda: _draw(data, opened),
    )


def _rows(test: LeadLagTest, opened: OpenPanels) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "neighbour": opened.names[test.neighbour],
            "changes": test.changes,
            "start": test.start,
            "lag": test.result.lags,
            "correlation": test.result.correlations,
            "bound": test.result.bound,
        }
    )


def _draw(data: pd.DataFrame, opened: OpenPanels) -> Canvas:
    neighbours = list(dict.fromkeys(data["neighbour"]))
    starts = list(dict.fromkeys(data["start"]))[:MOST_WINDOWS]
    canvas, rows = two_columns(WIDTH_INCHES, [PANEL_INCHES] * len(neighbours), MARGINS, GAP_INCHES)
    for name, pair in zip(neighbours, rows, strict=True):
        for axes, start in zip(pair, starts, strict=False):
            _draw_panel(axes, data[(data["neighbour"] == name) & (data["start"] == start)])
            axes.set_title(f"{name}, from {start}", y=1.0, pad=3)
        for axes in pair[len(starts) :]:
            axes.set_visible(False)
        pair[0].set_ylabel("correlation", fontsize=SMALL)
    province = opened.names[opened.settings.lead_lag.province]
    for axes in rows[-1]:
        axes.set_xlabel(f"lag in months; positive: {province} moves first", fontsize=SMALL)
    share = f"{100 * opened.settings.level:g} %"
    canvas.legend(handles=_legend(share), loc="lower center", ncols=3, fontsize=SMALL)
    return canvas


def _draw_panel(axes: Axes, rows: pd.DataFrame) -> None:
    axes.axhline(0, color=BLACK, linewidth=0.6)
    for kind, part in rows.groupby("changes", sort=False):
        at = part["lag"] + OFFSETS[str(kind)]
        axes.vlines(at, 0, part["correlation"], color=COLOURS[str(kind)], linewidth=2.2)
        bound = float(part["bound"].iloc[0])
        for level in (-bound, bound):
            axes.axhline(level, color=COLOURS[str(kind)], linewidth=0.8, linestyle=(0, (4, 3)))
    axes.set_ylim(-1, 1)


def _legend(share: str) -> list[Line2D]:
    lines = [Line2D([], [], color=COLOURS[kind], linewidth=2.2, label=kind) for kind in COLOURS]
    bound = Line2D(
        [],
        [],
        color=BLACK,
        linewidth=0.8,
        linestyle=(0, (4, 3)),
        label=f"{share} of permutations stay within at all lags",
    )
    return [*lines, bound]
