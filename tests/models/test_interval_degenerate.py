"""Input that cannot be fitted: a clear error or `not identified`, never a made-up number."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ModelError
from analysis.models.design import DesignSpec
from analysis.models.interval_rows import inside_window
from analysis.models.interval_series import IntervalFit, fit_interval_series
from analysis.study import Intervention
from tests.models.reports import CLOSURE, REOPENING, frame, irregular_reports, report

SPEC = DesignSpec("2015-01", "2024-12", "linear", "none", (CLOSURE, REOPENING))
TRUTH = np.array([2.5, 0.05, -0.6, 0.3])


@pytest.fixture(autouse=True)
def no_warnings() -> Iterator[None]:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def fitted(observations: pd.DataFrame, spec: DesignSpec = SPEC) -> IntervalFit:
    fit = fit_interval_series(observations, spec, rho=0.5)
    fit.assert_finite()
    for item in (*fit.effects, *fit.coefficients):
        assert (item.estimate is None) == (item.verdict == "not identified")
        assert (item.lower is None) == (item.verdict == "not identified")
    return fit


def without_numbers(fit: IntervalFit, name: str) -> str:
    effect = fit.effect(name)
    assert effect.verdict == "not identified"
    assert (effect.estimate, effect.lower, effect.upper) == (None, None, None)
    assert (effect.p_value, effect.standard_error_log, effect.df) == (None, None, None)
    assert effect.vif is None
    assert f"not identified; {effect.reason}." in effect.sentence
    return effect.reason


def test_one_report_identifies_nothing() -> None:
    fit = fitted(frame(report("a", "2018-01-01", "2018-12-31", 100.0, half=0.5)))
    for effect in fit.effects:
        assert "as many parameters" in without_numbers(fit, effect.name)
    assert fit.monthly.empty
    assert fit.influence.empty


def test_as_many_reports_as_parameters_identify_nothing() -> None:
    fit = fitted(irregular_reports(SPEC, TRUTH).iloc[[0, 4, 5, 9]])
    assert "as many parameters (4) as independent reports (4)" in without_numbers(fit, "closure")


def test_reports_after_the_event_only() -> None:
    observations = irregular_reports(SPEC, TRUTH)
    kept = observations[observations["start"] > "2020-03-01"]
    fit = fitted(kept)
    assert without_numbers(fit, "closure") == "no report covers any day before 2020-02-01"
    assert fit.effect("reopening").verdict == "identified"
    assert fit.effect("closure").confounded_with == ("level",)
    assert fit.effect("closure").reports_before == 0
    assert fit.curve("fitted")["month"].min() == f"{kept['start'].min():%Y-%m}"
    assert fit.curve("counterfactual").empty


def test_event_after_the_last_report() -> None:
    observations = irregular_reports(SPEC, TRUTH)
    kept = observations[observations["end"] < "2022-12-01"]
    fit = fitted(kept)
    assert "no report covers any day on or after 2023-01-08" in without_numbers(fit, "reopening")
    assert fit.effect("closure").verdict == "identified"
    assert fit.curve("fitted")["month"].max() == f"{kept['end'].max():%Y-%m}"
    assert set(fit.curve("counterfactual")["month"]) == set(fit.curve("fitted")["month"])


def test_events_that_coincide_are_named() -> None:
    twin = Intervention("order", "New order", "step", date(2020, 2, 1))
    spec = DesignSpec("2015-01", "2024-12", "linear", "none", (CLOSURE, twin, REOPENING))
    fit = fitted(irregular_reports(SPEC, TRUTH), spec)
    assert without_numbers(fit, "closure") == "the reports cannot tell it apart from New order"
    assert fit.effect("order").confounded_with == ("closure",)
    assert fit.effect("reopening").estimate == pytest.approx(35, abs=10)
    assert len(fit.curve("fitted")) == 120
    assert fit.curve("without closure")["month"].max() == "2020-01"


def test_events_close_together_are_weak() -> None:
    near = Intervention("order", "New order", "step", date(2020, 7, 1))
    spec = DesignSpec("2015-01", "2024-12", "linear", "none", (CLOSURE, near, REOPENING))
    effect = fitted(irregular_reports(SPEC, TRUTH), spec).effect("order")
    assert effect.verdict == "weak"
    assert effect.vif is not None
    assert effect.vif > 10
    assert "closure" in effect.confounded_with
    assert "weakly identified" in effect.sentence


def test_events_a_month_apart_cannot_be_told_apart() -> None:
    near = Intervention("order", "New order", "step", date(2020, 3, 1))
    spec = DesignSpec("2015-01", "2024-12", "linear", "none", (CLOSURE, near, REOPENING))
    fit = fitted(irregular_reports(SPEC, TRUTH), spec)
    assert "cannot be told apart from" in without_numbers(fit, "order")
    assert "closure" in fit.effect("order").confounded_with
    assert fit.curve("without order")["month"].max() < "2020-03"


def test_a_level_before_that_rests_on_the_trend_alone_is_not_identified() -> None:
    """Reports up to 2016 and from the event on: only the trend carries the level across."""
    observations = irregular_reports(SPEC, TRUTH)
    ends = observations["end"]
    kept = observations[(ends < "2016-12-31") | (observations["start"] > "2020-03-01")]
    kept = kept[kept["kind"] == "level"]
    reason = without_numbers(fitted(kept), "closure")
    assert reason == "no report covers any day in the 24 months before 2020-02-01"


def test_a_month_that_no_report_speaks_about_has_no_flow() -> None:
    observations = irregular_reports(SPEC, TRUTH)
    observations = observations[observations["kind"] == "level"]
    kept = observations[
        (observations["end"] < "2018-01-01") | (observations["start"] > "2018-12-31")
    ]
    months = fitted(kept).curve("fitted")["month"]
    assert not months.str.startswith("2018").any()
    assert months.str.startswith("2017").any()


def test_growth_alone_leaves_the_level_unknown() -> None:
    spec = DesignSpec("2015-01", "2024-12", "linear", "none", (CLOSURE,))
    rows = [
        report(f"g{y}_{h}", f"{y}-{h}-01", f"{y}-{h}-28", 1.05 + 0.01 * (y % 3), kind="growth")
        for y in range(2016, 2025)
        for h in ("03", "08")
    ]
    fit = fitted(frame(*rows), spec)
    assert fit.coefficients[0].verdict == "not identified"
    assert fit.effect("trend").verdict == "identified"
    assert fit.effect("closure").verdict == "identified"
    assert fit.monthly.empty


def test_trend_and_step_of_reports_within_one_month() -> None:
    rows = [report(f"a{i}", "2020-03-01", f"2020-03-{9 + i}", 10.0 + i) for i in range(8)]
    fit = fitted(frame(*rows))
    assert fit.effect("trend").verdict == "not identified"
    assert fit.effect("closure").verdict == "not identified"


def test_two_values_for_one_interval_are_disagreement() -> None:
    observations = irregular_reports(SPEC, TRUTH, half=0.0)
    twice = observations.iloc[[2]].assign(observation_id="b", report_id="b")
    twice[["value", "lower", "upper"]] *= 1.2
    both = pd.concat([observations, twice], ignore_index=True)
    fit = fit_interval_series(both, SPEC, rho=0.5, errors="gaussian")
    assert fit.tau is not None
    assert fit.tau > 0.01
    weights = fitted(both).residuals.set_index("report_id")["weight"]
    assert weights["b"] < 0.1
    assert weights.drop("b").min() > 0.5
    with pytest.raises(ModelError, match="singular"):
        fit_interval_series(
            pd.concat([observations, twice], ignore_index=True), SPEC, rho=0.5, tau=0.0
        )


def test_reports_without_any_residual_stop() -> None:
    spec = DesignSpec("2015-01", "2024-12", "none")
    days = pd.date_range("2015-01-01", periods=6, freq="YS")
    rows = [report(f"a{d.year}", f"{d.year}-01-01", f"{d.year}-01-31", 31.0) for d in days]
    with pytest.raises(ModelError, match="exactly"):
        fit_interval_series(frame(*rows), spec, rho=0.5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"value": 0.0, "lower": 0.0}, "above zero"),
        ({"value": -1.0, "lower": -1.0}, "above zero"),
        ({"value": np.inf, "upper": np.inf}, "not finite"),
        ({"end": pd.Timestamp("2001-01-01")}, "ends before it starts"),
        ({"start": pd.Timestamp("2014-12-31")}, "outside the window"),
        ({"end": pd.Timestamp("2025-01-01")}, "outside the window"),
        ({"kind": "growth"}, "outside the window"),
        ({"kind": "rate"}, "neither level nor growth"),
        ({"lower": 1e9}, "do not enclose"),
        ({"value": None}, "empty field"),
        ({"observation_id": "r01"}, "there twice"),
    ],
)
def test_a_report_that_cannot_be_used_is_named(change: dict[str, object], message: str) -> None:
    observations = irregular_reports(SPEC, TRUTH)
    for name, value in change.items():
        observations[name] = observations[name].astype(object)
        observations.loc[0, name] = value
    with pytest.raises(ModelError, match=message) as caught:
        fit_interval_series(observations.infer_objects(), SPEC, rho=0.5)
    assert "observation r0" in str(caught.value)


def test_missing_column_and_empty_table_stop() -> None:
    observations = irregular_reports(SPEC, TRUTH)
    with pytest.raises(ModelError, match="lack the column lower"):
        fit_interval_series(observations.drop(columns="lower"), SPEC)
    with pytest.raises(ModelError, match="no observations"):
        fit_interval_series(observations.iloc[:0], SPEC)


@pytest.mark.parametrize(
    "options",
    [{"rho": 1.0}, {"rho": "guess"}, {"tau": -1.0}, {"level": 95}, {"link": "sqrt"}],
)
def test_options_out_of_range_stop(options: dict[str, object]) -> None:
    with pytest.raises(ModelError):
        fit_interval_series(irregular_reports(SPEC, TRUTH), SPEC, **options)  # type: ignore[arg-type]


def test_window_splits_off_what_it_cannot_hold() -> None:
    observations = irregular_reports(SPEC, TRUTH)
    observations.loc[4, "kind"] = "growth"
    kept, left_out = inside_window(observations, "2019-01", "2023-12")
    assert "r04" in set(left_out["observation_id"])
    assert set(left_out["reason"]) == {
        "needs days before 2019-01-01",
        "needs days after 2023-12-31",
    }
    assert len(kept) + len(left_out) == len(observations)


def test_an_unknown_effect_is_refused() -> None:
    fit = fitted(irregular_reports(SPEC, TRUTH))
    with pytest.raises(ModelError, match="closure"):
        fit.effect("closed")


def test_a_bound_far_below_the_others_tells_nothing() -> None:
    observations = irregular_reports(SPEC, TRUTH)
    bound = observations.iloc[[7]].assign(observation_id="b", report_id="b")
    bound[["value", "lower"]] *= 0.2
    bound["upper"] = np.inf
    with_bound = fitted(pd.concat([observations, bound], ignore_index=True))
    assert with_bound.effect("closure").estimate == pytest.approx(
        fitted(observations).effect("closure").estimate, abs=0.05
    )


def test_a_bound_above_the_others_raises_the_flow() -> None:
    observations = irregular_reports(SPEC, TRUTH)
    bound = observations.iloc[[24]].assign(observation_id="b", report_id="b")
    bound[["value", "lower"]] *= 1.6
    bound["upper"] = np.inf
    spec = DesignSpec("2015-01", "2024-12", "linear", "none", (CLOSURE,))
    pulled = fitted(pd.concat([observations, bound], ignore_index=True), spec)
    plain = fitted(observations, spec)
    level = [fit.coefficients[0].estimate for fit in (pulled, plain)]
    assert level[0] is not None
    assert level[1] is not None
    assert level[0] > level[1]
