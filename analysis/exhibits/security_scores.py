"""Scores of crime and resilience in two editions: table and slope chart."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from analysis.exhibits.columns import paired_panels
from analysis.exhibits.figure import Figure, Margins
from analysis.exhibits.security_results import OpenSecurity
from analysis.exhibits.steady import steady
from analysis.exhibits.style import BLACK, SERIES_COLOURS, SMALL, TINY
from analysis.exhibits.table import Column, Table
from analysis.exhibits.timeline import spread

PANEL_INCHES: Final = 1.75
MARGINS: Final = Margins(left=0.45, right=0.98, top=0.35, bottom=0.55, between=0.5)
GAP_INCHES: Final = 1.5
LABEL_INCHES: Final = 0.125
DODGE: Final = 0.012
SCALE: Final = (1.0, 10.0)
CLEAR: Final = "more than rounding"
SAME: Final = "no change"
WITHIN: Final = "within rounding"
COLUMNS: Final = (
    *("indicator", "label", "kind", "iso3", "country", "first", "last", "half_step"),
    *("change", "smallest", "largest", "reading"),
)


def scores_frame(opened: OpenSecurity) -> pd.DataFrame:
    """Return one row a score and country: both years, the change, and what rounding leaves of it.

    A score printed in steps stands for anything within half a step, so a change of two such
    scores stands for anything within a whole step.
    """
    block = opened.blocks.scores
    rows = [
        _row(opened, indicator, kind, iso3)
        for kind, indicators in (("crime", block.crime), ("resilience", block.resilience))
        for indicator in indicators
        for iso3 in opened.blocks.countries
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(opened: OpenSecurity, indicator: str, kind: str, iso3: str) -> dict[str, object]:
    block = opened.blocks.scores
    values = opened.values(indicator)[iso3]
    first, last = (float(values.loc[year]) for year in block.years)
    change = last - first
    size = round(abs(change), 9)
    reading = SAME if size == 0 else WITHIN if size <= block.step else CLEAR
    return {
        "indicator": indicator,
        "label": opened.labels[indicator].removeprefix("Resilience: ").capitalize(),
        "kind": kind,
        "iso3": iso3,
        "country": opened.names[iso3],
        "first": first,
        "last": last,
        "half_step": block.step / 2,
        "change": change,
        "smallest": change - block.step,
        "largest": change + block.step,
        "reading": reading,
    }


def scores_sentence(opened: OpenSecurity, kind: str) -> str:
    """Say which changes of one kind of score rounding cannot explain."""
    frame = scores_frame(opened)
    own = frame[frame["kind"] == kind]
    clear = own[own["reading"] == CLEAR]
    first, last = opened.blocks.scores.years
    listed = "; ".join(
        f"{row.country}, {str(row.label).lower()} {row.first:g} to {row.last:g}"
        for row in clear.itertuples()
    )
    said = f": {listed}" if listed else ""
    return (
        f"Between {first} and {last}, {len(clear)} of {len(own)} {kind} scores changed by more "
        f"than rounding can (more than {opened.blocks.scores.step:g}){said}."
    )


def scores_table(opened: OpenSecurity) -> Table:
    """Return both editions of every score, with its resolution."""
    first, last = opened.blocks.scores.years
    frame = scores_frame(opened)
    half = opened.blocks.scores.step / 2
    shown = frame.assign(
        first_shown=[f"{value:g} ± {half:g}" for value in frame["first"]],
        last_shown=[f"{value:g} ± {half:g}" for value in frame["last"]],
    )
    return Table(
        name="security_scores",
        title=f"Crime and resilience, {first} and {last}: scores of experts",
        frame=shown,
        columns=(
            Column("label", "Score"),
            Column("kind", "A higher score is more"),
            Column("country", "Country"),
            Column("first_shown", str(first)),
            Column("last_shown", str(last)),
            Column("change", "Change", "2"),
            Column("smallest", "Least", "2"),
            Column("largest", "Most", "2"),
            Column("reading", "Reading"),
        ),
        note=(
            f"Scores from {SCALE[0]:g} to {SCALE[1]:g} for whole countries in steps of "
            f"{2 * half:g} (resilience is the mean of such scores); ± is the resolution of the "
            "scale alone. The publisher states no error of judgement, so the true uncertainty is "
            "larger. Experts see what is reported: crime that stays hidden is under-scored. The "
            "average of criminality is left out, since the later edition counts markets that the "
            f"earlier one does not. {scores_sentence(opened, 'crime')} "
            f"{scores_sentence(opened, 'resilience')}"
        ),
    )


def scores_figure(opened: OpenSecurity) -> Figure:
    """Return one panel a score: lines from the first to the second edition, with resolution."""
    first, last = opened.blocks.scores.years
    data = steady(scores_frame(opened))
    title = f"Crime and resilience from {first} to {last}, six countries"
    return Figure(
        name="security_score_slopes",
        title=title,
        alt=(
            f"{title}. Lines from one edition to the next; bars are half a step of the scale. "
            f"{scores_sentence(opened, 'crime')} {scores_sentence(opened, 'resilience')}"
        ),
        data=data,
        draw=lambda: _draw(data, opened),
    )


def _draw(data: pd.DataFrame, opened: OpenSecurity) -> Canvas:
    names = list(dict.fromkeys(data["indicator"]))
    canvas, panels = paired_panels(len(names), PANEL_INCHES, MARGINS, GAP_INCHES)
    for axes, name in zip(panels, names, strict=True):
        _panel(axes, data[data["indicator"] == name], opened)
    canvas.text(
        0.5,
        0.012,
        "Bars: resolution of the scale (half a step); the error of judgement is not stated. "
        "Whole countries, not border areas.",
        ha="center",
        va="bottom",
        fontsize=SMALL,
    )
    return canvas


def _panel(axes: Axes, rows: pd.DataFrame, opened: OpenSecurity) -> None:
    order = rows.sort_values(["last", "country"]).reset_index(drop=True)
    places = spread(
        order["last"].to_numpy(),
        np.full(len(order), LABEL_INCHES * (SCALE[1] - SCALE[0]) / PANEL_INCHES),
    )
    middle = (len(order) - 1) / 2
    codes = list(opened.blocks.countries)
    for place, (row, y) in enumerate(zip(order.itertuples(), places, strict=True)):
        colour = SERIES_COLOURS[codes.index(str(row.iso3))]
        shift = DODGE * (place - middle)
        axes.errorbar(
            [shift, 1 + shift],
            np.array([row.first, row.last], dtype=float),
            yerr=row_half(rows),
            fmt="o-",
            color=colour,
            markersize=3,
            linewidth=1.2,
            elinewidth=0.6,
        )
        axes.annotate(
            f"{row.country} {row.last:g}",
            xy=(1 + shift, row.last),
            xytext=(1.12, y),
            fontsize=TINY,
            va="center",
            color=BLACK,
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.5, "shrinkB": 2},
        )
    axes.set_xlim(-0.1, 1.08)
    axes.set_ylim(SCALE[0], SCALE[1] + row_half(rows))
    axes.set_yticks(range(2, int(SCALE[1]) + 1, 2))
    axes.set_xticks([0, 1], [str(year) for year in opened.blocks.scores.years])
    kind = str(rows["kind"].iloc[0])
    label = str(rows["label"].iloc[0]).split(",")[0]
    axes.set_title(label, y=1.0, pad=3)
    axes.set_ylabel(f"more {kind} →", fontsize=TINY)


def row_half(rows: pd.DataFrame) -> float:
    """Return half a step of the scale, the same in every row."""
    return float(rows["half_step"].iloc[0])
