"""What every figure over time shares: dated event lines with labels that do not overlap."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath
from matplotlib.transforms import Transform
from scipy.optimize import isotonic_regression

from analysis.errors import BuildError
from analysis.exhibits.style import ROLE_COLOURS, SMALL

MOST_YEARS: Final = 13
DAYS_PER_YEAR: Final = 365.25
LABEL_LETTERS: Final = 22
LINE_INCHES: Final = 0.115
GAP_INCHES: Final = 0.05
TAIL_INCHES: Final = 0.09  # length of the line from a label to its event
TAIL_GAP_INCHES: Final = 0.02  # paper between that line and the label
ABOVE_TITLE: Final = 0.27  # such a line where an event may lie below the title of the axis
CLEAR_INCHES: Final = 0.3  # paper above the longest label
ROOM_STEP: Final = 0.05
POINTS_PER_INCH: Final = 72.0
ABOVE_CURVES: Final = 2
Segment = tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True)
class EventLine:
    """A dated event to draw: its day and a short label."""

    day: date
    label: str

    @property
    def text(self) -> str:
        """The label in short lines, with its date below."""
        label = textwrap.fill(self.label, LABEL_LETTERS)
        return f"{label}\n{self.day.day} {self.day:%b %Y}"


def day_number(day: date) -> float:
    """Return a day as matplotlib's date number."""
    return float(mdates.date2num(pd.Timestamp(day)))


def set_years(axes: Axes, start: date, end: date) -> None:
    """Set a time axis from `start` to `end` with a tick at each year."""
    axes.set_xlim(day_number(start), day_number(end))
    step = 1 if (end - start).days <= MOST_YEARS * DAYS_PER_YEAR else 2
    years = [year for year in range(start.year, end.year + 1, step) if start <= date(year, 1, 1)]
    shown = [year for year in years if date(year, 1, 1) <= end]
    axes.set_xticks([day_number(date(year, 1, 1)) for year in shown], [str(year) for year in shown])


def draw_event_lines(axes: Axes, events: Sequence[EventLine]) -> None:
    """Draw a thin dashed line for each event inside the axis."""
    days = [day_number(event.day) for event in visible(axes, events)]
    style = {"linewidths": 0.8, "linestyles": [(0, (4, 3))], "zorder": ABOVE_CURVES}
    _add_lines(axes, [((day, 0), (day, 1)) for day in days], axes.get_xaxis_transform(), **style)


def draw_event_labels(
    axes: Axes, events: Sequence[EventLine], tail_inches: float = TAIL_INCHES
) -> None:
    """Write each event with its date above the axis, spread so that no two labels touch."""
    shown = visible(axes, events)
    low, high = axes.get_xlim()
    wanted = np.array([(day_number(event.day) - low) / (high - low) for event in shown])
    lines = np.array([event.text.count("\n") + 1 for event in shown])
    width, height = _inches(axes)
    places = spread(wanted, (lines * LINE_INCHES + GAP_INCHES) / width)
    foot, top = 1.0 + tail_inches / height, 1.0 + (tail_inches - TAIL_GAP_INCHES) / height
    for event, place in zip(shown, places, strict=True):
        axes.text(
            place,
            foot,
            event.text,
            transform=axes.transAxes,
            rotation=90,
            ha="center",
            va="bottom",
            fontsize=SMALL,
            linespacing=1.05,
            color=ROLE_COLOURS["event"],
        )
    tails = [((at, 1.0), (place, top)) for at, place in zip(wanted, places, strict=True)]
    _add_lines(axes, tails, axes.transAxes, linewidths=0.5, clip_on=False)


def _add_lines(axes: Axes, segments: Sequence[Segment], transform: Transform, **style: Any) -> None:
    """Draw lines in the colour of events as one artist, without moving the limits of the axis."""
    if segments:
        lines = LineCollection(segments, colors=ROLE_COLOURS["event"], transform=transform, **style)
        axes.add_collection(lines, autolim=False)


def label_room(
    events: Sequence[EventLine],
    start: date,
    end: date,
    most: float,
    tail_inches: float = TAIL_INCHES,
) -> float:
    """Return the inches above an axis that the labels of the events inside it need.

    Parameters
    ----------
    start, end
        The ends of the axis.
    most
        Room for labels of full length, which is never exceeded.
    """
    inside = [event for event in events if start <= event.day <= end]
    longest = max((_length(line) for event in inside for line in event.text.split("\n")), default=0)
    wanted = longest + tail_inches + CLEAR_INCHES
    return min(most, round(math.ceil(wanted / ROOM_STEP) * ROOM_STEP, 2))


def measure_labels(events: Iterable[EventLine]) -> None:
    """Find the length of labels that will be drawn: a few milliseconds each, the first time."""
    for event in events:
        for line in event.text.split("\n"):
            _length(line)


@cache
def _length(line: str) -> float:
    """Return the length of a line of a label in inches."""
    font = FontProperties(family="DejaVu Sans", size=SMALL)
    return float(TextPath((0, 0), line, prop=font).get_extents().x1) / POINTS_PER_INCH


def _inches(axes: Axes) -> tuple[float, float]:
    """Return width and height of an axis in inches."""
    box = axes.get_position()
    canvas = axes.get_figure(root=True)
    if canvas is None:
        raise BuildError("the axis belongs to no figure")
    width, height = canvas.get_size_inches()
    return float(box.width * width), float(box.height * height)


def visible(axes: Axes, events: Sequence[EventLine]) -> list[EventLine]:
    """Return the events inside the axis, by date."""
    low, high = axes.get_xlim()
    return sorted(
        (event for event in events if low <= day_number(event.day) <= high),
        key=lambda event: (event.day, event.label),
    )


def spread(wanted: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Move sorted labels apart until none overlaps, each as little as the order allows.

    The least-squares answer to "as close as possible, in order, so far apart" is the isotonic
    regression of the positions less the offsets that the sizes require.
    """
    if len(wanted) == 0:
        return wanted
    between = (sizes[1:] + sizes[:-1]) / 2
    offsets = np.concatenate([[0.0], np.cumsum(between)])
    return np.asarray(isotonic_regression(wanted - offsets).x + offsets)
