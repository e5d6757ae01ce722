"""The evidence matrix as a heat table: shaded by which zone shows more of the problem."""

from __future__ import annotations

import textwrap
from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Patch, Rectangle

from analysis.exhibits.figure import Figure, Margins, empty_figure, new_canvas
from analysis.exhibits.style import EVIDENCE_COLOURS, GREY, MIDDLE_GREY, SMALL, WIDTH_INCHES
from analysis.exhibits.zones_evidence import NO_DATA, evidence, shown
from analysis.exhibits.zones_frame_results import OpenZonesFrame

NAME: Final = "evidence_heat_table"
TITLE: Final = "Evidence for six problems of cross-border zones, zone by zone"
MARGINS: Final = Margins(left=0.15, right=0.15, top=0.3, bottom=0.45)
EDGES: Final = (0.0, 1.4, 4.6, 6.25, 7.9)  # inches: problem, indicator, one column a zone
HEAD: Final = 0.3
ROW: Final = 0.36
LETTERS: Final = {"problem": 21, "indicator": 50}
LABELS: Final = {
    "more": "more of the problem than at the other zone",
    "less": "less of it",
    "no comparison": "one zone only, or equal",
    NO_DATA: "no data",
}


def evidence_figure(opened: OpenZonesFrame) -> Figure:
    """Return the evidence matrix as a shaded table."""
    data = evidence(opened)
    if data.empty:
        return empty_figure(NAME, TITLE, "Evidence for six problems: no indicator is declared.")
    return Figure(
        name=NAME,
        title=TITLE,
        alt=_alt(opened, data),
        data=data.drop(columns="countermeasure"),
        draw=lambda: _draw(opened, data),
    )


def _draw(opened: OpenZonesFrame, data: pd.DataFrame) -> Canvas:
    lines = list(data.groupby(["rank", "problem_label", "label"], sort=False))
    height = HEAD + ROW * len(lines)
    canvas, (axes,) = new_canvas(WIDTH_INCHES, [height], MARGINS)
    axes.set_xlim(0, EDGES[-1])
    axes.set_ylim(height, 0)
    axes.set_axis_off()
    _draw_head(axes, opened)
    last = None
    for at, ((_, problem, label), rows) in enumerate(lines):
        top = HEAD + at * ROW
        if problem != last:
            axes.plot([0, EDGES[-1]], [top, top], color="black", linewidth=0.7)
            _write(axes, EDGES[0], top, str(problem), LETTERS["problem"], bold=True)
        last = problem
        _write(axes, EDGES[1], top, _named(str(label), rows), LETTERS["indicator"])
        for column, zone in enumerate(opened.zones, 2):
            _draw_cell(axes, column, top, rows[rows["zone"] == zone].iloc[0])
    handles = [
        Patch(facecolor=_colour(key), edgecolor=GREY, hatch=_hatch(key), linewidth=0.4, label=label)
        for key, label in LABELS.items()
    ]
    canvas.legend(handles=handles, loc="lower center", ncols=4, fontsize=SMALL)
    return canvas


def _named(label: str, rows: pd.DataFrame) -> str:
    unit = next((unit for unit in rows["unit"] if unit), "")
    kind = " [stand-in]" if rows["directness"].iloc[0] == "stand-in" else ""
    return f"{label}{', ' if unit else ''}{unit}{kind}"


def _draw_head(axes: Axes, opened: OpenZonesFrame) -> None:
    for left, text in zip(EDGES[:2], ("Problem", "Indicator"), strict=True):
        axes.text(left, HEAD / 2, text, fontweight="bold", fontsize=SMALL, va="center")
    for column, label in enumerate(opened.zones.values(), 2):
        middle = (EDGES[column] + EDGES[column + 1]) / 2
        axes.text(
            middle, HEAD / 2, label, fontweight="bold", fontsize=SMALL, ha="center", va="center"
        )


def _write(
    axes: Axes, left: float, top: float, text: str, letters: int, *, bold: bool = False
) -> None:
    axes.text(
        left,
        top + ROW / 2,
        textwrap.fill(text, letters),
        fontsize=SMALL,
        va="center",
        fontweight="bold" if bold else "normal",
        linespacing=1.0,
    )


def _draw_cell(axes: Axes, column: int, top: float, row: pd.Series) -> None:
    left, right = EDGES[column], EDGES[column + 1]
    axes.add_patch(
        Rectangle(
            (left, top),
            right - left,
            ROW,
            facecolor=_colour(row["standing"]),
            edgecolor="white" if row["standing"] != NO_DATA else MIDDLE_GREY,
            hatch=_hatch(row["standing"]),
            linewidth=1.0,
        )
    )
    label = shown(row["value"])
    period = f"\n{row['period']}" if row["period"] else ""
    axes.text(
        (left + right) / 2,
        top + ROW / 2,
        f"{label}{period}",
        fontsize=SMALL,
        ha="center",
        va="center",
        linespacing=1.0,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6} if not period else None,
    )


def _colour(standing: str) -> str:
    return EVIDENCE_COLOURS.get(standing, EVIDENCE_COLOURS["equal"])


def _hatch(standing: str) -> str:
    return "////" if standing == NO_DATA else ""


def _alt(opened: OpenZonesFrame, data: pd.DataFrame) -> str:
    told = []
    for (_, problem), rows in data.groupby(["rank", "problem_label"], sort=False):
        parts = []
        for label, mine in rows.groupby("label", sort=False):
            values = mine.set_index("zone")["value"]
            pairs = ", ".join(
                f"{opened.zones[zone]} {shown(values[zone])}" for zone in values.index
            )
            parts.append(f"{label}: {pairs}")
        told.append(f"{problem}. {'; '.join(parts)}.")
    missing = int((data["standing"] == NO_DATA).sum())
    return f"{TITLE}: {missing} of {len(data)} cells have no data. {' '.join(told)}"
