"""Pre-trend tests against R's pretrends and diff-diff; sensitivity against a known violation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from analysis.errors import ModelError
from analysis.models.event_study_pretrends import PreTrendPower, check_pre_trends
from analysis.models.event_study_sensitivity import Problem, relative_magnitudes
from tests.models.event_study_panels import REFERENCE, fit, reference_panel

EXACT = 1e-9
R_PRETRENDS = 1e-4  # R integrates to 1e-3 of a probability, solves to 1e-4 and rounds 1.96
DETECTED = 1e-4  # of a probability, at a slope that is found to 1e-5


def equicorrelated(k):
    return np.full((k, k), 0.012) + 0.028 * np.eye(k)


@pytest.mark.parametrize("case", REFERENCE["pretrends"])
def test_individual_power_is_that_of_r_pretrends(case):
    distance = np.array(case["distance"], dtype=float)
    power = PreTrendPower(distance, equicorrelated(len(distance)), None)
    for slope, expected in zip(case["slope"], case["power"], strict=True):
        assert power.individual(slope) == pytest.approx(expected, abs=R_PRETRENDS)
    for share in (50, 80):
        found = power.slope_detected(share / 100, "individual")
        assert found == pytest.approx(case[f"slope_{share}"], abs=R_PRETRENDS)


def test_joint_power_is_that_of_diff_diff():
    from diff_diff import PreTrendsPower, SunAbraham

    columns = {"outcome": "y", "unit": "unit", "time": "year", "first_treat": "first_treated"}
    library = SunAbraham(cluster="unit").fit(reference_panel(), **columns)
    study = fit()
    times = [k for k in study.covariance_times if k < -1]
    order = [study.covariance_times.index(k) for k in times]
    distance = np.array(times) + 1.0
    power = PreTrendPower(distance, study.covariance[np.ix_(order, order)], None)
    for share in (0.5, 0.8):
        theirs = PreTrendsPower(power=share, pretest_form="wald").fit(library)
        assert power.slope_detected(share) == pytest.approx(theirs.mdv, rel=DETECTED)


def test_joint_test_is_the_wald_test_with_its_power():
    study = fit(window=(-4, 3))
    test = check_pre_trends(study)
    estimates, covariance = study.estimates_at([-4, -3, -2]), study.covariance[:3, :3]
    wald = estimates @ np.linalg.inv(covariance) @ estimates / 3
    assert test.event_times == (-4, -3, -2)
    assert test.statistic == pytest.approx(wald, rel=EXACT)
    assert test.p_value == pytest.approx(stats.f.sf(wald, 3, 23), rel=EXACT)
    distance = np.array([-3.0, -2.0, -1.0])
    shift = test.slope_80**2 * distance @ np.linalg.inv(covariance) @ distance
    detected = stats.ncf.sf(stats.f.isf(0.05, 3, 23), 3, 23, shift)
    assert detected == pytest.approx(0.8, abs=DETECTED)
    assert test.slope_50 < test.slope_80
    assert test.individual_slope_50 < test.individual_slope_80
    assert test.bias_80 == pytest.approx(test.slope_80 * 2.5, rel=EXACT)
    assert check_pre_trends(study) == test


def test_a_trend_before_treatment_is_found():
    frame = reference_panel()
    treated = frame["first_treated"] > 0
    slope = check_pre_trends(fit(frame, window=(-4, 3))).slope_80
    frame["y"] += np.where(treated, 3 * slope * (frame["year"] - 2012), 0.0)
    assert check_pre_trends(fit(frame, window=(-4, 3))).p_value < 0.001


def test_the_test_of_the_imputation_uses_its_leads():
    test = check_pre_trends(fit(estimator="imputation", window=(-4, 3)))
    assert test.event_times == (-4, -3, -2)
    assert test.df2 is None
    assert "chi-squared" in test.convention


def test_too_many_leads_for_the_clusters_are_not_identified():
    frame = reference_panel()
    kept = [*frame.query("first_treated == 0")["unit"].unique()[:2]]
    kept += [*frame.query("first_treated == 2021")["unit"].unique()[:2]]
    test = check_pre_trends(fit(frame[frame["unit"].isin(kept)]))
    assert test.verdict == "not identified"
    assert test.p_value is None
    assert "shorten the window" in test.reason


def test_what_cannot_be_tested_is_refused():
    with pytest.raises(ModelError, match="'local_projections' gives no joint covariance"):
        check_pre_trends(fit(estimator="local_projections"))
    with pytest.raises(ModelError, match="no estimate lies before the reference"):
        check_pre_trends(fit(window=(-1, 2)))
    with pytest.raises(ModelError, match="'imputation' gives no joint covariance"):
        relative_magnitudes(fit(estimator="imputation"))
    with pytest.raises(ModelError, match="to measure departures by"):
        relative_magnitudes(fit(window=(-1, 2)))
    with pytest.raises(ModelError, match="at event time 7"):
        relative_magnitudes(fit(), event_times=[7])
    with pytest.raises(ModelError, match="negative"):
        relative_magnitudes(fit(), magnitudes=[-1])


def test_bounds_without_sampling_error_are_those_of_diff_diff():
    from diff_diff import CallawaySantAnna, HonestDiD

    columns = {"outcome": "y", "unit": "unit", "time": "year", "first_treat": "first_treated"}
    model = CallawaySantAnna(
        control_group="not_yet_treated", estimation_method="reg", base_period="universal"
    )
    surface = model.fit(reference_panel(), **columns).aggregate("event_study")
    sensitivity = relative_magnitudes(fit(estimator="callaway_santanna"), magnitudes=[0, 0.5, 1])
    for row in sensitivity.table.itertuples():
        theirs = HonestDiD(M=row.magnitude).fit(surface)
        assert row.bound_lower == pytest.approx(theirs.lb, rel=1e-7)
        assert row.bound_upper == pytest.approx(theirs.ub, rel=1e-7)


def test_no_violation_gives_the_ordinary_interval():
    study = fit()
    sensitivity = relative_magnitudes(study, event_times=[0])
    row = next(effect for effect in study.effects if effect.event_time == 0)
    first = sensitivity.table.iloc[0]
    assert first["lower"] == pytest.approx(row.lower, rel=EXACT)
    assert first["upper"] == pytest.approx(row.upper, rel=EXACT)
    widths = sensitivity.table["upper"] - sensitivity.table["lower"]
    assert widths.is_monotonic_increasing


def test_breakdown_is_where_the_interval_meets_zero():
    sensitivity = relative_magnitudes(fit(), event_times=[0])
    below, above = 0.999 * sensitivity.breakdown, 1.001 * sensitivity.breakdown
    table = relative_magnitudes(fit(), event_times=[0], magnitudes=[below, above]).table
    assert table["upper"].iloc[0] < 0 < table["upper"].iloc[1]
    flat = reference_panel().assign(y=lambda frame: np.sin(np.arange(len(frame)) ** 2))
    assert relative_magnitudes(fit(flat)).breakdown is None


def test_union_covers_the_worst_case_where_the_plug_in_does_not():
    rng = np.random.default_rng(11)
    covariance, draws = 0.04 * np.eye(2), 4000
    truth = np.array([-1.0, 1.0])  # trend falls by 1 before and rises by 1 after; no effect
    quantile = float(stats.norm.ppf(0.975))
    union = plug_in = 0
    for estimates in rng.multivariate_normal(truth, covariance, size=draws):
        problem = Problem(
            estimates, covariance, np.array([0.0, 1.0]), np.array([[-1.0, 0.0]]), 1.0, quantile
        )
        lower, upper = problem.interval(1.0)
        union += lower <= 0.0 <= upper
        low, high = problem.bounds(1.0)
        half = quantile * 0.2
        plug_in += low - half <= 0.0 <= high + half
    margin = 3 * np.sqrt(0.05 * 0.95 / draws)  # three standard errors of the share
    assert union / draws >= 0.95 - margin
    assert plug_in / draws < 0.95 - margin
