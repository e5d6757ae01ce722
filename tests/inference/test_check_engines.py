"""The vectorised statistics are those of one fit after another."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.inference.check_dates import dated_window, gls_dates, newey_west_dates, spec_before
from analysis.inference.check_draws import (
    DrawPlan,
    circular_shifts,
    coloured,
    noise_draws,
    whitened,
)
from analysis.inference.check_gls import GRID, gls_engine, whiteners_of
from analysis.inference.check_leave_out import without_each_value
from analysis.inference.check_ols import newey_west_engine
from analysis.inference.check_problem import effect_regression, regular_noise
from analysis.inference.check_tests import regression
from analysis.models.interrupted_series import fit_its
from analysis.models.its_noise import MonthlyNoise
from analysis.models.its_options import ItsOptions
from tests.inference.check_made import IDENTITY, SPEC, gapped_fit, made_fit
from tests.models.its_made import STEP, ar1, dense_gls

INTERPOLATED = 2e-3  # of a standard error, and of rho: polynomials through five points of the grid
ROUNDING = 1e-9  # relative; the same formula in another order
BATCH = 1e-9  # relative; the batch engine against one regression


def regression_of(fit):
    found = effect_regression(fit, "closure")
    assert not isinstance(found, str)
    return found


@pytest.mark.parametrize("make", [lambda seed: made_fit(1.0, seed), lambda _: gapped_fit(1.0)])
def test_gls_engine_is_the_fit_by_reml(make):
    for seed in (1, 2, 3):
        fit = make(seed)
        problem = regression_of(fit)
        engine = gls_engine(problem.rows, whiteners_of(problem.noise))
        found, ours = engine.test(problem.response[None]), fit.coefficient("closure")
        assert found.rho[0] == pytest.approx(fit.rho, abs=INTERPOLATED)
        error = ours.standard_error
        assert (found.estimates[0] - ours.estimate) / error == pytest.approx(0, abs=INTERPOLATED)
        assert found.standard_errors[0] == pytest.approx(error, rel=INTERPOLATED)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), n=st.integers(20, 60), rho=st.floats(-0.8, 0.9))
def test_restricted_deviance_is_the_textbook_one(seed: int, n: int, rho: float):
    y = ar1(n, rho, seed) + 100.0
    rows = np.column_stack([np.ones(n), np.linspace(-1, 1, n), np.arange(n) >= n // 2])
    engine = gls_engine(rows, whiteners_of(regular_noise(n)))
    distance = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    found = engine.deviances(y)
    for g in (0, 10, 20, 35):
        v = GRID[g] ** distance
        estimate, _ = dense_gls(rows, y, v)
        inverse = np.linalg.inv(v)
        left = y - rows @ estimate
        expected = (
            (n - 3) * np.log(left @ inverse @ left)
            + np.linalg.slogdet(v)[1]
            + np.linalg.slogdet(rows.T @ inverse @ rows)[1]
        )
        assert found[g] == pytest.approx(expected, rel=1e-8, abs=1e-7)


def test_newey_west_engine_is_the_fit_by_least_squares():
    options = ItsOptions(estimator="ols", covariance="newey_west", link="identity")
    fit = made_fit(1.0, options=options)
    problem = regression_of(fit)
    found = newey_west_engine(problem.rows, problem.noise).test(problem.response[None])
    ours = fit.coefficient("closure")
    assert found.estimates[0] == pytest.approx(ours.estimate, rel=ROUNDING)
    assert found.standard_errors[0] == pytest.approx(ours.standard_error, rel=ROUNDING)


def test_a_draw_does_not_depend_on_the_draws_beside_it():
    problem = regression_of(made_fit(1.0))
    engine = gls_engine(problem.rows, whiteners_of(problem.noise))
    draws = np.random.default_rng(1).normal(size=(30, problem.n))
    together = engine.test(draws).t
    for chosen in ([3], [29, 0], [5, 6, 7]):
        np.testing.assert_allclose(engine.test(draws[chosen]).t, together[chosen], rtol=1e-10)


def test_a_level_and_a_season_do_not_change_t():
    problem = regression_of(made_fit(1.0))
    engine = gls_engine(problem.rows, whiteners_of(problem.noise))
    draws = np.random.default_rng(1).normal(size=(5, problem.n))
    moved = draws + problem.rows[:, :-1] @ np.arange(1.0, problem.rows.shape[1])
    np.testing.assert_allclose(engine.test(moved).t, engine.test(draws).t, rtol=1e-7)


def test_dates_are_regressions_of_their_own():
    fit = made_fit(1.0)
    window = dated_window(fit, spec_before(SPEC, STEP), STEP, 0.15, include=False)
    problem = regression_of(fit)
    inside = problem.response[None, window.inside]
    estimates, errors = gls_dates(problem, window, fit).test(inside)
    base = replace(spec_before(SPEC, STEP))
    null = fit_its(fit.series, base, IDENTITY)
    near = GRID[np.argmin(np.abs(np.arctanh(GRID) - np.arctanh(null.rho)))]
    held = ItsOptions(estimator="gls_ar1_reml", link="identity", rho=float(near))
    for j in (0, 20, len(window.dates) - 1):
        spec = replace(base, interventions=(replace(STEP, start=window.dates[j]),))
        one = fit_its(fit.series, spec, held).coefficient("closure")
        assert estimates[0, j] == pytest.approx(one.estimate, rel=1e-8)
        assert errors[0, j] == pytest.approx(one.standard_error, rel=1e-8)
    batch = newey_west_dates(fit, window, inside)
    options = ItsOptions(estimator="ols", covariance="newey_west", link="identity")
    spec = replace(base, interventions=(replace(STEP, start=window.dates[20]),))
    one = fit_its(fit.series, spec, options).coefficient("closure")
    assert batch[0][0, 20] == pytest.approx(one.estimate, rel=BATCH)
    assert batch[1][0, 20] == pytest.approx(one.standard_error, rel=BATCH)


def test_without_each_value_is_a_fit_without_it():
    fit = made_fit(1.0)
    found = without_each_value(regression_of(fit), fit.rho)
    held = ItsOptions(estimator="gls_ar1_reml", link="identity", rho=fit.rho)
    for i in (0, 50, 97, 143):
        kept = np.arange(len(fit.series)) != i
        one = fit_its(fit.series.keep(kept), SPEC, held).coefficient("closure").estimate
        assert found[i] == pytest.approx(one, rel=ROUNDING)


@pytest.mark.parametrize("spans", [[1, 1, 1, 1], [2, 1, 2, 1, 1], [1, 2, 2, 3, 1, 2, 1], [3, 3, 3]])
def test_quadratic_forms_take_every_diagonal_that_is_not_zero(spans):
    first = np.concatenate([[0], np.cumsum(spans)[:-1]]) + np.arange(len(spans)) // 3
    noise = MonthlyNoise(first, np.array(spans), np.zeros(len(spans), int))
    whiteners = whiteners_of(noise)
    y = np.random.default_rng(1).normal(size=(4, len(spans)))
    dense = [((y @ w.T) ** 2).sum(axis=1) for w in whiteners.matrices]
    np.testing.assert_allclose(whiteners.forms.of(y), np.array(dense).T, rtol=1e-8)


def test_colouring_undoes_whitening():
    months = MonthlyNoise(np.array([0, 1, 4, 5, 9]), np.ones(5, int), np.zeros(5, int))
    pairs = MonthlyNoise(np.array([0, 2, 3, 5]), np.array([2, 1, 2, 1]), np.zeros(4, int))
    for noise in (months, pairs):
        values = np.random.default_rng(1).normal(size=(3, len(noise.first)))
        rho = np.array([0.0, 0.5, 0.8])
        again = coloured(whitened(values, rho, noise)[:, None], rho, noise)[:, 0]
        np.testing.assert_allclose(again, values, rtol=1e-10)


@pytest.mark.parametrize(
    "scheme", ["moving_block", "rademacher", "webb", "dependent_wild", "innovations", "gaussian"]
)
def test_draws_have_the_moments_of_the_residuals(scheme):
    residuals = ar1(60, 0.0, 1)[None]
    residuals -= residuals.mean()
    plan = DrawPlan(scheme, 4000, 4, post_blacken=False)
    draws = noise_draws(residuals, np.zeros(1), regular_noise(60), plan, np.random.default_rng(2))
    assert draws.shape == (1, 4000, 60)
    assert draws.mean() == pytest.approx(0.0, abs=0.02)
    assert draws.std() == pytest.approx(residuals.std(), rel=0.05)


def test_post_blackened_draws_have_the_autocorrelation():
    residuals = ar1(200, 0.6, 1)[None]
    plan = DrawPlan("innovations", 500, 1, post_blacken=True)
    rng = np.random.default_rng(1)
    draws = noise_draws(residuals, np.array([0.6]), regular_noise(200), plan, rng)[0]
    found = np.mean(draws[:, 1:] * draws[:, :-1]) / np.mean(draws**2)
    assert found == pytest.approx(0.6, abs=0.02)  # Monte Carlo


def test_circular_shifts_are_all_of_them():
    found = circular_shifts(np.arange(5.0)[None])[0]
    assert found.shape == (4, 5)
    assert sorted(found[:, 0]) == [1, 2, 3, 4]
    assert all((np.diff(row) % 5 == 1).all() for row in found)


def test_null_residuals_know_nothing_of_the_terms_they_keep():
    problem = regression_of(made_fit(1.0))
    model = regression(problem.rows, problem.noise)
    moved = problem.response + problem.rows[:, 0] * 50
    rho = np.array([0.4])
    plain = model.null.residuals(problem.response[None], rho)
    np.testing.assert_allclose(model.null.residuals(moved[None], rho), plain, atol=1e-9)
