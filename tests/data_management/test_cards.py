from __future__ import annotations

import re

import pandas as pd
import pytest
import yaml

from analysis.data_management.cards import read_card
from analysis.data_management.read_raw import read_raw
from analysis.data_management.sources import COUNTRY_YEAR, SOURCES
from analysis.errors import DataError
from analysis.models.interval_simulation import StudyPlan

MADE_HERE = {"series", "monte_carlo", "monte_carlo_sample", "provinces", "indicators"}
COUNTED = (
    *("reports", "second_coding", "series", "events"),
    *("macro_monthly", "conflict_monthly", "dengue_monthly"),
    *("countries", "country_borders", "provinces", "indicators", "drug_seizures"),
    *("policy_monthly", "policy_provinces_monthly", "covid_monthly", "covid_provinces_monthly"),
    *COUNTRY_YEAR,
)


def rewrite(folder, name, change):
    path = folder / f"{name}.card.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def test_every_table_has_a_card_with_an_address_for_each_publisher(raw):
    assert set(raw.cards) == set(SOURCES)
    for name, card in raw.cards.items():
        addresses = [publisher.address for publisher in card.publishers]
        assert addresses == [""] if name in MADE_HERE else all(addresses)


def test_cards_state_the_rows_of_their_tables(raw):
    for name in COUNTED:
        stated = re.match(r"[0-9]+", raw.cards[name].coverage)
        assert int(stated.group()) == len(raw[name])


def test_card_of_reports_counts_confidence_and_copies(raw):
    text = " ".join(raw.cards["reports"].known_faults)
    confidence = raw["reports"]["confidence"].value_counts()
    availability = raw["reports"]["availability"].value_counts()
    assert f"{confidence['low']} rows have low and {confidence['medium']} medium" in text
    assert f"{availability['unofficial_copy']} rows were read on unofficial copies" in text
    assert f"{availability['no_url']} rows have no address" in text


def test_card_of_macro_states_the_last_months(raw):
    last = raw["macro_monthly"].groupby("series")["month"].max()
    text = " ".join(raw.cards["macro_monthly"].known_faults)
    assert last["exchange_rate/MMR"] == "2021-04"
    assert len(last) == 12
    ended = [series for series in last.index if last[series] < "2025-12"]
    for series in ended:
        assert re.search(rf"{series}( ends|[a-zA-Z/_, ]*)? in {last[series]}", text), series


def test_card_of_dengue_states_what_is_missing(raw):
    df, text = raw["dengue_monthly"], " ".join(raw.cards["dengue_monthly"].known_faults)
    myanmar = df[df["series"] == "dengue/MMR/cases"]["month"]
    assert f"has {len(myanmar)} months, {myanmar.min()} to {myanmar.max()}" in text
    china = df[df["series"] == "dengue/CHN/cases"]
    assert f"{(china['value'] == '0').sum()} of its months are zero" in text
    gone = {
        "CHN": [*whole_years(2021), "2022-11", "2022-12"],
        "KHM": [*whole_years(2016, 2017, 2018), "2022-12"],
        "LAO": [*whole_years(2013), "2023-12", "2024-12"],
        "VNM": [*whole_years(2020, 2021, 2022), "2024-12"],
        "THA": [],
        "MMR": [],
    }
    gone["VNM"] += [f"2023-{month}" for month in ("01", "04", "06", "11", "12")]
    for country, months in gone.items():
        found = df[df["series"] == f"dengue/{country}/cases"]["month"]
        assert set(every_month(found.min(), found.max())) - set(found) == set(months)


def test_card_of_conflict_states_the_quiet_months(raw):
    df, text = raw["conflict_monthly"], " ".join(raw.cards["conflict_monthly"].known_faults)
    events = df[df["unit"] == "events"]
    quiet = (events["value"] == "0").groupby(events["series"]).sum()
    assert f"{quiet['conflict/northern_shan/events']} in northern Shan" in text
    assert f"{quiet['conflict/muse_100km/events']} within 100 km of Muse" in text
    assert f"{quiet['conflict/kachin/events']} in Kachin" in text
    assert f"{events_in(df, 'muse_50km')} events in 14 years" in text
    months = df.groupby("series")["month"].agg(list)
    assert len(months) == 52
    assert all(found == every_month("2010-01", "2023-12") for found in months)


def events_in(df, area: str) -> int:
    return pd.to_numeric(df[df["series"] == f"conflict/{area}/events"]["value"]).sum()


@pytest.mark.parametrize("name", ["monte_carlo", "monte_carlo_sample"])
def test_cards_of_the_simulation_say_how_it_is_remade(raw, name):
    card = raw.cards[name]
    assert f"with the seed {StudyPlan().seed}" in card.how_taken
    assert "Not remade by make reproduce" in card.how_taken
    assert "remade by make simulate" in card.how_taken
    assert "no finding" in card.description


def whole_years(*years: int) -> list[str]:
    return [f"{year}-{month:02d}" for year in years for month in range(1, 13)]


def every_month(first: str, last: str) -> list[str]:
    return [str(month) for month in pd.period_range(first, last, freq="M")]


def test_events_to_check_are_in_the_card(raw):
    to_check = raw["events"][raw["events"]["to_check"] == "1"]["event_id"]
    assert list(to_check) == ["EV007", "EV010", "EV019"]
    text = " ".join(raw.cards["events"].known_faults)
    assert all(event in text for event in to_check)


def test_missing_card(folder):
    (folder / "events.card.yaml").unlink()
    with pytest.raises(DataError, match=r"events\.card\.yaml: the table has no provenance"):
        read_raw(folder)


def test_misspelt_field_gets_a_hint(folder):
    rewrite(folder, "events", lambda card: card.update(licences="none"))
    with pytest.raises(DataError, match="unknown field 'licences'"):
        read_card(folder / "events.card.yaml")


def test_wrong_type_is_named(folder):
    rewrite(folder, "events", lambda card: card["terms"].update(redistribution="yes"))
    with pytest.raises(DataError, match=r"events\.card\.yaml, field terms\.redistribution"):
        read_card(folder / "events.card.yaml")


def test_address_must_be_an_address(folder):
    rewrite(folder, "events", lambda card: card["publishers"][0].update(address="xinhua"))
    with pytest.raises(DataError, match=r"field publishers\.0\.address"):
        read_card(folder / "events.card.yaml")


def test_broken_yaml(folder):
    (folder / "events.card.yaml").write_text("title: a: b")
    with pytest.raises(DataError, match="not valid YAML") as caught:
        read_card(folder / "events.card.yaml")
    assert "line 1" in str(caught.value)


def test_card_must_describe_every_column(folder):
    rewrite(folder, "events", lambda card: card["columns"].pop("end"))
    with pytest.raises(DataError, match="disagree on column 'end'"):
        read_raw(folder)
