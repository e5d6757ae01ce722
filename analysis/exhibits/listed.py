"""Figures that list rows: axes without a scale downwards, and words at both sides of them."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from analysis.exhibits.figure import Margins, new_canvas
from analysis.exhibits.style import SMALL, WIDTH_INCHES


def listed_axes(height: float, margins: Margins) -> tuple[Canvas, Axes]:
    """Return axes of this height in inches, in which a place is told by its inches from the top."""
    canvas, (axes,) = new_canvas(WIDTH_INCHES, [height], margins)
    axes.set_ylim(height, 0)
    axes.tick_params(axis="y", length=0, labelleft=False)
    axes.grid(visible=False, axis="y")
    return canvas, axes


def write_beside(
    axes: Axes, across: float, height: float, text: str, *, bold: bool = False
) -> None:
    """Write a line beside the axes: left of them where `across`, a share of the width, is < 0."""
    axes.annotate(
        text,
        xy=(across, height),
        xycoords=("axes fraction", "data"),
        ha="right" if across < 0 else "left",
        va="center",
        fontsize=SMALL,
        fontweight="bold" if bold else "normal",
        annotation_clip=False,
    )
