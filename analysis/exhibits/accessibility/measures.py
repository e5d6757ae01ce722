"""The measures of a figure beside their limits, as one row of a table."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from analysis.config import COMMITTED_STUDY, study_names
from analysis.errors import AnalysisError, spelling_hint
from analysis.exhibits.accessibility.colours import contrast_ratio, separation
from analysis.exhibits.accessibility.gate import SavedFigure, lowest_contrast
from analysis.exhibits.registry import COMMON_EXHIBITS, EXHIBITS


@dataclass(frozen=True)
class Measures:
    """The least favourable measure of each kind; None where a figure has nothing of the kind.

    Attributes
    ----------
    points
        Smallest text as printed, in points.
    text_contrast, mark_contrast
        Lowest contrast ratio.
    apart
        Smallest distance of two colours of marks, in CAM02-UCS.
    letters
        Length of the alt text.
    """

    points: float | None
    text_contrast: float | None
    mark_contrast: float | None
    apart: float | None
    letters: int


def measured(figure: SavedFigure) -> Measures:
    """Measure a saved figure."""
    texts = figure.drawing.texts
    marks = [mark for mark in figure.drawing.marks if not mark.shading]
    pairs = combinations(figure.colours, 2)
    return Measures(
        min((figure.printed_points(text) for text in texts), default=None),
        min((lowest_contrast(text)[0] for text in texts), default=None),
        min((contrast_ratio(mark.colour, mark.background) for mark in marks), default=None),
        min((separation(first, second) for first, second in pairs), default=None),
        len(figure.alt.strip()),
    )


def registered_figures(folder: str | None = None) -> tuple[str, ...]:
    """Return every figure of the registry as `folder/figure`.

    Parameters
    ----------
    folder
        A study or a folder of figures/ to keep to; all by default.

    Raises
    ------
    AnalysisError
        If there is no such folder.
    """
    own = [
        f"{study}/{exhibit.name}"
        for study in study_names()
        for exhibit in EXHIBITS
        if exhibit.kind == "figure"
    ]
    common = [f"{item.folder}/{item.name}" for item in COMMON_EXHIBITS if item.kind == "figure"]
    names = (*own, *common)
    known = sorted({name.split("/")[0] for name in names})
    if folder is not None and folder not in known:
        raise AnalysisError(
            f"there is no folder of figures {folder!r}",
            allowed=", ".join(known),
            remedy=spelling_hint(folder, known) or f"name a folder, for example {COMMITTED_STUDY}",
        )
    return tuple(name for name in names if folder in (None, name.split("/")[0]))
