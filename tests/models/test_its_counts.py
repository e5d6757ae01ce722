"""Count regressions against likelihoods written out."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.stats import nbinom

from analysis.errors import ModelError
from analysis.models.interrupted_series import fit_its
from analysis.models.its_effects import cumulative_effect
from analysis.models.its_options import ItsOptions
from tests.models.its_made import MONTHS, SPEC, STEP, reference_column, series

FOURIER = dataclasses.replace(SPEC, seasonality="fourier_1", interventions=(STEP,))
SPEC_OF_STEP = dataclasses.replace(FOURIER, seasonality="none", trend="none")
POPULATION = reference_column("population")
COUNT = reference_column("count")
DIFFERENCES = 1e-4  # second derivatives by steps


def test_negative_binomial_is_the_maximum_of_its_likelihood() -> None:
    fit = fit_its(series(COUNT, exposure=POPULATION), FOURIER, ItsOptions("negative_binomial"))

    def likelihood(point: np.ndarray) -> float:
        size = 1 / point[-1]
        mean = np.exp(fit.rows @ point[:-1] + np.log(POPULATION))
        return float(nbinom.logpmf(COUNT, size, size / (size + mean)).sum())

    best = np.append(fit.estimates, fit.dispersion)
    step = 1e-3 * np.eye(len(best))
    assert fit.log_likelihood == pytest.approx(likelihood(best), rel=1e-9)
    gradient = [(likelihood(best + s) - likelihood(best - s)) / 2e-3 for s in step]
    hessian = np.array(
        [
            [
                sum(a * b * likelihood(best + a * u + b * v) for a in (1, -1) for b in (1, -1))
                for v in step
            ]
            for u in step
        ]
    )
    spread = np.linalg.inv(-hessian / 4e-6)
    assert np.abs(gradient @ spread @ gradient) < 1e-6
    assert np.sqrt(np.diagonal(fit.covariance)) == pytest.approx(
        np.sqrt(np.diagonal(spread))[:-1], rel=DIFFERENCES
    )


def test_robust_count_errors_are_the_sandwich_of_the_scores() -> None:
    made = series(COUNT, exposure=POPULATION)
    fit = fit_its(made, FOURIER, ItsOptions("quasi_poisson", "hc0"))
    bread = np.linalg.inv((fit.rows * fit.fitted[:, None]).T @ fit.rows)
    scores = fit.rows * fit.residuals[:, None]
    assert fit.covariance == pytest.approx(bread @ scores.T @ scores @ bread, rel=1e-8)
    hac = fit_its(made, FOURIER, ItsOptions("negative_binomial", "newey_west", bandwidth=6))
    assert "Newey-West" in hac.convention


def test_two_months_of_a_count_have_twice_the_exposure() -> None:
    """A flat rate: one figure for two months says what two figures say."""
    spec = dataclasses.replace(FOURIER, seasonality="none", trend="none")
    months, spans = MONTHS.astype(str).tolist(), [1] * 144
    pairs = COUNT.copy()
    pairs[0] += pairs[1]
    spans[0] = 2
    kept = [0, *range(2, 144)]
    merged = series(
        pairs[kept],
        months=[months[i] for i in kept],
        span=[spans[i] for i in kept],
        exposure=np.full(143, 1000.0),
        combined="total",
    )
    single = series(COUNT, exposure=np.full(144, 1000.0))
    options = ItsOptions("quasi_poisson")
    one, other = (fit_its(made, spec, options) for made in (single, merged))
    assert other.estimates == pytest.approx(one.estimates, rel=1e-9)


def test_cumulative_cases_are_expected_counts_at_the_exposure() -> None:
    fit = fit_its(series(COUNT, exposure=POPULATION), FOURIER, ItsOptions("quasi_poisson"))
    total = cumulative_effect(fit, "2020-02", "2020-12")
    inside = slice(97, 108)
    off = fit.fitted[inside] / np.exp(fit.estimates[-1])
    assert total.total == pytest.approx((fit.fitted[inside] - off).sum(), rel=1e-9)
    assert total.percent == pytest.approx(fit.effect("closure").estimate, rel=1e-9)
    assert total.percent_lower == pytest.approx(fit.effect("closure").lower, rel=1e-9)


def test_cumulative_cases_need_the_exposure_of_every_month() -> None:
    made = series(COUNT, exposure=POPULATION).keep(np.arange(144) != 100)
    fit = fit_its(made, FOURIER, ItsOptions("quasi_poisson"))
    with pytest.raises(ModelError, match="exposure of 2020-05 is not known"):
        cumulative_effect(fit, "2020-02", "2020-12")


def test_what_is_no_count_is_refused() -> None:
    with pytest.raises(ModelError, match="no count"):
        fit_its(series(COUNT + 0.5), FOURIER, ItsOptions("quasi_poisson"))
    with pytest.raises(ModelError, match="exposure"):
        series(COUNT, exposure=POPULATION - 1002)
    spans = [1] * 143 + [2]
    mean = series(COUNT, span=spans, combined="mean")
    with pytest.raises(ModelError, match="must be their total"):
        fit_its(mean, dataclasses.replace(FOURIER, end="2024-01"), ItsOptions("quasi_poisson"))


def test_zeros_under_a_term_have_no_finite_effect() -> None:
    zeros = np.where(np.arange(144) >= 97, 0.0, COUNT)
    for estimator in ("quasi_poisson", "negative_binomial"):
        with pytest.raises(ModelError, match="finite estimate"):
            fit_its(series(zeros), FOURIER, ItsOptions(estimator))


@pytest.mark.parametrize("seed", range(4))
def test_a_flat_likelihood_is_told_and_does_not_end_in_an_algebra_error(seed: int) -> None:
    """Months without a count under a term of their own make the Hessian singular."""
    rng = np.random.default_rng(seed)
    counts = rng.poisson(rng.gamma(0.7, 1.0, 144)).astype(float)
    counts[97:] = 0.0
    with pytest.raises(ModelError, match="finite estimate"):
        fit_its(series(counts), SPEC_OF_STEP, ItsOptions("negative_binomial"))


def test_counts_without_overdispersion_have_no_negative_binomial() -> None:
    mean = np.exp(3 + 0.1 * np.sin(np.arange(144)))
    with pytest.raises(ModelError, match="not overdispersed"):
        fit_its(series(np.round(mean)), FOURIER, ItsOptions("negative_binomial"))
