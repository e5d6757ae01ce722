"""What a saved figure shows: its texts and marks with their colours and what lies behind them.

Read from the SVG that matplotlib writes with text as paths: each text is a group `text_n` with the
words as a comment, axes and grids stand in groups `matplotlib.axis_n`, and all other groups in
`axes_n` and `legend_n` are marks.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from analysis.exhibits.accessibility.colours import blended, contrast_ratio
from analysis.exhibits.accessibility.shapes import Shape

_SVG: Final = "{http://www.w3.org/2000/svg}"
_HREF: Final = "{http://www.w3.org/1999/xlink}href"
_GLYPH_EM: Final = 100.0  # matplotlib draws glyphs at 100 units an em
_TYPICAL_ADVANCE: Final = 60.0  # of the last letter, whose own width is not written
_MIDDLE_OF_LETTERS: Final = 0.35  # em above the base line
_ALONG: Final = (0.02, 0.25, 0.5, 0.75, 0.98)  # of a text, where its background is looked up
PAPER: Final = "#ffffff"

Style = Mapping[str, str]
Point = tuple[float, float]
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class DrawnText:
    """One line of text.

    Attributes
    ----------
    points
        Size in points where the figure has its own width.
    backgrounds
        Colours behind it, from its first letter to its last.
    """

    words: str
    points: float
    colour: str
    backgrounds: tuple[str, ...]


@dataclass(frozen=True)
class DrawnMark:
    """One line, marker or area.

    Attributes
    ----------
    colour
        As seen; of its edge or its area, whichever stands out more.
    background
        What lies behind it.
    shading
        Whether it is a tint that lies behind the marks: translucent, across the whole panel, or
        an area that carries its value as text.
    """

    group: str
    colour: str
    background: str
    shading: bool


@dataclass(frozen=True)
class Drawing:
    """One saved figure; widths in points."""

    title: str
    width: float
    texts: tuple[DrawnText, ...]
    marks: tuple[DrawnMark, ...]


@dataclass(frozen=True)
class _Area:
    """One painted area; lines have no colour of area."""

    group: str
    shape: Shape
    box: Box
    fill: str | None
    edge: str | None
    opacity: float
    panel: Box | None
    furniture: bool

    def covers(self, point: Point) -> bool:
        """Tell whether the area is filled at a point; its rim lies in neither neighbour."""
        left, top, right, bottom = self.box
        inside = left < point[0] < right and top < point[1] < bottom
        return inside and self.fill is not None and self.shape.contains(point)

    @property
    def across(self) -> bool:
        """Whether it reaches from one side of its panel to the other."""
        if self.panel is None:
            return False
        near = [abs(own - whole) < 1 for own, whole in zip(self.box, self.panel, strict=True)]
        return (near[0] and near[2]) or (near[1] and near[3])


@dataclass
class _Reader:
    """Goes through a figure in the order of painting."""

    shapes: dict[str, Shape] = field(default_factory=dict)
    areas: list[_Area] = field(default_factory=list)
    texts: list[DrawnText] = field(default_factory=list)
    places: list[Point] = field(default_factory=list)
    panel: Box | None = None

    def read(self, element: ElementTree.Element, groups: tuple[str, ...]) -> None:
        """Read an element and all that it holds."""
        name = element.get("id", "")
        if element.tag == f"{_SVG}g" and name.startswith("axes_"):
            self.panel = None
        inner = (*groups, name) if name else groups
        if element.tag == f"{_SVG}path":
            self._path(element, groups)
        elif element.tag == f"{_SVG}use":
            self._use(element, groups)
        elif name.startswith("text_"):
            self._text(element, groups)
        elif element.tag == f"{_SVG}defs":
            self._define(element)
        elif element.tag in (f"{_SVG}svg", f"{_SVG}g"):
            for child in element:
                self.read(child, inner)

    def _define(self, element: ElementTree.Element) -> None:
        for path in element.iter(f"{_SVG}path"):
            if path.get("id"):
                self.shapes[path.attrib["id"]] = Shape.read(path.attrib["d"])

    def _path(self, element: ElementTree.Element, groups: tuple[str, ...]) -> None:
        self._paint(Shape.read(element.get("d", "")), element, groups)

    def _use(self, element: ElementTree.Element, groups: tuple[str, ...]) -> None:
        shape = self.shapes.get(element.get(_HREF, "")[1:])
        if shape:
            move = (float(element.get("x", 0)), float(element.get("y", 0)))
            self._paint(shape.moved(move), element, groups)

    def _paint(self, shape: Shape, element: ElementTree.Element, groups: tuple[str, ...]) -> None:
        if not shape.pieces:
            return
        style = _style(element)
        fill, edge = _paint_of(style, "fill", "#000000"), _paint_of(style, "stroke", None)
        first = self.panel is None and any(group.startswith("axes_") for group in groups)
        if first:
            self.panel = shape.box
        furniture = first or _is_furniture(groups)
        group = next((name for name in reversed(groups) if name), "")
        opacity = float(style.get("opacity", 1)) * float(style.get("fill-opacity", 1))
        self.areas.append(
            _Area(group, shape, shape.box, fill, edge, opacity, self.panel, furniture)
        )

    def _text(self, element: ElementTree.Element, groups: tuple[str, ...]) -> None:
        words = ""
        for part in element.iter():
            if callable(part.tag):  # a comment
                words = (part.text or "").strip()
            elif part.tag == f"{_SVG}path" and not part.get("id"):
                self._path(part, (*groups, "text"))
            elif part.tag == f"{_SVG}g" and "scale" in part.get("transform", ""):
                self._line(part, words)

    def _line(self, element: ElementTree.Element, words: str) -> None:
        turn = _transform(element.attrib["transform"])
        style = _style(element)
        points = self._along(element, turn)
        behind = tuple(_colour_at(point, self.areas) for point in points)
        self.places.append(points[len(points) // 2])
        colour = style.get("fill", "#000000")
        seen = blended(colour, behind[0], float(style.get("opacity", 1)))
        self.texts.append(DrawnText(words, turn["scale"] * _GLYPH_EM, seen, behind))

    def _along(self, element: ElementTree.Element, turn: Mapping[str, float]) -> list[Point]:
        """Return points along the middle of a line of text."""
        starts = [_transform(use.get("transform", ""))["x"] for use in element.iter(f"{_SVG}use")]
        length = (max(starts, default=0.0) + _TYPICAL_ADVANCE) * turn["scale"]
        rise = _MIDDLE_OF_LETTERS * _GLYPH_EM * turn["scale"]
        cosine, sine = math.cos(turn["angle"]), math.sin(turn["angle"])
        return [
            (
                turn["x"] + part * length * cosine + rise * sine,
                turn["y"] + part * length * sine - rise * cosine,
            )
            for part in _ALONG
        ]


def read_drawing(path: Path) -> Drawing:
    """Read a figure saved as SVG."""
    parser = ElementTree.XMLParser(target=ElementTree.TreeBuilder(insert_comments=True))
    root = ElementTree.parse(path, parser).getroot()
    reader = _Reader()
    reader.read(root, ())
    width = float(root.attrib["viewBox"].split()[2])
    title = root.findtext(f"{_SVG}title") or ""
    return Drawing(title.strip(), width, tuple(reader.texts), tuple(_marks(reader)))


def _marks(reader: _Reader) -> Iterator[DrawnMark]:
    shaded = [_is_shading(area, reader) for area in reader.areas]
    tints = {area.fill for area, tint in zip(reader.areas, shaded, strict=True) if tint}
    behind: list[_Area] = []
    for area, tint in zip(reader.areas, shaded, strict=True):
        colours = [colour for colour in (area.edge, area.fill) if colour]
        if area.furniture or not colours or colours == [PAPER]:  # a white line is a gap
            behind += [area] if area.fill else []
            continue
        x, y = area.shape.pieces[0][0].tolist()
        background = _colour_at((x, y), behind)
        sample = area.group.startswith("patch_") and area.fill in tints
        seen = [blended(colour, background, area.opacity) for colour in colours]
        best = max(seen, key=lambda colour: contrast_ratio(colour, background))
        yield DrawnMark(area.group, best, background, tint or sample)
        behind += [area] if tint else []


def _colour_at(point: Point, areas: Sequence[_Area]) -> str:
    """Return the colour at a point of areas painted on one another."""
    colour = PAPER
    for area in areas:
        if area.fill and area.covers(point):
            colour = blended(area.fill, colour, area.opacity)
    return colour


def _is_shading(area: _Area, reader: _Reader) -> bool:
    """Tell a tint from a mark: a band, across the panel, translucent, or labelled inside."""
    if area.furniture or area.fill is None:
        return False
    band = area.group.startswith("FillBetween")
    return (
        band
        or area.opacity < 1
        or area.across
        or any(area.covers(place) for place in reader.places)
    )


def _is_furniture(groups: tuple[str, ...]) -> bool:
    """Tell whether a path is background, axis, grid or box of a text."""
    return (
        not any(group.startswith(("axes_", "legend_")) for group in groups)
        or any(group.startswith("matplotlib.axis_") for group in groups)
        or groups[-1] == "text"
    )


def _style(element: ElementTree.Element) -> Style:
    pairs = (part.split(":", 1) for part in element.get("style", "").split(";") if ":" in part)
    return {name.strip(): value.strip() for name, value in pairs}


def _paint_of(style: Style, name: str, default: str | None) -> str | None:
    colour = style.get(name, default)
    return colour if colour and colour.startswith("#") else None


def _transform(text: str) -> dict[str, float]:
    """Read `translate(x y) rotate(degrees) scale(s -s)`; the angle in radians."""

    def numbers(name: str) -> list[float]:
        found = re.search(rf"{name}\(([^)]*)\)", text)
        return [float(part) for part in found[1].replace(",", " ").split()] if found else []

    x, y = [*numbers("translate"), 0.0, 0.0][:2]
    angle = math.radians([*numbers("rotate"), 0.0][0])
    return {"x": x, "y": y, "angle": angle, "scale": [*numbers("scale"), 1.0][0]}
