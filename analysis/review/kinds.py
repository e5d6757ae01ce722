"""Kinds of column, and how near two saved values of each kind have to be.

Exhibits are saved to six significant digits (`analysis.exhibits.steady`). Two builds of the same
numbers can therefore differ in the sixth digit, by one, and in nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    COUNT = "count"
    ESTIMATE = "estimate"
    ERROR = "standard error"
    PERCENT = "percentage"
    P_VALUE = "p-value"


EXACT: Final = frozenset({Kind.TEXT, Kind.COUNT})
SIXTH_DIGIT: Final = 1.01e-5
"""One unit of the sixth significant digit, relative to a value, with room for binary rounding."""


@dataclass(frozen=True)
class Tolerance:
    """How far two values may lie apart: `absolute`, or `relative` to the larger of the two."""

    name: str
    absolute: float
    relative: float
    reason: str

    def holds(self, before: float, after: float) -> bool:
        """Tell whether two values are near enough."""
        larger = max(abs(before), abs(after))
        return abs(before - after) <= max(self.absolute, self.relative * larger)


@dataclass(frozen=True)
class Tolerances:
    """The tolerances of one kind: `same` counts as equal, `minor` as hardly visible in print."""

    same: Tolerance
    minor: Tolerance


TOLERANCES: Final[Mapping[Kind, Tolerances]] = {
    Kind.ESTIMATE: Tolerances(
        Tolerance(
            "sixth digit of an estimate",
            1e-9,
            SIXTH_DIGIT,
            "the last digit that is saved; 1e-9 for sums that are zero but for rounding",
        ),
        Tolerance("third digit of an estimate", 1e-9, 5e-4, "tables print three digits"),
    ),
    Kind.ERROR: Tolerances(
        Tolerance(
            "sixth digit of a standard error",
            1e-12,
            SIXTH_DIGIT,
            "the last digit that is saved; the errors of a perfect fit are zero but for rounding",
        ),
        Tolerance("third digit of a standard error", 1e-12, 5e-4, "tables print three digits"),
    ),
    Kind.PERCENT: Tolerances(
        Tolerance(
            "sixth digit of a percentage",
            1e-7,
            SIXTH_DIGIT,
            "the last digit that is saved; 1e-7 points where a change is zero but for rounding",
        ),
        Tolerance("first decimal of a percentage", 0.05, 0.0, "tables print one decimal"),
    ),
    Kind.P_VALUE: Tolerances(
        Tolerance(
            "sixth decimal of a p-value",
            1e-6,
            SIXTH_DIGIT,
            "a p-value below 0.000001 has only its size to tell; tails magnify rounding",
        ),
        Tolerance(
            "third decimal of a p-value",
            5e-4,
            0.0,
            "tables print three decimals; never minor across 0.01, 0.05 or 0.1",
        ),
    ),
}
FULL_PRECISION: Final = Tolerance(
    "tenth digit of a full number",
    1e-12,
    1e-10,
    "processed tables keep every digit; sums of many terms agree to about 1e-13 of their size",
)
LEVELS: Final = (0.01, 0.05, 0.1)

FORM_KINDS: Final[Mapping[str, Kind | None]] = {
    "text": Kind.TEXT,
    "day": Kind.TEXT,
    "count": Kind.COUNT,
    "percent": Kind.PERCENT,
    "1": None,
    "2": None,
    "3": None,
    "significant": None,
}
"""Form in which a table prints a column -> its kind; None where the form only says decimals."""

NAME_KINDS: Final[tuple[tuple[re.Pattern[str], Kind], ...]] = (
    (re.compile(r"(^|_)p($|_)|p_value"), Kind.P_VALUE),
    (re.compile(r"(^|_)(error|errors|se|standard_error)($|_)"), Kind.ERROR),
    (re.compile(r"(^|_)(percent|share|rate|size|coverage|power)($|_)"), Kind.PERCENT),
)
"""Part of a column's name -> kind of its numbers; the first that fits, otherwise an estimate."""

NUMBER: Final = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?$")
NOT_FINITE: Final = frozenset({"", "inf", "-inf", "nan"})
"""Cells that a column of numbers may hold; equal only to themselves."""
WHOLE: Final = re.compile(r"[-+]?\d+(\.0+)?$")


def kind_of(name: str, form: str | None, cells: Iterable[str]) -> Kind:
    """Return the kind of a column.

    The rule: a column with any cell that is neither empty nor a number, finite or not, is text;
    whole numbers alone are counts (years, ranks, lags among them); numbers with a fraction have
    the kind of the form in which the table prints them, where it tells one, otherwise that which
    their name tells.

    Parameters
    ----------
    name
        Name of the column.
    form
        A key of `analysis.exhibits.table.FORMATS`, or None if the form is not known.
    cells
        Every cell of the column, before and after.
    """
    present = {*cells} - NOT_FINITE
    if not all(NUMBER.match(cell) for cell in present):
        return Kind.TEXT
    if all(WHOLE.match(cell) for cell in present):
        return Kind.COUNT if present else FORM_KINDS.get(form or "text") or Kind.ESTIMATE
    printed = FORM_KINDS.get(form) if form else None
    if printed and printed not in EXACT:
        return printed
    return next((kind for part, kind in NAME_KINDS if part.search(name)), Kind.ESTIMATE)
