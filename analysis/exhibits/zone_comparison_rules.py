"""What two series must have in common before they are compared, and what they differ in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.data_management.vocabularies import BASES
from analysis.exhibits.zone_comparison_results import Side
from analysis.settings.zone_comparison import TRAITS, Trait

Verdict = Literal["comparable", "in per cent only", "not comparable"]

TRAIT_WORDS: Final[Mapping[Trait, str]] = {
    "metric": "metric",
    "scope": "scope",
    "basis": "basis",
    "unit": "currency or unit",
    "reporting_year": "reporting year",
    "period": "period",
}
YEARS: Final[Mapping[str, frozenset[int]]] = {
    "calendar year": frozenset({1}),
    "fiscal year from April or October": frozenset({4, 10}),
}
NO_YEAR: Final = "no fixed year"
MOST: Final = 0.5  # share of the reports that must begin with a reporting year to set it


@dataclass(frozen=True)
class Comparability:
    """Whether two sides may be compared.

    Attributes
    ----------
    differs
        Traits in which they differ, with both values in words.
    shared_days
        Days that some report of each covers.
    """

    verdict: Verdict
    differs: Mapping[Trait, str]
    shared_days: int
    reason: str

    @property
    def percent(self) -> bool:
        """Whether effects in per cent may be compared."""
        return self.verdict != "not comparable"


def comparability(first: Side, second: Side, tolerated: Set[Trait]) -> Comparability:
    """Judge two sides by metric, scope, basis, unit, reporting year and period.

    Parameters
    ----------
    tolerated
        Traits that may differ where effects in per cent are compared; levels need all to agree.
    """
    shared = len(np.intersect1d(reported_days(first.rows), reported_days(second.rows)))
    if first.series == second.series:
        reason = f"both are the series {first.series}"
        return Comparability("not comparable", {}, shared, reason)
    differs = _differences(first, second, shared)
    verdict = _verdict(differs, tolerated)
    return Comparability(verdict, differs, shared, _reason(differs, shared))


def reporting_year(rows: pd.DataFrame) -> str:
    """Return the year whose first month most reports begin in; see `YEARS`."""
    months = rows["start"].dt.month
    for words, firsts in YEARS.items():
        if len(months) and months.isin(firsts).mean() >= MOST:
            return words
    return NO_YEAR


def reported_days(rows: pd.DataFrame) -> NDArray[np.int64]:
    """Return the days that some report covers, as days since 1970, sorted."""
    starts = rows["start"].to_numpy(dtype="datetime64[D]").astype(np.int64)
    ends = rows["end"].to_numpy(dtype="datetime64[D]").astype(np.int64)
    days = [np.arange(start, end + 1) for start, end in zip(starts, ends, strict=True)]
    return np.unique(np.concatenate(days)) if days else np.array([], dtype=np.int64)


def _differences(first: Side, second: Side, shared: int) -> dict[Trait, str]:
    found: dict[Trait, str] = {}
    for trait in TRAITS:
        one, other = VALUES[trait](first), VALUES[trait](second)
        same = shared > 0 if trait == "period" else one == other
        if not same:
            found[trait] = f"{one} against {other}"
    return found


def _registered(key: str) -> Callable[[Side], str]:
    return lambda side: side.register[key].replace("_", " ")


def _period(side: Side) -> str:
    if side.rows.empty:
        return "no report"
    return f"{side.rows['start'].min():%Y-%m-%d} to {side.rows['end'].max():%Y-%m-%d}"


VALUES: Final[Mapping[Trait, Callable[[Side], str]]] = {
    "metric": _registered("metric"),
    "scope": _registered("scope"),
    "basis": lambda side: BASES.get(side.register["basis"], side.register["basis"]),
    "unit": _registered("unit"),
    "reporting_year": lambda side: reporting_year(side.rows),
    "period": _period,
}


def _verdict(differs: Mapping[Trait, str], tolerated: Set[Trait]) -> Verdict:
    if not differs:
        return "comparable"
    return "in per cent only" if set(differs) <= set(tolerated) else "not comparable"


def _reason(differs: Mapping[Trait, str], shared: int) -> str:
    if not differs:
        return f"same metric, scope, basis, unit and reporting year; {shared} days in both"
    parts = [f"{TRAIT_WORDS[trait]}: {words}" for trait, words in differs.items()]
    if "period" in differs:
        parts[-1] += " (no day is reported in both)"
    return "; ".join(parts)
