"""Places, names, coded events and problems: on the right side of the border, all linked."""

from __future__ import annotations

import csv

import numpy as np
import pandas as pd
import pytest
from raw_files import write_rows

from analysis.data_management.checksums import write_register
from analysis.data_management.country_pairs import great_circle_km
from analysis.data_management.load import load_table
from analysis.data_management.read_raw import read_raw
from analysis.data_management.zone_checks import FACING_KM
from analysis.data_management.zone_tables import ZONE_SCHEMAS
from analysis.data_management.zone_words import RULES
from analysis.errors import DataError

RIVER_KM = 8.0  # Ruili and Muse lie on either side of the Shweli valley; two errors of 0.03 degrees
# Coarse limits, good to 0.1 degrees, that catch a swapped digit or country; no border line is at
# hand to check against.
SOUTHERNMOST_YUNNAN = 21.14  # near Mohan
WESTERNMOST_YUNNAN = 97.52


def rows_of(folder, table):
    return list(csv.DictReader((folder / f"{table}.csv").open(encoding="utf-8", newline="")))


def changed(folder, table, key, column, text):
    rows = rows_of(folder, table)
    [row] = [item for item in rows if next(iter(item.values())) == key]
    row[column] = text
    write_rows(folder / f"{table}.csv", rows)
    return refused(folder)


def refused(folder):
    write_register(folder)
    with pytest.raises(DataError) as caught:
        read_raw(folder)
    return str(caught.value)


@pytest.fixture(scope="module")
def places():
    return load_table("places").set_index("place")


def km(places, one, other):
    a, b = places.loc[one], places.loc[other]
    return float(great_circle_km(a.latitude, a.longitude, b.latitude, b.longitude))


@pytest.mark.parametrize(
    ("one", "other", "most"),
    [
        ("mohan", "boten", 6.0),
        ("ruili", "muse", RIVER_KM),
        ("jiegao", "muse", 5.0),
        ("wanding", "pang_hseng", 5.0),
        ("daluo", "mong_la", 6.0),
        ("lweje", "zhangfeng", FACING_KM),
        ("kanpiketi", "houqiao", FACING_KM),
        ("chinshwehaw", "qingshuihe", FACING_KM),
    ],
)
def test_crossings_face_each_other(places, one, other, most):
    assert 0 < km(places, one, other) < most
    assert places.loc[one, "iso3"] != places.loc[other, "iso3"]


@pytest.mark.parametrize(
    ("one", "other", "known", "within"),
    [  # straight-line distances as generally known; they catch gross errors only
        ("kunming", "vientiane", 787, 15),
        ("kunming", "mandalay", 764, 15),
        ("lashio", "muse", 118, 12),
        ("luang_namtha", "boten", 40, 8),
        ("kunming", "ruili", 505, 15),
    ],
)
def test_towns_are_as_far_apart_as_they_are_known_to_be(places, one, other, known, within):
    assert km(places, one, other) == pytest.approx(known, abs=within)


def test_places_lie_on_their_own_side_of_the_border(places):
    chinese = places[places["iso3"] == "CHN"]
    assert (chinese["latitude"] + chinese["accuracy"] > SOUTHERNMOST_YUNNAN).all()
    assert (chinese["longitude"] + chinese["accuracy"] > WESTERNMOST_YUNNAN).all()
    lao = places[places["iso3"] == "LAO"]
    assert (lao["latitude"] < places.loc["mohan", "latitude"] + 0.03).all()
    assert (places[places["iso3"] == "MMR"]["longitude"] < 101.2).all()  # the Mekong


def test_every_place_is_named_in_the_glossary_and_in_the_reports_as_here(places):
    glossary = load_table("glossary").set_index("term")
    assert (glossary.loc[places.index, "english"] == places["name"]).all()
    reported = set(load_table("series")["place"])
    zones = {"Mohan", "Boten", "Mengman", "Muse", "Ruili", "Wanding", "Mohan railway port"}
    gates = {"Chinshwehaw", "Lweje", "Kanpiketi", "Kengtung"}
    assert zones | gates <= reported & set(places["name"])


def scripts(text):
    return {
        "chinese" if "\u4e00" <= sign <= "\u9fff" else
        "lao" if "\u0e80" <= sign <= "\u0eff" else
        "burmese" if "\u1000" <= sign <= "\u109f" else
        "latin" if sign.isascii() and sign.isalpha() else "other"
        for sign in text
    } - {"other"}  # fmt: skip


def test_every_name_is_written_in_the_script_of_its_language():
    glossary = load_table("glossary")
    for language in ("chinese", "lao", "burmese"):
        known = glossary.loc[glossary[language] != "", language]
        assert len(known) > 5
        assert all(scripts(name) == {language} for name in known if "1027" not in name)
    terms = glossary[glossary["kind"] == "term"]
    assert (terms["definition"] != "").all()


def test_every_event_is_coded_once_and_every_problem_has_an_indicator_for_both_zones():
    assert set(load_table("event_coding")["event_id"]) == set(load_table("events")["event_id"])
    indicators = load_table("problem_indicators")
    assert set(indicators["problem"]) == set(load_table("problems")["problem"])
    assert (indicators.groupby(["problem", "indicator"])["zone"].nunique() == 2).all()
    assert set(indicators["rule"]) == set(RULES)


def test_a_rule_reads_what_there_is():
    indicators = load_table("problem_indicators")
    known = {
        "country_year": set(load_table("country_year")["indicator"]),
        "context": set(load_table("context")["series"]),
        "policy": set(load_table("policy")["index"]),
        "drug_seizures": set(load_table("drug_seizures")["drug"]),
        "events": set(load_table("events")["event_id"]) | set(load_table("events")["category"]),
    }
    for row in indicators[indicators["rule"] != "no_data"].itertuples():
        assert set(row.name.replace("inflows/gdp", "inflows;gdp").split(";")) <= known[row.table]


@pytest.mark.parametrize(
    ("table", "key", "column", "text", "said"),
    [
        ("places", "kunming", "latitude", "12.19", "Kunming has a latitude of 12.19"),
        ("places", "boten", "latitude", "21.59", "Mohan and its counterpart boten are 43 km apart"),
        ("places", "boten", "iso3", "CHN", "lie in one country"),
        ("places", "boten", "counterpart", "botan", "'botan' is not a place of the table"),
        ("places", "boten", "name", "Botan", "'Botan' here and 'Boten' in the glossary"),
        ("places", "boten", "kind", "harbour", "railway_port"),
        ("places", "boten", "iso3", "LAX", "'LAX' is not known"),
        ("glossary", "boten", "english", "", "the cell is empty"),
        ("event_coding", "EV001", "level", "king", "leaders"),
        ("event_coding", "EV001", "event_id", "EV901", "'EV901' is not known"),
        ("problems", "funding_gap", "rank", "0", "a digit"),
    ],
)
def test_a_damaged_cell_is_named(folder, table, key, column, text, said):
    assert said in changed(folder, table, key, column, text)


def test_an_event_that_nobody_coded_is_named(folder):
    rows = [row for row in rows_of(folder, "event_coding") if row["event_id"] != "EV042"]
    write_rows(folder / "event_coding.csv", rows)
    assert "the event EV042 of events.csv is not coded" in refused(folder)


@pytest.mark.parametrize(
    ("column", "text", "said"),
    [
        ("table", "events", "does not read the table 'events'"),
        ("reason", "none", "do not go together"),
        ("unit", "", "needs a name and a unit"),
        ("last", "1999", "the period runs from '2005' to '1999'"),
        ("rule", "mean", "latest_value"),
    ],
)
def test_a_rule_that_does_not_fit_is_refused(folder, column, text, said):
    rows = rows_of(folder, "problem_indicators")
    row = next(item for item in rows if item["rule"] == "latest_value")
    row[column] = text
    write_rows(folder / "problem_indicators.csv", rows)
    assert said in refused(folder)


def test_tables_are_sorted_and_typed():
    for name, (key, _) in ZONE_SCHEMAS.items():
        df = load_table(name)
        pd.testing.assert_frame_equal(df, df.sort_values(list(key), ignore_index=True))
    assert np.isfinite(load_table("places")[["latitude", "longitude", "accuracy"]]).all(axis=None)
