"""Panels in two columns, all sizes in inches."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas

from analysis.exhibits.figure import Margins
from analysis.exhibits.style import WIDTH_INCHES


def two_columns(
    width: float, panels: list[float], margins: Margins, gap: float
) -> tuple[Canvas, list[tuple[Axes, Axes]]]:
    """Return a canvas with two panels of equal width in each row; no axis is shared.

    Parameters
    ----------
    panels
        Height of each row, from top to bottom.
    gap
        Room between the columns.
    """
    height = margins.top + sum(panels) + margins.between * (len(panels) - 1) + margins.bottom
    canvas = Canvas(figsize=(width, height))
    FigureCanvasAgg(canvas)
    inner = (width - margins.left - margins.right - gap) / 2
    rows, top = [], height - margins.top
    for panel in panels:
        left, right = (
            canvas.add_axes((at / width, (top - panel) / height, inner / width, panel / height))
            for at in (margins.left, margins.left + inner + gap)
        )
        rows.append((left, right))
        top -= panel + margins.between
    return canvas, rows


def paired_panels(
    count: int, panel: float, margins: Margins, gap: float
) -> tuple[Canvas, list[Axes]]:
    """Return a canvas of the usual width with this many panels, two in a row, each alike high."""
    canvas, rows = two_columns(WIDTH_INCHES, [panel] * -(-count // 2), margins, gap)
    every = [axes for pair in rows for axes in pair]
    for axes in every[count:]:
        axes.set_axis_off()
    return canvas, every[:count]
