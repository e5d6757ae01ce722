"""Gaps, combined months and autocorrelation against textbook formulas on dense matrices."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from analysis.errors import ModelError
from analysis.models.design import build_design
from analysis.models.interrupted_series import fit_its
from analysis.models.its_controlled import fit_controlled_its
from analysis.models.its_options import ItsOptions
from analysis.models.regular_series import RegularSeries
from tests.models.its_made import MONTHS, SPEC, STEP, ar1, dense_gls, reference_column, series

EXACT = 1e-9  # the same closed form by another route
SEARCH = 1e-6  # an optimum found by two searches
RHO = 0.6
OPTIONS = ItsOptions("gls_ar1_reml", link="identity", rho=RHO)
NAMES = MONTHS.astype(str).to_numpy()


def with_gaps() -> RegularSeries:
    kept = np.ones(len(MONTHS), bool)
    kept[[5, 30, 31, 32, 100, 101]] = False
    return series(reference_column("log_y"), months=NAMES).keep(kept)


def combined(meaning: str) -> tuple[RegularSeries, np.ndarray]:
    """January and February in one figure every other year, and the matrix A of their means."""
    values, shares, months, spans = [], [], [], []
    place = 0
    while place < len(MONTHS):
        span = 2 if MONTHS[place].month == 1 and MONTHS[place].year % 2 == 0 else 1
        share = np.zeros(len(MONTHS))
        share[place : place + span] = 1 / span
        shares.append(share)
        months.append(NAMES[place])
        spans.append(span)
        place += span
    mixing = np.array(shares)
    values = mixing @ reference_column("log_y")
    if meaning == "total":
        values = values * np.array(spans)
    return series(values, months=months, span=spans, combined=meaning), mixing


def months_apart(first: np.ndarray) -> np.ndarray:
    return np.abs(first[:, None] - first[None, :])


def test_missing_months_keep_their_distance() -> None:
    made = with_gaps()
    fit = fit_its(made, SPEC, OPTIONS)
    estimates, spread = dense_gls(fit.rows, made.values, RHO ** months_apart(made.first))
    assert fit.estimates == pytest.approx(estimates, rel=EXACT, abs=EXACT)
    assert fit.covariance == pytest.approx(spread, rel=EXACT, abs=EXACT)


@pytest.mark.parametrize("meaning", ["mean", "total"])
def test_combined_months_are_means_of_rows_and_noise(meaning: str) -> None:
    made, mixing = combined(meaning)
    fit = fit_its(made, SPEC, OPTIONS)
    correlation = RHO ** months_apart(np.arange(len(MONTHS)))
    rows = mixing @ fit.design.matrix
    response = mixing @ reference_column("log_y")
    estimates, spread = dense_gls(rows, response, mixing @ correlation @ mixing.T)
    assert fit.rows == pytest.approx(rows)
    assert fit.estimates == pytest.approx(estimates, rel=EXACT, abs=EXACT)
    assert fit.covariance == pytest.approx(spread, rel=EXACT, abs=EXACT)
    assert "exactly the mean" in fit.convention


def test_a_series_without_combined_months_takes_the_same_likelihood_either_way() -> None:
    """The chain and the dense covariance are the same model: one combined pair cannot move much."""
    made, _ = combined("mean")
    whole = fit_its(series(reference_column("log_y")), SPEC, ItsOptions(link="identity"))
    some = fit_its(made, SPEC, ItsOptions(link="identity"))
    assert some.rho == pytest.approx(whole.rho, abs=0.1)
    step = whole.effect("closure")
    assert abs(some.effect("closure").estimate - step.estimate) < step.standard_error_log


def test_log_link_says_that_combined_months_are_first_order() -> None:
    made, _ = combined("mean")
    positive = dataclasses.replace(made, values=np.exp(made.values))
    assert "first order" in fit_its(positive, SPEC, ItsOptions()).convention


def test_prais_winsten_settles_where_rho_is_the_slope_of_its_residuals() -> None:
    fit = fit_its(
        series(reference_column("log_y")), SPEC, ItsOptions("prais_winsten", link="identity")
    )
    e = fit.residuals
    assert fit.rho == pytest.approx((e[1:] @ e[:-1]) / (e[:-1] @ e[:-1]), rel=SEARCH)
    estimates, spread = dense_gls(fit.rows, fit.response, fit.rho ** months_apart(fit.series.first))
    assert fit.estimates == pytest.approx(estimates, rel=EXACT, abs=EXACT)
    assert fit.covariance == pytest.approx(spread, rel=EXACT, abs=EXACT)
    assert fit.df[0] == 144 - 15


def test_prais_winsten_takes_rho_from_neighbouring_months_only() -> None:
    made = with_gaps()
    fit = fit_its(made, SPEC, ItsOptions("prais_winsten", link="identity"))
    near = np.flatnonzero(np.diff(made.first) == 1) + 1
    e = fit.residuals
    assert fit.rho == pytest.approx(
        (e[near] @ e[near - 1]) / (e[near - 1] @ e[near - 1]), rel=SEARCH
    )
    estimates, _ = dense_gls(fit.rows, made.values, fit.rho ** months_apart(made.first))
    assert fit.estimates == pytest.approx(estimates, rel=EXACT, abs=EXACT)


def test_arima_carries_missing_months_like_generalised_least_squares() -> None:
    made = with_gaps()
    arima = fit_its(made, SPEC, ItsOptions("arima", link="identity"))
    gls = fit_its(made, SPEC, ItsOptions("gls_ar1_ml", link="identity", small_sample=False))
    assert arima.estimates == pytest.approx(gls.estimates, rel=SEARCH, abs=SEARCH)
    assert arima.rho == pytest.approx(gls.rho, rel=SEARCH)
    assert arima.log_likelihood == pytest.approx(gls.log_likelihood, rel=EXACT)


def test_arima_refuses_combined_months() -> None:
    with pytest.raises(ModelError, match="cover several months"):
        fit_its(combined("mean")[0], SPEC, ItsOptions("arima", link="identity"))


@pytest.mark.parametrize("order", [(0, 0, 0), (2, 0, 0), (1, 0, 1)])
def test_arima_of_other_orders_is_at_least_as_likely_as_what_it_nests(
    order: tuple[int, int, int],
) -> None:
    made = series(reference_column("log_y"))
    fit = fit_its(made, SPEC, ItsOptions("arima", link="identity", arima_order=order))
    nested = fit_its(made, SPEC, ItsOptions("ols", link="identity"))
    if order == (0, 0, 0):
        assert fit.log_likelihood == pytest.approx(nested.log_likelihood, rel=EXACT)
    else:
        single = fit_its(made, SPEC, ItsOptions("gls_ar1_ml", link="identity"))
        assert fit.log_likelihood > single.log_likelihood


def test_rho_that_runs_to_its_bound_is_held_there_and_said() -> None:
    walk = np.cumsum(np.random.default_rng(3).normal(size=144))
    fit = fit_its(series(walk), SPEC, ItsOptions("gls_ar1_ml", link="identity"))
    calm = fit_its(series(ar1(144, 0.4, 1)), SPEC, ItsOptions("gls_ar1_ml", link="identity"))
    assert not any("bound" in note for note in calm.notes)
    steep = dataclasses.replace(SPEC, seasonality="none", trend="none", interventions=(STEP,))
    held = fit_its(
        series(np.cumsum(np.abs(walk))), steep, ItsOptions("gls_ar1_reml", link="identity")
    )
    assert held.rho == pytest.approx(0.995, abs=1e-4)
    assert any("bound" in note for note in held.notes)
    assert np.isfinite(fit.covariance).all()


def test_estimates_are_near_the_truth_that_made_the_series() -> None:
    truth = np.array([5.0, 0.1, -0.4])
    spec = dataclasses.replace(SPEC, seasonality="none", interventions=(STEP,))
    rows = build_design(spec).matrix
    found = []
    for seed in range(40):
        made = series(rows @ truth + ar1(144, 0.5, seed, 0.1))
        fit = fit_its(made, spec, ItsOptions(link="identity"))
        found.append([*fit.estimates, fit.rho])
    assert np.mean(found, axis=0) == pytest.approx([*truth, 0.5], abs=0.06)


def test_controlled_series_take_one_independent_chain_each() -> None:
    control = series(reference_column("log_control"), name="control").keep(np.arange(144) != 50)
    third = series(reference_column("log_control")[::-1], name="third")
    treated = series(reference_column("log_y"))
    fit = fit_controlled_its(treated, [control, third], SPEC, OPTIONS)
    block = np.zeros((len(fit.rows), len(fit.rows)))
    at = 0
    for one in (treated, control, third):
        inside = slice(at, at + len(one))
        block[inside, inside] = RHO ** months_apart(one.first)
        at += len(one)
    estimates, spread = dense_gls(fit.rows, fit.response, block)
    assert fit.estimates == pytest.approx(estimates, rel=EXACT, abs=EXACT)
    assert fit.covariance == pytest.approx(spread, rel=EXACT, abs=EXACT)
    assert [effect.name for effect in fit.effects] == ["closure", "closure_slope"]


def test_a_season_can_be_shared_between_series() -> None:
    treated = series(reference_column("log_y"))
    control = series(reference_column("log_control"), name="control")
    own = fit_controlled_its(treated, [control], SPEC, OPTIONS)
    shared = fit_controlled_its(treated, [control], SPEC, OPTIONS, shared_season=True)
    assert len(own.terms) - len(shared.terms) == 11
    assert len(shared.terms) == 2 * 2 + 11 + 2 * 2


def test_controlled_series_need_a_control_of_another_name_and_one_unit() -> None:
    treated = series(reference_column("log_y"))
    with pytest.raises(ModelError, match="no comparison"):
        fit_controlled_its(treated, [], SPEC, OPTIONS)
    with pytest.raises(ModelError, match="share a name"):
        fit_controlled_its(treated, [treated], SPEC, OPTIONS)
    tonnes = dataclasses.replace(treated, name="other", unit="tonnes")
    with pytest.raises(ModelError, match="units"):
        fit_controlled_its(treated, [tonnes], SPEC, OPTIONS)
    other = dataclasses.replace(treated, name="other")
    with pytest.raises(ModelError, match="for one series"):
        fit_controlled_its(treated, [other], SPEC, ItsOptions("arima", link="identity"))
