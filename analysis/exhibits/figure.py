"""A figure with its data and alt text, and the bytes of each form in which it is saved."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas

from analysis.exhibits.steady import steady
from analysis.exhibits.style import PRINT_DPI, SCREEN_DPI, WIDTH_INCHES, apply_style
from analysis.exhibits.table import csv_text

EMPTY_INCHES: Final = 0.8
Rectangle = tuple[float, float, float, float]
QUICKEST: Final = {"lossless": True, "quality": 0, "method": 0}
# Matplotlib's settings and font caches are global to the process: one drawing at a time.
_DRAWING = threading.RLock()


@dataclass(frozen=True)
class Picture:
    """A drawing to be looked at once: title, alt text and the function that draws it."""

    title: str
    alt: str
    draw: Callable[[], Canvas] = field(repr=False)

    def quick_webp(self, dpi: int = SCREEN_DPI) -> bytes:
        """Return the picture as lossless WebP, which takes half the time of the same PNG."""
        with drawing():
            buffer = io.BytesIO()
            self.draw().savefig(buffer, format="webp", dpi=dpi, pil_kwargs=QUICKEST)
            return buffer.getvalue()


@dataclass(frozen=True)
class Figure:
    """One drawn figure.

    Attributes
    ----------
    name
        File stem of the figure.
    title
        Caption.
    alt
        The finding in words, for readers who cannot see the picture.
    data
        Every number that is drawn, in long form; saved as CSV beside the picture.
    draw
        Function that makes the matplotlib figure.
    """

    name: str
    title: str
    alt: str
    data: pd.DataFrame
    draw: Callable[[], Canvas] = field(repr=False)

    @property
    def picture(self) -> Picture:
        """The figure without its data."""
        return Picture(self.title, self.alt, self.draw)

    def svg(self) -> bytes:
        """Return the figure as SVG, the same bytes for the same data."""
        metadata = {"Date": None, "Title": self.title, "Description": self.alt}
        return self._rendered("svg", PRINT_DPI, metadata)

    def png(self, dpi: int = PRINT_DPI) -> bytes:
        """Return the figure as PNG, the same bytes for the same data."""
        return self._rendered(
            "png", dpi, {"Software": None, "Title": self.title, "Description": self.alt}
        )

    def pictures(self) -> dict[str, bytes]:
        """Return SVG and PNG from one drawing."""
        with drawing():
            canvas = self.draw()
            svg = {"Date": None, "Title": self.title, "Description": self.alt}
            png = {"Software": None, "Title": self.title, "Description": self.alt}
            return {
                "svg": _saved(canvas, "svg", PRINT_DPI, svg),
                "png": _saved(canvas, "png", PRINT_DPI, png),
            }

    def csv(self) -> str:
        """Return the drawn numbers as CSV text, with the digits that every processor agrees on."""
        return csv_text(steady(self.data))

    def _rendered(self, kind: str, dpi: int, metadata: dict[str, str | None]) -> bytes:
        with drawing():
            return _saved(self.draw(), kind, dpi, metadata)

    def _repr_mimebundle_(
        self,
        include: object = None,  # noqa: ARG002
        exclude: object = None,  # noqa: ARG002
    ) -> tuple[dict[str, object], dict[str, object]]:
        """Show in a notebook: the picture, with the alt text as its text form."""
        data = {"image/png": self.png(SCREEN_DPI), "text/plain": f"{self.title}\n{self.alt}"}
        return dict(data), {"image/png": {"alt": self.alt}}


def empty_figure(name: str, title: str, reason: str) -> Figure:
    """Return a figure that says why there is nothing to draw."""
    return Figure(name, title, reason, pd.DataFrame({"reason": [reason]}), lambda: _words(reason))


def _words(reason: str) -> Canvas:
    canvas = Canvas(figsize=(WIDTH_INCHES, EMPTY_INCHES))
    FigureCanvasAgg(canvas)
    canvas.text(0.5, 0.5, reason, ha="center", va="center")
    return canvas


@contextmanager
def drawing() -> Iterator[None]:
    """Hold the drawing lock with the house style in force."""
    with _DRAWING, mpl.rc_context():
        apply_style()
        yield


@dataclass(frozen=True)
class Margins:
    """Room around the axes of a figure, in inches."""

    left: float
    right: float
    top: float
    bottom: float
    between: float = 0.0


def new_canvas(width: float, panels: list[float], margins: Margins) -> tuple[Canvas, list[Axes]]:
    """Return a matplotlib figure with panels below one another, all sizes in inches.

    Sizes are given, not sought: the same data give the same layout on every machine, and a
    drawing needs no trial runs.

    Parameters
    ----------
    panels
        Height of each panel, from top to bottom.
    """
    height = height_of(panels, margins)
    canvas = Canvas(figsize=(width, height))
    FigureCanvasAgg(canvas)
    axes: list[Axes] = []
    for rectangle in rectangles(width, height, panels, margins):
        share = axes[0] if axes else None
        axes.append(canvas.add_axes(rectangle, sharex=share))
    for upper in axes[:-1]:
        upper.tick_params(labelbottom=False)
    return canvas, axes


def height_of(panels: Sequence[float], margins: Margins) -> float:
    """Return the height of a figure with such panels, in inches."""
    inner = sum(panels) + margins.between * (len(panels) - 1)
    return margins.top + inner + margins.bottom


def rectangles(
    width: float, height: float, panels: Sequence[float], margins: Margins
) -> Iterator[Rectangle]:
    """Return left edge, bottom edge, width and height of each panel as shares of the figure."""
    top = height - margins.top
    for panel in panels:
        box = (margins.left, top - panel, width - margins.left - margins.right, panel)
        yield (box[0] / width, box[1] / height, box[2] / width, box[3] / height)
        top -= panel + margins.between


def _saved(canvas: Canvas, kind: str, dpi: int, metadata: dict[str, str | None]) -> bytes:
    buffer = io.BytesIO()
    canvas.savefig(buffer, format=kind, dpi=dpi, metadata=metadata)
    return buffer.getvalue()
