"""What a printed number says: the step of its last digit and the bounds of the value."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache

ASSUMED_DIGITS = 2
"""Digits of an integer of 10 or more that are taken as significant even if they are zeros."""
COUNT_EVERY_ZERO = frozenset({"rounded", "about"})


@dataclass(frozen=True)
class Interval:
    """A value known to lie between two bounds, in the unit as printed."""

    lower: Decimal
    upper: Decimal

    @property
    def middle(self) -> Decimal:
        """Midpoint of the bounds."""
        return (self.lower + self.upper) / 2


@cache
def step_of(printed: str, qualifier: str = "exact") -> Decimal:
    """Return the step of the last significant digit of a printed number.

    Parameters
    ----------
    printed
        Digits with an optional sign and decimal point, for example "5.67" or "-3250".
    qualifier
        A key of `vocabularies.QUALIFIERS`. With `rounded` and `about` every zero at the end of an
        integer is a rounding zero; otherwise at least two digits are significant.

    Notes
    -----
    10 -> 1, 100 -> 10, 5200 -> 100, 3250 -> 10, 1072 -> 1, 8 -> 1, 5.67 -> 0.01;
    1000 rounded -> 1000.
    """
    digits = printed.lstrip("+-")
    whole, _, decimals = digits.partition(".")
    if decimals:
        return Decimal(1).scaleb(-len(decimals))
    whole = whole.lstrip("0") or "0"
    zeros = len(whole) - len(whole.rstrip("0"))
    needed = 1 if qualifier in COUNT_EVERY_ZERO else ASSUMED_DIGITS
    return Decimal(1).scaleb(max(min(zeros, len(whole) - needed), 0))


@cache
def interval_of(printed: str, qualifier: str = "exact") -> Interval:
    """Return the bounds of a printed number, by its last digit and its rounding word.

    exact and rounded: half a step either side; over: from the number up to the next step; nearly:
    from the step below up to the number; about: one step either side. The rule acts on the size
    of the number and keeps the sign, so "over 20" of a fall is a fall of 20 to 21.

    Notes
    -----
    The lower bound of a positive size stays positive: where the rule would reach zero it is half a
    step ("about 1" is 0.5 to 2). Zero keeps half a step either side.
    """
    step = step_of(printed, qualifier)
    number = Decimal(printed)
    size = abs(number)
    below, above = {
        "over": (Decimal(0), step),
        "nearly": (step, Decimal(0)),
        "about": (step, step),
    }.get(qualifier, (step / 2, step / 2))
    lower = size - below
    if size > 0 and lower <= 0:
        lower = min(step / 2, size)
    low, high = lower, size + above
    return Interval(low, high) if number >= 0 else Interval(-high, -low)


@cache
def range_of(printed: str, printed_to: str) -> Interval:
    """Return the bounds of a printed range such as "150 to 200"."""
    return Interval(Decimal(printed), Decimal(printed_to))


def growth_ratio(printed: str, qualifier: str = "exact") -> Interval:
    """Return 1 + g/100 with its bounds for a printed growth rate g in per cent.

    Notes
    -----
    The lower bound stays positive: where rounding would reach -100 per cent it is half the ratio
    that was printed.
    """
    growth = interval_of(printed, qualifier)
    lower, upper = 1 + growth.lower / 100, 1 + growth.upper / 100
    return Interval(lower if lower > 0 else (1 + Decimal(printed) / 100) / 2, upper)
