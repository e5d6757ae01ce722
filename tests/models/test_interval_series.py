"""The interval model against closed forms, other software and its own invariances."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import toeplitz

from analysis.models.design import DesignSpec, build_design
from analysis.models.interval_series import IntervalFit, fit_interval_series
from tests.models.reports import CLOSURE, REOPENING, irregular_reports, monthly_reports

EXACT = 1e-8  # relative; two exact solutions of one least-squares problem
SPEC = DesignSpec("2015-01", "2024-12", "linear", "none", (CLOSURE, REOPENING))
TRUTH = np.array([2.5, 0.05, -0.6, 0.3])


@pytest.fixture(scope="module")
def observations() -> pd.DataFrame:
    return irregular_reports(SPEC, TRUTH)


@pytest.fixture(scope="module")
def fit(observations: pd.DataFrame) -> IntervalFit:
    return fit_interval_series(observations, SPEC, rho=0.5)


def numbers(fit: IntervalFit) -> np.ndarray:
    return np.array([[c.estimate, c.standard_error, c.df] for c in fit.coefficients], dtype=float)


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9])
def test_regular_months_are_gls_with_ar1_errors(rho: float) -> None:
    spec = DesignSpec("2018-01", "2023-12", "linear", "fourier_1", (CLOSURE,))
    design = build_design(spec).matrix
    rng = np.random.default_rng(3)
    log_flow = design @ np.array([1.0, 0.1, 0.2, -0.1, -0.5]) + rng.normal(scale=0.1, size=72)
    made = fit_interval_series(
        monthly_reports(spec.start, spec.end, log_flow), spec, rho=rho, tau=0.0
    )
    gls = sm.GLS(log_flow, design, sigma=toeplitz(rho ** np.arange(72.0))).fit()
    assert numbers(made)[:, 0] == pytest.approx(gls.params, rel=EXACT)
    assert numbers(made)[:, 1] == pytest.approx(gls.bse, rel=EXACT)
    assert numbers(made)[:, 2] == pytest.approx(np.full(5, gls.df_resid), rel=1e-6)
    low, high = gls.conf_int().T
    assert [c.lower for c in made.coefficients] == pytest.approx(low, rel=1e-6)
    assert [c.upper for c in made.coefficients] == pytest.approx(high, rel=1e-6)


def test_a_constant_flow_is_the_mean_rate() -> None:
    spec = DesignSpec("2018-01", "2018-12", "none")
    rates = np.log(np.array([2.0, 8.0] * 6))
    made = fit_interval_series(monthly_reports("2018-01", "2018-12", rates), spec, rho=0.0, tau=0.0)
    level = made.coefficients[0]
    assert level.estimate == pytest.approx(np.log(4.0), rel=EXACT)
    assert level.standard_error == pytest.approx(rates.std(ddof=1) / np.sqrt(12), rel=EXACT)
    assert made.curve("fitted")["rate"].to_numpy() == pytest.approx(np.full(12, 4.0), rel=EXACT)


def test_the_truth_is_within_the_intervals(fit: IntervalFit) -> None:
    for coefficient, truth in zip(fit.coefficients, TRUTH, strict=True):
        assert coefficient.lower < truth < coefficient.upper
    assert {e.verdict for e in fit.effects} == {"identified"}


def test_effects_are_per_cent_of_the_flow(fit: IntervalFit) -> None:
    effect, coefficient = fit.effect("closure"), fit.coefficients[2]
    assert effect.estimate_percent == pytest.approx(100 * np.expm1(coefficient.estimate))
    assert effect.lower == pytest.approx(100 * np.expm1(coefficient.lower))
    assert effect.unit == "per cent"
    assert fit.effect("trend").unit == "per cent a year"
    assert "Closure (step from 2020-02-01)" in effect.sentence


def test_curves_hold_every_month_and_meet_before_the_event(fit: IntervalFit) -> None:
    fitted, off = fit.curve("fitted"), fit.curve("counterfactual")
    assert len(fitted) == len(off) == 120
    before = fitted["first_day"] < "2020-02-01"
    assert fitted["rate"][before].tolist() == pytest.approx(off["rate"][before].tolist())
    assert (fitted["lower"] < fitted["rate"]).all()
    alone = fit.curve("without reopening")
    later = alone["first_day"] > "2023-02-01"
    ratio = (fitted["rate"] / alone["rate"])[later]
    assert ratio.to_numpy() == pytest.approx(1 + fit.effect("reopening").estimate / 100)


def test_influence_is_what_a_refit_with_the_noise_held_gives(observations: pd.DataFrame) -> None:
    spec = DesignSpec("2015-01", "2024-12", "linear", "none", (CLOSURE,))
    log_flow = np.log(observations["value"][:10].to_numpy())
    regular = monthly_reports("2019-08", "2020-05", log_flow)
    whole = fit_interval_series(regular, spec, rho=0.3, tau=0.0)
    part = fit_interval_series(regular.drop(index=3), spec, rho=0.3, tau=0.0)
    row = whole.influence.query("report_id == 'm003' and name == 'closure'").iloc[0]
    assert row["estimate_without"] == pytest.approx(part.effect("closure").estimate, rel=EXACT)


def test_order_of_reports_does_not_matter(observations: pd.DataFrame, fit: IntervalFit) -> None:
    shuffled = observations.sample(frac=1, random_state=4)
    assert numbers(fit_interval_series(shuffled, SPEC, rho=0.5)) == pytest.approx(
        numbers(fit), rel=1e-5
    )


@settings(max_examples=8, deadline=None)
@given(factor=st.floats(1e-4, 1e6))
def test_a_change_of_unit_moves_the_level_only(factor: float) -> None:
    observations = irregular_reports(SPEC, TRUTH)
    scaled = observations.copy()
    scaled[["value", "lower", "upper"]] *= factor
    one, two = (numbers(fit_interval_series(x, SPEC, rho=0.5)) for x in (observations, scaled))
    assert two[0, 0] - one[0, 0] == pytest.approx(np.log(factor), abs=1e-6)
    assert two[1:, 0] == pytest.approx(one[1:, 0], abs=1e-6)
    assert two[:, 1] == pytest.approx(one[:, 1], rel=1e-4)


@settings(max_examples=8, deadline=None)
@given(cut=st.integers(40, 300), year=st.integers(2015, 2024))
def test_a_part_of_a_reported_year_that_agrees_leaves_the_estimate(cut: int, year: int) -> None:
    observations = irregular_reports(SPEC, TRUTH, noise=0.0)
    design = build_design(SPEC)
    start = np.array([f"{year}-01-01"], dtype="datetime64[D]")
    total = design.calendar.day_counts(start, start + cut) @ np.exp(design.matrix @ TRUTH)
    extra = observations.iloc[[0]].assign(
        observation_id="extra",
        report_id="extra",
        start=pd.Timestamp(start[0]),
        end=pd.Timestamp(start[0] + cut),
        value=total[0],
        lower=total[0] * 0.999,
        upper=total[0] * 1.001,
    )
    both = pd.concat([observations, extra], ignore_index=True)
    made = fit_interval_series(both, SPEC, rho=0.5)
    assert numbers(made)[:, 0] == pytest.approx(TRUTH, abs=1e-6)


def test_growth_on_the_year_before_is_the_ratio_of_two_levels() -> None:
    spec = DesignSpec("2018-01", "2021-12", "none", "none", (CLOSURE,))
    levels = irregular_reports(spec, np.array([1.0, -0.5]), noise=0.1)
    growth = levels.iloc[[3]].assign(observation_id="g", report_id="g", kind="growth")
    growth = growth.assign(value=0.7, lower=0.69, upper=0.71)
    made = fit_interval_series(pd.concat([levels, growth], ignore_index=True), spec, rho=0.5)
    row = made.residuals.query("observation_id == 'g'").iloc[0]
    assert row["observed"] == 0.7
    assert row["fitted"] == pytest.approx(1.0, abs=0.1)
