"""What each kind of claim is computed from, and what has to be alike for that to be fair."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from analysis.data_management.claim_counterparts import (
    PER_CENT,
    RANK,
    TIMES,
    Claim,
    any_period,
    base_earlier,
    between_parts,
    change,
    exchanged,
    growth,
    growth_of_parts,
    level_before,
    quotient,
    rank,
    repeated,
    same_period,
    told,
    total,
    year_after_source,
    year_apart,
)
from analysis.data_management.claim_figures import Bounded, PrintedFigure, span_of, year_before
from analysis.data_management.units import UNITS
from analysis.data_management.vocabularies import BASES

CLAIM_UNITS: Final = (PER_CENT, TIMES, RANK, *UNITS)
SERIES: Final = ("place", "scope", "metric", "basis", "unit")


@dataclass(frozen=True)
class Kind:
    """How a kind of claim is computed.

    Attributes
    ----------
    label
        For readers.
    same
        What all figures have in common; with `with_source` the row of the claim, too.
    period
        Function from a claim to what is wrong with its periods, or nothing.
    needs
        What every figure must print: level, growth or both.
    figures
        Least and largest number of figures.
    no_base
        Reason where the base is empty; without it the kind takes no base.
    units
        Units that the claim may be printed in; empty: those of the figures.
    """

    label: str
    compute: Callable[[Claim], Bounded]
    same: tuple[str, ...]
    period: Callable[[Claim], str]
    needs: tuple[str, ...] = ("level",)
    with_source: bool = False
    figures: tuple[int, int] = (1, 9)
    no_base: str = ""
    units: tuple[str, ...] = (PER_CENT, TIMES)


_NO_YEAR: Final = "base: no figure of this series is published for {before}"
_NO_EARLIER: Final = "base: no figure of this series is published for the earlier period"
_PARTS: Final = ("place", "scope", "basis", "unit")
_from_one_report = partial(Kind, with_source=True, figures=(1, 1))
_from_parts = partial(Kind, with_source=True, figures=(2, 9))

KINDS: Final[Mapping[str, Kind]] = {
    "growth": Kind("growth on the year before", growth, SERIES, year_apart, no_base=_NO_YEAR),
    "change": Kind(
        "change on the year before", change, SERIES, year_apart, no_base=_NO_YEAR, units=()
    ),
    "increase": Kind(
        "increase on an earlier period", growth, SERIES, base_earlier, no_base=_NO_EARLIER
    ),
    "ratio": Kind(
        "ratio to an earlier period", quotient, SERIES, base_earlier, no_base=_NO_EARLIER
    ),
    "share": Kind(
        "share of a total",
        quotient,
        ("basis", "unit"),
        same_period,
        no_base="base: no figure of the total is at hand for this basis and period",
    ),
    "sum": _from_parts("sum of parts", total, ("basis", "unit"), same_period, units=()),
    "level": _from_one_report("level in another report", total, SERIES, same_period, units=()),
    "repeat": _from_one_report(
        "growth in another report", repeated, SERIES, same_period, needs=("growth",)
    ),
    "growth_of_parts": _from_parts(
        "growth from levels and growth of parts",
        growth_of_parts,
        _PARTS,
        same_period,
        needs=("level", "growth"),
    ),
    "between_parts": _from_parts(
        "growth between that of the parts", between_parts, _PARTS, same_period, needs=("growth",)
    ),
    "level_before": _from_one_report(
        "level implied by the growth after it",
        level_before,
        SERIES,
        year_after_source,
        needs=("level", "growth"),
        units=(),
    ),
    "exchange": _from_one_report(
        "level in another currency",
        exchanged,
        ("place", "scope", "metric"),
        same_period,
        units=("USD million", "USD billion"),
    ),
    "rank": Kind(
        "rank among figures",
        rank,
        ("metric", "basis", "unit"),
        any_period,
        no_base="base: no figure to rank against is at hand",
        units=(RANK,),
    ),
}
"""Every kind of claim; a new kind is one row here."""


def counterpart(kind: Kind, claim: Claim) -> Bounded:
    """Return what a comparable claim is checked against, in the unit of the claim."""
    found = kind.compute(claim)
    return found if kind.no_base else found.widened(claim.tolerance)


def incomparable(kind: Kind, claim: Claim) -> list[str]:
    """Return every reason why the figures cannot speak about the claim; none if they can."""
    if kind.no_base and not claim.base:
        before = span_of(claim.figures)
        asked = told(year_before(before)) if before else "one year before"
        return [kind.no_base.format(before=asked)]
    compared = (*claim.named, *([claim.source] if kind.with_source else []))
    reasons = [_different(name, compared) for name in kind.same]
    reasons += [
        f"{need}: {figure.key} prints none"
        for need in kind.needs
        for figure in claim.named
        if getattr(figure, need) is None
    ]
    return [reason for reason in (*reasons, kind.period(claim)) if reason]


def _different(name: str, figures: tuple[PrintedFigure, ...]) -> str:
    found = sorted({str(getattr(figure, name)) for figure in figures})
    told = [BASES[word] if name == "basis" else word.replace("_", " ") for word in found]
    word = {"basis": "who measured", "unit": "currency or unit"}.get(name, name)
    return f"{word}: {' / '.join(told)}" if len(found) > 1 else ""
