"""Two versions of one cell: the same, near enough, or changed and by how much."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from analysis.review.kinds import (
    EXACT,
    FULL_PRECISION,
    LEVELS,
    NUMBER,
    TOLERANCES,
    WHOLE,
    Kind,
    Tolerance,
)

SAVED_DIGITS: Final = 6
FULL_DIGITS: Final = 12
"""A number with this many digits was saved as computed, one with fewer was rounded or published."""


class Standing(IntEnum):
    """How much the change of a cell matters; the larger the more."""

    WITHIN = 1
    MINOR = 2
    MATERIAL = 3


@dataclass(frozen=True)
class Change:
    """One cell whose text differs.

    Attributes
    ----------
    row
        The keys of the row, `outcome = muse_total, name = coup`.
    difference
        After less before; None where one of the two is not a number.
    relative
        Size of the difference, relative to the larger of the two numbers.
    tolerance
        Name of the tolerance that the cell was held to.
    """

    row: str
    column: str
    kind: Kind
    before: str
    after: str
    standing: Standing
    tolerance: str
    difference: float | None = None
    relative: float | None = None

    @property
    def weight(self) -> tuple[int, bool, float]:
        """What orders changes: standing, numbers before words, then the relative size."""
        return (self.standing, self.relative is not None, self.relative or 0.0)


def cell_change(row: str, column: str, kind: Kind, before: str, after: str) -> Change:
    """Return the change of a cell whose two texts are not equal.

    The tolerance of its kind holds for numbers rounded to six digits, that of full numbers where
    one of the two has twelve or more; published numbers, whole ones and words have none, and an
    empty cell is never near a full one.
    """
    if not (NUMBER.match(before) and NUMBER.match(after)):
        return Change(row, column, kind, before, after, Standing.MATERIAL, "none")
    old, new = float(before), float(after)
    same = _tolerance(kind, before, after)
    if same and same.holds(old, new):
        standing, name = Standing.WITHIN, same.name
    elif kind not in EXACT and _is_minor(kind, old, new):
        standing, name = Standing.MINOR, TOLERANCES[kind].minor.name
    else:
        standing, name = Standing.MATERIAL, same.name if same else "none"
    larger = max(abs(old), abs(new))
    relative = abs(new - old) / larger if larger else 0.0
    numbers = (_plain(new - old), _plain(relative))
    return Change(row, column, kind, before, after, standing, name, *numbers)


def _tolerance(kind: Kind, before: str, after: str) -> Tolerance | None:
    if kind in EXACT:
        return None
    digits = [_digits(before), _digits(after)]
    if max(digits) >= FULL_DIGITS:
        return FULL_PRECISION
    whole = WHOLE.match(before) and WHOLE.match(after)
    if max(digits) == SAVED_DIGITS and not whole:
        return TOLERANCES[kind].same
    return None


def _is_minor(kind: Kind, before: float, after: float) -> bool:
    if math.copysign(1.0, before) != math.copysign(1.0, after):
        return False
    if kind is Kind.P_VALUE and any((before < level) != (after < level) for level in LEVELS):
        return False
    return TOLERANCES[kind].minor.holds(before, after)


def _digits(text: str) -> int:
    """Count the significant digits of a number as it is written."""
    mantissa = text.lower().partition("e")[0].lstrip("+-")
    whole, _, fraction = mantissa.partition(".")
    written = (whole + fraction.rstrip("0")).lstrip("0")
    return len(written.rstrip("0")) if not fraction.strip("0") else len(written)


def _plain(value: float) -> float:
    """Keep the digits of a difference that mean something."""
    return float(f"{value:.4g}")
