"""Control of false findings across several outcomes or specifications.

Bonferroni, Holm (1979, Scandinavian Journal of Statistics 6) and Benjamini and Hochberg (1995, JRSS
B 57) need p-values alone. The step-down of Romano and Wolf (2005, Econometrica 73; 2016, Statistics
and Probability Letters 113) needs the statistics under resampling, and gains from their dependence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd
from scipy import stats

from analysis.errors import ModelError, require_known
from analysis.models.arrays import Floats

Adjustment = Literal["bonferroni", "holm", "benjamini_hochberg"]

CONVENTIONS: Final[Mapping[str, str]] = {
    "bonferroni": "Bonferroni: family-wise error rate, under any dependence",
    "holm": "Holm step-down: family-wise error rate, under any dependence",
    "benjamini_hochberg": "Benjamini-Hochberg: false discovery rate, under independence or "
    "positive dependence",
    "romano_wolf": "Romano-Wolf step-down of the largest |t|: family-wise error rate, under the "
    "dependence of the resampled statistics",
}


@dataclass(frozen=True)
class Multiplicity:
    """Tests of several hypotheses together.

    Attributes
    ----------
    table
        One row a hypothesis, in the order given: `name`, `p_value` (its own), `adjusted`,
        `rejected`; Romano-Wolf adds `statistic`.
    method
        A key of `CONVENTIONS`.
    level
        One minus the rate that is controlled.
    convention
        What is controlled, and when.
    sentence
        The finding in words.
    """

    table: pd.DataFrame
    method: str
    level: float
    convention: str
    sentence: str


def adjust(
    p_values: Mapping[str, float], method: Adjustment = "holm", level: float = 0.95
) -> Multiplicity:
    """Adjust p-values for their number.

    Parameters
    ----------
    p_values
        Two-sided p-value by name of the hypothesis.

    Raises
    ------
    ModelError
        When a p-value is not a number from 0 to 1, there is none, or the method is unknown.
    """
    require_known(method, ADJUSTED, ModelError, f"unknown adjustment '{method}'")
    _check(p_values, level)
    for name, value in p_values.items():
        if not 0 <= value <= 1:
            raise ModelError(f"the p-value of '{name}' is {value}", allowed="0 to 1")
    own = np.array(list(p_values.values()), dtype=float)
    adjusted = ADJUSTED[method](own)
    table = pd.DataFrame(
        {
            "name": list(p_values),
            "p_value": own,
            "adjusted": adjusted,
            "rejected": adjusted <= rate_of(level),
        }
    )
    return Multiplicity(table, method, level, CONVENTIONS[method], _sentence(table, method, level))


def _bonferroni(p_values: Floats) -> Floats:
    return np.minimum(p_values * len(p_values), 1.0)


def _holm(p_values: Floats) -> Floats:
    """Adjust step by step; that of `statsmodels` collects garbage, 0.05 s and more a call."""
    order = np.argsort(p_values, kind="stable")
    adjusted = np.empty(len(p_values))
    left = np.arange(len(p_values), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(p_values[order] * left), 1.0)
    return adjusted


def _benjamini_hochberg(p_values: Floats) -> Floats:
    return np.asarray(stats.false_discovery_control(p_values, method="bh"))


ADJUSTED: Final[Mapping[str, Callable[[Floats], Floats]]] = {
    "bonferroni": _bonferroni,
    "holm": _holm,
    "benjamini_hochberg": _benjamini_hochberg,
}


def romano_wolf(
    statistics: Mapping[str, float], resampled: Floats, level: float = 0.95
) -> Multiplicity:
    """Adjust by the distribution of the largest |t| among the hypotheses not yet rejected.

    Parameters
    ----------
    statistics
        Studentised statistic by name, shape (m,).
    resampled
        The same statistics in B draws in which every hypothesis is true, shape (B, m), columns in
        the order of `statistics`: bootstrap statistics centred on the estimates, permutations, or
        placebo dates. A row is one draw of all outcomes together, which keeps their dependence.

    Raises
    ------
    ModelError
        When shapes do not agree, or a number is not finite.

    Notes
    -----
    A p-value is (1 + draws as large) / (B + 1), so that it is never zero (Romano and Wolf 2016).
    """
    _check(statistics, level)
    names, observed = list(statistics), np.abs(np.array(list(statistics.values()), dtype=float))
    draws = np.abs(np.asarray(resampled, dtype=float))
    _check_draws(draws, names)
    own = (1 + (draws >= observed).sum(axis=0)) / (len(draws) + 1)
    adjusted = step_down(observed, draws)
    table = pd.DataFrame(
        {
            "name": names,
            "statistic": list(statistics.values()),
            "p_value": own,
            "adjusted": adjusted,
            "rejected": adjusted <= rate_of(level),
        }
    )
    sentence = _sentence(table, "romano_wolf", level)
    return Multiplicity(table, "romano_wolf", level, CONVENTIONS["romano_wolf"], sentence)


def step_down(observed: Floats, draws: Floats) -> Floats:
    """Return the adjusted p-values of statistics (m,) without sign against draws (B, m)."""
    order = np.argsort(-observed, kind="stable")
    largest_left = np.maximum.accumulate(draws[:, order[::-1]], axis=1)[:, ::-1]
    above = (largest_left >= observed[order]).sum(axis=0)
    adjusted = np.empty(len(observed))
    adjusted[order] = np.maximum.accumulate((1 + above) / (len(draws) + 1))
    return adjusted


def rate_of(level: float) -> float:
    """Return one minus the level without the rounding of the difference, 0.1 for 0.9."""
    return round(1 - level, 12)


def _check(values: Mapping[str, float], level: float) -> None:
    if not values:
        raise ModelError("there is nothing to adjust", allowed="one hypothesis or more")
    if not 0 < level < 1:
        raise ModelError(f"a level of {level} is out of range", allowed="above 0 and below 1")
    for name, value in values.items():
        if not np.isfinite(value):
            raise ModelError(
                f"the value of '{name}' is {value}", remedy="leave the hypothesis out and say so"
            )


def _check_draws(draws: Floats, names: Sequence[str]) -> None:
    if draws.ndim != 2 or draws.shape[1] != len(names) or not len(draws):
        raise ModelError(
            f"the resampled statistics have the shape {draws.shape}",
            allowed=f"(draws, {len(names)}), one column a hypothesis",
        )
    faulty = ~np.isfinite(draws).all(axis=0)
    if faulty.any():
        raise ModelError(
            f"a resampled statistic of '{names[int(np.argmax(faulty))]}' is not finite",
            remedy="draw again, or leave the hypothesis out and say so",
        )


def _sentence(table: pd.DataFrame, method: str, level: float) -> str:
    rate = "false discovery rate" if method == "benjamini_hochberg" else "family-wise error rate"
    name = {"benjamini_hochberg": "Benjamini-Hochberg", "romano_wolf": "Romano-Wolf"}.get(
        method, method.capitalize()
    )
    rejected = table.loc[table["rejected"], "name"]
    alone = int((table["p_value"] <= rate_of(level)).sum())
    found = f": {', '.join(rejected)}" if len(rejected) else ""
    return (
        f"Of {len(table)} hypotheses {len(rejected)} are rejected with the {rate} held at "
        f"{rate_of(level):.3g} ({name}){found}; {alone} would be without adjustment."
    )
