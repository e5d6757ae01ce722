"""The committed simulation results: complete, kept promises, and still what the program gives."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.data_management.load import load_table
from analysis.models.interval_histories import HISTORIES, TRUTH
from analysis.models.interval_simulation import OWN, SAMPLE, StudyPlan, run_study, sample_of

REPLICATIONS = 2000
PROMISED = (0.93, 0.97)  # of nominal 95 per cent, in every history and for every coefficient
MOST_FAILURES = 2  # replications of a history in which the estimator gives no number
SAME = 1e-7  # relative; iterations end at a tolerance that processors reach by other last digits


def test_every_history_method_and_coefficient_is_there():
    summary = load_table("monte_carlo")
    own = summary[summary["method"] == OWN]
    assert set(own["history"]) == set(HISTORIES)
    assert own.groupby("history")["name"].nunique().eq(len(TRUTH)).all()
    assert own["replications"].ge(REPLICATIONS - MOST_FAILURES).all()
    assert set(summary["method"]) == {OWN, "independent", "differenced", "annual"}


@pytest.mark.parametrize("history", HISTORIES)
def test_nominal_95_per_cent_intervals_cover_93_to_97(history):
    summary = load_table("monte_carlo")
    own = summary[(summary["method"] == OWN) & (summary["history"] == history)]
    assert own["coverage"].between(*PROMISED).all(), own[["name", "coverage"]].to_string()


def test_ignoring_the_overlap_costs_coverage():
    summary = load_table("monte_carlo").set_index(["history", "method", "name"])["coverage"]
    for history in ("independent", "rho_0.6", "rho_0.9"):
        assert summary[history, "independent"].max() < PROMISED[0]


def test_the_first_replications_come_out_as_committed_on_one_and_on_two_workers():
    committed = load_table("monte_carlo_sample")
    histories = ("rho_0.6", "growth_before")
    for workers in (1, 2):
        plan = StudyPlan(histories, replications=SAMPLE, workers=workers, competitors=False)
        again = sample_of(run_study(plan, quiet=True))
        expected = committed[committed["history"].isin(histories)].reset_index(drop=True)
        keys = ["history", "replication", "method", "name"]
        again, expected = (
            table.sort_values(keys, ignore_index=True) for table in (again, expected)
        )
        assert again[keys].equals(expected[keys])
        for column in ("estimate", "lower", "upper"):
            np.testing.assert_allclose(again[column], expected[column], rtol=SAME)
