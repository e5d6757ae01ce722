"""Placebo runs, and intervals that agree over one period and over many."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.errors import ModelError
from analysis.models.library_calls import quietly
from analysis.models.synthetic_conformal import ConformalTest
from analysis.models.synthetic_intervals import effect_interval, effect_intervals
from analysis.models.synthetic_placebo import (
    leave_one_donor_out,
    placebo_in_space,
    placebo_in_time,
)
from analysis.models.synthetic_weights import simplex_weights
from tests.models.synthetic_panels import FIRST, combination, fit, outcomes

EXACT = 1e-9
PAIRS = [
    ("classic", "placebo"),
    ("classic", "conformal"),
    ("ridge", "placebo"),
    ("ridge", "conformal"),
    ("synthetic_did", "placebo"),
    ("synthetic_did", "placebo_variance"),
]


def test_placebo_in_space_ranks_the_treated_unit():
    placebo = placebo_in_space(fit(combination(effect=5.0, noise=0.2)))
    table = placebo.table
    assert list(table["treated"]) == [True] + [False] * 12
    assert placebo.p_value == placebo.smallest_p == pytest.approx(1 / 13)
    np.testing.assert_allclose(table["ratio"], table["post_rmspe"] / table["pre_rmspe"])
    assert list(placebo.gaps.index) == list(range(2001, 2021))
    nothing = placebo_in_space(fit(combination(effect=0.0, noise=0.6, seed=3)))
    rank = (nothing.table["ratio"] >= nothing.table["ratio"].iloc[0]).mean()
    assert nothing.p_value == pytest.approx(rank)
    assert nothing.p_value > 0.2


def test_a_placebo_unit_is_fitted_from_the_other_donors():
    frame = combination(noise=0.2)
    table = placebo_in_space(fit(frame)).table.set_index("unit")
    alone = fit(frame[frame["unit"] != "treated"], treated="donor_04")
    assert table.loc["donor_04", "average_effect"] == pytest.approx(alone.average_effect, rel=EXACT)


def test_badly_fitted_placebos_can_be_left_out():
    control = fit(combination(effect=5.0, noise=0.2))
    every = placebo_in_space(control).table
    some = placebo_in_space(control, largest_pre_rmspe=2.0)
    assert len(some.table) == 1 + (every["pre_rmspe"][1:] <= 2 * control.pre_rmspe).sum()
    assert some.smallest_p == pytest.approx(1 / len(some.table))
    with pytest.raises(ModelError, match="no donor fits as well"):
        placebo_in_space(control, largest_pre_rmspe=1e-6)


def test_placebo_in_time_uses_no_treated_period():
    table = placebo_in_time(fit(combination(effect=50.0, noise=0.2)))
    assert list(table["first_treated"]) == list(range(2006, FIRST))
    assert (table["periods_before"] + table["periods_after"] == 15).all()
    assert (table["average_effect"].abs() < 2.0).all()
    row = placebo_in_time(fit(combination(noise=0.2)), befores=[10]).iloc[0]
    early = fit(combination(noise=0.2).query("year < 2016"), first_treated=2011)
    assert row["average_effect"] == pytest.approx(early.average_effect, rel=EXACT)
    with pytest.raises(ModelError, match="cannot be set after 15"):
        placebo_in_time(fit(combination()), befores=[15])


def test_leaving_a_donor_out_refits_without_it():
    frame = combination(noise=0.2)
    control = fit(frame)
    table = leave_one_donor_out(control).set_index("donor")
    assert set(table.index) == set(control.weights.query("weight > 0")["donor"])
    refit = fit(frame[frame["unit"] != "donor_01"])
    assert table.loc["donor_01", "average_effect"] == pytest.approx(refit.average_effect, rel=EXACT)
    change = refit.average_effect - control.average_effect
    assert table.loc["donor_01", "change"] == pytest.approx(change, rel=EXACT)
    assert (table["pre_rmspe"] >= control.pre_rmspe * (1 - EXACT)).all()


@pytest.mark.parametrize(("method", "inference"), PAIRS)
def test_the_average_over_one_period_is_that_period(method, inference):
    frame = combination(effect=2.0, noise=0.3, donors=20)
    pointwise = effect_intervals(fit(frame, method), inference=inference).iloc[0]
    average = effect_interval(fit(frame, method), periods=[FIRST], inference=inference)
    assert pointwise["estimate"] == average.estimate
    assert (pointwise["lower"], pointwise["upper"]) == (average.lower, average.upper)
    alone = fit(frame.query("year <= @FIRST"), method)
    if method != "synthetic_did":  # whose period weights look at the periods after
        short = effect_interval(alone, inference=inference)
        assert short.estimate == pytest.approx(average.estimate, rel=EXACT)
        assert short.lower == pytest.approx(average.lower, rel=1e-6)
        assert short.upper == pytest.approx(average.upper, rel=1e-6)


@pytest.mark.parametrize(("method", "inference"), PAIRS)
def test_zero_lies_outside_where_the_p_value_is_small(method, inference):
    frame = combination(effect=1.0, noise=0.3, donors=20, seed=2)
    for row in effect_intervals(fit(frame, method), level=0.9, inference=inference).itertuples():
        assert (row.lower <= 0 <= row.upper) == (row.p_value > 0.1)


@pytest.mark.parametrize("method", ["classic", "synthetic_did"])
def test_the_placebo_interval_has_the_estimate_in_its_middle(method):
    table = effect_intervals(fit(combination(noise=0.3, donors=20), method), inference="placebo")
    np.testing.assert_allclose((table["lower"] + table["upper"]) / 2, table["estimate"])


def test_conformal_intervals_are_those_of_diff_diff():
    from diff_diff import SyntheticControl

    frame = combination(effect=2.0, noise=0.3).query("year <= 2017")
    treated = (frame["unit"] == "treated") & (frame["year"] >= FIRST)
    model = SyntheticControl(v_method="custom", custom_v=np.ones(15), standardize="none")
    theirs, _ = quietly(
        lambda: model.fit(
            frame.assign(d=treated.astype(int)),
            "y",
            "d",
            "unit",
            "year",
            post_periods=[2016, 2017],
            pre_period_outcomes="all",
        )
    )
    table, _ = quietly(
        lambda: theirs.conformal_confidence_intervals(alpha=0.1, n_grid=161, bounds=(0.0, 4.0))
    )
    ours = effect_intervals(fit(frame), level=0.9, inference="conformal").iloc[:-1]
    step = 4.0 / 160  # theirs end on the grid
    np.testing.assert_allclose(ours["lower"], table["lower"], atol=1.01 * step)
    np.testing.assert_allclose(ours["upper"], table["upper"], atol=1.01 * step)


def test_the_conformal_p_value_ranks_the_last_stretch():
    donors = outcomes(9, periods=12)
    target = donors[:, 0] + np.random.default_rng(1).normal(size=12)
    test = ConformalTest(donors, target, 2, simplex_weights)
    assumed = target - 0.5 * (np.arange(12) >= 10)
    residuals = assumed - donors @ simplex_weights(donors, assumed)
    means = [abs(residuals[[i, (i + 1) % 12]].mean()) for i in range(12)]
    assert test.p_value(0.5) == np.mean(np.array(means) >= means[10] - 1e-12)


def test_placebo_variance_is_the_spread_of_the_donors():
    control = fit(combination(effect=1.0, noise=0.3), "synthetic_did")
    spread = placebo_in_space(control).table["average_effect"][1:].std(ddof=0)
    interval = effect_interval(control, level=0.95)
    half = stats.norm.ppf(0.975) * spread
    assert interval.inference == "placebo_variance"
    assert interval.upper - interval.estimate == pytest.approx(half, rel=EXACT)


def test_too_little_to_rank_is_not_identified():
    few = fit(combination(noise=0.3, donors=5))
    interval = effect_interval(few, level=0.95)
    assert interval.verdict == "not identified"
    assert interval.lower is None
    assert "5 donors give no p-value below 0.167" in interval.reason
    short = effect_interval(few, periods=[FIRST], level=0.95, inference="conformal")
    assert short.verdict == "not identified"
    assert "16 periods give no p-value below 0.0625" in short.reason
    weak = effect_interval(few, level=0.9, inference="conformal")
    assert weak.verdict == "weak"
    assert "one of 4 stretches" in weak.reason


def test_what_cannot_be_inferred_is_refused():
    control = fit(combination(noise=0.3))
    with pytest.raises(ModelError, match="2010 is not a period under treatment"):
        effect_interval(control, periods=[2010])
    with pytest.raises(ModelError, match="not consecutive"):
        effect_interval(control, periods=[2016, 2018])
    with pytest.raises(ModelError, match="no inference 'placbo'"):
        effect_interval(control, inference="placbo")
    with pytest.raises(ModelError, match="does not suit the method 'synthetic_did'"):
        effect_interval(fit(combination(), "synthetic_did"), inference="conformal")
    lonely = combination(noise=0.3).query("unit in ('treated', 'donor_01')")
    with pytest.raises(ModelError, match="none can"):
        effect_interval(fit(lonely))
    with pytest.raises(ModelError, match="none can be left out"):
        leave_one_donor_out(fit(lonely))


def test_intervals_cover_a_known_effect():
    hits = {"placebo": 0, "conformal": 0}
    for seed in range(12):
        control = fit(combination(effect=1.5, noise=0.3, seed=seed, donors=10))
        for inference in hits:
            interval = effect_interval(control, periods=[2017], level=0.8, inference=inference)
            hits[inference] += interval.lower <= 1.5 <= interval.upper
    assert min(hits.values()) >= stats.binom.ppf(0.001, 12, 0.8)


def test_runs_repeat():
    first = effect_intervals(fit(combination(noise=0.3), "ridge"), inference="conformal")
    again = effect_intervals(fit(combination(noise=0.3), "ridge"), inference="conformal")
    pd.testing.assert_frame_equal(first, again)
