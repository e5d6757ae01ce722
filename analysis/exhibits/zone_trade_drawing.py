"""How the main picture of a study is drawn: one panel an outcome."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd
from matplotlib import dates as mdates
from matplotlib.axes import Axes
from matplotlib.collections import Collection, LineCollection, PolyCollection
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from analysis.exhibits.canvas import Canvases
from analysis.exhibits.figure import Margins
from analysis.exhibits.style import BAND_ALPHA, GREY, ROLE_COLOURS, SMALL, WIDTH_INCHES
from analysis.exhibits.timeline import (
    ABOVE_TITLE,
    TAIL_INCHES,
    EventLine,
    draw_event_labels,
    draw_event_lines,
    label_room,
    set_years,
)
from analysis.models.arrays import Floats

LABEL_PLACE: Final = -0.075
RANGE_MARGIN: Final = 1.5
MISSING_LETTERS: Final = 62
CURVES: Final = {"fitted": "expected flow", "counterfactual": "without the events"}
LOG: Final = "log"
DASHES: Final = (0, (3, 1.5))
UNDER_REPORTS: Final = 1
LINE_WIDTHS: Final = {"fitted": 1.4, "counterfactual": 1.4, "predicted": 0.7}


@dataclass(frozen=True)
class Room:
    """Height of a panel, room around the panels, and line from an event to its label, in inches."""

    panel: float
    margins: Margins
    tail: float


MANY: Final = Room(
    1.25, Margins(left=0.95, right=0.15, top=1.5, bottom=0.6, between=0.3), TAIL_INCHES
)
ALONE: Final = Room(2.5, Margins(left=0.95, right=0.15, top=1.7, bottom=0.6), ABOVE_TITLE)


@dataclass(frozen=True)
class Panel:
    """One outcome of the figure."""

    label: str
    unit: str
    curves: pd.DataFrame
    reports: pd.DataFrame
    events: tuple[EventLine, ...]
    missing: str


def draw_panels(panels: Sequence[Panel], level: float, canvases: Canvases) -> Canvas:
    """Draw the panels below one another, on a canvas that `canvases` gives."""
    room = MANY if len(panels) > 1 else ALONE
    start, end = _span(panels)
    events = _all_events(panels)
    margins = replace(room.margins, top=label_room(events, start, end, room.margins.top, room.tail))
    canvas, grid = canvases(WIDTH_INCHES, [room.panel] * len(panels), margins)
    for axes, panel in zip(grid, panels, strict=True):
        if axes.get_yscale() != LOG:
            axes.set_yscale(LOG)
        _draw_curves(axes, panel.curves)
        _draw_reports(axes, panel.reports)
        _set_range(axes, panel)
        _label(axes, panel)
        set_years(axes, start, end)
        draw_event_lines(axes, panel.events)
    draw_event_labels(grid[0], events, room.tail)
    _explain(canvas, _legend(level))
    return canvas


def _explain(canvas: Canvas, handles: list[Line2D | Patch]) -> None:
    """Draw the legend, unless the canvas has that very one from an earlier picture."""
    wanted = [str(handle.get_label()) for handle in handles]
    for legend in canvas.legends:
        if [text.get_text() for text in legend.get_texts()] == wanted:
            return
        legend.remove()
    canvas.legend(handles=handles, loc="lower center", ncols=5, fontsize=SMALL)


def _draw_curves(axes: Axes, curves: pd.DataFrame) -> None:
    """Draw each curve as steps and its band; the limits of the axis are set for them later."""
    for key, curve in curves.groupby("curve", sort=False):
        name, pieces = str(key), _unbroken(curve)
        lines = LineCollection(
            [_steps(piece.edges, piece.rate) for piece in pieces],
            colors=ROLE_COLOURS[name],
            linewidths=LINE_WIDTHS[name],
            linestyles=[DASHES if name == "counterfactual" else "-"],
            zorder=UNDER_REPORTS,
        )
        _add(axes, lines)
        if name != "predicted":
            bands = [_band(piece) for piece in pieces]
            colour = ROLE_COLOURS[name]
            _add(axes, PolyCollection(bands, facecolor=colour, alpha=BAND_ALPHA, linewidth=0))


def _add(axes: Axes, drawn: Collection) -> None:
    """Add what is drawn without moving the limits of the axis."""
    axes.add_collection(drawn, autolim=False)


@dataclass(frozen=True)
class _Piece:
    """Months of a curve in a row: the days at which they begin and end (n + 1,), values (n,)."""

    edges: Floats
    rate: Floats
    lower: Floats
    upper: Floats


def _unbroken(curve: pd.DataFrame) -> list[_Piece]:
    """Split a curve at every month without a row: nothing is drawn across a gap."""
    months = (curve["first_day"].dt.year * 12 + curve["first_day"].dt.month).to_numpy()
    cuts = np.flatnonzero(np.diff(months) != 1) + 1
    starts = np.asarray(mdates.date2num(curve["first_day"]), dtype=float)
    ends = starts + curve["days"].to_numpy(dtype=float)
    values = curve[["rate", "lower", "upper"]].to_numpy(dtype=float).T
    return [
        _Piece(np.append(starts[first:last], ends[last - 1]), *values[:, first:last])
        for first, last in pairwise([0, *cuts, len(curve)])
    ]


def _steps(edges: Floats, values: Floats) -> Floats:
    """Return the line of a step function from its first to its last edge, shape (2 n, 2)."""
    return np.column_stack([np.repeat(edges, 2)[1:-1], np.repeat(values, 2)])


def _band(piece: _Piece) -> Floats:
    """Return the outline of a band of steps, shape (4 n, 2): there above, and back below."""
    above, below = (_steps(piece.edges, side) for side in (piece.upper, piece.lower))
    return np.concatenate([above, below[::-1]])


def _draw_reports(axes: Axes, reports: pd.DataFrame) -> None:
    starts, after = (mdates.date2num(reports[side]) for side in ("start", "end"))
    ends, rates = after + 1, reports["rate"].to_numpy(dtype=float)
    bars = np.stack([np.column_stack([days, rates]) for days in (starts, ends)], axis=1)
    colour = ROLE_COLOURS["report"]
    _add(axes, LineCollection(list(bars), colors=colour, linewidths=0.9))
    axes.plot(ends, rates, "|", color=colour, markersize=4)


def _set_range(axes: Axes, panel: Panel) -> None:
    """Fit the axis to reports and curves; bands may run out of it."""
    rates = pd.concat([panel.reports["rate"], panel.curves["rate"]]).astype(float)
    if not rates.empty:
        axes.set_ylim(rates.min() / RANGE_MARGIN, rates.max() * RANGE_MARGIN)


def _label(axes: Axes, panel: Panel) -> None:
    axes.set_title(panel.label, y=1.0, pad=3)
    axes.set_ylabel(f"{panel.unit}\na day", fontsize=SMALL)
    axes.yaxis.set_label_coords(LABEL_PLACE, 0.5)
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.5g}"))
    axes.yaxis.set_minor_locator(NullLocator())
    if panel.missing:
        axes.text(
            0.008,
            0.05,
            textwrap.fill(f"not identified: {panel.missing}", MISSING_LETTERS),
            transform=axes.transAxes,
            va="bottom",
            fontsize=SMALL,
            color=GREY,
            style="italic",
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.5},
        )


def _legend(level: float) -> list[Line2D | Patch]:
    report = Line2D([], [], color=ROLE_COLOURS["report"], linewidth=0.9, marker="|", label="report")
    fitted = Line2D([], [], color=ROLE_COLOURS["fitted"], linewidth=1.4, label=CURVES["fitted"])
    without = Line2D(
        [],
        [],
        color=ROLE_COLOURS["counterfactual"],
        linewidth=1.4,
        linestyle=DASHES,
        label=CURVES["counterfactual"],
    )
    predicted = Line2D(
        [], [], color=ROLE_COLOURS["predicted"], linewidth=0.8, label="predicted months"
    )
    band = Patch(
        color=GREY, alpha=BAND_ALPHA, linewidth=0, label=f"pointwise {100 * level:g} % interval"
    )
    return [report, fitted, predicted, without, band]


def _all_events(panels: Sequence[Panel]) -> list[EventLine]:
    """Return each date once, with the label of the first panel that names it."""
    by_day: dict[date, EventLine] = {}
    for panel in panels:
        for event in panel.events:
            by_day.setdefault(event.day, event)
    return list(by_day.values())


def _span(panels: Sequence[Panel]) -> tuple[date, date]:
    starts = [panel.curves["first_day"].min() for panel in panels if not panel.curves.empty]
    starts += [panel.reports["start"].min() for panel in panels if not panel.reports.empty]
    ends = [panel.curves["first_day"].max() for panel in panels if not panel.curves.empty]
    ends += [panel.reports["end"].max() for panel in panels if not panel.reports.empty]
    return min(starts).date(), (max(ends) + pd.DateOffset(months=1)).date()
