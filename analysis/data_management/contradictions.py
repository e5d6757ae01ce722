"""Contradictions between reports, found by rule and put into words.

Every rule allows for the rounding of the figures: two reports disagree only if no pair of values
inside their bounds agrees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd

from analysis.data_management.contradiction_rules import (
    Contradiction,
    falling_or_larger_part,
    growth_against_levels,
    growth_outside_parts,
    implausible_rate,
    parts_against_total,
    unit_value,
)

RULES: dict[str, str] = {
    "same_period": "two figures for the same period",
    "falling_cumulative": "a cumulative figure that is smaller at a later date",
    "part_exceeds_whole": "a part of a period with more than the whole",
    "implausible_rate": "days that would have carried more than twice the usual flow",
    "growth": "a printed growth that the levels do not give",
    "parts": "exports and imports that do not add up to the total",
    "growth_of_parts": "a growth of the total outside the growth of its parts",
    "unit_value": "a value per tonne far from that of the longer period around it",
}
COLUMNS = (
    "rule",
    "reports",
    "series",
    "other_series",
    "cross_basis",
    "first_says",
    "second_says",
    "disagreement_percent",
    "sentence",
)
Rule = Callable[[pd.DataFrame], Iterable[Contradiction]]
_FUNCTIONS: tuple[Rule, ...] = (
    falling_or_larger_part,
    implausible_rate,
    growth_against_levels,
    parts_against_total,
    growth_outside_parts,
    unit_value,
)


def build_contradictions(reports: pd.DataFrame) -> pd.DataFrame:
    """Apply every rule to the processed reports.

    Returns
    -------
    pandas.DataFrame
        Columns `COLUMNS`, sorted by rule and reports. `reports` holds the ids, separated by
        semicolons, the first one first; `cross_basis` is true if the two sides have different
        bases, so that they may both be right; `disagreement_percent` is how far the two sides are
        apart, relative to the smaller one.
    """
    rows = [_row(found) for function in _FUNCTIONS for found in function(reports)]
    df = pd.DataFrame(rows, columns=list(COLUMNS))
    return df.sort_values(["rule", "reports"]).reset_index(drop=True)


def _row(found: Contradiction) -> dict[str, Any]:
    return {
        "rule": found.rule,
        "reports": ";".join(found.reports),
        "series": found.series,
        "other_series": found.other_series,
        "cross_basis": found.series.split("/")[3] != found.other_series.split("/")[3],
        "first_says": found.first_says,
        "second_says": found.second_says,
        "disagreement_percent": round(found.disagreement_percent, 2),
        "sentence": found.sentence,
    }
