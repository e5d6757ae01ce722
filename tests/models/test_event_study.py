"""Each estimator against R, a closed form or another estimator, and against a known truth."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.models.event_study import ESTIMATORS, compare_estimators
from analysis.models.event_study_simulation import (
    StaggeredDesign,
    simulate_event_studies,
    simulate_panel,
)
from analysis.models.library_calls import quietly
from tests.models.event_study_panels import COLUMNS, REFERENCE, fit, reference_panel

ESTIMATE = 1e-7  # relative, as R prints fifteen digits and the within transformation iterates
ERROR = 1e-5  # relative
EXACT = 1e-9  # one least-squares problem solved in two ways


def effect_at(study, time):
    return next(row for row in study.effects if row.event_time == time)


def test_sun_abraham_is_fixest():
    study = fit(covariates=["x"])
    expected = REFERENCE["sun_abraham"]
    assert study.overall.estimate == pytest.approx(expected["att"][0], rel=ESTIMATE)
    assert study.overall.standard_error == pytest.approx(expected["att"][1], rel=ERROR)
    (x,) = study.covariates
    assert x.name == "x"
    assert x.estimate == pytest.approx(expected["x"][0], rel=ESTIMATE)
    assert x.standard_error == pytest.approx(expected["x"][1], rel=ERROR)
    for time, (estimate, error) in expected["event_time"].items():
        row = effect_at(study, int(time))
        assert row.estimate == pytest.approx(estimate, rel=ESTIMATE)
        assert row.standard_error == pytest.approx(error, rel=ERROR)


def test_intervals_use_one_degree_less_than_clusters():
    study = fit(level=0.9)
    row = effect_at(study, 0)
    assert study.df == 23
    half = stats.t.ppf(0.95, 23) * row.standard_error
    assert row.upper - row.estimate == pytest.approx(half, rel=EXACT)
    normal = fit(estimator="imputation", level=0.9)
    row = effect_at(normal, 0)
    half = stats.norm.ppf(0.95) * row.standard_error
    assert row.upper - row.estimate == pytest.approx(half, rel=EXACT)


def least_squares(frame, event, times):
    """Dummies for units and periods spelt out; CR1 with unit effects not counted."""
    columns = [(event == k).to_numpy(float) for k in times]
    units = pd.get_dummies(frame["unit"], dtype=float).to_numpy()
    periods = pd.get_dummies(frame["year"], dtype=float).to_numpy()[:, 1:]
    x, y = np.column_stack([*columns, units, periods]), frame["y"].to_numpy()
    beta = np.linalg.lstsq(x, y, rcond=None)[0]
    bread = np.linalg.pinv(x.T @ x)
    scores = x * (y - x @ beta)[:, None]
    sums = np.array([scores[frame["unit"] == u].sum(axis=0) for u in frame["unit"].unique()])
    g, n, k = len(sums), len(y), len(columns) + periods.shape[1] + 1
    meat = sums.T @ sums * g / (g - 1) * (n - 1) / (n - k)
    return beta[: len(times)], (bread @ meat @ bread)[: len(times), : len(times)]


def test_two_way_fixed_effects_is_least_squares_on_dummies():
    study, frame = fit(estimator="two_way_fixed_effects"), reference_panel()
    event = (frame["year"] - frame["first_treated"]).where(frame["first_treated"] > 0)
    times = study.covariance_times
    beta, covariance = least_squares(frame, event, times)
    np.testing.assert_allclose(study.estimates_at(times), beta, rtol=0, atol=EXACT)
    np.testing.assert_allclose(study.covariance, covariance, rtol=0, atol=EXACT)
    weights = np.array([(event == k).sum() * (k >= 0) for k in times], dtype=float)
    weights /= weights.sum()
    assert study.overall.estimate == pytest.approx(weights @ beta, rel=EXACT)
    assert study.overall.standard_error == pytest.approx(
        np.sqrt(weights @ covariance @ weights), rel=EXACT
    )


def group_time_effect(wide, first, cohort, time):
    """Difference in differences of means with the units not treated by then."""
    change = wide[time] - wide[cohort - 1]
    control = (first == 0) | (first > max(time, cohort - 1))
    return change[first == cohort].mean() - change[control & (first != cohort)].mean()


def test_callaway_santanna_is_a_mean_of_differences_in_differences():
    study, frame = fit(estimator="callaway_santanna"), reference_panel()
    wide = frame.pivot_table(index="unit", columns="year", values="y")
    first = frame.groupby("unit")["first_treated"].first()
    for k in study.covariance_times:
        cells = [g for g in (2017, 2019, 2021) if g + k in wide.columns]
        effects = [group_time_effect(wide, first, g, g + k) for g in cells]
        assert effect_at(study, k).estimate == pytest.approx(np.mean(effects), rel=EXACT)
    cells = [(g, t) for g in (2017, 2019, 2021) for t in range(g, 2024)]
    every = [group_time_effect(wide, first, g, t) for g, t in cells]
    assert study.overall.estimate == pytest.approx(np.mean(every), rel=EXACT)


def test_callaway_santanna_error_of_one_cohort_is_that_of_two_means():
    frame = reference_panel().query("first_treated in (0, 2019)")
    study = fit(frame, "callaway_santanna")
    wide = frame.pivot_table(index="unit", columns="year", values="y")
    change = wide[2020] - wide[2018]
    treated = frame.groupby("unit")["first_treated"].first() > 0
    parts = [change[group].var(ddof=0) / group.sum() for group in (treated, ~treated)]
    assert effect_at(study, 1).standard_error == pytest.approx(np.sqrt(sum(parts)), rel=EXACT)


@pytest.mark.parametrize("name", ["imputation", "two_stage"])
def test_imputation_predicts_from_untreated_rows(name):
    study, frame = fit(estimator=name), reference_panel()
    treated = (frame["first_treated"] > 0) & (frame["year"] >= frame["first_treated"])
    x = pd.get_dummies(frame[["unit", "year"]].astype(str), dtype=float).to_numpy()
    beta = np.linalg.lstsq(x[~treated], frame.loc[~treated, "y"], rcond=None)[0]
    effect = (frame["y"] - x @ beta)[treated]
    event = (frame["year"] - frame["first_treated"])[treated]
    assert study.overall.estimate == pytest.approx(effect.mean(), rel=EXACT)
    for k, value in effect.groupby(event).mean().items():
        assert effect_at(study, k).estimate == pytest.approx(value, rel=EXACT)


def test_imputation_leaves_the_own_effect_out_of_the_error():
    from diff_diff import ImputationDiD

    columns = {"outcome": "y", "unit": "unit", "time": "year", "first_treat": "first_treated"}
    kept, _ = quietly(lambda: ImputationDiD().fit(reference_panel(), **columns))
    study = fit(estimator="imputation")
    assert study.overall.standard_error > kept.overall_se
    assert "didimputation keeps it" in study.convention


def test_leads_of_the_imputation_are_those_of_diff_diff():
    from diff_diff import ImputationDiD

    frame = reference_panel()
    library = ImputationDiD(pretrends=True).fit(
        frame, outcome="y", unit="unit", time="year", first_treat="first_treated"
    )
    surface, _ = quietly(lambda: library.aggregate("event_study"))
    table = surface.to_dataframe().set_index("event_time")
    study = fit(estimator="imputation")
    for k in study.covariance_times:
        row = effect_at(study, k)
        assert row.estimate == pytest.approx(table.loc[k, "att"], rel=EXACT)
        assert row.standard_error == pytest.approx(table.loc[k, "se"], rel=EXACT)


def test_stacked_is_a_mean_of_differences_with_clean_controls():
    study, frame = fit(estimator="stacked", window=(-3, 2)), reference_panel()
    wide = frame.pivot_table(index="unit", columns="year", values="y")
    first = frame.groupby("unit")["first_treated"].first()
    for k in (-3, -2, 0, 1, 2):
        effects = []
        for g in (2017, 2019, 2021):
            change = wide[g + k] - wide[g - 1]
            clean = (first == 0) | (first > g + 2)
            effects.append(change[first == g].mean() - change[clean].mean())
        assert effect_at(study, k).estimate == pytest.approx(np.mean(effects), rel=EXACT)


def test_local_projections_are_callaway_santanna_without_covariates():
    one = fit(estimator="local_projections", window=(-4, 2))
    other = fit(estimator="callaway_santanna", window=(-4, 2))
    assert [row.event_time for row in one.effects] == [-4, -3, -2, 0, 1, 2]
    for row, same in zip(one.effects, other.effects, strict=True):
        if row.event_time >= 0:
            assert row.estimate == pytest.approx(same.estimate, rel=EXACT)


@pytest.mark.parametrize("name", [name for name in ESTIMATORS if name != "two_way_fixed_effects"])
def test_without_noise_the_effect_is_found_exactly(name):
    design = StaggeredDesign(units=2, growth=0.3)
    panel = simulate_panel(design, 1)
    rng = np.random.default_rng(2)
    units = {unit: rng.normal() for unit in panel["unit"].unique()}
    tiny = 1e-9 * rng.normal(size=len(panel))  # a standard error must exist
    level = panel["unit"].map(units) + 0.3 * panel["time"] ** 2
    panel = panel.assign(y=level + panel["effect"] + tiny, year=panel["time"])
    study = fit(panel, name)
    truth = panel.loc[panel["time"] == panel["first_treated"], "effect"].mean()
    assert effect_at(study, 0).estimate == pytest.approx(truth, abs=1e-7)


def test_two_way_fixed_effects_miss_effects_that_differ_by_cohort():
    design = StaggeredDesign(units=2, growth=1.0)
    panel = simulate_panel(design, 1)
    noise = 1e-3 * np.random.default_rng(3).normal(size=len(panel))
    panel = panel.assign(y=panel["effect"] + noise, year=panel["time"])
    truth = panel.loc[panel["time"] == panel["first_treated"], "effect"].mean()
    biased = fit(panel, "two_way_fixed_effects")
    assert abs(effect_at(biased, 0).estimate - truth) > 0.05


def test_intervals_cover_in_a_small_simulation():
    table = simulate_event_studies(6, 5, estimators=["callaway_santanna", "stacked"])
    again = simulate_event_studies(6, 5, estimators=["callaway_santanna", "stacked"])
    pd.testing.assert_frame_equal(table, again)
    assert (table["bias"].abs() < 4 * table["sd"] / np.sqrt(6)).all()
    assert (table["coverage"] >= 4 / 6).all()


def test_comparison_tells_refusals_beside_numbers():
    table = compare_estimators(reference_panel(), covariates=["x"], **COLUMNS).set_index(
        "estimator"
    )
    assert list(table.index) == list(ESTIMATORS)
    assert table.loc["stacked", "verdict"] == "not identified"
    assert "covariates" in table.loc["stacked", "reason"]
    assert table.loc["sun_abraham", "estimate"] == pytest.approx(
        REFERENCE["sun_abraham"]["att"][0], rel=ESTIMATE
    )


def test_results_are_frozen_and_name_their_convention():
    for name in ESTIMATORS:
        study = fit(estimator=name)
        assert "average" in study.convention
        assert study.controls == 6
        with pytest.raises(dataclasses.FrozenInstanceError):
            study.level = 0.5
