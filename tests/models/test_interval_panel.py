"""Several places alone and together: trends, places left out, mean effect, equality."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.oneway import anova_oneway

from analysis.errors import ModelError
from analysis.models.design import DesignSpec
from analysis.models.interval_effects import degrees_of_freedom
from analysis.models.interval_estimation import Options
from analysis.models.interval_joint import fit_joint_series
from analysis.models.interval_panel import IntervalPanel, fit_interval_panel, welch_equality
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
CLOSED_FORM = 1e-8  # the same closed form, computed in another order
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
    return fit_interval_panel(tables, dict.fromkeys(tables, SPEC))


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


def test_the_mean_leaves_out_a_place_without_reports_near_the_event(panel):
    assert panel.effect("late", "closure").verdict == "not identified"
    mean = panel.mean_effect("closure")
    assert mean.places == panel.identified("closure") == ("north", "south", "east")
    assert panel.mean_effect("no_such_event") is None


def test_the_mean_is_a_contrast_of_the_joint_model(panel):
    joint, mean = panel.joint, panel.mean_effect("closure")
    contrast = np.zeros(len(joint.whole.coefficients))
    for name in mean.places:
        at = joint.of(name).state.design.names.index("closure")
        contrast[joint.columns[name][at]] = 1 / len(mean.places)
    value = contrast @ joint.whole.coefficients
    spread = np.sqrt(contrast @ joint.whole.covariance @ contrast)
    assert np.log1p(mean.estimate / 100) == pytest.approx(value, rel=CLOSED_FORM)
    half = np.log1p(mean.upper / 100) - value
    least = min(panel.effect(name, "closure").df for name in mean.places)
    assert stats.norm.ppf(0.975) < half / spread < stats.t.ppf(0.975, least)


def test_a_difference_has_the_joint_variance_and_the_freedom_of_the_two_places(panel):
    found = panel.difference("closure", "north", "east")
    joint = panel.joint.difference("closure", "north", "east")
    assert found.estimate == pytest.approx(joint.estimate, rel=CLOSED_FORM)
    low, high = (np.log1p(side / 100) for side in (joint.lower, joint.upper))
    whole = degrees_of_freedom_of(panel.joint, "north", "east")
    error = (high - low) / 2 / stats.t.ppf(0.975, whole)
    half = (np.log1p(found.upper / 100) - np.log1p(found.lower / 100)) / 2
    assert half == pytest.approx(stats.t.ppf(0.975, found.df) * error, rel=CLOSED_FORM)
    with pytest.raises(ModelError, match="no effect at north or at silent"):
        panel.difference("closure", "north", "silent")
    with pytest.raises(ModelError, match="not identified"):
        panel.difference("closure", "north", "late")


def degrees_of_freedom_of(joint, first: str, second: str) -> float:
    contrast = np.zeros((1, len(joint.whole.coefficients)))
    for name, sign in ((first, 1.0), (second, -1.0)):
        at = joint.of(name).state.design.names.index("closure")
        contrast[0, joint.columns[name][at]] = sign
    return float(degrees_of_freedom(joint.whole, contrast)[0])


def test_one_place_that_goes_the_other_way_is_found(panel):
    assert panel.mean_effect("closure").p_value < 0.01  # east rises where the others fall


def test_equality_of_two_estimates_is_welchs_t_test():
    """A mean of n values with spread s has the error s / sqrt(n) and n - 1 degrees of freedom."""
    effects, errors, freedom = np.array([-0.9, 0.2]), np.array([0.3, 0.5]), np.array([17.0, 6.0])
    f, first, second, p_value = welch_equality(effects, errors**2, freedom)
    counts = freedom + 1
    (m1, m2), (s1, s2), (n1, n2) = effects, errors * np.sqrt(counts), counts
    t = stats.ttest_ind_from_stats(m1, s1, n1, m2, s2, n2, equal_var=False)
    assert (f, p_value) == pytest.approx((t.statistic**2, t.pvalue), rel=CLOSED_FORM)
    assert first == 1
    assert second == pytest.approx(0.34**2 / (0.09**2 / 17 + 0.25**2 / 6), rel=CLOSED_FORM)


def test_equality_of_several_estimates_is_welchs_analysis_of_variance():
    samples = [np.random.default_rng(k).normal(k / 3, 1 + k, 5 + 4 * k) for k in range(4)]
    effects = np.array([x.mean() for x in samples])
    variances = np.array([x.var(ddof=1) / len(x) for x in samples])
    freedom = np.array([len(x) - 1.0 for x in samples])
    found = welch_equality(effects, variances, freedom)
    welch = anova_oneway(samples, use_var="unequal", welch_correction=True)
    assert found[0] == pytest.approx(welch.statistic, rel=CLOSED_FORM)
    assert found[1:3] == pytest.approx(welch.df, rel=CLOSED_FORM)
    assert found[3] == pytest.approx(welch.pvalue, rel=CLOSED_FORM)


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
    assert summary["place"].tolist() == ["north", "south", EVERY, "north against south"]
    assert (summary["intervals"] == 2).all()
    assert summary["coverage"].between(0, 1).all()
    single = one[~one["place"].str.contains("against")]
    assert (single["truth"] == 100 * np.expm1(-0.7)).all()
    assert (single["estimate"] - single["truth"]).abs().max() < 40
