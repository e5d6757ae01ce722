"""What single checks find in series that were made to be found out."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ModelError
from analysis.inference.check_leave_out import LeaveOneOut
from analysis.inference.check_measured import MEASURED
from analysis.inference.check_placebo_series import PlaceboInSpace
from analysis.inference.check_power import PowerAtHand
from analysis.inference.check_registry import standard_checks
from analysis.inference.check_sensitivity import Anticipation, AutocorrelationSensitivity
from analysis.inference.check_shapes import AlternativeShapes
from analysis.inference.check_size import simulate_size
from analysis.inference.check_specification import SpecificationCurve, joint_tests, share_agreeing
from analysis.inference.check_specification_grid import Choices
from analysis.inference.power_closed_form import closed_form_power
from analysis.models.interrupted_series import fit_its
from analysis.models.its_options import ItsOptions
from tests.inference.check_made import (
    CONTROLS,
    DRAWS,
    IDENTITY,
    SPEC,
    made_fit,
    values,
)
from tests.models.its_made import MONTHS, START, STEP, ar1, series


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
