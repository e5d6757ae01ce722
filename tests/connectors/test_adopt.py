"""Imported months become raw rows: once, named in the card, and never over an older figure."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from analysis.config import DATA_RAW
from analysis.connectors.adopt import adopt, monthly_rows, newest
from analysis.connectors.customs import import_customs
from analysis.connectors.errors import SourceError
from analysis.data_management.cards import read_card
from analysis.data_management.checksums import verify_checksums
from analysis.data_management.context import build_context
from analysis.data_management.read_raw import read_table
from analysis.errors import DataError
from tests.connectors.test_customs import CHINESE, ENGLISH

DAY = date(2026, 11, 20)


@pytest.fixture
def raw(tmp_path):
    folder = tmp_path / "data_raw"
    shutil.copytree(DATA_RAW, folder)
    return folder


@pytest.fixture
def vintage(tmp_path):
    file = tmp_path / "september.csv"
    file.write_text(ENGLISH)
    return import_customs([file], external=tmp_path / "external")


def table(folder):
    return pd.read_csv(folder / "customs_monthly.csv", dtype=str)


def test_months_are_added_in_million_dollars_with_their_sum(raw, vintage):
    added = adopt(vintage, raw, DAY)
    assert added.known == 0
    found = table(raw).set_index(["series", "month"])["value"].to_dict()
    assert found == {
        ("customs_exports/LAO", "2018-09"): "110",
        ("customs_imports/LAO", "2018-09"): "180",
        ("customs_trade/LAO", "2018-09"): "290",
        ("customs_exports/MMR", "2018-09"): "900",
        ("customs_imports/MMR", "2018-09"): "400",
        ("customs_trade/MMR", "2018-09"): "1300",
    }


def test_the_raw_data_stay_whole_and_the_context_holds_the_months(raw, vintage):
    before = verify_checksums(raw)
    adopt(vintage, raw, DAY)
    after = verify_checksums(raw)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"customs_monthly.csv", "customs_monthly.card.yaml"}
    card = read_card(raw / "customs_monthly.card.yaml")
    assert vintage.folder.name in card.how_taken
    assert hashlib.sha256(ENGLISH.encode()).hexdigest()[:12] in card.how_taken
    assert card.taken_on == DAY
    assert card.coverage == "6 rows, 6 series, 2018-09 to 2018-09"
    context = build_context([read_table("customs_monthly", raw)]).set_index("series")
    assert context.loc["customs_trade/LAO", "value"] == 290.0
    assert context.loc["customs_trade/LAO", "unit"] == "million USD"


def test_the_same_vintage_again_adds_nothing_and_changes_nothing(raw, vintage):
    adopt(vintage, raw, DAY)
    before = verify_checksums(raw)
    added = adopt(vintage, raw, DAY)
    assert (len(added.rows), added.known) == (0, 6)
    assert verify_checksums(raw) == before


def test_a_revised_month_is_refused_and_nothing_is_written(raw, vintage, tmp_path):
    adopt(vintage, raw, DAY)
    before = verify_checksums(raw)
    file = tmp_path / "revised.csv"
    file.write_text(ENGLISH.replace('"110,000"', '"111,000"').replace('"290,001"', '"291,000"'))
    revised = import_customs([file], external=tmp_path / "external")
    with pytest.raises(SourceError, match="the first: 110, now 111") as refused:
        adopt(revised, raw, DAY)
    assert "customs_exports/LAO, 2018-09" in str(refused.value)
    assert verify_checksums(raw) == before


def test_a_changed_raw_file_stops_the_adoption(raw, vintage):
    (raw / "events.csv").write_text("changed")
    with pytest.raises(DataError, match="the file was changed"):
        adopt(vintage, raw, DAY)
    assert table(raw).empty


def test_months_in_yuan_are_refused(raw, tmp_path):
    file = tmp_path / "yuan.csv"
    file.write_text(CHINESE)
    vintage = import_customs([file], external=tmp_path / "external")
    with pytest.raises(SourceError, match="the vintage is in CNY"):
        adopt(vintage, raw, DAY)


def test_a_total_alone_gives_trade_and_one_flow_alone_gives_no_sum():
    rows = pd.DataFrame(
        {
            "partner": ["LAO", "MMR"],
            "flow": ["total", "exports"],
            "period": ["2020-03", "2020-03"],
            "value": [2.5e6, 1.0],
            "unit": "USD",
        }
    )
    assert monthly_rows(rows)[["series", "value"]].to_numpy().tolist() == [
        ["customs_exports/MMR", "0.000001"],
        ["customs_trade/LAO", "2.5"],
    ]


def test_the_newest_vintage_is_taken_unless_one_is_named(vintage, tmp_path):
    external = tmp_path / "external"
    older = vintage.folder.with_name("20200101T000000Z-00000000")
    shutil.copytree(vintage.folder, older)
    assert newest(external=external).folder == vintage.folder
    assert newest(older.name, external) == replace(newest(older.name, external), folder=older)
    with pytest.raises(SourceError, match="no vintage '2019'"):
        newest("2019", external)
    with pytest.raises(SourceError, match="no customs table has been imported"):
        newest(external=tmp_path / "nowhere")
