"""Where a picture is drawn: on a new canvas, or on one that was drawn on before."""

from __future__ import annotations

from collections.abc import Callable

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from analysis.exhibits.figure import Margins, height_of, new_canvas, rectangles

Canvases = Callable[[float, list[float], Margins], tuple[Canvas, list[Axes]]]
"""Gives a canvas with panels, as `new_canvas` does."""


class UsedAgain:
    """Gives one canvas again and again, wiped: axes, ticks and legend are made once.

    A picture on it is the same as on a new canvas, and comes sooner. It is for pictures of one
    program that always asks for the same number of panels, draws the same axes and looks at each
    picture before it asks for the next.
    """

    def __init__(self) -> None:
        self._kept: tuple[Canvas, list[Axes]] | None = None

    def __call__(
        self, width: float, panels: list[float], margins: Margins
    ) -> tuple[Canvas, list[Axes]]:
        """Return the canvas in the size that is asked for, with nothing drawn in its panels."""
        if self._kept is None or len(self._kept[1]) != len(panels):
            self._kept = new_canvas(width, panels, margins)
            return self._kept
        canvas, grid = self._kept
        height = height_of(panels, margins)
        canvas.set_size_inches(width, height)
        for axes, place in zip(grid, rectangles(width, height, panels, margins), strict=True):
            _wipe(axes)
            axes.set_position(place)
        return canvas, grid


def _wipe(axes: Axes) -> None:
    drawn = (axes.lines, axes.collections, axes.patches, axes.texts, axes.artists)
    for artist in [one for kind in drawn for one in kind]:
        artist.remove()
