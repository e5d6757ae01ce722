"""Checks find a known effect, find none where there is none, and say when they cannot."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

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
from analysis.inference.check_placebo import PlaceboInTime
from analysis.inference.check_placebo_series import PlaceboInSpace
from analysis.inference.check_power import PowerAtHand
from analysis.inference.check_randomisation import RandomisationInference
from analysis.inference.check_registry import CHECKS, standard_checks
from analysis.inference.check_sensitivity import AutocorrelationSensitivity
from analysis.inference.check_shapes import AlternativeShapes
from analysis.inference.check_specification import SpecificationCurve
from analysis.inference.check_specification_grid import Choices
from analysis.models.interrupted_series import fit_design, fit_its
from tests.inference.check_made import (
    CONTROLS,
    DRAWS,
    IDENTITY,
    SPEC,
    count_fit,
    gapped_fit,
    made_fit,
    values,
)
from tests.models.its_made import SLOPE, STEP, series

KINDS = {"none", "distribution", "estimates", "surface", "specification"}


FORMS = {"text", "day", "count", "1", "2", "3", "significant", "percent"}


CURVE_COLUMNS = {
    "distribution": {"value", "observed"},
    "estimates": {"row", "group", "estimate", "lower", "upper", "unit"},
    "surface": {"effect", "rho", "power"},
    "specification": {"rank", "estimate", "lower", "upper", "trend", "season", "estimator"},
}


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
