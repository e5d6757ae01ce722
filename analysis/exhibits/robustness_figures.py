"""Pictures of robustness: every specification of an effect, and every check of a change."""

from __future__ import annotations

import textwrap
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter

from analysis.exhibits.figure import Figure, Margins, empty_figure, new_canvas
from analysis.exhibits.robustness_results import Robustness
from analysis.exhibits.style import (
    CHECK_MARKS,
    GREY,
    MIDDLE_GREY,
    ROLE_COLOURS,
    SMALL,
    TINY,
    WIDTH_INCHES,
)

ROW_INCHES: Final = 0.62
MARK_ROW_INCHES: Final = 0.36
MARGINS: Final = Margins(left=2.6, right=1.0, top=0.3, bottom=0.85)
MARK_MARGINS: Final = Margins(left=3.0, right=0.2, top=1.75, bottom=0.55)
LABEL_LETTERS: Final = 36
LONGEST_LABEL: Final = 58
FILLED: Final = 0.8  # share of a row that its specifications take
PERCENTS: Final = (-99, -90, -75, -50, 0, 100, 300, 900, 2900)
WIDEST: Final = (-99.5, 4900.0)
SPECIFICATIONS_TITLE: Final = "Every reasonable specification of each effect on a published series"
CHECKS_TITLE: Final = "Robustness checks of each change in a monthly series"
NO_CHECKS: Final = "The study file names no monthly series."


def specifications_figure(found: Robustness) -> Figure:
    """Return one band an effect: all specifications, sorted, with the main one marked."""
    known = found.specifications.dropna(subset=["estimate"])
    order = ["outcome", "name", "estimate", "specification"]
    ranked = known.sort_values(order, ignore_index=True)
    if ranked.empty:
        reason = "No specification identifies an effect."
        return empty_figure("specification_curves", SPECIFICATIONS_TITLE, reason)
    summary = found.summary[found.summary["identified"] > 0].reset_index(drop=True)
    return Figure(
        name="specification_curves",
        title=SPECIFICATIONS_TITLE,
        alt=_specifications_alt(found, summary),
        data=ranked,
        draw=lambda: _draw_specifications(ranked, summary),
    )


def _draw_specifications(ranked: pd.DataFrame, summary: pd.DataFrame) -> Canvas:
    canvas, (axes,) = new_canvas(WIDTH_INCHES, [ROW_INCHES * len(summary)], MARGINS)
    for place, row in enumerate(summary.to_dict("records")):
        mine = (ranked["outcome"] == row["outcome"]) & (ranked["name"] == row["name"])
        _draw_band(axes, ranked[mine], len(summary) - 1 - place)
        _note_share(axes, row["share_agreeing"], len(summary) - 1 - place)
    labels = [
        textwrap.fill(f"{row['outcome_label']}: {row['label']}", LABEL_LETTERS)
        for row in summary.to_dict("records")
    ]
    axes.set_yticks(range(len(summary))[::-1], labels, fontsize=SMALL)
    axes.set_ylim(-0.5, len(summary) - 0.5)
    axes.axvline(0.0, color=GREY, linewidth=0.8)
    _percent_axis(axes)
    canvas.legend(handles=_specification_legend(), loc="lower center", ncols=3, fontsize=SMALL)
    return canvas


def _draw_band(axes: Axes, rows: pd.DataFrame, place: int) -> None:
    heights = place + FILLED * (np.linspace(0, 1, len(rows)) - 0.5 if len(rows) > 1 else 0.0)
    lower, upper = (_ratio(rows[name]) for name in ("lower", "upper"))
    axes.hlines(heights, lower, upper, color=MIDDLE_GREY, linewidth=0.6)
    axes.plot(_ratio(rows["estimate"]), heights, ".", color=ROLE_COLOURS["fitted"], markersize=3)
    main = rows["is_main"].to_numpy()
    at = np.broadcast_to(heights, len(rows))[main]
    axes.plot(
        _ratio(rows["estimate"])[main], at, "D", color=ROLE_COLOURS["counterfactual"], markersize=5
    )


def _note_share(axes: Axes, share: float | None, place: int) -> None:
    text = "main not identified" if share is None or pd.isna(share) else f"{share:.0%} agree"
    axes.annotate(
        text,
        xy=(1.01, place),
        xycoords=("axes fraction", "data"),
        fontsize=SMALL,
        va="center",
        annotation_clip=False,
    )


def _ratio(percent: pd.Series) -> np.ndarray:
    """Return the logarithm of the ratio that a percentage means, within the axis."""
    inside = percent.astype(float).clip(*WIDEST).to_numpy()
    return np.asarray(np.log1p(inside / 100))


def _percent_axis(axes: Axes) -> None:
    axes.set_xlim(*(np.log1p(value / 100) for value in WIDEST))
    axes.xaxis.set_major_locator(FixedLocator([float(np.log1p(p / 100)) for p in PERCENTS]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{100 * np.expm1(x):+.0f}"))
    axes.set_xlabel("effect, per cent (equal distances are equal ratios)", fontsize=SMALL)


def _specification_legend() -> list[Line2D]:
    return [
        Line2D(
            [],
            [],
            color=ROLE_COLOURS["fitted"],
            marker=".",
            linestyle="none",
            label="one specification",
        ),
        Line2D([], [], color=MIDDLE_GREY, linewidth=1.5, label="its interval"),
        Line2D(
            [],
            [],
            color=ROLE_COLOURS["counterfactual"],
            marker="D",
            markersize=5,
            linestyle="none",
            label="as in the study file",
        ),
    ]


def _specifications_alt(found: Robustness, summary: pd.DataFrame) -> str:
    said = [
        f"{row['outcome_label']}, {row['label']}: identified in {row['identified']} of "
        f"{row['specifications']} specifications, median {row['median']:+.0f} per cent, "
        f"from {row['lowest']:+.0f} to {row['highest']:+.0f}"
        for row in summary.to_dict("records")
    ]
    return f"{found.title}. {'; '.join(said)}."


def checks_figure(found: Robustness) -> Figure:
    """Return a matrix of checks: one row a change, one column a check, its mark and p-value."""
    if found.checks.empty:
        return empty_figure("check_matrix", CHECKS_TITLE, NO_CHECKS)
    rows = found.checks[
        ["outcome", "outcome_label", "effect", "effect_label", "check", "title", "holds", "p_value"]
    ]
    return Figure(
        name="check_matrix",
        title=CHECKS_TITLE,
        alt=_checks_alt(found),
        data=rows,
        draw=lambda: _draw_checks(rows),
    )


def _draw_checks(rows: pd.DataFrame) -> Canvas:
    changes = list(dict.fromkeys(zip(rows["outcome_label"], rows["effect_label"], strict=True)))
    checks = list(dict.fromkeys(rows["title"]))
    canvas, (axes,) = new_canvas(WIDTH_INCHES, [MARK_ROW_INCHES * len(changes)], MARK_MARGINS)
    for row in rows.to_dict("records"):
        place = len(changes) - 1 - changes.index((row["outcome_label"], row["effect_label"]))
        _draw_mark(axes, checks.index(row["title"]), place, row["holds"], row["p_value"])
    labels = [
        textwrap.shorten(f"{event}: {series}", LONGEST_LABEL, placeholder=" …")
        for series, event in changes
    ]
    axes.set_yticks(range(len(changes))[::-1], labels, fontsize=TINY)
    axes.set_xticks(
        range(len(checks)),
        [textwrap.fill(title, 24) for title in checks],
        rotation=90,
        fontsize=SMALL,
    )
    axes.tick_params(length=0, labeltop=True, labelbottom=False)
    axes.set_xlim(-0.5, len(checks) - 0.5)
    axes.set_ylim(-0.5, len(changes) - 0.5)
    axes.grid(visible=False)
    canvas.legend(handles=_mark_legend(), loc="lower center", ncols=4, fontsize=SMALL)
    return canvas


def _draw_mark(axes: Axes, x: int, y: int, holds: str, p_value: float) -> None:
    marker, colour = CHECK_MARKS[holds]
    axes.plot(x, y + 0.12, marker, color=colour, markersize=6)
    if pd.notna(p_value):
        axes.text(x, y - 0.3, f"{p_value:.3f}", ha="center", va="center", fontsize=TINY, color=GREY)


def _mark_legend() -> list[Line2D]:
    words = {"yes": "holds", "no": "does not hold", "cannot say": "cannot say"}
    return [
        Line2D([], [], marker=marker, color=colour, linestyle="none", label=words[holds])
        for holds, (marker, colour) in CHECK_MARKS.items()
    ]


def _checks_alt(found: Robustness) -> str:
    counts = found.checks.groupby(["outcome_label", "effect_label"], sort=False)["holds"]
    said = [
        f"{series}, {event}: {(holds == 'yes').sum()} of {len(holds)} checks hold, "
        f"{(holds == 'no').sum()} do not"
        for (series, event), holds in counts
    ]
    return f"{found.title}. {'; '.join(said)}."
