"""How often tests of a count model find an effect that is not there, simulated.

Counts have the means of a fit without the effect, times noise that stays: their logarithm is
Gaussian AR(1), with the variance that gives the overdispersion of the fit. Each made series is
estimated by the model of the fit, and the effect tested by its own p-value and by circular shifts.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.inference.check import tested_effect
from analysis.inference.check_problem import refit
from analysis.inference.check_randomisation import RandomisationInference
from analysis.models.arrays import Floats
from analysis.models.its_results import ItsFit


def simulate_count_size(
    fit: ItsFit, effect: str, *, rho: float, replications: int, seed: int, level: float = 0.95
) -> pd.DataFrame:
    """Return how often each test rejects at 1 - `level` where there is no effect.

    Parameters
    ----------
    fit
        Negative binomial fit with the effect, which is taken out of its means.
    rho
        Autocorrelation of the noise from one month to the next, 0 or more and below 1.

    Returns
    -------
    pandas.DataFrame
        One row a test: test, rejection, error (Monte Carlo standard error), replications (those
        in which the model could be estimated), rho, months, seed.

    Raises
    ------
    ModelError
        When the fit is not one of the negative binomial, rho is out of range or no replication
        can be estimated.
    """
    tested_effect(fit, effect)
    if fit.estimator != "negative_binomial" or not 0 <= rho < 1:
        raise ModelError(
            f"no counts can be made from '{fit.estimator}' with rho {rho}",
            allowed="a negative binomial fit and rho in [0, 1)",
        )
    p_values = [
        found
        for replication in range(replications)
        if (found := _p_values(fit, effect, made_counts(fit, effect, rho, [seed, replication])))
    ]
    if not p_values:
        raise ModelError("no replication could be estimated")
    rejected = (np.array(p_values) <= 1 - level).mean(axis=0)
    return pd.DataFrame(
        {
            "test": ["own", "circular_shifts"],
            "rejection": rejected,
            "error": np.sqrt(rejected * (1 - rejected) / len(p_values)),
            "replications": len(p_values),
            "rho": rho,
            "months": len(fit.series),
            "seed": seed,
        }
    )


def made_counts(fit: ItsFit, effect: str, rho: float, key: list[int]) -> Floats:
    """Return counts with the means of a fit without its effect and noise that stays, shape (n,).

    Parameters
    ----------
    key
        Seed and number of the replication.
    """
    rng = np.random.default_rng(key)
    coefficients = np.where(np.array(fit.design.names) == effect, 0.0, fit.estimates)
    variance = np.log1p(float(fit.dispersion or 0.0))
    first = fit.series.first - fit.series.first[0]
    noise = rng.normal(size=int(first[-1]) + 1)
    for month in range(1, len(noise)):
        noise[month] = rho * noise[month - 1] + np.sqrt(1 - rho**2) * noise[month]
    logs = fit.rows @ coefficients + fit.offset
    mean = np.exp(logs + np.sqrt(variance) * noise[first] - variance / 2)
    return np.asarray(rng.poisson(mean), dtype=float)


def _p_values(fit: ItsFit, effect: str, counts: Floats) -> tuple[float, float] | None:
    """Return both p-values; None where the model cannot be estimated."""
    try:
        again = refit(fit, series=replace(fit.series, values=counts))
        own = again.effect(effect).p_value
        shifts = RandomisationInference(effect).run(again).p_value
    except ModelError:
        return None
    return None if own is None or shifts is None else (own, shifts)
