from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.data_management import vocabularies as v
from analysis.data_management.country_pairs import EARTH_RADIUS_KM, great_circle_km
from analysis.data_management.pipeline import KEYS
from analysis.data_management.sources import COUNTRY_YEAR

ROWS = {
    "policy": (185 * 36 + 31 * 38) * 4,
    "countries": 245,
    "provinces": 31,
    "country_pairs": 245 * 244 // 2,
    "drug_seizures": 9,
    "data_gaps": 11,
}
SPHERE = 1e-9  # relative; sums of rounded sines and cosines


@pytest.mark.parametrize("name", ROWS)
def test_rows(processed, name):
    assert len(processed[name]) == ROWS[name]


@pytest.mark.parametrize("name", ["policy", "covid", "country_year", "country_pairs"])
def test_panels_are_sorted_and_keyed(processed, name):
    keys = list(KEYS[name])
    df = processed[name]
    assert not df.duplicated(keys).any()
    assert df[keys].equals(df.sort_values(keys)[keys].reset_index(drop=True))


def test_policy_holds_what_was_published(processed, raw):
    policy = processed["policy"].set_index(["unit", "month", "index"])["value"]
    january = pd.Timestamp("2020-01-01")
    assert policy["CHN-AH", january, "stringency"] == 18.49
    assert policy["CHN-AH", january, "economic_support"] == 9.68
    assert policy["ABW", pd.Timestamp("2020-03-01"), "government_response"] == 17.64
    for table in ("policy_monthly", "policy_provinces_monthly"):
        for index in v.POLICY_INDICES:
            units = raw[table]["unit"].unique()
            part = policy.loc[list(units)].xs(index, level="index")
            assert part.sum() == pytest.approx(raw[table][index].astype(float).sum())


def test_every_unit_of_the_policy_panel_is_a_country_or_a_province(processed):
    units = set(processed["policy"]["unit"])
    provinces = set(processed["provinces"]["unit"])
    assert provinces <= units
    assert units - provinces <= set(processed["countries"]["iso3"])
    assert {"CHN-YN", "RKS", *v.LANCANG_MEKONG} <= units
    assert len(units - provinces) == 185


def test_covid_leaves_unreported_values_out(processed):
    covid = processed["covid"]
    counts = covid["indicator"].value_counts()
    assert counts.to_dict() == {
        "confirmed": 31 * 39,
        "cases": 293,
        "deaths": 293,
        "vaccinated": 60,
        "fully_vaccinated": 56,
    }
    assert set(covid[covid["indicator"] == "cases"]["unit"]) == set(v.LANCANG_MEKONG)
    below_zero = covid[covid["value"] < 0]
    assert below_zero[["unit", "indicator", "value"]].to_numpy().tolist() == [
        ["CHN-JX", "confirmed", -5.0]
    ]


def test_country_year_holds_every_raw_value(processed, raw):
    df = processed["country_year"]
    assert len(df) == sum(len(raw[name]) for name in COUNTRY_YEAR)
    values = df.set_index(["iso3", "year", "indicator"])["value"]
    assert values["VNM", 2005, "gdp"] == 57_633_300_000
    assert values["MMR", 2021, "homicide"] == 28.6567
    assert values["LAO", 2021, "ghs_overall"] == 34.8
    assert values["KHM", 2015, "health_spending_share_government"] == 0.224
    assert ("LAO", 2015, "homicide") not in values.index


def test_every_measure_is_declared_with_a_unit_and_used(processed):
    register = processed["indicators"].set_index("indicator")
    assert (register["unit"] != "").all()
    columns = {"country_year": "indicator", "covid": "indicator", "policy": "index"}
    for table, column in columns.items():
        declared = set(register.index[register["table"] == table])
        assert declared == set(processed[table][column])


def test_tables_that_may_not_be_passed_on_hold_the_six_countries_alone(raw):
    kept = {
        "health_spending": {"2015", "2019"},
        "health_security_index": {"2019", "2021"},
        "organised_crime_index": {"2021", "2023"},
    }
    closed = {name for name, card in raw.cards.items() if not card.terms.redistribution}
    assert closed & set(COUNTRY_YEAR) == set(kept)
    for name, years in kept.items():
        assert set(raw[name]["iso3"]) == set(v.LANCANG_MEKONG)
        assert set(raw[name]["year"]) == years


def test_seizures_have_bounds(processed):
    df = processed["drug_seizures"].set_index(["drug", "area", "year"])
    thailand = df.loc[("methamphetamine", "THA", 2020)]
    assert (thailand["lower"], thailand["upper"]) == (57, 59)
    myanmar = df.loc[("methamphetamine", "MMR", 2020)]
    assert (myanmar["lower"], myanmar["upper"]) == (49, 50)
    assert (df["value"] == (df["lower"] + df["upper"]) / 2).all()


def test_pairs_know_their_borders(processed, raw):
    pairs = processed["country_pairs"].set_index(["iso3_a", "iso3_b"])
    assert (pairs.index.get_level_values(0) < pairs.index.get_level_values(1)).all()
    assert pairs["contiguous"].sum() == len(raw["country_borders"]) / 2 == 324
    six = pairs.loc[[pair for pair in pairs.index if set(pair) <= set(v.LANCANG_MEKONG)]]
    assert len(six) == 15
    apart = six.index[~six["contiguous"]].tolist()
    assert apart == [
        ("CHN", "KHM"),
        ("CHN", "THA"),
        ("KHM", "MMR"),
        ("MMR", "VNM"),
        ("THA", "VNM"),
    ]
    assert not pairs.loc[("IND", "LKA"), "contiguous"]
    assert pairs.loc[("CHN", "LAO"), "same_region"]
    assert not pairs.loc[("CHN", "LAO"), "same_subregion"]
    assert pairs.loc[("KHM", "LAO"), "same_subregion"]


def test_distance_agrees_with_closed_forms():
    zero, quarter, half = 0.0, 90.0, 180.0
    starts = np.array([zero, zero, 51.0, quarter])
    ends = np.array([zero, zero, 51.0, -quarter])
    east = np.array([quarter, half, zero, 12.0])
    found = great_circle_km(starts, np.zeros(4), ends, east)
    expected = EARTH_RADIUS_KM * np.pi * np.array([0.5, 1, 0, 1])
    np.testing.assert_allclose(found, expected, rtol=SPHERE, atol=SPHERE)


def test_distance_agrees_with_the_law_of_cosines(processed):
    pairs, places = processed["country_pairs"], processed["countries"].set_index("iso3")
    a, b = places.loc[pairs["iso3_a"]], places.loc[pairs["iso3_b"]]
    one, other = (np.radians(part[["latitude", "longitude"]].to_numpy()).T for part in (a, b))
    cosine = np.sin(one[0]) * np.sin(other[0])
    cosine += np.cos(one[0]) * np.cos(other[0]) * np.cos(one[1] - other[1])
    expected = EARTH_RADIUS_KM * np.arccos(np.clip(cosine, -1, 1))
    rounding = 0.05 + 1e-3  # km: one decimal is kept
    assert np.abs(pairs["distance_km"] - expected).max() <= rounding


def test_context_covers_the_six_countries_and_every_area(processed):
    series = set(processed["context"]["series"])
    for country in v.LANCANG_MEKONG:
        assert {f"exchange_rate/{country}", f"cpi/{country}", f"dengue/{country}/cases"} <= series
    areas = {name.split("/")[1] for name in series if name.startswith("conflict/")}
    assert len(areas) == 21
    for area in areas:
        assert {f"conflict/{area}/events", f"conflict/{area}/deaths_best"} <= series
