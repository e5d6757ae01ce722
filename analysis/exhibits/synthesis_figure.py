"""Forest plot of the identified findings, with how robust each is."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D

from analysis.exhibits.figure import Figure, Margins, empty_figure
from analysis.exhibits.listed import listed_axes, write_beside
from analysis.exhibits.style import BLUE, GREY, SMALL
from analysis.exhibits.synthesis import findings
from analysis.exhibits.synthesis_results import OpenSynthesis
from analysis.exhibits.tuples import tuples_of

NAME: Final = "findings_forest"
TITLE: Final = "Findings that are identified, with intervals and robustness"
PER_CENT: Final = "per cent"
ROW: Final = 0.21
HEAD: Final = 0.3
MARGINS: Final = Margins(left=4.25, right=1.75, top=0.35, bottom=0.85)
LOWEST: Final = -99.5
HIGHEST: Final = 6_000.0
TICKS: Final = (-99, -90, 0, 900)
LETTERS: Final = 74


def forest_figure(opened: OpenSynthesis) -> Figure:
    """Return every identified effect in per cent with its interval and its robustness."""
    data = forest_data(opened)
    if data.empty:
        return empty_figure(NAME, TITLE, "Findings that are identified: there is none, 0 of 0.")
    return Figure(
        name=NAME, title=TITLE, alt=_alt(opened, data), data=data, draw=lambda: _draw(data)
    )


def forest_data(opened: OpenSynthesis) -> pd.DataFrame:
    """Return the identified findings in per cent, by study and kind; `clear` tells zero apart."""
    frame = findings(opened)
    shown = frame[(frame["verdict"] == "identified") & (frame["unit"] == PER_CENT)]
    keys = ["study_title", "kind", "outcome_label", "label", "estimate", "lower", "upper"]
    rows = shown[[*keys, "robustness", "agreeing", "specifications", "holds", "fails"]]
    clear = (rows["lower"] > 0) | (rows["upper"] < 0)
    return rows.assign(clear=clear).reset_index(drop=True)


def _draw(data: pd.DataFrame) -> Canvas:
    groups = list(data.groupby(["study_title", "kind"], sort=False))
    height = sum(HEAD + ROW * len(rows) for _, rows in groups)
    canvas, axes = listed_axes(height, MARGINS)
    axes.set_xlim(_place(LOWEST), _place(HIGHEST))
    axes.set_xticks([_place(tick) for tick in TICKS], [_signed(tick) for tick in TICKS])
    axes.axvline(0.0, color="black", linewidth=0.8)
    axes.set_xlabel("change, % (logarithmic scale)")
    top = 0.0
    for (study, kind), rows in groups:
        write_beside(axes, -0.02, top + HEAD / 2, f"{study}, {kind} series", bold=True)
        top += HEAD
        for row in tuples_of(rows):
            _draw_row(axes, row, top + ROW / 2)
            top += ROW
    write_beside(axes, 1.02, -0.12, "estimate; robustness", bold=True)
    canvas.legend(handles=_legend(), loc="lower center", ncols=3, fontsize=SMALL)
    return canvas


def _draw_row(axes: Axes, row: Any, height: float) -> None:
    low, middle, high = (_place(getattr(row, key)) for key in ("lower", "estimate", "upper"))
    colour = BLUE if row.clear else GREY
    left, right = axes.get_xlim()
    axes.plot([max(low, left), min(high, right)], [height] * 2, color=colour, linewidth=1.3)
    for edge, mark, beyond in ((left, "<", low < left), (right, ">", high > right)):
        if beyond:
            axes.plot([edge], [height], mark, color=colour, markersize=4, clip_on=False)
    axes.plot([middle], [height], "o", color=colour, markersize=4.5)
    name = f"{row.outcome_label}: {row.label}"
    write_beside(axes, -0.02, height, name if len(name) <= LETTERS else f"{name[: LETTERS - 1]}…")
    estimate = _signed(row.estimate)
    write_beside(axes, 1.02, height, f"{estimate} %;  {_firmness(row)}")


def _firmness(row: Any) -> str:
    agreeing, every = row.agreeing, row.specifications
    if not pd.isna(agreeing):
        return f"{agreeing} of {every} agree"
    holds, fails = row.holds, row.fails
    return "not run" if pd.isna(holds) else f"{holds} of {holds + fails} hold"


def _place(percent: float) -> float:
    return float(np.log1p(max(percent, -99.99) / 100))


def _signed(percent: float) -> str:
    return f"{percent:+,.0f}".replace("-", "−").replace(",", "\u202f") if percent else "0"


def _legend() -> list[Line2D]:
    marks = {"marker": "o", "markersize": 4.5, "linewidth": 1.3}
    return [
        Line2D([], [], color=BLUE, label="interval without zero", **marks),  # type: ignore[arg-type]
        Line2D([], [], color=GREY, label="interval with zero", **marks),  # type: ignore[arg-type]
        Line2D([], [], color=GREY, marker=">", markersize=4, linestyle="none", label="goes on"),
    ]


def _alt(opened: OpenSynthesis, data: pd.DataFrame) -> str:
    frame = findings(opened)
    clear = data[data["clear"]]
    told = "; ".join(
        f"{row.study_title}, {row.outcome_label}, {row.label}: {row.estimate:+.0f} per cent "
        f"({row.lower:+.0f} to {row.upper:+.0f}; {row.robustness})"
        for row in tuples_of(clear)
    )
    return (
        f"{TITLE}: {len(data)} of {len(frame)} effects are identified and in per cent; the "
        f"interval of {len(clear)} does not hold zero. {told}."
    )
