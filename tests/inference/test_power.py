"""Power by simulation: closed forms, likelihoods written out, seeds, workers and resumption."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import linalg, optimize, stats

from analysis.errors import ModelError
from analysis.inference.power import ar1_noise, run_power, simulate_cell
from analysis.inference.power_closed_form import closed_form_power, closed_form_standard_error
from analysis.inference.power_estimators import (
    GRID,
    draws_of,
    gls_ar1_known,
    gls_ar1_reml,
    ols_newey_west,
)
from analysis.inference.power_plan import PowerPlan

ROUNDING = 1e-10  # relative; two orders of the same sums
OPTIMUM = 1e-6  # of rho; where the likelihood is flat to rounding
MONTE_CARLO = 4.0  # standard errors; one false alarm in 16,000
PLAN = PowerPlan((2.0, 4.0), (1.0, 3.0), (0.0, 0.5), (0.0, 1.0), replications=200)


def design(before: int = 40, after: int = 30, **changes) -> np.ndarray:
    plan = PowerPlan((before / 12,), (after / 12,), (0.0,), (0.0,), **changes)
    return plan.design(plan.cells()[0])


def noise(replications: int = 6, length: int = 70, rho: float = 0.5, seed: int = 3) -> np.ndarray:
    return ar1_noise(replications, length, rho, np.random.default_rng(seed))


def precision_sums(rho: float, length: int, start: int) -> tuple[float, float, float]:
    """1'P1, d'P1 and d'Pd for a step d at `start`, summed by hand; P of unit innovations."""
    left = length - start
    ones = (1 - rho) * (length * (1 - rho) + 2 * rho)
    mixed = (left - 1) * (1 - rho) ** 2 + (1 - rho)
    own = (left - 1) * (1 - rho) ** 2 + 1
    return ones, mixed, own


@pytest.mark.parametrize("rho", [-0.4, 0.0, 0.5, 0.9])
def test_the_standard_error_of_a_step_and_a_pulse_by_hand(rho: float):
    length, start = 60, 24
    step = (np.arange(length) >= start).astype(float)
    pulse = (np.arange(length) == start).astype(float)
    ones, mixed, own = precision_sums(rho, length, start)
    for column, m, o in ((step, mixed, own), (pulse, (1 - rho) ** 2, 1 + rho**2)):
        by_hand = np.sqrt((1 - rho**2) * ones / (ones * o - m**2))
        matrix = np.column_stack([np.ones(length), column])
        assert closed_form_standard_error(matrix, rho) == pytest.approx(by_hand, rel=ROUNDING)


def test_closed_form_power_of_textbook_t_and_normal_tests():
    """Without autocorrelation a step between two levels is the two-sample t test."""
    matrix = np.column_stack([np.ones(40), np.arange(40) >= 20])
    shift = 0.8 / np.sqrt(2 / 20)
    power = sm.stats.TTestIndPower().power(0.8, 20, 0.05)
    assert closed_form_power(matrix, 0.0, 0.8) == pytest.approx(power, rel=1e-8)  # of their tail
    normal = stats.norm.sf(stats.norm.isf(0.025) - shift) + stats.norm.cdf(-1.95996398454 - shift)
    assert closed_form_power(matrix, 0.0, 0.8, sigma_known=True) == pytest.approx(normal, rel=1e-9)
    for rho in (0.0, 0.6):
        assert closed_form_power(matrix, rho, 0.0) == pytest.approx(0.05, rel=1e-9)
        assert closed_form_power(matrix, rho, -0.8) == closed_form_power(matrix, rho, 0.8)
    assert closed_form_power(matrix, 0.0, 100.0) == pytest.approx(1.0)


@pytest.mark.parametrize("shape", ["step", "pulse", "slope"])
def test_gls_at_the_true_rho_has_the_closed_form_power(shape):
    plan = PowerPlan((3.0,), (2.0,), (0.4,), (1.2,), ("gls_ar1_known",), shape, replications=4000)
    (row,) = simulate_cell(plan, plan.cells()[0])
    expected = row["closed_form"]
    assert 0.1 < expected < 0.95
    within = MONTE_CARLO * np.sqrt(expected * (1 - expected) / 4000)
    assert row["power"] == pytest.approx(expected, abs=within)
    assert row["size"] == pytest.approx(0.05, abs=MONTE_CARLO * np.sqrt(0.05 * 0.95 / 4000))


def test_least_squares_equals_statsmodels():
    matrix, values = design(seasonality="fourier_1"), noise()
    found = ols_newey_west(draws_of(values, matrix, 0.5, 3))
    for place, row in enumerate(values):
        lags = {"maxlags": 3, "use_correction": True}
        fit = sm.OLS(row, matrix).fit(cov_type="HAC", cov_kwds=lags, use_t=True)
        assert found.errors[place] == pytest.approx(fit.params[-1], rel=ROUNDING)
        assert found.standard_errors[place] == pytest.approx(fit.bse[-1], rel=ROUNDING)


@pytest.mark.parametrize("rho", [-0.5, 0.0, 0.7])
def test_gls_at_a_given_rho_equals_statsmodels(rho: float):
    matrix, values = design(beside=("slope",)), noise()
    found = gls_ar1_known(draws_of(values, matrix, rho, 0))
    for place, row in enumerate(values):
        fit = sm.GLS(row, matrix, linalg.toeplitz(rho ** np.arange(70))).fit()
        assert found.errors[place] == pytest.approx(fit.params[-1], rel=ROUNDING)
        assert found.standard_errors[place] == pytest.approx(fit.bse[-1], rel=ROUNDING)


def restricted_deviance(rho: float, row: np.ndarray, matrix: np.ndarray) -> float:
    """Harville's restricted likelihood with every matrix written out."""
    correlation = linalg.toeplitz(rho ** np.arange(len(row)))
    inverse = np.linalg.inv(correlation)
    information = matrix.T @ inverse @ matrix
    residuals = row - matrix @ np.linalg.solve(information, matrix.T @ inverse @ row)
    df = len(row) - matrix.shape[1]
    determinants = np.linalg.slogdet(correlation)[1] + np.linalg.slogdet(information)[1]
    return float(df * np.log(residuals @ inverse @ residuals) + determinants)


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.8])
@pytest.mark.parametrize("changes", [{}, {"beside": ("slope",), "seasonality": "fourier_1"}])
def test_reml_finds_the_optimum_of_the_likelihood_written_out(rho: float, changes):
    matrix, values = design(**changes), noise(rho=rho)
    found = gls_ar1_reml(draws_of(values, matrix, rho, 0))
    for place, row in enumerate(values):
        one = optimize.minimize_scalar(
            restricted_deviance,
            bounds=(found.rho[place] - 0.05, min(found.rho[place] + 0.05, GRID[-1])),
            args=(row, matrix),
            method="bounded",
            options={"xatol": 1e-9},
        )
        assert found.rho[place] == pytest.approx(one.x, abs=OPTIMUM)
        grid = [restricted_deviance(r, row, matrix) for r in np.linspace(-0.99, 0.99, 67)]
        assert one.fun <= min(grid) + 1e-9
        fit = sm.GLS(row, matrix, linalg.toeplitz(one.x ** np.arange(70))).fit()
        assert found.standard_errors[place] == pytest.approx(fit.bse[-1], rel=1e2 * OPTIMUM)


def test_a_likelihood_that_rises_to_the_bound_stays_there():
    """In a short window with a trend some draws of strong autocorrelation do."""
    matrix, values = design(8, 6), noise(400, 14, 0.95)
    found = gls_ar1_reml(draws_of(values, matrix, 0.95, 0))
    assert np.isfinite(found.standard_errors).all()
    assert (np.abs(found.rho) <= GRID[-1]).all()
    at_bound = np.flatnonzero(np.abs(found.rho) == GRID[-1])
    assert len(at_bound)
    for place in at_bound[:3]:
        inside = found.rho[place] * (1 - 1e-4)
        ends = [restricted_deviance(r, values[place], matrix) for r in (found.rho[place], inside)]
        assert ends[0] < ends[1]


def test_noise_is_stationary_with_unit_variance():
    made = ar1_noise(20_000, 6, 0.7, np.random.default_rng(0))
    correlation = linalg.toeplitz(0.7 ** np.arange(6))
    np.testing.assert_allclose(made.T @ made / 20_000, correlation, atol=4 * np.sqrt(2 / 20_000))


def test_numbers_do_not_depend_on_workers_or_on_the_rest_of_the_grid():
    alone = run_power(PLAN).table
    pd.testing.assert_frame_equal(alone, run_power(PLAN, workers=2).table, check_exact=True)
    smaller = replace(PLAN, years_after=(3.0,), effects=(1.0,))
    part = alone[(alone["years_after"] == 3) & (alone["effect"] == 1)].reset_index(drop=True)
    pd.testing.assert_frame_equal(run_power(smaller).table, part, check_exact=True)
    other = run_power(replace(PLAN, seed=1)).table
    assert not alone["spread"].equals(other["spread"])


def test_a_study_goes_on_from_the_batches_that_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("analysis.inference.power.BATCH", 6)
    seen: list[tuple[int, int]] = []
    whole = run_power(PLAN, folder=tmp_path, progress=lambda *done: seen.append(done))
    assert seen == [(6, 16), (12, 16), (16, 16)]
    files = sorted(tmp_path.glob("power_*.csv"))
    assert len(files) == 3
    files[1].unlink()
    simulated: list[int] = []
    monkeypatch.setattr(
        "analysis.inference.power.simulate_cell",
        lambda plan, cell: simulated.append(1) or simulate_cell(plan, cell),
    )
    again = run_power(PLAN, folder=tmp_path).table
    pd.testing.assert_frame_equal(again, whole.table, check_exact=True)
    assert len(simulated) in (4, 6)
    run_power(replace(PLAN, bandwidth=2), folder=tmp_path)
    assert len(list(tmp_path.glob("power_*.csv"))) == 6


def test_power_grows_with_the_effect_and_falls_with_autocorrelation():
    plan = PowerPlan((5.0,), (3.0,), (0.0, 0.6), (0.5, 1.0, 2.0), replications=600)
    surface = run_power(plan)
    for _, part in surface.table.groupby(["rho", "estimator"]):
        assert part["power"].is_monotonic_increasing
    wide = surface.table.pivot_table("power", ["estimator", "effect"], "rho")
    assert (wide[0.0] > wide[0.6]).all()
    assert "6 cells" in surface.sentence
    assert "standard deviations of the noise" in surface.convention


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"rhos": (1.0,)}, "rho of 1.0 is out of range"),
        ({"effects": (np.inf,)}, "effect of inf"),
        ({"effects": ()}, "one or more different"),
        ({"years_before": (2.0, 2.0)}, "one or more different"),
        ({"years_after": (0.3,)}, "not a whole number of months"),
        ({"years_after": (0.0,)}, "not a whole number of months"),
        ({"level": 95}, "level of 95"),
        ({"replications": 0}, "replications of 0"),
        ({"estimators": ("gls",)}, "unknown estimator 'gls'"),
        ({"years_before": (1 / 12,), "years_after": (1 / 12,)}, "cannot tell"),
        ({"bandwidth": 40}, "bandwidth of 40 does not fit"),
    ],
)
def test_bad_plans_are_refused(changes, says: str):
    with pytest.raises(ModelError, match=says):
        replace(PLAN, **changes)


def test_the_closed_form_refuses_what_it_cannot_answer():
    with pytest.raises(ModelError, match="rho of 1"):
        closed_form_power(np.ones((9, 1)), 1.0, 0.5)
    with pytest.raises(ModelError, match="collinear"):
        closed_form_power(np.ones((9, 2)), 0.5, 0.5)
