"""A figure with its data and alt text, and the bytes of each form in which it is saved."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import matplotlib as mpl
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas

from analysis.exhibits.style import PRINT_DPI, SCREEN_DPI, apply_style
from analysis.exhibits.table import csv_text

LAYOUT_PASSES = 3  # the room that labels need is known only after a first pass

# Matplotlib's settings and font caches are global to the process: one drawing at a time.
_DRAWING = threading.RLock()


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

    def svg(self) -> bytes:
        """Return the figure as SVG, the same bytes for the same data."""
        metadata = {"Date": None, "Title": self.title, "Description": self.alt}
        return self._rendered("svg", PRINT_DPI, metadata)

    def png(self, dpi: int = PRINT_DPI) -> bytes:
        """Return the figure as PNG, the same bytes for the same data."""
        return self._rendered("png", dpi, {"Software": None, "Description": self.alt})

    def pictures(self) -> dict[str, bytes]:
        """Return SVG and PNG from one drawing."""
        with drawing():
            canvas = self.draw()
            for _ in range(LAYOUT_PASSES):
                canvas.draw_without_rendering()
            canvas.set_layout_engine("none")  # the layout stands: both forms share it
            svg = {"Date": None, "Title": self.title, "Description": self.alt}
            png = {"Software": None, "Description": self.alt}
            return {
                "svg": _saved(canvas, "svg", PRINT_DPI, svg),
                "png": _saved(canvas, "png", PRINT_DPI, png),
            }

    def csv(self) -> str:
        """Return the drawn numbers as CSV text, at full precision."""
        return csv_text(self.data)

    def _rendered(self, kind: str, dpi: int, metadata: dict[str, str | None]) -> bytes:
        with drawing():
            canvas = self.draw()
            canvas.set_dpi(dpi)
            return _saved(canvas, kind, dpi, metadata)

    def _repr_mimebundle_(
        self,
        include: object = None,  # noqa: ARG002
        exclude: object = None,  # noqa: ARG002
    ) -> tuple[dict[str, object], dict[str, object]]:
        """Show in a notebook: the picture, with the alt text as its text form."""
        data = {"image/png": self.png(SCREEN_DPI), "text/plain": f"{self.title}\n{self.alt}"}
        return dict(data), {"image/png": {"alt": self.alt}}


@contextmanager
def drawing() -> Iterator[None]:
    """Hold the drawing lock with the house style in force."""
    with _DRAWING, mpl.rc_context():
        apply_style()
        yield


def new_canvas(width: float, height: float) -> Canvas:
    """Return an empty matplotlib figure (inches) that no window or pyplot state knows of."""
    canvas = Canvas(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(canvas)
    return canvas


def _saved(canvas: Canvas, kind: str, dpi: int, metadata: dict[str, str | None]) -> bytes:
    buffer = io.BytesIO()
    canvas.savefig(buffer, format=kind, dpi=dpi, metadata=metadata)
    return buffer.getvalue()
