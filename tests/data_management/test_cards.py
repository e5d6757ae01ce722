from __future__ import annotations

import re

import pytest
import yaml

from analysis.data_management.cards import read_card
from analysis.data_management.read_raw import read_raw
from analysis.data_management.sources import SOURCES
from analysis.errors import DataError


def rewrite(folder, name, change):
    path = folder / f"{name}.card.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def test_every_table_has_a_card_with_an_address_for_each_publisher(raw):
    assert set(raw.cards) == set(SOURCES)
    for name in set(SOURCES) - {"series"}:
        assert all(publisher.address for publisher in raw.cards[name].publishers)


def test_cards_state_the_rows_of_their_tables(raw):
    for name in ("reports", "second_coding", "series", "events", "macro_monthly"):
        stated = re.match(r"[0-9]+", raw.cards[name].coverage)
        assert int(stated.group()) == len(getattr(raw, name))


def test_card_of_reports_counts_confidence_and_copies(raw):
    text = " ".join(raw.cards["reports"].known_faults)
    confidence = raw.reports["confidence"].value_counts()
    availability = raw.reports["availability"].value_counts()
    assert f"{confidence['low']} rows have low and {confidence['medium']} medium" in text
    assert f"{availability['unofficial_copy']} rows were read on unofficial copies" in text
    assert f"{availability['no_url']} rows have no address" in text


def test_card_of_macro_states_the_last_months(raw):
    last = raw.macro_monthly.groupby("series")["month"].max()
    text = " ".join(raw.cards["macro_monthly"].known_faults)
    assert last["exchange_rate/MMR"] == "2021-04"
    for series in ("exchange_rate/MMR", "exchange_rate/LAO", "cpi/MMR"):
        assert re.search(rf"{series}( ends)? in {last[series]}", text)


def test_events_to_check_are_in_the_card(raw):
    to_check = raw.events[raw.events["to_check"] == "1"]["event_id"]
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
