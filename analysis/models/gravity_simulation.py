"""Bias of three-way PPML on made panels, with and without its correction; nothing is a finding."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.models.gravity_bias import correct_gravity_bias

TRUTH: Final = 0.5
COUNTRIES: Final = (10, 20)
PERIODS: Final = 3


def simulate_gravity_bias(
    replications: int, seed: int, countries: tuple[int, ...] = COUNTRIES
) -> pd.DataFrame:
    """Measure the bias of the coefficient of a regressor on which the variance of flows depends.

    Returns
    -------
    pandas.DataFrame
        `countries`, `periods`, `replications`, `truth`, `bias` and `bias_corrected` (means over
        the replications), `standard_deviation`, `standard_deviation_corrected`.

    Raises
    ------
    ModelError
        When there are fewer than two replications.
    """
    if replications < 2:
        raise ModelError(f"{replications} replications", allowed="two or more")
    rows = []
    spawned = np.random.SeedSequence(seed).spawn(len(countries))
    for count, item in zip(countries, spawned, strict=True):
        found = np.array([_errors(count, one) for one in item.spawn(replications)])
        rows.append(
            {
                "countries": count,
                "periods": PERIODS,
                "replications": replications,
                "truth": TRUTH,
                "bias": found[:, 0].mean(),
                "bias_corrected": found[:, 1].mean(),
                "standard_deviation": found[:, 0].std(ddof=1),
                "standard_deviation_corrected": found[:, 1].std(ddof=1),
            }
        )
    return pd.DataFrame(rows)


def _errors(countries: int, seed: np.random.SeedSequence) -> tuple[float, float]:
    result = correct_gravity_bias(
        draw_panel(countries, np.random.default_rng(seed)),
        flow="trade",
        exporter="exporter",
        importer="importer",
        period="year",
        regressors=["x"],
    )
    return float(result.estimates[0] - TRUTH), float(result.corrected[0] - TRUTH)


def draw_panel(countries: int, rng: np.random.Generator) -> pd.DataFrame:
    """Draw gamma flows whose relative variance is 0.1 for low and 1 for high values of `x`."""
    grid = np.meshgrid(range(countries), range(countries), range(PERIODS), indexing="ij")
    i, j, t = (axis.ravel() for axis in grid)
    i, j, t = (axis[i != j] for axis in (i, j, t))
    sells, buys = rng.normal(scale=0.3, size=(2, countries, PERIODS))
    pair = rng.normal(scale=0.3, size=(countries, countries))
    x = sells[i, t] + buys[j, t] + pair[i, j] / 2 + rng.uniform(-1.5, 1.5, size=len(i))
    mean = np.exp(TRUTH * x + sells[i, t] + buys[j, t] + pair[i, j])
    variance = 0.1 + 0.9 * (x > 0.3)
    trade = mean * rng.gamma(1 / variance, variance)
    return pd.DataFrame({"exporter": i, "importer": j, "year": t, "x": x, "trade": trade})
