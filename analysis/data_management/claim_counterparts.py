"""How each kind of claim is computed from printed figures, and how their periods have to lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from analysis.data_management.claim_figures import (
    Bounded,
    PrintedFigure,
    Term,
    days_apart,
    level_sum,
    span_of,
    year_before,
)
from analysis.data_management.units import UNITS

PER_CENT: Final = "per cent"
TIMES: Final = "times"
RANK: Final = "rank"
FACTORS: Final[Mapping[str, Decimal]] = {PER_CENT: Decimal(100), TIMES: Decimal(1)}
ONE: Final = Decimal(1)


@dataclass(frozen=True)
class Claim:
    """A claim with the printed figures that it names.

    Attributes
    ----------
    source
        The row whose page makes the claim.
    figures, base
        What is computed from, and what it is compared with; `base` may be empty.
    slack_days
        Days by which two periods may differ at either end.
    tolerance
        Per cent of the base, or of the computed value where there is no base, that is allowed
        beyond rounding.
    rate
        Units of the local currency a United States dollar, with the lowest and highest month;
        given for an exchange alone.
    """

    source: PrintedFigure
    figures: tuple[Term, ...]
    base: tuple[Term, ...]
    unit: str
    slack_days: int = 0
    tolerance: Decimal = Decimal(0)
    rate: Bounded | None = None

    @property
    def named(self) -> tuple[PrintedFigure, ...]:
        """The figures that are named, without the source."""
        return tuple(term.figure for term in (*self.figures, *self.base))


def growth(claim: Claim) -> Bounded:
    """Return the growth of the figures on the base, in per cent or times."""
    ratio = level_sum(claim.figures) / _base(claim)
    return ratio.moved(-ONE).scaled(FACTORS[claim.unit])


def quotient(claim: Claim) -> Bounded:
    """Return the figures over the base, in per cent or times."""
    return (level_sum(claim.figures) / _base(claim)).scaled(FACTORS[claim.unit])


def change(claim: Claim) -> Bounded:
    """Return the figures less the base, in the unit of the claim."""
    return _printed(level_sum(claim.figures) + -_base(claim), claim)


def total(claim: Claim) -> Bounded:
    """Return the signed sum of the figures, in the unit of the claim."""
    return _printed(level_sum(claim.figures), claim)


def repeated(claim: Claim) -> Bounded:
    """Return the growth that the one figure prints, in per cent."""
    return _known(claim.figures[0].figure.growth).moved(-ONE).scaled(FACTORS[claim.unit])


def growth_of_parts(claim: Claim) -> Bounded:
    """Return the growth of a total from the levels and growth rates of its parts.

    Notes
    -----
    A larger growth of a part means a smaller base, so each bound of the total belongs to one
    bound of all growth rates: sum of levels over sum of levels divided by their ratios.
    """
    levels = level_sum(claim.figures)
    before = Bounded(Decimal(0), Decimal(0), Decimal(0))
    for term in claim.figures:
        before += _known(term.figure.level) / _known(term.figure.growth)
    return (levels / before).moved(-ONE).scaled(FACTORS[claim.unit])


def between_parts(claim: Claim) -> Bounded:
    """Return the lowest and highest growth of the parts; the growth of a total lies between."""
    rates = [_known(term.figure.growth) for term in claim.figures]
    lower, upper = min(rate.lower for rate in rates), max(rate.upper for rate in rates)
    span = Bounded(lower, (lower + upper) / 2, upper)
    return span.moved(-ONE).scaled(FACTORS[claim.unit])


def level_before(claim: Claim) -> Bounded:
    """Return the level one year before that a level and its growth imply."""
    figure = claim.figures[0].figure
    return _printed(_known(figure.level) / _known(figure.growth), claim)


def exchanged(claim: Claim) -> Bounded:
    """Return a level in dollars, for every monthly rate that the page may have used."""
    return _printed(level_sum(claim.figures) / _known(claim.rate), claim)


def rank(claim: Claim) -> Bounded:
    """Return the place of the figures among the base, 1 for the largest."""
    mine = level_sum(claim.figures)
    others = [_known(term.figure.level) for term in claim.base]
    lower = 1 + sum(other.lower > mine.upper for other in others)
    value = 1 + sum(other.value > mine.value for other in others)
    upper = 1 + sum(other.upper > mine.lower for other in others)
    return Bounded(Decimal(lower), Decimal(value), Decimal(upper))


def _base(claim: Claim) -> Bounded:
    return level_sum(claim.base).widened(claim.tolerance)


def _printed(number: Bounded, claim: Claim) -> Bounded:
    return number.scaled(ONE / UNITS[claim.unit].factor)


def _known(number: Bounded | None) -> Bounded:
    if number is None:  # ruled out by what the kind needs
        raise AssertionError
    return number


def year_apart(claim: Claim) -> str:
    """Say how the periods of figures and base fail to be one year apart."""
    now, before = span_of(claim.figures), span_of(claim.base)
    if now is None or before is None:
        return "period: the figures do not make up one period"
    asked = year_before(now)
    if days_apart(before, asked) <= claim.slack_days:
        return ""
    return f"period: the base is {told(before)}, one year before is {told(asked)}"


def year_after_source(claim: Claim) -> str:
    """Say how the figures fail to be one year after the source."""
    now, before = claim.figures[0].figure.span, claim.source.span
    if days_apart(before, year_before(now)) <= claim.slack_days:
        return ""
    return f"period: {told(before)} is not one year before {told(now)}"


def base_earlier(claim: Claim) -> str:
    """Say that the base does not end before the figures start."""
    now, before = span_of(claim.figures), span_of(claim.base)
    if now is not None and before is not None and before[1] < now[0]:
        return ""
    return "period: the base does not end before the figures start"


def same_period(claim: Claim) -> str:
    """Say which periods differ."""
    spans = {told(figure.span) for figure in (claim.source, *claim.named)}
    return f"period: {' against '.join(sorted(spans))}" if len(spans) > 1 else ""


def any_period(_: Claim) -> str:
    """Say nothing: periods may differ."""
    return ""


def told(span: tuple[object, object]) -> str:
    """Return a period in words."""
    return f"{span[0]:%Y-%m-%d} to {span[1]:%Y-%m-%d}"
