from __future__ import annotations

import datetime
import re

import pandas as pd
import pytest
import yaml

from analysis.data_management.cards import EARLIEST_CLOCK, read_card
from analysis.data_management.cost_table import COST
from analysis.data_management.parts import of_register
from analysis.data_management.read_raw import read_raw
from analysis.data_management.simulations import SIMULATIONS
from analysis.data_management.sources import COUNTRY_YEAR, SOURCES
from analysis.data_management.zone_tables import ZONE_SCHEMAS
from analysis.errors import DataError
from analysis.simulation.registry import INTERVAL, STUDIES

MADE_HERE = {
    *("series", "monte_carlo", "monte_carlo_sample", "provinces", "indicators", "data_gaps"),
    *ZONE_SCHEMAS,
    *SIMULATIONS,
    COST,
}
COUNTED = (
    *("reports", "second_coding", "series", "events"),
    *("macro_monthly", "conflict_monthly", "dengue_monthly"),
    *("countries", "country_borders", "provinces", "indicators", "drug_seizures"),
    "data_gaps",
    *("policy_monthly", "policy_provinces_monthly", "covid_monthly", "covid_provinces_monthly"),
    *COUNTRY_YEAR,
    *ZONE_SCHEMAS,
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
        assert int(stated.group()) == len(of_register(raw[name]))


def test_card_of_reports_counts_confidence_and_copies(raw):
    text = " ".join(raw.cards["reports"].known_faults)
    reports = of_register(raw["reports"])
    confidence = reports["confidence"].value_counts()
    availability = reports["availability"].value_counts()
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


@pytest.mark.parametrize("name", ["monte_carlo", "monte_carlo_sample", *SIMULATIONS])
def test_cards_of_the_simulations_say_how_they_are_remade(raw, name):
    card = raw.cards[name]
    study = STUDIES.get(name, STUDIES[INTERVAL])
    command = f"python -m analysis simulate {name}" if name in STUDIES else "make simulate"
    assert re.search(rf"with the seed {study.seed}\b", card.how_taken)
    assert "Not remade by make reproduce" in card.how_taken
    assert f"remade by {command}, which writes it anew" in card.how_taken
    assert "no finding" in card.description


def whole_years(*years: int) -> list[str]:
    return [f"{year}-{month:02d}" for year in years for month in range(1, 13)]


def every_month(first: str, last: str) -> list[str]:
    return [str(month) for month in pd.period_range(first, last, freq="M")]


def test_cards_of_covid_state_their_gaps(raw):
    df, text = raw["covid_monthly"], " ".join(raw.cards["covid_monthly"].known_faults)
    doses = [(df[column] != "").sum() for column in ("vaccinated", "fully_vaccinated")]
    assert "vaccinated has {} and fully_vaccinated {} values in all".format(*doses) in text
    provinces = raw["covid_provinces_monthly"]
    confirmed = provinces["confirmed"].astype(int)
    china = df[df["unit"] == "CHN"].set_index("month")["cases"].astype(int)
    by_month = confirmed.groupby(provinces["month"]).sum()
    assert f"{china.sum() / 1e6:.1f} million cases of China" in text
    assert f"{confirmed.sum() / 1e6:.1f} million in covid_provinces_monthly.csv" in text
    assert f"({china['2022-05']:,} against {by_month['2022-05']:,} in May 2022)" in text
    faults = " ".join(raw.cards["covid_provinces_monthly"].known_faults)
    assert by_month[by_month == 0].index.tolist() == ["2023-02", "2023-03"]
    assert "zero in February and March 2023" in faults
    assert provinces[confirmed < 0][["unit", "month"]].to_numpy().tolist() == [
        ["CHN-JX", "2020-06"]
    ]


def test_card_of_policy_states_how_china_differs_from_its_provinces(raw):
    nation, provinces = raw["policy_monthly"], raw["policy_provinces_monthly"]
    china = nation[nation["unit"] == "CHN"].set_index("month")["stringency"].astype(float)
    strictest = provinces["stringency"].astype(float).groupby(provinces["month"]).max()
    gap = (china - strictest).dropna()
    text = " ".join(raw.cards["policy_monthly"].known_faults)
    assert f"up to {-gap.min():.0f} points below" in text
    assert f"up to {gap.max():.0f} above" in text
    countries = set(raw["country_annual"]["iso3"])
    assert set(nation["unit"]) - countries == {"TWN"}
    assert "Taiwan (TWN)" in text


def test_card_of_country_annual_states_what_is_missing(raw):
    card = raw.cards["country_annual"]
    df, text = raw["country_annual"], " ".join(card.known_faults)
    homicide = df[df["indicator"] == "homicide"].set_index(["iso3", "year"])["value"].astype(float)
    assert "LAO" not in homicide.index
    last = homicide.reset_index().groupby("iso3")["year"].max()
    assert last[["KHM", "THA", "VNM"]].eq("2011").all()
    assert last["CHN"] == "2020"
    values = [homicide["MMR", year] for year in ("2020", "2021", "2022")]
    assert "from {:.1f} in 2020 to {:.1f} in 2021 and is {:.1f} in 2022".format(*values) in text
    gdp = df[df["indicator"] == "gdp"].set_index(["iso3", "year"])["value"].astype(float)
    assert (
        f"rises by {gdp['VNM', '2010'] / gdp['VNM', '2009'] - 1:.0%}".replace("%", " per") in text
    )
    assert (
        f"rises by {gdp['MMR', '2008'] / gdp['MMR', '2007'] - 1:.0%}".replace("%", " per") in text
    )
    assert f"up to {df.groupby('indicator')['iso3'].nunique().max()} countries" in card.coverage


def test_card_of_conflict_states_what_estimates_contradict(raw):
    df, text = raw["conflict_monthly"], " ".join(raw.cards["conflict_monthly"].known_faults)
    deaths = df[df["unit"] == "deaths"].assign(value=pd.to_numeric(df["value"]))
    wide = deaths.pivot_table("value", "month", "series").astype(int)
    low, best, high = (wide[f"conflict/national/deaths_{name}"] for name in ("low", "best", "high"))
    month = wide.index[low > high]
    assert list(month) == ["2019-01"]
    assert f"({low[month[0]]} and {high[month[0]]}, best {best[month[0]]})" in text
    assert f"{high.sum() / best.sum():.1f} times the best one" in text


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


def test_a_table_cannot_have_been_taken_on_a_day_to_come(folder):
    tomorrow = datetime.datetime.now(EARLIEST_CLOCK).date() + datetime.timedelta(days=1)
    rewrite(folder, "events", lambda card: card.update(taken_on=tomorrow))
    with pytest.raises(DataError, match=f"taken on {tomorrow}, a day that is still to come"):
        read_card(folder / "events.card.yaml")
    rewrite(folder, "events", lambda card: card.update(taken_on=tomorrow - datetime.timedelta(1)))
    assert read_card(folder / "events.card.yaml").taken_on < tomorrow


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
