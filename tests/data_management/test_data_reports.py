from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from analysis.data_management.observations import build_observations
from analysis.data_management.series_keys import slug
from analysis.data_management.units import BASE_UNIT_SLUG, UNITS, units_of
from analysis.data_management.vocabularies import METRIC_DIMENSION

MOHAN = "mohan/port/{}/cn_port_office/{}"
PRINTED_IN_THE_SOURCE = {
    "over": r"over|more than|topping|exceed|surpass|milestone|tops",
    "nearly": r"nearly|almost",
    "about": r"about|estimate",
    "rounded": r"rounded",
}


def report(processed, key: str) -> pd.Series:
    df = processed["reports"]
    return df[df["report_id"] == key].iloc[0]


def test_value_stands_in_base_units_beside_the_printed_one(processed):
    row = report(processed, "R0215")
    assert (row["value_printed"], row["unit_printed"]) == ("43.34", "CNY billion")
    assert (row["lower"], row["value"], row["upper"], row["unit"]) == (
        43335.0,
        43340.0,
        43345.0,
        "million CNY",
    )
    assert row["half_width"] == 5.0


@pytest.mark.parametrize(
    ("key", "lower", "upper"),
    [
        ("R0214", 10_000, 11_000),
        ("R0201", 5_670_000, 5_680_000),
        ("R0271", 3_100, 3_200),
        ("R0406", 85, 87),
        ("R0265", 5_150, 5_250),
        ("R0267", 3_245, 3_255),
        ("R0204", 857_725, 857_735),
        ("R0380", 90_000, 100_000),
        ("R0001", 661_450, 661_550),
    ],
)
def test_bounds_of_real_reports(processed, key, lower, upper):
    row = report(processed, key)
    assert (row["lower"], row["upper"]) == (lower, upper)


@pytest.mark.parametrize(
    ("key", "lower", "upper"),
    [
        ("R0214", 1.30, 1.31),
        ("R0215", 1.985, 1.995),
        ("R0216", 1.98985, 1.98995),
        ("R0073", 5.5, 6.5),
        ("R0371", 0.7605, 0.7615),
    ],
)
def test_growth_of_real_reports(processed, key, lower, upper):
    row = report(processed, key)
    assert (row["growth_lower"], row["growth_upper"]) == (lower, upper)


def test_days_are_closed_intervals(processed):
    assert report(processed, "R0239")["days"] == 1
    assert report(processed, "R0215")["days"] == 365


def test_range_is_one_report_with_its_ends_as_bounds(processed):
    row = report(processed, "R0004")
    assert (row["lower"], row["value"], row["upper"]) == (150, 175, 200)
    assert "R0005" not in set(processed["reports"]["report_id"])


def test_page_older_than_the_end_of_its_period_is_flagged(processed):
    early = processed["reports"][processed["reports"]["published_early"]]
    assert list(early["report_id"]) == ["R0174", "R0176", "R0178"]


def test_rounding_words_stand_in_note_or_title(raw):
    for word, pattern in PRINTED_IN_THE_SOURCE.items():
        rows = raw["reports"][raw["reports"]["qualifier"] == word]
        text = rows["title"] + " " + rows["note"]
        assert len(rows) > 0
        assert text.str.contains(rf"\b(?:{pattern})|超|破", regex=True, case=False).all()


def test_growth_only_report_has_no_level(processed):
    row = report(processed, "R0121")
    assert np.isnan(row["value"])
    assert row["growth"] == pytest.approx(1.316)
    kinds = processed["observations"][processed["observations"]["report_id"] == "R0121"]["kind"]
    assert list(kinds) == ["growth"]


def test_observations_are_every_level_and_growth_but_no_rate(processed):
    reports, observations = processed["reports"], processed["observations"]
    flows = reports[~reports["is_rate"]]
    assert (observations["kind"] == "level").sum() == flows["value"].notna().sum()
    assert (observations["kind"] == "growth").sum() == flows["growth"].notna().sum()
    rates = set(reports[reports["is_rate"]]["report_id"])
    assert rates == {"R0002", "R0003", "R0004", "R0407"}
    assert not rates & set(observations["report_id"])
    assert observations["observation_id"].is_unique


def test_observation_carries_the_bounds_of_its_report(make_reports):
    row = {"growth_percent": "8", "growth_qualifier": "exact", "value": "250"}
    df = build_observations(make_reports(row)).set_index("observation_id")
    assert list(df.index) == ["R0001:growth", "R0001:level"]
    assert list(df.loc["R0001:level", ["lower", "value", "upper"]]) == [245, 250, 255]
    assert list(df.loc["R0001:growth", ["lower", "value", "upper"]]) == [1.075, 1.08, 1.085]


def test_mohan_trade_value_is_one_series_in_yuan(processed):
    df = processed["observations"][
        processed["observations"]["series"] == MOHAN.format("trade_value", "cny")
    ]
    assert list(df["observation_id"]) == [
        f"R{number:04d}:{kind}" for number in range(214, 218) for kind in ("growth", "level")
    ]
    assert list(df[df["kind"] == "level"]["start"].dt.year) == [2015, 2022, 2022, 2023]


def test_mohan_tonnage_and_persons_are_one_series_each(processed):
    series = processed["series"].set_index("series")
    tonnage = series.loc[MOHAN.format("cargo_tonnage", "tonnes")]
    persons = series.loc[MOHAN.format("persons", "persons")]
    assert (tonnage["levels"], tonnage["growths"]) == (3, 3)
    assert (persons["levels"], persons["growths"]) == (7, 5)


def test_bilateral_trade_is_nine_levels_and_seven_growth_rates(processed):
    key = "china-laos-trade/bilateral/trade_value/cn_customs/usd"
    row = processed["series"].set_index("series").loc[key]
    assert (row["levels"], row["growths"]) == (9, 7)
    assert (row["first_day"], row["last_day"]) == (
        pd.Timestamp("2015-01-01"),
        pd.Timestamp("2024-12-31"),
    )


def test_ministry_figures_of_a_gate_are_one_series_a_metric(raw):
    gates = ("Muse", "Chinshwehaw", "Lweje", "Kanpiketi", "Kengtung")
    ministry = raw["series"][
        raw["series"]["place"].isin(gates) & (raw["series"]["basis"] != "press")
    ]
    assert set(ministry["basis"]) == {"mm_commerce"}
    assert not ministry.duplicated(["place", "metric"]).any()


def test_places_that_must_not_mix_are_apart(raw):
    places = set(raw["series"]["place"])
    assert {
        "Mohan",
        "Mohan railway port",
        "Mohan inspection station area",
        "China-Laos Railway",
        "China-Laos Railway (Lao section)",
        "Myanmar-China border posts",
        "Myanmar-China border posts (4 gates)",
        "Myanmar-China border posts (5 gates)",
    } <= places
    railway = raw["series"][raw["series"]["place"] == "China-Laos Railway"]
    cross_border = railway[railway["metric"] == "cargo_tonnage"]
    assert sorted(cross_border["basis"]) == ["cn_customs", "cn_railway", "press"]


def test_railway_basis_is_the_one_that_the_note_names(raw):
    df = raw["reports"][raw["reports"]["place"] == "China-Laos Railway"]
    customs = df["note"].str.contains("Kunming Customs") & ~df["note"].str.contains(
        "CONTRADICTION: K"
    )
    assert set(df[customs]["basis"]) == {"cn_customs"}
    company = df["note"].str.contains("China Railway Kunming|railway company;", regex=True)
    assert set(df[company]["basis"]) == {"cn_railway"}


def test_no_address_of_a_copy_is_kept(raw):
    copies = raw["reports"][raw["reports"]["availability"] != "original"]
    assert set(copies["url"]) == {""}
    domain = re.compile(r"\b[a-z0-9-]+\.(?:com|cn|org|net)\b")
    assert not [name for name in copies["publisher"] if domain.search(name)]


def test_every_metric_has_units_and_every_base_unit_a_slug():
    assert all(units_of(dimension) for dimension in METRIC_DIMENSION.values())
    bases = {unit.base for unit in UNITS.values()} - {"percent"}
    assert bases == set(BASE_UNIT_SLUG)
    assert len(set(BASE_UNIT_SLUG.values())) == len(BASE_UNIT_SLUG)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Mong Cai", "mong-cai"), ("Lang Son (all gates)", "lang-son-all-gates"), ("Muse", "muse")],
)
def test_slug(text, expected):
    assert slug(text) == expected
