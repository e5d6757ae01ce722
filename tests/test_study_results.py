"""An opened study: which observations enter a model, and that none is lost on the way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.config import study_names
from analysis.exhibits.effects import left_out_table
from analysis.exhibits.study_results import open_study
from analysis.models.outcome_rows import left_out_observations, used_observations


@pytest.mark.parametrize("name", study_names())
def test_every_observation_of_a_series_is_used_or_left_out_with_a_reason(name):
    opened = open_study(name)
    for outcome in opened.study.outcomes:
        kept = used_observations(outcome, opened.observations)
        left_out = left_out_observations(outcome, opened.observations)
        rows = opened.observations[opened.observations["series"] == outcome.series]
        ids = [*kept["observation_id"], *left_out["observation_id"]]
        assert sorted(ids) == sorted(rows["observation_id"])
        assert left_out["reason"].str.len().gt(5).all()
        assert kept["confidence"].isin(outcome.confidence).all()


def test_a_report_left_out_by_the_study_file_stays_out():
    opened = open_study("ruili_muse")
    outcome = replace(opened.study.outcomes[0], exclude=("R0288",))
    kept = used_observations(outcome, opened.observations)
    left_out = left_out_observations(outcome, opened.observations)
    assert "R0288" not in set(kept["report_id"])
    reasons = left_out.set_index("report_id")["reason"]
    assert reasons["R0288"] == "left out by the study file"


def test_low_confidence_is_the_reason_where_it_is():
    frame = left_out_table(open_study("ruili_muse")).frame
    assert set(frame["reason"]) == {"low confidence"}
    assert frame["observation_id"].ne("").all()
