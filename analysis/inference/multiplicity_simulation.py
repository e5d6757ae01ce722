"""Error rates of the adjustments for several hypotheses, measured by simulation."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from scipy import stats

from analysis.inference.multiplicity import Adjustment, Multiplicity, adjust, rate_of, romano_wolf
from analysis.models.arrays import Bools, Floats

VALUES: Final = 40  # of each outcome
EFFECT: Final = 0.6  # standard deviations, of every second outcome
ADJUSTMENTS: Final[tuple[Adjustment, ...]] = ("bonferroni", "holm", "benjamini_hochberg")


def simulate_error_rates(
    replications: int,
    seed: int,
    outcomes: int = 8,
    correlation: float = 0.6,
    draws: int = 199,
    level: float = 0.95,
) -> pd.DataFrame:
    """Measure family-wise error rates of independent t tests and of each adjustment.

    Outcomes of `VALUES` values share a common factor, and half of them have an effect.
    Resampled statistics flip the signs of the values, all outcomes of a value together.

    Returns
    -------
    pd.DataFrame
        One row a method: `family_wise_error` (share of replications that reject a true
        hypothesis), `false_discovery` (mean share of false among rejected), `power` (share of
        false hypotheses rejected), `replications`.
    """
    children = np.random.SeedSequence(seed).spawn(replications)
    effect = np.where(np.arange(outcomes) % 2, 0.6, 0.0)
    rows = [
        row
        for child in children
        for row in _one_family(np.random.default_rng(child), effect, correlation, draws, level)
    ]
    table = pd.DataFrame(rows).groupby("method", sort=False).mean()
    return table.reset_index().assign(replications=replications)


def _one_family(
    rng: np.random.Generator, effect: Floats, correlation: float, draws: int, level: float
) -> list[dict[str, float | str]]:
    common = np.sqrt(correlation) * rng.normal(size=(VALUES, 1))
    own = np.sqrt(1 - correlation) * rng.normal(size=(VALUES, len(effect)))
    values = effect + common + own
    flips = rng.choice([-1.0, 1.0], size=(draws, VALUES))
    names = [str(place) for place in range(len(effect))]
    observed = t_statistics(np.ones((1, VALUES)), values)[0]
    p_values = 2 * stats.t.sf(np.abs(observed), VALUES - 1)
    by_name = dict(zip(names, p_values.tolist(), strict=True))
    together = romano_wolf(
        dict(zip(names, observed.tolist(), strict=True)), t_statistics(flips, values), level
    )
    rejected: dict[str, Bools] = {"none": p_values <= rate_of(level)}
    rejected |= {name: _rejected(adjust(by_name, name, level)) for name in ADJUSTMENTS}
    rejected["romano_wolf"] = _rejected(together)
    return [{"method": name, **_errors(found, effect)} for name, found in rejected.items()]


def _rejected(found: Multiplicity) -> Bools:
    return found.table["rejected"].to_numpy(dtype=bool)


def _errors(rejected: Bools, effect: Floats) -> dict[str, float]:
    false = rejected & (effect == 0)
    return {
        "family_wise_error": float(false.any()),
        "false_discovery": float(false.sum() / max(rejected.sum(), 1)),
        "power": float(rejected[effect != 0].mean()),
    }


def t_statistics(signs: Floats, values: Floats) -> Floats:
    """Return the t statistics of the means of values (n, m) under signs (B, n), shape (B, m)."""
    count = len(values)
    mean = signs @ values / count
    variance = ((values**2).sum(axis=0) - count * mean**2) / (count - 1)
    return np.asarray(mean / np.sqrt(variance / count))
