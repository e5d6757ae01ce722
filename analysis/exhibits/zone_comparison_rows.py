"""Pictures with one row a line of data, below headings: where each row lies, all in inches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pandas as pd
from matplotlib.axes import Axes

from analysis.exhibits.style import SMALL

ROW_INCHES: Final = 0.19
HEAD_INCHES: Final = 0.27
LETTER_INCHES: Final = 0.056  # mean width of a letter of the row labels


@dataclass(frozen=True)
class Line:
    """One line of a picture from top to bottom: a heading, or a row of the data."""

    text: str
    row: int | None
    middle: float


def laid_out(data: pd.DataFrame, heading: str, label: str) -> tuple[list[Line], float]:
    """Lay the rows out below their headings, heights in inches; return them and the bottom."""
    lines: list[Line] = []
    top, last = 0.0, None
    for at, row in enumerate(records(data)):
        if row[heading] != last:
            last = row[heading]
            lines.append(Line(str(last), None, top + HEAD_INCHES / 2 + 0.03))
            top += HEAD_INCHES
        lines.append(Line(str(row[label]), at, top + ROW_INCHES / 2))
        top += ROW_INCHES
    return lines, top + 0.05


def records(data: pd.DataFrame) -> list[dict[str, object]]:
    """Return the rows of a frame."""
    return [{str(key): value for key, value in row.items()} for row in data.to_dict("records")]


def dress(axes: Axes, lines: list[Line], bottom: float) -> None:
    """Name the rows beside the axis, headings in bold."""
    axes.set_yticks([line.middle for line in lines], [line.text for line in lines], fontsize=SMALL)
    for line, tick in zip(lines, axes.get_yticklabels(), strict=True):
        if line.row is None:
            tick.set_fontweight("bold")
    axes.set_ylim(bottom, 0)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")


def left_margin(lines: list[Line]) -> float:
    """Return the room that the row labels need."""
    return 0.25 + LETTER_INCHES * max(len(line.text) for line in lines)
