"""Picture of policy synchrony: the group among all groups of the main reference set."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from analysis.exhibits.columns import two_columns
from analysis.exhibits.country_panels import OpenPanels
from analysis.exhibits.figure import Figure, Margins, empty_figure
from analysis.exhibits.policy_synchrony import synchrony_sentence
from analysis.exhibits.policy_synchrony_tests import AFTER, BEFORE, SynchronyTest
from analysis.exhibits.steady import steady
from analysis.exhibits.style import GREY, LIGHT_GREY, SMALL, VERMILION, WIDTH_INCHES

BINS: Final = 40
PANEL_INCHES: Final = 1.15
GAP_INCHES: Final = 0.6
MARGINS: Final = Margins(left=0.6, right=0.2, top=0.35, bottom=0.5, between=0.55)
TITLE: Final = (
    "Policy distance within the group among comparable groups, before and after the meeting"
)
ROOM: Final = 1.3
LEAST_PERCENT: Final = 0.05  # the axis ends where fewer groups lie


def policy_synchrony_figure(opened: OpenPanels) -> Figure:
    """Return one row an index, months before and after the meeting side by side."""
    main = opened.settings.synchrony.references[0]
    tests = [
        test
        for test in opened.synchrony
        if test.reference.name == main and test.part in (BEFORE, AFTER)
    ]
    if any(test.result is None for test in tests):
        return empty_figure("policy_synchrony_null", TITLE, tests[0].reason)
    data = steady(pd.concat([_histogram(test) for test in tests], ignore_index=True))
    return Figure(
        name="policy_synchrony_null",
        title=TITLE,
        alt=f"Policy distance. {synchrony_sentence(opened)}",
        data=data,
        draw=lambda: _draw(data, tests[0].reference.label),
    )


def _histogram(test: SynchronyTest) -> pd.DataFrame:
    """Return the shares of groups by distance, and the group's own distance in every row."""
    assert test.result is not None
    shares, edges = np.histogram(test.result.null, bins=BINS)
    return pd.DataFrame(
        {
            "index": test.index,
            "part": test.part,
            "from": edges[:-1],
            "to": edges[1:],
            "share_percent": 100 * shares / shares.sum(),
            "observed": test.result.statistic,
            "p_value": test.result.p_value,
        }
    )


def _draw(data: pd.DataFrame, label: str) -> Canvas:
    indices = list(dict.fromkeys(data["index"]))
    canvas, rows = two_columns(WIDTH_INCHES, [PANEL_INCHES] * len(indices), MARGINS, GAP_INCHES)
    for index, pair in zip(indices, rows, strict=True):
        own = data[data["index"] == index]
        top = ROOM * float(own["share_percent"].max())
        reach = float(own.loc[own["share_percent"] >= LEAST_PERCENT, "to"].max())
        for axes, part in zip(pair, (BEFORE, AFTER), strict=True):
            axes.set_xlim(0, max(reach, float(own["observed"].max())))
            _draw_panel(axes, own[own["part"] == part], top)
            axes.set_title(f"{index.replace('_', ' ')}: {part}", y=1.0, pad=3)
        pair[0].set_ylabel("% of groups", fontsize=SMALL)
    for axes in rows[-1]:
        axes.set_xlabel(f"mean distance, points (groups {label})", fontsize=SMALL)
    return canvas


def _draw_panel(axes: Axes, rows: pd.DataFrame, top: float) -> None:
    edges = np.append(rows["from"].to_numpy(), rows["to"].to_numpy()[-1])
    shares = rows["share_percent"].to_numpy()
    axes.stairs(shares, edges, fill=True, facecolor=LIGHT_GREY, edgecolor=GREY, linewidth=0.6)
    observed, p_value = float(rows["observed"].iloc[0]), float(rows["p_value"].iloc[0])
    axes.axvline(observed, color=VERMILION, linewidth=1.4)
    right = observed > axes.get_xlim()[1] / 2
    axes.annotate(
        f"the group: {observed:.1f}, p = {p_value:.2f}",
        xy=(observed, top),
        xytext=(-4 if right else 4, -2),
        ha="right" if right else "left",
        textcoords="offset points",
        va="top",
        fontsize=SMALL,
        color="black",
    )
    axes.set_ylim(0, top)
