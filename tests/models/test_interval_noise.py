"""Likelihood, its derivatives and the small-sample covariance."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.models.design import DesignSpec, build_design
from analysis.models.interval_covariance import NoiseParameters, NoiseShape, covariance
from analysis.models.interval_likelihood import Criterion, Regression, slopes, solve
from analysis.models.interval_mean import linearise, response, rounding_half_width
from analysis.models.interval_noise import NoiseSpec, coordinates, estimate_noise
from analysis.models.interval_penalty import NO_PENALTY, WEAK_PENALTY, penalty_terms
from analysis.models.interval_rows import interval_rows
from analysis.models.interval_small_sample import kenward_roger
from tests.models.reports import CLOSURE, REOPENING, irregular_reports

SPEC = DesignSpec("2015-01", "2024-12", "linear", "none", (CLOSURE, REOPENING))
POINT = np.array([-1.5, 0.4, -3.2])
STEP = 1e-5
ANALYTIC = 1e-6  # relative; central differences of step 1e-5 are no better


def regression(criterion: Criterion = "reml") -> Regression:
    design = build_design(SPEC)
    observations = irregular_reports(SPEC, np.array([2.5, 0.05, -0.6, 0.3]), noise=0.2)
    rows = interval_rows(observations, design.calendar, "log")
    linear = linearise(rows, design.matrix @ np.array([2.5, 0.0, -0.3, 0.1]), "log")
    weights = np.linspace(0.4, 1.2, len(rows))
    shape = NoiseShape(linear.shares, rounding_half_width(rows, "log") ** 2 / 3, weights)
    working = response(rows, "log") - linear.mean
    return Regression(working, linear.shares @ design.matrix, shape, criterion)


def noise(point: np.ndarray) -> NoiseParameters:
    rho = 0.995 / (1 + np.exp(-point[1]))
    return NoiseParameters(float(np.exp(point[0])), float(rho), float(np.exp(point[2])))


def central(function: object) -> np.ndarray:
    return np.array(
        [
            (function(POINT + d) - function(POINT - d)) / (2 * STEP)  # type: ignore[operator]
            for d in STEP * np.eye(3)
        ]
    )


@pytest.mark.parametrize("criterion", ["reml", "ml"])
def test_gradient_and_observed_information_are_those_of_finite_differences(
    criterion: Criterion,
) -> None:
    made = regression(criterion)

    def value(point: np.ndarray) -> float:
        return solve(made, noise(point)).log_likelihood

    def gradient(point: np.ndarray) -> np.ndarray:
        return slopes(made, noise(point), solve(made, noise(point))).gradient

    at = slopes(made, noise(POINT), solve(made, noise(POINT)))
    assert at.gradient == pytest.approx(central(value), rel=ANALYTIC)
    assert at.observed == pytest.approx(-central(gradient), rel=ANALYTIC)


def test_slopes_of_the_covariance_are_those_of_finite_differences() -> None:
    made = regression()
    at = slopes(made, noise(POINT), solve(made, noise(POINT)))
    numeric = central(lambda point: covariance(made.shape, noise(point)))
    assert at.covariance == pytest.approx(numeric, rel=1e-5, abs=1e-10)


def test_expected_information_is_the_mean_of_the_observed() -> None:
    made = regression()
    rng = np.random.default_rng(0)
    factor = np.linalg.cholesky(covariance(made.shape, noise(POINT)))
    observed = np.zeros((3, 3))
    for _ in range(3000):
        drawn = factor @ rng.normal(size=len(factor))
        again = Regression(drawn, made.regressors, made.shape)
        observed += slopes(again, noise(POINT), solve(again, noise(POINT))).observed / 3000
    expected = slopes(made, noise(POINT), solve(made, noise(POINT))).information
    assert observed == pytest.approx(expected, abs=0.05 * np.abs(expected).max())


def test_likelihood_is_that_of_the_normal_distribution() -> None:
    made = regression("ml")
    whole = covariance(made.shape, noise(POINT))
    solved = solve(made, noise(POINT))
    residual = made.response - made.regressors @ solved.coefficients
    direct = -0.5 * (
        np.linalg.slogdet(2 * np.pi * whole)[1] + residual @ np.linalg.solve(whole, residual)
    )
    assert solved.log_likelihood == pytest.approx(direct, rel=1e-10)


def test_the_estimate_is_a_maximum_of_the_penalised_criterion() -> None:
    made = regression()
    fit = estimate_noise(made, NoiseSpec(penalty=WEAK_PENALTY))
    assert fit.interior.all()
    point, free = coordinates(fit.noise), np.ones(3, dtype=bool)
    terms = penalty_terms(WEAK_PENALTY, point, free)
    assert fit.slopes.gradient + terms.gradient == pytest.approx(np.zeros(3), abs=1e-5)
    assert np.linalg.eigvalsh(fit.slopes.observed + terms.curvature).min() > 0


def test_gradient_of_the_penalty_is_that_of_finite_differences() -> None:
    free = np.ones(3, dtype=bool)
    terms = penalty_terms(WEAK_PENALTY, POINT, free)
    value = central(lambda point: penalty_terms(WEAK_PENALTY, point, free).value)
    bend = central(lambda point: penalty_terms(WEAK_PENALTY, point, free).gradient)
    assert terms.gradient == pytest.approx(value, rel=ANALYTIC)
    assert terms.curvature == pytest.approx(-bend, rel=ANALYTIC, abs=1e-9)


def test_without_a_penalty_an_edge_is_named() -> None:
    made = regression()
    rng = np.random.default_rng(5)
    flat = Regression(rng.normal(scale=0.1, size=30), made.regressors, made.shape)
    fits = [estimate_noise(flat, NoiseSpec(penalty=NO_PENALTY))]
    assert fits[0].at_bound
    assert not fits[0].interior.all()


def test_a_single_scale_needs_no_small_sample_adjustment() -> None:
    made = regression()
    bare = NoiseShape(made.shape.shares, np.zeros(30), np.ones(30))
    fit = estimate_noise(
        Regression(made.response, made.regressors, bare), NoiseSpec(None, 0.5, 0.0)
    )
    small = kenward_roger(fit)
    assert small.adjusted == pytest.approx(fit.solved.spread, rel=1e-8)
    assert small.slopes[0] == pytest.approx(2 * fit.solved.spread, rel=1e-8)


def test_estimating_the_noise_widens_the_covariance() -> None:
    fit = estimate_noise(regression(), NoiseSpec(penalty=WEAK_PENALTY))
    small = kenward_roger(fit)
    assert (np.diagonal(small.adjusted) >= np.diagonal(fit.solved.spread)).all()
