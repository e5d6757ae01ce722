"""Made series and fits for the tests of robustness checks."""

from __future__ import annotations

import numpy as np

from analysis.models.design import DesignSpec
from analysis.models.interrupted_series import fit_its
from analysis.models.its_options import ItsOptions
from analysis.models.its_results import ItsFit
from tests.models.its_made import AFTER, END, MONTHS, START, STEP, T, ar1, series

SPEC = DesignSpec(START, END, seasonality="fourier_1", interventions=(STEP,))
RHO = 0.4
IDENTITY = ItsOptions(link="identity")
DRAWS = 199
CONTROLS = [
    series(20 + ar1(144, 0.4, 50 + i), name=f"c{i}", label=f"Control {i}") for i in range(24)
]


def values(effect: float, seed: int = 1, rho: float = RHO) -> np.ndarray:
    """Noise with standard deviation 1, a season and a step of `effect`."""
    season = 0.5 * np.sin(2 * np.pi * T / 12)
    return 20 + season + effect * AFTER + ar1(len(T), rho, seed)


def made_fit(effect: float, seed: int = 1, options: ItsOptions = IDENTITY) -> ItsFit:
    return fit_its(series(values(effect, seed)), SPEC, options)


def gapped_fit(effect: float) -> ItsFit:
    """January and February of each year in one value, and two months missing."""
    y = values(effect)
    rows, months, spans = [], [], []
    for i, month in enumerate(MONTHS.astype(str)):
        if month.endswith("-02") or month in {"2015-06", "2018-09"}:
            continue
        both = month.endswith("-01")
        rows.append(y[i : i + 2].mean() if both else y[i])
        months.append(month)
        spans.append(2 if both else 1)
    made = series(np.array(rows), months=months, span=spans, combined="mean")
    return fit_its(made, SPEC, IDENTITY)


def count_fit(effect: float) -> ItsFit:
    rng = np.random.default_rng(3)
    mean = np.exp(4 + effect * AFTER + 0.05 * values(0.0))
    options = ItsOptions(estimator="quasi_poisson", covariance="newey_west")
    return fit_its(series(rng.poisson(mean).astype(float)), SPEC, options)
