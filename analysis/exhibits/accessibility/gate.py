"""The limits that every saved figure must keep, and the gate that measures them.

Tints are not marks: a band, a shaded period or a cell with its value written in it need not stand
out from the paper, because the lines, marks and texts on them do, and their numbers are in the
figure's CSV. Limits of contrast are those of WCAG 2.2, 1.4.3 (text) and 1.4.11 (graphical objects).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Final

import pandas as pd

from analysis.config import FIGURES
from analysis.errors import AnalysisError
from analysis.exhibits.accessibility.colours import contrast_ratio, separation
from analysis.exhibits.accessibility.drawing import PAPER, Drawing, DrawnText, read_drawing
from analysis.exhibits.accessibility.words import alt_faults

TEXT_CONTRAST: Final = 4.5
MARK_CONTRAST: Final = 3.0
# CAM02-UCS under full colour deficiency. The ten-colour sequence of Petroff (2021), which was
# sought for this property, keeps 14.5 by the same measure, the palette of Okabe and Ito 11.0.
MINIMUM_SEPARATION: Final = 14.0
# Smallest size that the Nature journals allow in a figure as printed.
MINIMUM_POINTS: Final = 5.0
PRINT_WIDTH: Final = 160 / 25.4 * 72  # points: a page of A4 between margins of 25 mm
ENDINGS: Final = ("svg", "csv", "alt.txt")


@dataclass(frozen=True)
class SavedFigure:
    """One figure as saved: the picture, the drawn numbers and the alt text."""

    name: str
    drawing: Drawing
    data: pd.DataFrame
    alt: str

    def printed_points(self, text: DrawnText) -> float:
        """Return the size of a text where the figure is printed across a page, in points."""
        return text.points * min(1.0, PRINT_WIDTH / self.drawing.width)

    @property
    def colours(self) -> tuple[str, ...]:
        """The colours of its marks, sorted."""
        return tuple(sorted({mark.colour for mark in self.drawing.marks if not mark.shading}))


@dataclass(frozen=True)
class Fault:
    """One limit that a figure breaks."""

    figure: str
    rule: str
    problem: str


def saved_figures(names: Iterable[str]) -> Iterator[SavedFigure]:
    """Read figures from the folder of results.

    Parameters
    ----------
    names
        As `folder/figure`.

    Raises
    ------
    AnalysisError
        If a file of a figure is missing.
    """
    for name in names:
        files = {ending: FIGURES / f"{name}.{ending}" for ending in ENDINGS}
        missing = [path for path in files.values() if not path.is_file()]
        if missing:
            raise AnalysisError(
                "a figure is not complete",
                file=missing[0],
                allowed=f"files ending in {', '.join(ENDINGS)}",
                remedy="run python -m analysis reproduce",
            )
        yield read_figure(name, files)


def read_figure(name: str, files: Mapping[str, Path]) -> SavedFigure:
    """Read one figure from its files by ending."""
    return SavedFigure(
        name,
        read_drawing(files["svg"]),
        pd.read_csv(files["csv"], dtype=object, keep_default_na=False),
        files["alt.txt"].read_text(encoding="utf-8"),
    )


def figure_faults(figure: SavedFigure) -> list[Fault]:
    """Return every limit that a figure breaks."""
    return [
        Fault(figure.name, rule, problem)
        for rule, check in RULES.items()
        for problem in sorted(set(check(figure)))
    ]


def palette_faults(colours: Iterable[str], backgrounds: Iterable[str] = (PAPER,)) -> list[str]:
    """Return what is wrong with colours that are used together for marks.

    Parameters
    ----------
    backgrounds
        Colours of paper and shading that they must stand out from.
    """
    kept = tuple(dict.fromkeys(colour.lower() for colour in colours))
    faint = [
        f"{colour} on {below} has contrast {contrast_ratio(colour, below):.2f}, "
        f"{MARK_CONTRAST:g} is needed"
        for colour in kept
        for below in backgrounds
        if contrast_ratio(colour, below) < MARK_CONTRAST
    ]
    return [*faint, *_too_alike(kept)]


def _too_alike(colours: Iterable[str]) -> Iterator[str]:
    for first, second in combinations(colours, 2):
        apart = separation(first, second)
        if apart < MINIMUM_SEPARATION:
            yield f"{first} and {second} lie {apart:.1f} apart, {MINIMUM_SEPARATION:g} is needed"


def _colours(figure: SavedFigure) -> Iterator[str]:
    return _too_alike(figure.colours)


def _mark_contrast(figure: SavedFigure) -> Iterator[str]:
    for mark in figure.drawing.marks:
        ratio = contrast_ratio(mark.colour, mark.background)
        if not mark.shading and ratio < MARK_CONTRAST:
            yield (
                f"{mark.colour} on {mark.background} has contrast {ratio:.2f}, "
                f"{MARK_CONTRAST:g} is needed"
            )


def _text_contrast(figure: SavedFigure) -> Iterator[str]:
    for text in figure.drawing.texts:
        ratio, below = lowest_contrast(text)
        if ratio < TEXT_CONTRAST:
            yield (
                f"'{text.words}', {text.colour} on {below}, has contrast {ratio:.2f}, "
                f"{TEXT_CONTRAST:g} is needed"
            )


def _text_size(figure: SavedFigure) -> Iterator[str]:
    for text in figure.drawing.texts:
        points = figure.printed_points(text)
        if points < MINIMUM_POINTS:
            yield f"'{text.words}' is printed at {points:.2f} points, {MINIMUM_POINTS:g} is needed"


def _alt(figure: SavedFigure) -> Iterator[str]:
    return alt_faults(figure.alt, figure.drawing.title, figure.data)


def lowest_contrast(text: DrawnText) -> tuple[float, str]:
    """Return the lowest contrast along a text, and the colour behind it there."""
    return min((contrast_ratio(text.colour, below), below) for below in text.backgrounds)


RULES: Final[Mapping[str, Callable[[SavedFigure], Iterator[str]]]] = {
    "colours told apart": _colours,
    "contrast of marks": _mark_contrast,
    "contrast of text": _text_contrast,
    "size of text": _text_size,
    "alt text": _alt,
}
