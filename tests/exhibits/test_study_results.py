"""An open study holds the rows of the processed tables that concern it, each once."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.data_management.load import load_reports
from analysis.errors import StudyError
from analysis.exhibits.study_results import open_study, opened_once
from exhibits.made import CLOSURE, EARLY, made_study, outcome


def test_a_study_holds_every_report_of_its_places_and_named_series(opened):
    reports = load_reports()
    named = {item.series for item in opened.study.outcomes} | set(opened.study.comparison)
    mine = reports[reports["place"].isin(opened.study.places) | reports["series"].isin(named)]
    assert opened.reports["report_id"].tolist() == mine["report_id"].tolist()
    assert set(opened.observations["report_id"]) <= set(mine["report_id"])
    assert set(opened.series["series"]) == set(mine["series"])
    monthly = {key for item in opened.study.monthly for key in (item.series, *item.controls)}
    assert set(opened.context["series"]) == set(opened.study.context) | monthly


def test_only_reports_inside_the_window_are_used(opened):
    for item in opened.study.outcomes:
        kept = opened.used[item.name]
        first, end = pd.Period(item.start, "M").start_time, pd.Period(item.end, "M").end_time
        earlier = kept["start"].where(
            kept["kind"] == "level", kept["start"] - pd.DateOffset(years=1)
        )
        assert (earlier >= first).all()
        assert (kept["end"] <= end).all()


def test_an_outcome_is_found_by_its_name_and_a_series_by_its_key(opened):
    for item in opened.study.outcomes:
        assert opened.outcome(item.name) is item
        row = opened.series[opened.series["series"] == item.series]
        assert opened.unit(item.series) == row["unit"].item()


def test_the_fits_stand_in_the_order_of_the_study_file_and_are_made_once(opened):
    assert list(opened.fits) == [item.name for item in opened.study.outcomes]
    assert opened.fits is opened.fits
    for item in opened.study.outcomes:
        assert opened.fits[item.name].level == opened.study.level
        assert opened.fits[item.name].reports == len(opened.used[item.name])


def test_interventions_are_listed_once_by_date_and_every_date_has_one_line():
    study = made_study(outcome("one", CLOSURE), outcome("two", EARLY, CLOSURE))
    assert study.interventions == (EARLY, CLOSURE)
    assert [line.day for line in study.event_lines] == [EARLY.start, CLOSURE.start]


def test_every_date_of_a_study_has_exactly_one_line(opened):
    days = sorted({item.start for item in opened.interventions})
    assert [line.day for line in opened.event_lines] == days
    labels = {item.start: set() for item in opened.interventions}
    for item in opened.interventions:
        labels[item.start].add(item.label)
    assert all(line.label in labels[line.day] for line in opened.event_lines)


def test_a_study_is_opened_and_fitted_once_in_a_process(opened):
    assert opened_once(opened.study.name) is opened


def test_a_notebook_says_what_was_opened(opened):
    bundle = opened._repr_mimebundle_()
    for text in bundle.values():
        assert opened.study.title in text
        assert f"{len(opened.reports)} reports" in text
    assert opened.study.question in bundle["text/markdown"]


def test_a_study_that_does_not_exist_is_named():
    with pytest.raises(StudyError, match="no_such_study"):
        open_study("no_such_study")
