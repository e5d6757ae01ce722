"""The Monte Carlo study: reproducible, resumable, and a small check of coverage."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ModelError
from analysis.models.design import build_design
from analysis.models.interval_competitors import differenced, least_squares
from analysis.models.interval_estimation import Options
from analysis.models.interval_histories import (
    HISTORIES,
    INTERVALS,
    SPEC,
    TRUTH,
    History,
    simulate,
)
from analysis.models.interval_series import fit_rows
from analysis.models.interval_simulation import StudyPlan, coverage_table, run_study

PLAN = StudyPlan(histories=("rho_0.6",), replications=4)
DESIGN = build_design(SPEC)


def draw(history: History, seed: int = 1):
    return simulate(history, DESIGN.calendar, DESIGN.matrix, np.random.default_rng(seed))


def test_the_calendar_has_28_overlapping_reports() -> None:
    assert len(INTERVALS) == 28
    rows = draw(HISTORIES["rho_0.6"]).reports
    shared = (rows.days > 0).astype(float) @ (rows.days > 0).T
    assert ((shared > 0).sum(axis=1) > 1).sum() > 20
    assert tuple(TRUTH) == DESIGN.names


@pytest.mark.parametrize("name", HISTORIES)
def test_every_history_can_be_estimated(name: str) -> None:
    drawn = draw(HISTORIES[name])
    fit = fit_rows(drawn.reports, DESIGN, Options(errors="student_t"))
    assert {effect.verdict for effect in fit.effects} <= {"identified", "weak"}
    for effect in fit.effects:
        truth = 100 * np.expm1(TRUTH[effect.name])
        assert effect.lower - 60 < truth < effect.upper + 60


def test_rounding_is_within_its_bounds() -> None:
    plain = replace(HISTORIES["coarse_rounding"], contradictions=0.0)
    rows = draw(plain).reports
    assert (rows.half_width / rows.value > 0.01).any()
    assert (rows.lower > 0).all()


def test_growth_alone_before_the_first_event() -> None:
    rows = draw(HISTORIES["growth_before"]).reports
    assert rows.growth[rows.end < np.datetime64("2020-04-01")].all()
    assert (rows.days_before[rows.growth].sum(axis=1) > 0).all()


def test_numbers_do_not_depend_on_workers_or_on_what_is_there(tmp_path: Path) -> None:
    one = run_study(replace(PLAN, replications=60), tmp_path, quiet=True)
    two = run_study(replace(PLAN, replications=60, workers=2), quiet=True)
    again = run_study(replace(PLAN, replications=60), tmp_path, quiet=True)
    pd.testing.assert_frame_equal(one, two)
    pd.testing.assert_frame_equal(one, again, check_exact=True)
    assert len(list(tmp_path.glob("*.csv"))) == 2


def test_overlap_ignored_costs_coverage() -> None:
    table = coverage_table(run_study(replace(PLAN, replications=60), quiet=True), 0.95)
    by_method = table.groupby("method")["coverage"].mean()
    assert by_method["interval"] > 0.9
    assert by_method["independent"] < 0.85
    assert np.isfinite(table.select_dtypes("number").to_numpy()).all()


def test_increments_add_up_to_the_cumulative_report() -> None:
    rows = draw(HISTORIES["independent"]).reports
    parts = differenced(rows, DESIGN.calendar)
    fiscal = rows.start == np.datetime64("2016-04-01")
    inside = (parts.start >= np.datetime64("2016-04-01")) & (
        parts.end <= np.datetime64("2017-03-31")
    )
    assert parts.value[inside].sum() == pytest.approx(rows.value[fiscal].max())
    assert np.diff(np.sort(parts.start[inside])).min() > np.timedelta64(0, "D")


def test_least_squares_of_exact_reports_gives_the_truth() -> None:
    flow = np.exp(DESIGN.matrix @ np.array(list(TRUTH.values())))
    rows = draw(HISTORIES["independent"]).reports
    exact = replace(rows, value=rows.days @ flow)
    found = least_squares(exact, DESIGN, 0.95)
    assert found.coefficients == pytest.approx(np.array(list(TRUTH.values())), abs=1e-6)


def test_an_unknown_history_stops() -> None:
    with pytest.raises(ModelError, match="unknown history"):
        run_study(StudyPlan(histories=("guess",)), quiet=True)
