"""Several places alone and together: trends, places left out, one effect for all, equality."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.errors import ModelError
from analysis.models.design import DesignSpec
from analysis.models.interval_estimation import Options
from analysis.models.interval_joint import fit_joint_series
from analysis.models.interval_panel import IntervalPanel, fit_interval_panel
from analysis.models.interval_panel_simulation import (
    EVERY,
    PanelTruth,
    draw_panel,
    panel_coverage,
    simulate_panels,
)
from analysis.models.interval_series import fit_interval_series
from tests.models.reports import CLOSURE, frame, irregular_reports, report

SPEC = DesignSpec("2015-01", "2024-12", "linear", "none", (CLOSURE,))
SAME = 1e-9  # the same fit, asked for in two ways
CLOSED_FORM = 1e-8  # an F with one restriction is a squared t
TRUTH = {"north": [2.5, 0.1, -0.8], "south": [1.0, 0.0, -0.8], "east": [0.0, 0.1, 0.6]}


def late_reports() -> pd.DataFrame:
    """Return reports that begin three years after the closure, and a few from long before."""
    return frame(
        report("a", "2015-01-01", "2015-06-30", 100.0, half=0.5),
        report("b", "2016-01-01", "2016-06-30", 120.0, half=0.5),
        report("c", "2023-01-01", "2023-06-30", 260.0, half=0.5),
        report("d", "2023-07-01", "2023-12-31", 240.0, half=0.5),
        report("e", "2024-01-01", "2024-06-30", 250.0, half=0.5),
    )


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    made = {
        name: irregular_reports(SPEC, np.array(beta), noise=0.1, seed=seed)
        for seed, (name, beta) in enumerate(TRUTH.items(), 1)
    }
    return made | {
        "late": late_reports(),
        "silent": frame(report("a", "2016-01-01", "2016-12-31", 50.0, half=0.5)),
    }


@pytest.fixture(scope="module")
def panel(tables) -> IntervalPanel:
    return fit_interval_panel(tables, dict.fromkeys(tables, SPEC), shared=("closure",))


def test_each_place_alone_is_the_fit_of_its_series(tables, panel):
    alone = fit_interval_series(tables["north"], SPEC)
    for one, two in zip(panel.places["north"].alone.effects, alone.effects, strict=True):
        assert one.estimate == pytest.approx(two.estimate, rel=SAME)


def test_the_joint_model_is_that_of_several_series(tables, panel):
    joined = [name for name, place in panel.places.items() if not place.left_out]
    specs = {name: panel.places[name].spec for name in joined}
    options = Options(errors="student_t")
    joint = fit_joint_series({name: tables[name] for name in joined}, specs, options)
    for name in joined:
        for one, two in zip(panel.joint.of(name).effects, joint.of(name).effects, strict=True):
            assert one.estimate == two.estimate or one.estimate == pytest.approx(
                two.estimate, rel=SAME
            )


def test_a_place_with_too_few_reports_is_left_out_with_the_reason(panel):
    assert "too few reports" in panel.places["silent"].left_out
    assert panel.effect("silent", "closure") is None
    assert "silent" not in {item.name for item in panel.joint.series}


def test_a_trend_that_a_place_cannot_tell_is_left_out(panel):
    assert panel.places["north"].trend == panel.places["north"].spec.trend == "linear"
    assert panel.places["late"].trend.startswith("left out")
    assert panel.places["late"].spec.trend == "none"


def test_a_place_without_reports_near_the_event_does_not_move_the_shared_effect(tables, panel):
    assert panel.effect("late", "closure").verdict == "not identified"
    assert panel.identified("closure") == ("north", "south", "east")
    pooled = panel.pooled["closure"]
    assert pooled.shared["closure"] == ("north", "south", "east")
    holders = {name: tables[name] for name in pooled.shared["closure"]}
    again = fit_joint_series(
        holders,
        dict.fromkeys(holders, SPEC),
        Options(errors="student_t"),
        shared=("closure",),
    )
    one, two = (fit.of("north").effects[0].estimate for fit in (pooled, again))
    assert one == pytest.approx(two, rel=SAME)


def test_equality_of_two_places_is_the_test_of_their_difference(tables):
    two = {name: tables[name] for name in ("north", "east")}
    found = fit_interval_panel(two, dict.fromkeys(two, SPEC))
    test, gap = found.equality("closure"), found.joint.difference("closure", "north", "east")
    assert test.restrictions == 1
    assert test.p_value == pytest.approx(gap.p_value, rel=CLOSED_FORM)
    t = stats.t.isf(gap.p_value / 2, test.df)
    assert test.statistic == pytest.approx(t**2, rel=1e-6)


def test_equality_is_a_wald_test_whatever_the_order_of_the_places(panel):
    test, joint = panel.equality("closure"), panel.joint
    places = ("east", "south", "north")
    contrast = np.zeros((2, len(joint.whole.coefficients)))
    for row, (one, other) in enumerate(pairwise(places)):
        for sign, name in ((1.0, one), (-1.0, other)):
            at = joint.of(name).state.design.names.index("closure")
            contrast[row, joint.columns[name][at]] = sign
    gap = contrast @ joint.whole.coefficients
    spread = contrast @ joint.whole.covariance @ contrast.T
    statistic = gap @ np.linalg.inv(spread) @ gap / 2
    assert test.statistic == pytest.approx(statistic, rel=CLOSED_FORM)
    assert test.p_value == pytest.approx(stats.f.sf(statistic, 2, test.df), rel=CLOSED_FORM)
    assert test.p_value < 0.001  # east rises where the others fall
    assert panel.equality("no_such_event") is None


def test_fewer_than_two_places_with_reports_stop(tables):
    few = {name: tables[name] for name in ("north", "silent")}
    with pytest.raises(ModelError, match="1 of 2 places"):
        fit_interval_panel(few, dict.fromkeys(few, SPEC))


# Simulation


def truth() -> PanelTruth:
    names = ("north", "south")
    return PanelTruth(
        level=dict.fromkeys(names, 2.0),
        trend=dict.fromkeys(names, 0.05),
        effects={"closure": -0.7},
        sigma={"north": 0.2, "south": 0.3},
        rho=0.3,
        common=0.4,
        tau=0.02,
    )


def test_a_drawn_panel_has_the_intervals_of_the_reports(tables):
    two = {name: tables[name] for name in ("north", "south")}
    drawn = draw_panel(two, dict.fromkeys(two, SPEC), truth(), np.random.default_rng(3))
    for name, table in drawn.items():
        levels = two[name][two[name]["kind"] == "level"]
        assert table["start"].tolist() == levels["start"].tolist()
        assert ((table["lower"] < table["value"]) & (table["value"] < table["upper"])).all()


def test_a_simulation_is_the_same_again_and_counts_what_holds_the_truth(tables):
    two = {name: tables[name] for name in ("north", "south")}
    designs = dict.fromkeys(two, replace(SPEC, trend="none"))
    flat = replace(truth(), trend=dict.fromkeys(two, 0.0))
    one, again = (simulate_panels(2, 8, two, designs, flat) for _ in range(2))
    pd.testing.assert_frame_equal(one, again)
    summary = panel_coverage(one)
    assert summary["place"].tolist() == ["north", "south", EVERY]
    assert (summary["intervals"] == 2).all()
    assert summary["coverage"].between(0, 1).all()
    assert (one["truth"] == 100 * np.expm1(-0.7)).all()
    assert (one["estimate"] - one["truth"]).abs().max() < 40
