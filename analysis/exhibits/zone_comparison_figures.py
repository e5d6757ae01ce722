"""The picture of the comparison of zones: effects with intervals, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D

from analysis.exhibits.figure import Figure, Margins, empty_figure, new_canvas
from analysis.exhibits.steady import steady
from analysis.exhibits.style import (
    BLUE,
    GREY,
    SMALL,
    WIDTH_INCHES,
)
from analysis.exhibits.zone_comparison import effects_frame
from analysis.exhibits.zone_comparison_results import OpenStudies
from analysis.exhibits.zone_comparison_rows import dress, laid_out, left_margin, records
from analysis.settings.zone_comparison import GATES

FOREST_TITLE: Final = "Effects of closure and reopening by zone and gate, with intervals"
FOREST_MARGINS: Final = {"right": 1.55, "top": 0.15, "bottom": 0.75}
LOWEST: Final = -97.0
HIGHEST: Final = 3_500.0
TICKS: Final = (-99.9, -99, -95, -80, -50, 0, 100, 300, 900, 2_900, 9_900, 99_900)
BESIDE: Final = 0.2  # room beside an estimate that lies further out, on the log scale
WHOLE: Final = -99.0  # per cent below which a whole number would hide what is left
OWN_EVENTS: Final = "Own events of the gates"
NOT_KNOWN: Final = frozenset({"not identified", "no such event", "not in the joint model"})


def effects_by_zone_figure(opened: OpenStudies) -> Figure:
    """Return every effect with its interval by event, `not identified` with the reason."""
    data = steady(_forest_data(opened))
    if data.empty:
        reason = "Effects of closure and reopening: no outcome or gate has an event to compare."
        return empty_figure("effects_by_zone", FOREST_TITLE, reason)
    return Figure(
        name="effects_by_zone",
        title=FOREST_TITLE,
        alt=_forest_alt(data),
        data=data,
        draw=lambda: _draw_forest(data, opened.settings.level),
    )


def _forest_data(opened: OpenStudies) -> pd.DataFrame:
    """Return the compared effects, then the gates' own events under one heading."""
    compared = effects_frame(opened)
    common = {event.interventions.get(GATES) for event in opened.settings.events}
    own = [
        {
            "event": effect.name,
            "event_label": OWN_EVENTS,
            "side_label": f"{side.label}: {effect.label}",
            **{key: getattr(effect, key) for key in ("start", "estimate", "lower", "upper")},
            "verdict": effect.verdict,
            "reason": effect.reason,
        }
        for side in opened.sides.values()
        if side.study == GATES
        for effect in side.effects
        if effect.name not in common and effect.shape != "trend"
    ]
    rows = pd.concat([compared, pd.DataFrame(own)], ignore_index=True)
    columns = ["event", "event_label", "side_label", "start", "estimate", "lower", "upper"]
    rows = rows[[*columns, "verdict", "reason"]]
    return rows.astype(dict.fromkeys(("estimate", "lower", "upper"), "float64"))


def _draw_forest(data: pd.DataFrame, level: float) -> Canvas:
    lines, bottom = laid_out(data, "event_label", "side_label")
    margins = Margins(left=left_margin(lines), **FOREST_MARGINS)
    canvas, (axes,) = new_canvas(WIDTH_INCHES, [bottom], margins)
    _set_range(axes, data["estimate"])
    axes.axvline(0.0, color="black", linewidth=0.8)
    rows = records(data)
    for line in lines:
        if line.row is not None:
            _draw_effect(axes, rows[line.row], line.middle)
    dress(axes, lines, bottom)
    axes.set_xlabel("change of the daily flow, % (logarithmic scale)")
    canvas.legend(handles=_forest_legend(level), loc="lower center", ncols=3, fontsize=SMALL)
    return canvas


def _set_range(axes: Axes, estimates: pd.Series) -> None:
    """Set the axis so that every estimate is on it; intervals may run out of it."""
    places = [_place(value) for value in estimates.dropna()]
    left = min([_place(LOWEST), *(place - BESIDE for place in places)])
    right = max([_place(HIGHEST), *(place + BESIDE for place in places)])
    ticks = [tick for tick in TICKS if left <= _place(tick) <= right]
    axes.set_xlim(left, right)
    axes.set_xticks([_place(tick) for tick in ticks], [_signed(tick) for tick in ticks])


def _place(percent: float) -> float:
    return float(np.log1p(percent / 100))


def _signed(percent: float) -> str:
    digits = 1 if percent < WHOLE else 0
    return f"{percent:+,.{digits}f}".replace("-", "−").replace(",", "\u202f") if percent else "0"


def _draw_effect(axes: Axes, row: Mapping[str, object], height: float) -> None:
    if row["verdict"] in NOT_KNOWN:
        _write_reason(axes, row, height)
        return
    low, middle, high = (_place(float(str(row[key]))) for key in ("lower", "estimate", "upper"))
    colour = BLUE if row["verdict"] == "identified" else GREY
    left, right = axes.get_xlim()
    axes.plot([max(low, left), min(high, right)], [height] * 2, color=colour, linewidth=1.3)
    for edge, mark, beyond in ((left, "<", low < left), (right, ">", high > right)):
        if beyond:
            axes.plot([edge], [height], mark, color=colour, markersize=4, clip_on=False)
    axes.plot([middle], [height], "o", color=colour, markersize=4.5)
    numbers = " to ".join(_signed(float(str(row[key]))) for key in ("lower", "upper"))
    words = f"{_signed(float(str(row['estimate'])))}  ({numbers})"
    axes.annotate(
        words,
        xy=(1.02, height),
        xycoords=("axes fraction", "data"),
        va="center",
        fontsize=SMALL,
        annotation_clip=False,
    )


def _write_reason(axes: Axes, row: Mapping[str, object], height: float) -> None:
    axes.annotate(
        f"{row['verdict']}: {row['reason']}",
        xy=(0.01, height),
        xycoords=("axes fraction", "data"),
        va="center",
        fontsize=SMALL,
        style="italic",
        color=GREY,
        annotation_clip=False,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
    )


def _forest_legend(level: float) -> list[Line2D]:
    label = f"estimate and {100 * level:g} % interval"
    marks = {"color": BLUE, "marker": "o", "markersize": 4.5, "linewidth": 1.3}
    weak = marks | {"color": GREY}
    beyond = {"color": BLUE, "marker": ">", "markersize": 4, "linestyle": "none"}
    return [
        Line2D([], [], label=label, **marks),  # type: ignore[arg-type]
        Line2D([], [], label="weakly identified", **weak),  # type: ignore[arg-type]
        Line2D([], [], label="interval goes on", **beyond),  # type: ignore[arg-type]
    ]


def _forest_alt(data: pd.DataFrame) -> str:
    sentences = []
    for label, rows in data.groupby("event_label", sort=False):
        known = rows[~rows["verdict"].isin(NOT_KNOWN)]
        told = "; ".join(
            f"{row.side_label} {row.estimate:+.0f} per cent ({row.lower:+.0f} to {row.upper:+.0f})"
            for row in known.itertuples(index=False)
        )
        unknown = ", ".join(rows.loc[rows["verdict"].isin(NOT_KNOWN), "side_label"])
        parts = [told] if told else []
        parts += [f"not identified: {unknown}"] if unknown else []
        sentences.append(f"{label}: {'; '.join(parts)}.")
    return "Effects of closure and reopening by zone and gate. " + " ".join(sentences)
