"""Every comparable claim: how far its computed counterpart is from the middle of what is allowed.

The distance is counted in half-widths of the allowed range, so that claims in per cent, dollars
and times share one axis: within -1 and 1 a claim passes. Beyond, the axis is logarithmic.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.data_management.claim_words import DRIFT, NOT_COMPARABLE, PASS
from analysis.exhibits.claims import (
    TITLE,
    OpenClaims,
    claim_rows,
    computed_text,
    printed_text,
    range_text,
)
from analysis.exhibits.figure import Figure, Margins, empty_figure
from analysis.exhibits.listed import listed_axes, write_beside
from analysis.exhibits.style import BLUE, LIGHT_GREY, SMALL, VERMILION
from analysis.exhibits.tuples import tuples_of

NAME: Final = "claims_against_figures"
ROW: Final = 0.185
HEAD: Final = 0.28
MARGINS: Final = Margins(left=2.95, right=2.85, top=0.4, bottom=0.85)
MARKS: Final = {PASS: ("o", BLUE), DRIFT: ("X", VERMILION)}
ROOM: Final = 1.25
SHORT: Final = {"per cent": "%", "USD million": "USD m", "USD billion": "USD bn"}
TICKS: Final = (-100.0, -10.0, -1.0, 0.0, 1.0, 10.0, 100.0)


def claims_figure(opened: OpenClaims) -> Figure:
    """Return the comparable claims with printed number, computed number and allowed range."""
    data = claims_data(opened)
    if data.empty:
        reason = f"{TITLE}: 0 of {len(opened.claims)} claims can be compared."
        return empty_figure(NAME, TITLE, reason)
    return Figure(NAME, TITLE, _alt(opened, data), data, lambda: _draw(data))


def claims_data(opened: OpenClaims) -> pd.DataFrame:
    """Return the comparable claims.

    Returns
    -------
    pandas.DataFrame
        One row a claim; numbers are in `unit`, `difference` is computed less printed, `distance`
        is that of the computed number from the middle of the allowed range in half-widths.
    """
    rows = claim_rows(opened)
    rows = rows[rows["verdict"] != NOT_COMPARABLE]
    middle = (rows["allowed_lower"] + rows["allowed_upper"]) / 2
    half = (rows["allowed_upper"] - rows["allowed_lower"]) / 2
    keys = ["claim_id", "topic_label", "label", "kind", "printed", "unit", "qualifier"]
    keys += ["printed_value", "computed", "allowed_lower", "allowed_upper", "verdict"]
    found = rows[keys].assign(
        difference=rows["computed"] - rows["printed_value"],
        distance=(rows["computed"] - middle) / half,
    )
    return found.reset_index(drop=True)


def place_of(distance: float) -> float:
    """Return where a distance is drawn: as it is up to one, its logarithm beyond."""
    size = abs(distance)
    return distance if size <= 1 else float(np.sign(distance) * (1 + np.log10(size)))


def _draw(data: pd.DataFrame) -> Canvas:
    groups = list(data.groupby("topic_label", sort=False))
    height = HEAD * len(groups) + ROW * len(data)
    canvas, axes = listed_axes(height, MARGINS)
    reach = max(place_of(data["distance"].abs().max()), 1.0) + ROOM / 4
    axes.set_xlim(-reach, reach)
    axes.axvspan(-1, 1, color=LIGHT_GREY, linewidth=0, zorder=0)
    axes.axvline(0, color="black", linewidth=0.6)
    shown = [tick for tick in TICKS if abs(place_of(tick)) <= reach]
    axes.set_xticks([place_of(tick) for tick in shown], [_signed(tick) for tick in shown])
    axes.set_xlabel("half-widths of the allowed range\n(logarithmic beyond 1)")
    top = 0.0
    for topic, rows in groups:
        write_beside(axes, -0.02, top + HEAD * 0.6, str(topic), bold=True)
        top += HEAD
        for row in tuples_of(rows):
            _draw_row(axes, row, top + ROW / 2)
            top += ROW
    write_beside(axes, 1.02, -0.13, "printed: computed (allowed range)", bold=True)
    canvas.legend(handles=_legend(), loc="lower center", ncols=3, fontsize=SMALL)
    return canvas


def _draw_row(axes: Axes, row: Any, height: float) -> None:
    mark, colour = MARKS[row.verdict]
    bold = row.verdict == DRIFT
    axes.plot([place_of(row.distance)], [height], mark, color=colour, markersize=5)
    write_beside(axes, -0.02, height, row.label, bold=bold)
    unit = SHORT.get(row.unit, row.unit)
    told = f"{printed_text(row)}: {computed_text(row)} ({range_text(row)}) {unit}"
    write_beside(axes, 1.02, height, told, bold=bold)


def _signed(number: float) -> str:
    return f"{number:+g}".replace("-", "−") if number else "0"


def _legend() -> list[Any]:
    marks = [
        Line2D([], [], marker=mark, color=colour, linestyle="none", label=word)
        for word, (mark, colour) in MARKS.items()
    ]
    return [*marks, Patch(color=LIGHT_GREY, label="allowed range")]


def _alt(opened: OpenClaims, data: pd.DataFrame) -> str:
    drifted = data[data["verdict"] == DRIFT]
    told = "; ".join(
        f"{row.label}: printed {printed_text(row)}, computed {computed_text(row)} {row.unit} "
        f"(allowed {range_text(row)})"
        for row in tuples_of(drifted)
    )
    passed, whole = len(data) - len(drifted), len(opened.claims)
    drift = f"{len(drifted)} drift. {told}." if told else "none drifts."
    return (
        f"{TITLE}: of {whole} claims {whole - len(data)} cannot be compared, {passed} pass and "
        f"{drift}"
    )
