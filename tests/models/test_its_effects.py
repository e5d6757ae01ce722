"""Effects at a horizon and over a window, and bands, against closed forms."""

from __future__ import annotations

import dataclasses
from datetime import date

import numpy as np
import pytest
from scipy.stats import norm, t

from analysis.errors import ModelError
from analysis.models.interrupted_series import fit_its
from analysis.models.its_curves import sup_t
from analysis.models.its_effects import cumulative_effect, effect_at
from analysis.models.its_options import ItsOptions
from analysis.models.its_results import ItsFit
from analysis.study import Intervention
from tests.models.its_made import SPEC, STEP, reference_column, series

EXACT = 1e-10
SIMULATED = 0.02  # of a critical value, 20,000 draws
LOG_Y = reference_column("log_y")
BOTH = ("closure", "closure_slope")


def log_fit() -> ItsFit:
    return fit_its(series(np.exp(LOG_Y)), SPEC, ItsOptions("ols"))


def identity_fit() -> ItsFit:
    return fit_its(series(LOG_Y), SPEC, ItsOptions("ols", link="identity"))


def test_effect_at_a_horizon_is_step_plus_slope() -> None:
    fit = log_fit()
    found = effect_at(fit, BOTH, 12)
    row = np.array([1.0, 12.5 / 12])
    b, v = fit.estimates[-2:], fit.covariance[-2:, -2:]
    error = np.sqrt(row @ v @ row)
    assert found.month == "2021-02"
    assert found.estimate == pytest.approx(100 * np.expm1(row @ b), rel=EXACT)
    half = t.ppf(0.975, 129) * error
    assert found.lower == pytest.approx(100 * np.expm1(row @ b - half), rel=EXACT)
    assert found.p_value == pytest.approx(2 * t.sf(abs(row @ b) / error, 129), rel=1e-6)
    assert found.sentence.startswith("Closure and Closure, slope in 2021-02: -23")
    assert "per cent (95 % interval" in found.sentence


def test_an_effect_beyond_the_window_is_not_extrapolated() -> None:
    with pytest.raises(ModelError, match="not inside the model"):
        effect_at(log_fit(), BOTH, 47)
    with pytest.raises(ModelError, match="no intervention"):
        effect_at(log_fit(), "trend", 1)


def test_before_it_begins_an_effect_is_zero() -> None:
    found = effect_at(log_fit(), BOTH, -1)
    assert (found.estimate, found.lower, found.upper, found.p_value) == (0, 0, 0, 1)


def test_cumulative_effect_of_the_identity_link_is_linear() -> None:
    fit = identity_fit()
    found = cumulative_effect(fit, "2020-02", "2020-12", "closure")
    assert found.total == pytest.approx(11 * fit.estimates[-2], rel=EXACT)
    error = 11 * np.sqrt(fit.covariance[-2, -2])
    assert found.total_upper - found.total == pytest.approx(t.ppf(0.975, 129) * error, rel=EXACT)
    assert "USD in total" in found.sentence


def test_cumulative_interval_is_that_of_simulated_coefficients() -> None:
    fit = log_fit()
    found = cumulative_effect(fit, "2020-02", "2022-12")
    rng = np.random.default_rng(1)
    draws = rng.multivariate_normal(fit.estimates, fit.covariance, 20_000, method="eigh")
    on = fit.design.matrix[97:132]
    off = fit.design.without(frozenset(BOTH))[97:132]
    totals = (np.exp(draws @ on.T) - np.exp(draws @ off.T)).sum(axis=1)
    half = (found.total_upper - found.total) / t.ppf(0.975, 129)
    assert half == pytest.approx(totals.std(), rel=0.03)
    values = np.exp(on @ fit.estimates), np.exp(off @ fit.estimates)
    assert found.total == pytest.approx((values[0] - values[1]).sum(), rel=EXACT)
    assert found.percent == pytest.approx(100 * (values[0].sum() / values[1].sum() - 1), rel=EXACT)


def test_curves_hold_the_fit_and_switch_interventions_off() -> None:
    fit = identity_fit()
    table = fit.curve()
    assert set(table["curve"]) == {"fitted", "counterfactual", *(f"without {n}" for n in BOTH)}
    fitted = table.query("curve == 'fitted'")
    assert fitted["value"].to_numpy() == pytest.approx(fit.fitted, rel=EXACT)
    off = table.query("curve == 'counterfactual'")["value"].to_numpy()
    change = fit.design.matrix[:, -2:] @ fit.estimates[-2:]
    assert fit.fitted - off == pytest.approx(change, abs=EXACT)
    wide = fit.curve(simultaneous=True).query("curve == 'fitted'")
    ratio = (wide["upper"] - wide["value"]) / (fitted["upper"] - fitted["value"])
    assert ratio.min() == pytest.approx(ratio.max())
    assert 1.2 < ratio.min() < 2
    assert wide.equals(fit.curve(simultaneous=True).query("curve == 'fitted'"))


def test_simultaneous_critical_values_of_closed_form() -> None:
    one = np.array([[1.0, 0.0]])
    assert sup_t(np.eye(2), one, 20.0, 0.95, 20_000, 1) == pytest.approx(
        t.ppf(0.975, 20), rel=SIMULATED
    )
    sidak = norm.ppf((1 + 0.95**0.5) / 2)
    assert sup_t(np.eye(2), np.eye(2), np.inf, 0.95, 20_000, 1) == pytest.approx(
        sidak, rel=SIMULATED
    )


def test_log_link_effects_are_per_cent_and_identity_effects_have_the_unit() -> None:
    assert log_fit().effect("closure_slope").unit == "per cent a year"
    effect = identity_fit().effect("closure_slope")
    assert effect.unit == "USD a year"
    assert effect.estimate == pytest.approx(identity_fit().estimates[-1])
    assert list(log_fit().effects_table()["name"]) == ["closure", "closure_slope", "trend"]


def test_normal_intervals_have_infinite_degrees_of_freedom() -> None:
    fit = fit_its(series(LOG_Y), SPEC, ItsOptions("ols", link="identity", distribution="normal"))
    item = fit.coefficient("closure")
    assert np.isinf(item.df)
    assert item.upper == pytest.approx(item.estimate + norm.ppf(0.975) * item.standard_error)
    assert "normal intervals" in fit.convention


def test_two_names_for_one_event_are_not_identified_but_their_sum_is() -> None:
    twin = dataclasses.replace(STEP, name="twin", label="Twin")
    spec = dataclasses.replace(SPEC, interventions=(STEP, twin))
    fit = fit_its(series(LOG_Y), spec, ItsOptions(link="identity"))
    for name, other in (("closure", "twin"), ("twin", "closure")):
        effect = fit.effect(name)
        assert effect.verdict == "not identified"
        assert effect.estimate is None
        assert effect.confounded_with == (other,)
        assert "cannot tell it apart" in effect.sentence
    assert effect_at(fit, "closure", 3).estimate is None
    assert cumulative_effect(fit, "2020-02", "2020-12").total is None
    alone = dataclasses.replace(SPEC, interventions=(STEP,))
    single = fit_its(series(LOG_Y), alone, ItsOptions(link="identity"))
    assert fit.fitted == pytest.approx(single.fitted, rel=1e-6)
    months = fit.curve().query("curve == 'counterfactual'")["month"]
    assert months.max() == "2020-01"


def test_an_event_without_a_value_on_one_side_is_not_identified() -> None:
    kept = np.arange(144) >= 100
    spec = dataclasses.replace(SPEC, seasonality="none", interventions=(STEP,))
    fit = fit_its(series(LOG_Y).keep(kept), spec, ItsOptions(link="identity"))
    effect = fit.effect("closure")
    assert (effect.verdict, effect.reports_before) == ("not identified", 0)
    assert "no value has a day before 2020-02-01" in effect.sentence
    gone = fit_its(series(LOG_Y).keep(np.arange(144) < 97), spec, ItsOptions(link="identity"))
    assert "on or after 2020-02-01" in gone.effect("closure").reason


def test_neighbouring_events_are_weak_then_hopeless() -> None:
    verdicts = []
    for months in (20, 2):
        later = Intervention("later", "Later", "slope", date(2020, 2 + months % 11, 1))
        slope = dataclasses.replace(STEP, name="first", shape="slope")
        spec = dataclasses.replace(SPEC, interventions=(slope, later))
        fit = fit_its(series(LOG_Y), spec, ItsOptions("ols", link="identity"))
        effect = fit.effect("first")
        verdicts.append(effect.verdict)
        if effect.verdict == "weak":
            assert 10 < effect.vif <= 100
            assert "weakly identified" in effect.sentence
        else:
            assert "cannot be told apart" in effect.reason
    assert verdicts == ["weak", "not identified"]
