"""Prediction, benchmarking, cumulative effects, simultaneous bands, bootstrap and bounds."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import truncnorm

from analysis.errors import ModelError
from analysis.models.design import DesignSpec, build_design
from analysis.models.interval_bootstrap import bootstrap_effects, redraw
from analysis.models.interval_bounds import cut_moments
from analysis.models.interval_cumulative import cumulative_effect, simultaneous_curve
from analysis.models.interval_estimation import Options
from analysis.models.interval_prediction import benchmarked_flow, predict, predicted_flow
from analysis.models.interval_results import IntervalFit
from analysis.models.interval_series import fit_interval_series
from tests.models.reports import CLOSURE, REOPENING, irregular_reports, monthly_reports

SPEC = DesignSpec("2015-01", "2024-12", "linear", "none", (CLOSURE, REOPENING))
TRUTH = np.array([2.5, 0.05, -0.6, 0.3])


@pytest.fixture(scope="module")
def fit() -> IntervalFit:
    return fit_interval_series(irregular_reports(SPEC, TRUTH, noise=0.2), SPEC)


def test_a_month_that_is_reported_is_predicted_as_reported() -> None:
    spec = DesignSpec("2018-01", "2020-12", "linear", "none", (CLOSURE,))
    log_flow = np.log(5) + np.random.default_rng(2).normal(scale=0.2, size=36)
    regular = monthly_reports(spec.start, spec.end, log_flow)
    made = fit_interval_series(regular, spec, rho=0.5, tau=0.0)
    table = predicted_flow(made.state, 0.95)
    assert np.log(table["rate"].to_numpy()) == pytest.approx(log_flow, abs=1e-8)
    assert table["upper"].to_numpy() == pytest.approx(table["lower"].to_numpy(), rel=1e-5)


def test_prediction_error_is_a_covariance_and_shrinks_where_reports_are(fit: IntervalFit) -> None:
    error = predict(fit.state).error
    assert np.linalg.eigvalsh(error).min() > -1e-10
    noise = fit.sigma**2
    assert np.diagonal(error).min() < noise


def test_prediction_covers_a_month_that_was_left_out() -> None:
    spec = DesignSpec("2015-01", "2020-12", "none")
    hits = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        log_flow = 1.0 + rng.normal(scale=0.3, size=72)
        regular = monthly_reports(spec.start, spec.end, log_flow)
        made = fit_interval_series(regular.drop(index=40), spec, rho=0.0, tau=0.0)
        row = predicted_flow(made.state, 0.95).iloc[40]
        hits.append(row["lower"] < np.exp(log_flow[40]) < row["upper"])
    assert 0.86 <= np.mean(hits) <= 1.0


def test_benchmarked_months_add_up_to_the_trusted_reports(fit: IntervalFit) -> None:
    trusted = ("r02", "r03", "r15")
    months = benchmarked_flow(fit.state, trusted, 0.95)
    rows = fit.state.rows
    for name in trusted:
        i = rows.observation_id.index(name)
        assert rows.days[i] @ months["rate"].to_numpy() == pytest.approx(rows.value[i], rel=1e-8)
    assert (months["lower"] <= months["rate"]).all()


def test_benchmarks_that_cannot_be_met_stop(fit: IntervalFit) -> None:
    with pytest.raises(ModelError, match="no observation is called x"):
        benchmarked_flow(fit.state, ("x",), 0.95)
    with pytest.raises(ModelError, match="same thing twice"):
        benchmarked_flow(fit.state, ("r02", "r02"), 0.95)


def test_cumulative_effect_of_a_step_alone_is_the_step(fit: IntervalFit) -> None:
    made = cumulative_effect(fit, "2023-02", "2024-12", ("reopening",))
    effect = fit.effect("reopening")
    assert made.percent == pytest.approx(effect.estimate)
    assert made.percent_lower == pytest.approx(effect.lower, rel=1e-6)
    assert made.percent_upper == pytest.approx(effect.upper, rel=1e-6)
    assert "reopening" in made.sentence


def test_cumulative_effect_is_the_gap_between_the_curves(fit: IntervalFit) -> None:
    made = cumulative_effect(fit, "2020-02", "2022-12")
    inside = fit.curve("fitted")["month"].between("2020-02", "2022-12")
    gap = (fit.curve("fitted")["rate"] - fit.curve("counterfactual")["rate"])[inside]
    assert made.total == pytest.approx((gap * fit.curve("fitted")["days"][inside]).sum())
    assert made.total_lower < made.total < made.total_upper


def test_cumulative_effect_without_identification_has_no_number() -> None:
    observations = irregular_reports(SPEC, TRUTH)
    late = fit_interval_series(observations[observations["start"] > "2020-03-01"], SPEC)
    made = cumulative_effect(late, "2021-01", "2021-12")
    assert made.total is None
    assert made.percent is None
    assert "closure is not identified" in made.sentence
    with pytest.raises(ModelError, match="is not inside the model"):
        cumulative_effect(late, "2031-01", "2031-12", ("reopening",))


def test_simultaneous_bands_hold_the_pointwise_ones(fit: IntervalFit) -> None:
    point, joint = fit.curve("fitted"), simultaneous_curve(fit, "fitted")
    assert (joint["lower"] < point["lower"]).all()
    assert (joint["upper"] > point["upper"]).all()
    assert joint["rate"].tolist() == point["rate"].tolist()


def test_bootstrap_agrees_with_the_formula_where_it_is_exact() -> None:
    spec = DesignSpec("2018-01", "2022-12", "none", "none", (CLOSURE,))
    log_flow = build_design(spec).matrix @ np.array([2.0, -0.5])
    log_flow = log_flow + np.random.default_rng(4).normal(scale=0.2, size=60)
    made = fit_interval_series(
        monthly_reports(spec.start, spec.end, log_flow), spec, rho=0.0, tau=0.0
    )
    options = Options(rho=0.0, tau=0.0)
    table = bootstrap_effects(made, options, draws=400).set_index("name")
    effect = made.effect("closure")
    width = effect.upper - effect.lower
    assert table.loc["closure", "lower"] == pytest.approx(effect.lower, abs=0.15 * width)
    assert table.loc["closure", "upper"] == pytest.approx(effect.upper, abs=0.15 * width)
    assert table.loc["closure", "bias"] == pytest.approx(0, abs=0.01)


def test_bootstrap_is_seeded_and_refuses_too_few_draws(fit: IntervalFit) -> None:
    options = Options(errors="student_t")
    one, two = (redraw(fit.state, options, np.random.default_rng(1)).value for _ in range(2))
    assert one.tolist() == two.tolist()
    with pytest.raises(ModelError, match="too few"):
        bootstrap_effects(fit, options, draws=3)


def test_moments_of_a_cut_normal_are_those_of_scipy() -> None:
    mean, variance, bound = np.array([0.0, 2.0, -3.0]), np.array([1.0, 4.0, 0.25]), np.ones(3)
    found = cut_moments(mean, variance, bound)
    exact = truncnorm((bound - mean) / np.sqrt(variance), np.inf, mean, np.sqrt(variance))
    assert found[0] == pytest.approx(exact.mean(), rel=1e-6)
    assert found[1] == pytest.approx(exact.var(), rel=1e-4)


def test_a_window_that_runs_out_of_the_model_is_refused_and_not_shortened() -> None:
    fit = fit_interval_series(irregular_reports(SPEC, TRUTH), SPEC)
    with pytest.raises(ModelError, match="is not inside the model"):
        cumulative_effect(fit, "2020-02", "2031-12")
    with pytest.raises(ModelError, match="is not inside the model"):
        cumulative_effect(fit, "2021-02", "2020-12")
