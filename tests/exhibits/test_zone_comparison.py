"""Zones are compared where they measure the same thing; the rest is refused with the reason."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
import yaml

from analysis.config import PARAMETERS
from analysis.data_management.processed import load_tables, vocabulary_of
from analysis.exhibits.registry import COMMON_EXHIBITS
from analysis.exhibits.study_results import STUDY_TABLES, opened_once
from analysis.exhibits.write import contents
from analysis.exhibits.zone_comparison import (
    comparability_table,
    zone_differences_table,
    zone_effects_table,
    zone_phases_table,
)
from analysis.exhibits.zone_comparison_closures import closures_figure
from analysis.exhibits.zone_comparison_figures import effects_by_zone_figure
from analysis.exhibits.zone_comparison_gates import (
    gate_effects_table,
    gate_equality_table,
    gate_models_table,
)
from analysis.exhibits.zone_comparison_results import SETTINGS, Side, compare, open_zone_comparison
from analysis.exhibits.zone_comparison_rules import (
    NO_YEAR,
    comparability,
    reported_days,
    reporting_year,
)
from analysis.models.effect_difference import JOINT, effect_difference
from analysis.settings.zone_comparison import TRAITS, parse_zone_comparison
from analysis.study_yaml import read_yaml
from exhibits.made import observation

NUMBERS = ["estimate", "lower", "upper"]
REGISTER = {"metric": "trade_value", "scope": "port", "basis": "mm_commerce", "unit": "million USD"}
SAME = 1e-12  # one number taken along two ways


@pytest.fixture(scope="module")
def zones():
    """Return the comparison of the project on the processed tables."""
    return open_zone_comparison()


def made_side(name: str, *spans: tuple[str, str], **register: str) -> Side:
    rows = [observation(f"{name}{n}", *span, 1.0) for n, span in enumerate(spans)]
    return Side("made", name, name, name, REGISTER | register, pd.DataFrame(rows), (), ())


FISCAL = ("2018-10-01", "2019-03-31"), ("2019-10-01", "2020-03-31")
CALENDAR = ("2019-01-01", "2019-12-31"), ("2020-01-01", "2020-12-31")
LATER = ("2022-10-01", "2022-12-31"), ("2023-04-01", "2023-06-30")


# What is comparable


def test_two_series_that_agree_in_everything_are_comparable():
    found = comparability(made_side("a", *FISCAL), made_side("b", *FISCAL), frozenset())
    assert found.verdict == "comparable"
    assert found.percent
    assert found.shared_days == 182 + 183
    assert "same metric" in found.reason


@pytest.mark.parametrize(
    ("trait", "other", "words"),
    [
        ("metric", {"metric": "persons"}, "metric: trade value against persons"),
        ("scope", {"scope": "bilateral"}, "scope: port against bilateral"),
        ("basis", {"basis": "cn_customs"}, "Myanmar Ministry of Commerce against Chinese customs"),
        ("unit", {"unit": "million CNY"}, "currency or unit: million USD against million CNY"),
    ],
)
def test_a_series_that_differs_is_refused_with_the_trait(trait, other, words):
    sides = made_side("a", *FISCAL), made_side("b", *FISCAL, **other)
    strict = comparability(*sides, frozenset())
    assert strict.verdict == "not comparable"
    assert set(strict.differs) == {trait}
    assert words in strict.reason
    assert not strict.percent
    lenient = comparability(*sides, frozenset({trait}))
    assert lenient.verdict == "in per cent only"
    assert lenient.percent


def test_another_reporting_year_is_a_difference():
    found = comparability(made_side("a", *FISCAL), made_side("b", *CALENDAR), frozenset())
    assert set(found.differs) == {"reporting_year"}
    assert "fiscal year from April or October against calendar year" in found.reason


def test_series_without_a_day_in_both_are_refused_by_their_periods():
    found = comparability(made_side("a", *FISCAL), made_side("b", *LATER), frozenset({"unit"}))
    assert set(found.differs) == {"period"}
    assert found.shared_days == 0
    assert "2018-10-01 to 2020-03-31 against 2022-10-01 to 2023-06-30" in found.reason


def test_a_gap_inside_the_reports_counts_as_no_day_in_both():
    """First and last days overlap, yet no day is reported twice."""
    gap = made_side("a", ("2018-10-01", "2018-12-31"), ("2023-10-01", "2023-12-31"))
    between = made_side("b", ("2020-10-01", "2020-12-31"))
    assert comparability(gap, between, frozenset()).shared_days == 0


def test_a_series_is_not_compared_with_itself():
    side = made_side("a", *FISCAL)
    found = comparability(side, side, frozenset(TRAITS))
    assert found.verdict == "not comparable"
    assert "both are the series a" in found.reason


def test_days_are_counted_once():
    side = made_side("a", ("2020-01-01", "2020-01-10"), ("2020-01-05", "2020-01-12"))
    days = pd.to_datetime(reported_days(side.rows), unit="D")
    assert list(days) == list(pd.date_range("2020-01-01", "2020-01-12"))


@pytest.mark.parametrize(
    ("starts", "year"),
    [
        (("2020-01-01", "2021-01-01", "2021-07-01"), "calendar year"),
        (("2020-04-01", "2018-10-01", "2021-01-01"), "fiscal year from April or October"),
        (("2020-02-01", "2020-05-01", "2021-01-01"), NO_YEAR),
        ((), NO_YEAR),
    ],
)
def test_the_reporting_year_is_the_one_most_reports_begin_with(starts, year):
    rows = pd.DataFrame({"start": pd.to_datetime(list(starts))})
    assert reporting_year(rows) == year


def test_every_pair_of_every_group_is_judged_once(zones):
    frame = comparability_table(zones).frame
    expected = [
        (group.name, *(zones.sides[member].series for member in pair))
        for group in zones.settings.groups
        for pair in combinations(group.members, 2)
    ]
    assert list(zip(frame["group"], frame["first"], frame["second"], strict=True)) == expected
    assert frame["reason"].str.len().gt(0).all()


def test_mohan_and_muse_are_refused_and_the_gates_are_not(zones):
    frame = comparability_table(zones).frame
    refused = frame[frame["first"].str.startswith("mohan/") & frame["second"].str.contains("muse/")]
    assert (refused["verdict"] == "not comparable").all()
    assert refused["reason"].str.contains("basis").all()
    gates = frame[frame["group"] == "gates"]
    assert (gates["verdict"] == "comparable").all()
    assert (gates["shared_days"] > 0).all()


# Effects and differences


def test_an_effect_is_that_of_the_study_or_of_the_joint_model(zones):
    frame = zone_effects_table(zones).frame
    events = {event.name: event for event in zones.settings.events}
    for row in frame.itertuples(index=False):
        if row.verdict == "no such event":
            continue
        name = events[row.event].interventions[row.study]
        if row.study == "gates":
            effect = zones.panel.joint.of(row.side).effects
            own = next(item for item in effect if item.name == name)
        else:
            own = opened_once(row.study).fits[row.side].effect(name)
        assert row.verdict == own.verdict
        if own.estimate is None:
            assert pd.isna(row.estimate)
        else:
            assert row.estimate == pytest.approx(own.estimate, rel=SAME)
            assert row.lower == pytest.approx(own.lower, rel=1e-9)


def test_what_is_not_identified_has_a_reason_and_no_number(zones):
    for frame in (zone_effects_table(zones).frame, effects_by_zone_figure(zones).data):
        unknown = frame[~frame["verdict"].isin(["identified", "weak"])]
        assert len(unknown)
        assert unknown[NUMBERS].isna().all(axis=None)
        assert unknown["reason"].str.len().gt(0).all()
        known = frame[frame["verdict"] == "identified"]
        assert (known["lower"] < known["estimate"]).all()
        assert (known["estimate"] < known["upper"]).all()


def test_only_comparable_pairs_are_tested(zones):
    frame = zone_differences_table(zones).frame
    pairs = comparability_table(zones).frame
    allowed = pairs[pairs["verdict"] != "not comparable"]
    assert set(zip(frame["first_label"], frame["second_label"], strict=True)) == set(
        zip(allowed["first_label"], allowed["second_label"], strict=True)
    )


def test_gates_are_compared_in_the_joint_model(zones):
    frame = zone_differences_table(zones).frame.set_index(["event", "first", "second"])
    for event, first, second in (
        ("reopening", "muse", "chinshwehaw"),
        ("gate_closure", "lweje", "kanpiketi"),
    ):
        name = next(e for e in zones.settings.events if e.name == event).interventions["gates"]
        gap = zones.panel.difference(name, first, second)
        row = frame.loc[(event, first, second)]
        assert row["estimate"] == pytest.approx(gap.estimate, rel=SAME)
        assert row["p_value"] == pytest.approx(gap.p_value, rel=SAME)
        assert row["how"] == JOINT


def test_a_difference_needs_both_effects(zones):
    frame = zone_differences_table(zones).frame
    empty = frame[frame["p_value"].isna()]
    assert len(empty)
    assert empty["reason"].str.contains("not identified").all()
    assert empty[NUMBERS].isna().all(axis=None)


def test_p_values_are_adjusted_by_holm_over_the_whole_table(zones):
    frame = zone_differences_table(zones).frame
    own = np.sort(frame["p_value"].dropna().to_numpy(dtype=float))
    steps = np.maximum.accumulate(own * np.arange(len(own), 0, -1)).clip(max=1.0)
    assert np.sort(frame["adjusted_p"].dropna().to_numpy(dtype=float)) == pytest.approx(steps)


def test_fits_of_two_studies_are_compared_as_independent(zones):
    lenient = replace(zones.settings, percent_in_spite_of=frozenset(TRAITS))
    frame = zone_differences_table(replace(zones, settings=lenient)).frame
    row = frame[
        (frame["event"] == "reopening")
        & (frame["first"] == "bilateral_trade")
        & (frame["second"] == "muse_total")
    ].iloc[0]
    one = opened_once("mohan_boten").fits["bilateral_trade"].effect("reopening")
    two = opened_once("ruili_muse").fits["muse_total"].effect("reopening")
    expected = effect_difference(one, two, zones.settings.level)
    assert row["estimate"] == pytest.approx(expected.estimate, rel=1e-9)
    assert row["p_value"] == pytest.approx(expected.p_value, rel=1e-9)
    assert "independent" in row["how"]


# The gates


def test_the_table_of_gates_shows_joint_and_alone(zones):
    frame = gate_effects_table(zones).frame
    for row in frame.itertuples(index=False):
        alone = zones.panel.places[row.gate].alone.effect(row.name)
        joint = zones.panel.effect(row.gate, row.name)
        assert row.alone_verdict == alone.verdict
        assert row.joint_verdict == joint.verdict
        assert (joint.estimate is None) == bool(pd.isna(row.joint_estimate))
        if joint.verdict == "not identified":
            assert row.reason
    assert set(frame["gate"]) == {gate.name for gate in zones.settings.panel.gates}


def test_closures_after_the_last_report_are_not_identified(zones):
    frame = gate_effects_table(zones).frame
    own = frame[frame["name"].isin(["operation_1027", "lweje_shut", "kanpiketi_shut"])]
    assert len(own) == 4
    assert (own["joint_verdict"] == "not identified").all()
    assert own["reason"].str.contains("no report covers any day on or after").all()


def test_the_mean_effect_lies_among_those_of_the_gates(zones):
    table = gate_equality_table(zones)
    assert "about 92 %" in table.note
    told = table.frame[table.frame["estimate"].notna()]
    assert told["event"].tolist() == ["gates_shut", "reopening"]
    own = gate_effects_table(zones).frame.set_index(["name", "gate"])["joint_estimate"]
    for row in told.itertuples(index=False):
        gates = own.loc[row.event].dropna()
        assert ", ".join(gates.index) == row.gates
        assert row.estimate == pytest.approx(100 * np.expm1(np.log1p(gates / 100).mean()))
    empty = table.frame[table.frame["estimate"].isna()]
    assert (empty["reason"] == "fewer than two gates tell the effect").all()


def test_the_models_of_the_gates_name_reports_and_trends(zones):
    frame = gate_models_table(zones).frame.set_index("gate")
    for name, place in zones.panel.places.items():
        assert frame.loc[name, "reports"] == len(place.observations) > 0
        assert frame.loc[name, "trend"] == place.trend
    assert frame.loc["kengtung", "trend"].startswith("left out")


# Phases and dates


def test_only_reports_inside_one_phase_count(zones):
    frame = zone_phases_table(zones).frame
    side = zones.sides[("gates", "muse")]
    closed, opened = pd.Timestamp("2021-07-08"), pd.Timestamp("2023-01-08")
    rows = side.rows[side.rows["kind"] == "level"]
    inside = rows[(rows["start"] >= closed) & (rows["end"] < opened)]
    rates = inside["value"] / ((inside["end"] - inside["start"]).dt.days + 1)
    found = frame[(frame["study"] == "gates") & (frame["side"] == "muse")].iloc[1]
    assert found["reports"] == len(inside)
    assert found["lowest"] == pytest.approx(rates.min(), rel=SAME)
    assert found["highest"] == pytest.approx(rates.max(), rel=SAME)
    assert frame.loc[frame["reports"] == 0, ["lowest", "highest"]].isna().all(axis=None)


def test_the_timeline_gives_the_dates_of_the_events(zones):
    data = closures_figure(zones).data.set_index("event_id")
    named = [event for _, events in zones.settings.timeline for event in events]
    assert sorted(data.index) == sorted(named)
    for event_id in named:
        event, row = zones.events[event_id], data.loc[event_id]
        assert row["start"].date() == event.start
        assert pd.isna(row["end"]) == (event.end is None)
        assert row["dates"].startswith("about") != event.day_known
    assert data.loc["EV037", "dates"] == "8 Jul 2021 – 25 Nov 2021"
    assert zones.events["EV037"].start == date(2021, 7, 8)


# Other settings


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    """Return a comparison of a student's own: another study, two gates, no group of gates."""
    folder = tmp_path_factory.mktemp("own") / "parameters"
    shutil.copytree(PARAMETERS, folder)
    content = read_yaml(SETTINGS)
    content["studies"] = ["ruili_muse", "mohan_boten"]
    content["groups"] = [
        {
            "name": "own",
            "label": "My pair",
            "outcomes": {"ruili_muse": ["muse_imports"], "mohan_boten": ["railway_freight"]},
        }
    ]
    content["gates"]["members"] = content["gates"]["members"][:2]
    content["gates"]["interventions"] = content["gates"]["interventions"][:4]
    path = folder / "common" / SETTINGS.name
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    tables = load_tables(STUDY_TABLES)
    vocabulary = vocabulary_of(tables)
    return compare(parse_zone_comparison(path, vocabulary), tables, vocabulary.events)


@pytest.mark.parametrize(
    "exhibit",
    [item for item in COMMON_EXHIBITS if item.folder == "zone_comparison"],
    ids=lambda item: item.name,
)
def test_every_exhibit_can_be_made_of_other_settings(other, exhibit):
    assert all(contents(exhibit.make(other)).values())


def test_where_nothing_is_comparable_nothing_is_tested(other):
    table = zone_differences_table(other)
    assert table.frame.empty
    assert "Pairs refused as not comparable: 1" in table.note


def test_without_an_event_to_compare_the_picture_says_so(other):
    bare = replace(other, settings=replace(other.settings, events=()))
    figure = effects_by_zone_figure(bare)
    assert "no outcome or gate has an event to compare" in figure.alt
    assert figure.png()
