"""Paths of a saved figure as polygons: their extent, and whether a point lies in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from analysis.models.arrays import Floats

_NUMBER: Final = re.compile(r"-?\d+\.?\d*(?:e-?\d+)?")


@dataclass(frozen=True)
class Shape:
    """The corners of a path, in points from the upper left of the figure, one array a piece."""

    pieces: tuple[Floats, ...]

    @classmethod
    def read(cls, path: str, move: tuple[float, float] = (0.0, 0.0)) -> Shape:
        """Read the `d` of a path, moved; curves are taken as the lines between their points."""
        pieces = [_NUMBER.findall(piece) for piece in path.split("M")]
        return cls(
            tuple(np.array(piece, dtype=float).reshape(-1, 2) + move for piece in pieces if piece)
        )

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom."""
        points = np.vstack(self.pieces)
        return (*points.min(axis=0).tolist(), *points.max(axis=0).tolist())

    def moved(self, move: tuple[float, float]) -> Shape:
        """Return the shape at another place."""
        return Shape(tuple(piece + move for piece in self.pieces))

    @cached_property
    def upright(self) -> bool:
        """Whether it is one rectangle with sides along the page: its box then says all."""
        points = self.pieces[0]
        distinct = (len(set(points[:, 0].tolist())), len(set(points[:, 1].tolist())))
        return len(self.pieces) == 1 and len(points) in {4, 5} and distinct == (2, 2)

    def contains(self, point: tuple[float, float]) -> bool:
        """Tell whether a point of its box lies in one of the pieces (even-odd rule)."""
        return self.upright or any(_inside(piece, point) for piece in self.pieces)


def _inside(corners: Floats, point: tuple[float, float]) -> bool:
    x, y = corners[:, 0], corners[:, 1]
    if not (x.min() <= point[0] <= x.max() and y.min() <= point[1] <= y.max()):
        return False
    next_x, next_y = np.roll(x, -1), np.roll(y, -1)
    crosses = (y > point[1]) != (next_y > point[1])
    with np.errstate(divide="ignore", invalid="ignore"):
        at = x + (point[1] - y) * (next_x - x) / (next_y - y)
    return bool((crosses & (point[0] < at)).sum() % 2)
