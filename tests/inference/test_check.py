"""Checks find a known effect, find none where there is none, and say when they cannot."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ModelError
from analysis.inference.check import adjust_across, run_checks, summary_table
from analysis.inference.check_bootstrap import (
    MovingBlockBootstrap,
    ParametricBootstrap,
    WildBootstrap,
)
from analysis.inference.check_leave_out import LeaveOneOut
from analysis.inference.check_measured import MEASURED
from analysis.inference.check_placebo import PlaceboInTime
from analysis.inference.check_placebo_series import PlaceboInSpace
from analysis.inference.check_power import PowerAtHand
from analysis.inference.check_randomisation import RandomisationInference
from analysis.inference.check_registry import CHECKS, standard_checks
from analysis.inference.check_sensitivity import Anticipation, AutocorrelationSensitivity
from analysis.inference.check_shapes import AlternativeShapes
from analysis.inference.check_size import simulate_size
from analysis.inference.check_specification import SpecificationCurve, joint_tests, share_agreeing
from analysis.inference.check_specification_grid import Choices
from analysis.inference.power_closed_form import closed_form_power
from analysis.models.interrupted_series import fit_design, fit_its
from analysis.models.its_options import ItsOptions
from tests.inference.check_made import (
    IDENTITY,
    SPEC,
    count_fit,
    gapped_fit,
    made_fit,
    values,
)
from tests.models.its_made import MONTHS, SLOPE, START, STEP, ar1, series

KINDS = {"none", "distribution", "estimates", "surface", "specification"}
FORMS = {"text", "day", "count", "1", "2", "3", "significant", "percent"}
CURVE_COLUMNS = {
    "distribution": {"value", "observed"},
    "estimates": {"row", "group", "estimate", "lower", "upper", "unit"},
    "surface": {"effect", "rho", "power"},
    "specification": {"rank", "estimate", "lower", "upper", "trend", "season", "estimator"},
}
DRAWS = 199
TESTS = (
    MovingBlockBootstrap("closure", DRAWS),
    MovingBlockBootstrap("closure", DRAWS, statistic="newey_west"),
    MovingBlockBootstrap("closure", DRAWS, post_blacken=False, restricted=False),
    WildBootstrap("closure", DRAWS),
    WildBootstrap("closure", DRAWS, weights="dependent", statistic="newey_west"),
    WildBootstrap("closure", DRAWS, weights="rademacher", post_blacken=False),
    ParametricBootstrap("closure", DRAWS),
    RandomisationInference("closure"),
    RandomisationInference("closure", method="dates"),
    PlaceboInTime("closure", DRAWS),
    PlaceboInTime("closure", DRAWS, statistic="newey_west"),
    SpecificationCurve("closure", DRAWS, choices=Choices(later_starts=(0,), set_aside=(0,))),
)
CONTROLS = [
    series(20 + ar1(144, 0.4, 50 + i), name=f"c{i}", label=f"Control {i}") for i in range(24)
]


@pytest.fixture(scope="module")
def large():
    return made_fit(3.0)


@pytest.fixture(scope="module")
def null():
    return made_fit(0.0, seed=5)


@pytest.mark.parametrize("check", TESTS, ids=lambda check: check.name)
def test_a_large_effect_is_found_and_none_is_not(check, large, null):
    found, nothing = check.run(large), check.run(null)
    assert found.p_value <= 0.05
    assert found.holds
    assert nothing.p_value > 0.05
    assert null.effect("closure").p_value > 0.05
    assert nothing.holds


@pytest.mark.parametrize("check", standard_checks("closure", CONTROLS), ids=lambda c: c.name)
def test_every_result_keeps_the_contract(check, large):
    result = check.run(large)
    assert result.check in CHECKS
    assert result.kind in KINDS - {"none"}
    assert {form for _, _, form in result.columns} <= FORMS
    assert [key for key, _, _ in result.columns if key not in result.table] == []
    assert CURVE_COLUMNS[result.kind] <= set(result.curve.columns)
    assert result.holds is True
    assert result.rule
    assert result.sentence.endswith(".")
    assert result.sentence.startswith("Closure: ")
    if result.p_value is not None:
        assert result.smallest_p <= result.p_value <= 1


def test_the_set_has_every_check_once():
    names = [check.name for check in standard_checks("closure", CONTROLS)]
    assert sorted(names) == sorted(CHECKS)
    assert "placebo_in_space" not in [check.name for check in standard_checks("closure")]


def test_results_depend_on_the_seed_alone(null):
    checks = [TESTS[0], TESTS[3], TESTS[9]]
    first = run_checks(null, checks)
    again = run_checks(null, checks[::-1])[::-1]
    for one, two in zip(first, again, strict=True):
        pd.testing.assert_frame_equal(one.table, two.table)
        pd.testing.assert_frame_equal(one.curve, two.curve)
    other = replace(checks[0], seed=99).run(null)
    assert not np.array_equal(other.curve["value"], first[0].curve["value"])


def test_progress_and_summary(large):
    seen = []
    checks = [PowerAtHand("closure"), RandomisationInference("closure")]
    results = run_checks(large, checks, lambda done, of: seen.append((done, of)))
    assert seen == [(1, 2), (2, 2)]
    table = summary_table(results)
    assert list(table["check"]) == ["power_at_hand", "randomisation_inference"]
    assert list(table["holds"]) == ["yes", "yes"]
    assert np.isnan(table["p_value"][0])
    assert table["p_value"][1] == results[1].p_value


def test_smallest_attainable_p(large):
    assert MovingBlockBootstrap("closure", 19).run(large).p_value == 1 / 20
    shifts = RandomisationInference("closure").run(large)
    assert shifts.smallest_p == 1 / 144
    few = PlaceboInSpace("closure", CONTROLS[:8]).run(large)
    assert few.p_value == few.smallest_p == pytest.approx(1 / 9)
    assert few.holds is None
    enough = PlaceboInSpace("closure", CONTROLS).run(large)
    assert enough.p_value == pytest.approx(1 / 25)
    assert enough.holds


@pytest.mark.parametrize("make", CHECKS.values())
def test_an_unknown_effect_is_refused(make, large):
    check = make("clozure", CONTROLS) if make is PlaceboInSpace else make("clozure")
    with pytest.raises(ModelError, match="no effect 'clozure'"):
        check.run(large)
    trend = replace(check, effect="trend")
    with pytest.raises(ModelError, match="'trend' is no intervention"):
        trend.run(large)


@pytest.mark.parametrize(
    "check",
    [
        MovingBlockBootstrap("closure", 5),
        MovingBlockBootstrap("closure", block=0),
        MovingBlockBootstrap("closure", statistic="welch"),
        WildBootstrap("closure", weights="mammen"),
        RandomisationInference("closure", method="guess"),
        RandomisationInference("closure", method="dates", statistic="newey_west"),
        AutocorrelationSensitivity("closure", rhos=(1.0,)),
        PowerAtHand("closure", power=1.5),
        PowerAtHand("closure", rhos=(2.0,)),
    ],
    ids=str,
)
def test_a_setting_out_of_range_is_refused(check, large):
    with pytest.raises(ModelError):
        check.run(large)


def test_an_unknown_estimator_of_the_curve_is_refused():
    with pytest.raises(ModelError, match="unknown estimator"):
        Choices(estimators=("lasso",))


def test_an_effect_that_is_not_identified_cannot_be_checked():
    twin = replace(STEP, name="twin", label="Twin")
    spec = replace(SPEC, interventions=(STEP, twin))
    fit = fit_its(series(values(1.0)), spec, IDENTITY)
    for result in run_checks(fit, standard_checks("closure", CONTROLS)):
        assert result.holds is None
        assert result.p_value is None
        assert "cannot say; the effect is not identified" in result.sentence


def test_too_few_months_before_it():
    early = replace(STEP, start=date(2012, 6, 1))
    fit = fit_its(series(values(0.0)), replace(SPEC, interventions=(early,)), IDENTITY)
    result = PlaceboInTime("closure", DRAWS).run(fit)
    assert result.holds is None
    assert result.p_value is None
    assert "cannot say" in result.sentence
    assert result.table.empty


def test_a_design_without_a_specification():
    fit = fit_design(series(values(3.0)), made_fit(3.0).design, IDENTITY)
    wanting = {"placebo_in_time", "specification_curve", "alternative_shapes", "anticipation"}
    for result in run_checks(fit, standard_checks("closure", CONTROLS)):
        assert (result.holds is None) == (result.check in wanting), result.check


@pytest.mark.parametrize("make", [gapped_fit, count_fit])
def test_gaps_combined_months_and_counts(make):
    drawn = (TESTS[0], TESTS[3], TESTS[7], TESTS[9], TESTS[11])
    kinds = (LeaveOneOut, AutocorrelationSensitivity, AlternativeShapes, PowerAtHand)
    checks = [*drawn, *(kind("closure") for kind in kinds)]
    for result in run_checks(make(2.0), checks):
        assert result.holds is True, result.sentence


def test_combined_months_and_least_squares_at_many_dates():
    with pytest.raises(ModelError, match="one value a month"):
        PlaceboInTime("closure", DRAWS, statistic="newey_west").run(gapped_fit(1.0))


def test_companions_move_with_the_intervention():
    spec = replace(SPEC, interventions=(STEP, SLOPE))
    fit = fit_its(series(values(3.0)), spec, IDENTITY)
    result = PlaceboInTime("closure", DRAWS).run(fit)
    assert result.holds
    assert (result.table["group"] == "placebo").sum() > 50
    assert "2020-02-01" in list(result.table["date"])


def test_leave_one_out_finds_the_value_that_makes_the_effect():
    y = values(0.0, rho=0.0)
    y[-1] += 60.0
    fit = fit_its(series(y), SPEC, ItsOptions(estimator="ols", link="identity"))
    result = LeaveOneOut("closure").run(fit)
    top = result.table[result.table["kind"] == "value"].iloc[0]
    assert top["left_out"] == "2023-12"
    assert "the most influential 2023-12" in result.sentence
    year = result.table.set_index("left_out").loc["2023"]
    kept = np.array([not month.startswith("2023") for month in fit.series.months])
    again = fit_its(fit.series.keep(kept), SPEC, fit.options)
    assert year["estimate"] == again.effect("closure").estimate
    assert len(result.curve) == 144 + 12


def test_rho_held_is_the_fit_with_rho_given(large):
    table = AutocorrelationSensitivity("closure", rhos=(0.0, 0.6)).run(large).table
    for rho, row in zip((0.0, 0.6), table.to_dict("records"), strict=True):
        options = ItsOptions(estimator="gls_ar1_reml", link="identity", rho=rho)
        effect = fit_its(large.series, SPEC, options).effect("closure")
        for key in ("estimate", "lower", "upper", "p_value"):
            assert row[key] == pytest.approx(getattr(effect, key), rel=1e-8)


def test_the_interval_of_rho_holds_the_truth_and_the_estimate(large):
    table = AutocorrelationSensitivity("closure", rhos=(0.4, large.rho, 0.9)).run(large).table
    assert list(table["plausible"]) == ["yes", "yes", "no"]


def test_smallest_effect_has_the_power_that_was_asked_for(large):
    table = PowerAtHand("closure").run(large).table.set_index("rho")
    rows = np.column_stack([np.delete(large.rows, -1, axis=1), large.rows[:, -1]])
    assert large.design.names[-1] == "closure"
    for rho in (0.0, 0.6):
        effect = table.loc[rho, "smallest_effect"] / table.loc[rho, "noise_sd"]
        assert closed_form_power(rows, rho, effect) == pytest.approx(0.8, abs=1e-8)
    own = table[table["at_hand"] == "yes"]
    assert own.index[0] == large.rho
    assert own["noise_sd"].iloc[0] == pytest.approx(large.sigma, rel=1e-8)


def test_shapes_find_the_one_that_made_the_series():
    ramp = replace(STEP, shape="ramp", months=12)
    spec = replace(SPEC, interventions=(ramp,))
    column = fit_its(series(values(0.0)), spec, IDENTITY).design.matrix[:, -1]
    y = values(0.0) + 6.0 * column
    right = AlternativeShapes("closure").run(fit_its(series(y), spec, IDENTITY))
    assert right.holds
    assert right.table.iloc[0]["shape"] == "ramp"
    assert right.table.iloc[0]["length"] == 12
    wrong = AlternativeShapes("closure").run(fit_its(series(y), SPEC, IDENTITY))
    assert wrong.holds is False
    assert right.table["weight"].sum() == pytest.approx(1.0)


def test_anticipation_is_seen():
    early = (pd.Period("2019-11", "M") <= MONTHS) & (pd.Period("2020-02", "M") > MONTHS)
    fit = fit_its(series(values(3.0) + 3.0 * early), SPEC, IDENTITY)
    result = Anticipation("closure").run(fit)
    assert result.holds is False
    assert result.table.set_index("months").loc[3, "before"] == pytest.approx(3.0, abs=1.0)
    assert Anticipation("closure").run(made_fit(3.0)).holds


def test_specification_curve_holds_the_fit_itself(large):
    result = SpecificationCurve("closure", DRAWS).run(large)
    curve = result.curve
    own = curve[
        (curve["trend"] == "linear")
        & (curve["season"] == "fourier_1")
        & (curve["start"] == START)
        & (curve["set_aside"] == "nothing")
    ].set_index("estimator")
    ours = large.effect("closure")
    width = ours.upper - ours.lower
    assert own.loc["gls_ar1", "estimate"] == pytest.approx(ours.estimate, abs=1e-3 * width)
    assert own.loc["gls_ar1", "lower"] == pytest.approx(ours.lower, abs=2e-3 * width)
    options = ItsOptions(estimator="ols", covariance="newey_west", link="identity")
    least = fit_its(large.series, SPEC, options).effect("closure")
    assert own.loc["newey_west", "lower"] == pytest.approx(least.lower, rel=1e-8)
    assert len(curve) == 2 * 3 * 3 * 3 * 2
    assert curve["estimate"].is_monotonic_increasing


def test_a_specification_without_its_intervention_is_counted_not_shown():
    old = replace(STEP, name="old", label="Old", start=date(2013, 1, 1))
    spec = replace(SPEC, interventions=(STEP, old))
    fit = fit_its(series(values(3.0)), spec, IDENTITY)
    choices = Choices(trends=(), seasons=(), later_starts=(0, 24), set_aside=(0,))
    result = SpecificationCurve("closure", DRAWS, choices=choices).run(fit)
    assert len(result.curve) == 2
    assert "2 more cannot be estimated" in result.sentence


def test_joint_tests_by_hand():
    estimates = np.array([[3.0, 2.0, -1.0], [1.0, -4.0, -5.0], [0.0, 1.0, 2.0]])
    clear = np.array([[True, True, True], [False, True, False], [False, False, False]])
    table = joint_tests(estimates, np.ones_like(estimates), clear).set_index("test")
    assert list(table["observed"]) == pytest.approx([2.0, 2 / 3, 4 / 3])
    assert list(table["p_value"]) == pytest.approx([2 / 3, 1 / 3, 2 / 3])
    assert share_agreeing(estimates[0], clear[0]) == pytest.approx(2 / 3)


def test_p_values_are_adjusted_across_outcomes(large, null):
    check = ParametricBootstrap("closure", DRAWS)
    found = adjust_across({"large": check.run(large), "null": check.run(null)})
    table = found.table.set_index("name")
    assert table.loc["large", "adjusted"] == pytest.approx(2 * table.loc["large", "p_value"])
    assert list(table["rejected"]) == [True, False]
    fits = adjust_across({"a": large.effect("closure"), "b": null.effect("closure")})
    assert list(fits.table["rejected"]) == [True, False]
    with pytest.raises(ModelError, match="'power' has no p-value"):
        adjust_across({"power": PowerAtHand("closure").run(large)})


def test_a_control_that_cannot_be_fitted_is_named():
    short = series(ar1(5, 0.0, 1) + 20, name="short", label="Short")
    result = PlaceboInSpace("closure", [*CONTROLS, short]).run(made_fit(3.0))
    assert result.table.iloc[-1]["reason"]
    assert "1 without an effect left out" in result.sentence
    assert result.smallest_p == pytest.approx(1 / 25)
    assert PlaceboInSpace("closure", [short]).run(made_fit(3.0)).holds is None


def test_size_simulation_is_plausible_and_the_same_again():
    names = ("moving_block_bootstrap, newey_west", "t test, newey_west", "placebo_in_space")
    table = simulate_size(200, 1, names, cells=((96, 48),))
    again = simulate_size(200, 1, names[::-1], cells=((96, 48),))
    merged = table.merge(again, on=["check", "noise"])
    assert (merged["rejection_percent_x"] == merged["rejection_percent_y"]).all()
    rates = table.set_index(["check", "noise"])["rejection_percent"]
    assert rates[names[1], "AR(1), rho 0.5"] > 8
    assert 1 <= rates[names[0], "AR(1), rho 0.5"] <= 10
    with pytest.raises(ModelError, match="multiples of 100"):
        simulate_size(50, 1)
    with pytest.raises(ModelError, match="unknown test"):
        simulate_size(100, 1, ("placebo_in_tim",))


def test_trusted_flags_are_those_that_were_measured():
    path = Path(__file__).parents[1] / "reference" / "size_of_checks.csv"
    with path.open() as lines:
        rows = list(csv.DictReader(lines))
    inside = {}
    for row in rows:
        fits = 4 <= float(row["rejection_percent"]) <= 6
        inside[row["check"]] = inside.get(row["check"], True) and fits
        assert int(row["replications"]) == 2000
    assert inside == dict(MEASURED)
    for check in standard_checks("closure"):
        if check.name in MEASURED:
            assert MEASURED[check.name], f"the default of {check.name} does not hold its size"


def test_the_sign_of_no_effect_means_nothing(null):
    result = LeaveOneOut("closure").run(null)
    assert result.holds
    assert PowerAtHand("closure").run(null).holds is None
    sensitivity = AutocorrelationSensitivity("closure", rhos=(0.3, 0.5)).run(null)
    assert sensitivity.holds


def test_an_effect_that_one_year_makes_does_not_hold():
    first = np.array(["2020-02" <= month <= "2020-12" for month in MONTHS.astype(str)])
    fit = fit_its(series(values(0.0) + 4.0 * first), SPEC, IDENTITY)
    result = LeaveOneOut("closure").run(fit)
    assert fit.effect("closure").p_value <= 0.05
    without = result.table.set_index("left_out").loc["2020"]
    assert without["p_value"] > 0.05
    assert result.holds is False
