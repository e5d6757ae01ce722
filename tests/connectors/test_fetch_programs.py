"""UN Comtrade and the World Bank through their clients: pages, keys, changed columns."""

from __future__ import annotations

import json
import logging

import pandas as pd
import pytest

from analysis.config import DATA_RAW
from analysis.connectors.errors import SourceError
from analysis.connectors.registry import COMTRADE_KEY
from analysis.connectors.session import KEY_HEADER
from tests.connectors import formats
from tests.connectors.desk import KEY
from tests.connectors.server import Reply, in_turn, publisher


def test_comtrade_by_month_asks_twelve_periods_at_a_time(desk):
    with publisher(formats.comtrade()) as server:
        vintage = desk.fetch("comtrade_monthly", server)
    assert [call.path for call in server.calls] == ["/data/v1/get/C/M/HS"] * 2
    assert [len(call.query["period"][0].split(",")) for call in server.calls] == [12, 12]
    table = vintage.table
    assert len(table) == 3 * 2 * 24
    assert set(table["unit"]) == {"USD"}
    found = table.set_index(["partner", "flow", "period"])["value"]
    assert found["LAO", "imports", "2018-09"] == pytest.approx(180e6)


def test_comtrade_is_summed_over_the_period_of_each_report(desk):
    with publisher(formats.comtrade()) as server:
        drift = desk.fetch("comtrade_monthly", server).drift.set_index("report_id")
    # R0106: China's exports to Laos, January to September 2018, 970 million dollars
    assert drift.loc["R0106", "fetched"] == pytest.approx(9 * 120.0)
    assert drift.loc["R0106", ["lower", "upper"]].tolist() == [965.0, 975.0]
    assert drift.loc["R0106", "difference"] == pytest.approx(110.0)
    assert drift.loc["R0106", "verdict"] == "differs"
    assert drift.loc["R0107", "verdict"] == "not covered"  # 2021


def test_comtrade_by_year(desk):
    with publisher(formats.comtrade()) as server:
        vintage = desk.fetch("comtrade_annual", server, first=2021, last=2024)
    assert [call.path for call in server.calls] == ["/data/v1/get/C/A/HS"]
    assert sorted(set(vintage.table["period"])) == ["2021", "2022", "2023", "2024"]
    assert set(vintage.drift["start"].str[4:]) == {"-01-01"}


def test_comtrade_without_a_key_names_the_variable_and_asks_nothing(desk):
    with publisher(formats.comtrade()) as server, pytest.raises(SourceError) as refused:
        desk.fetch("comtrade_monthly", server, environment={})
    assert COMTRADE_KEY in str(refused.value)
    assert server.calls == []
    assert desk.nothing_stays()


def test_the_key_is_in_no_file_log_or_address(desk, caplog, capsys):
    caplog.set_level(logging.DEBUG)
    with publisher(formats.comtrade()) as server:
        vintage = desk.fetch("comtrade_annual", server)
    assert server.calls[0].headers[KEY_HEADER] == KEY
    assert all(KEY not in call.line for call in server.calls)
    files = [path.read_bytes() for path in vintage.folder.rglob("*") if path.is_file()]
    assert len(files) == 4
    assert all(KEY.encode() not in content for content in files)
    assert KEY not in caplog.text + "".join(capsys.readouterr())


def test_an_answer_that_repeats_the_key_is_not_kept(desk):
    with (
        publisher(formats.comtrade(lambda row: row | {"echo": KEY})) as server,
        pytest.raises(SourceError, match="repeats the key") as refused,
    ):
        desk.fetch("comtrade_annual", server)
    assert KEY not in str(refused.value)
    assert desk.nothing_stays()


def test_changed_columns_are_named_and_nothing_is_kept(desk):
    def renamed(row):
        return {("tradeValue" if name == "primaryValue" else name): row[name] for name in row}

    with publisher(formats.comtrade(renamed)) as server, pytest.raises(SourceError) as refused:
        desk.fetch("comtrade_annual", server)
    assert "primaryValue is missing" in str(refused.value)
    assert "tradeValue" in str(refused.value)
    assert desk.nothing_stays()


def test_fewer_records_than_announced_are_refused(desk):
    with (
        publisher(formats.comtrade(lost=1)) as server,
        pytest.raises(SourceError, match="11 records came, 12 were announced"),
    ):
        desk.fetch("comtrade_annual", server)
    assert desk.nothing_stays()


def test_a_key_that_stands_twice_is_refused(desk):
    one = formats.comtrade(lambda row: row | {"partnerCode": 418})
    with publisher(one) as server, pytest.raises(SourceError, match="more than once: LAO/"):
        desk.fetch("comtrade_annual", server)


def test_world_bank_pages_and_compares_to_six_digits(desk):
    raw = pd.read_csv(DATA_RAW / "country_annual.csv").set_index(["indicator", "iso3", "year"])
    gdp = raw.loc[("gdp", "LAO", 2019), "value"]
    rows = {
        "NY.GDP.MKTP.CD": [
            ("LAO", "2019", float(gdp) * (1 + 2e-7)),
            ("LAO", "2018", 1.0),
            ("MMR", "2019", None),
            ("", "2019", 5.0),
            ("XKX", "2019", 7.0),
        ]
    }
    with publisher(formats.world_bank(rows)) as server:
        vintage = desk.fetch("world_bank", server)
    asked = [call for call in server.calls if "NY.GDP.MKTP.CD" in call.path]
    assert [call.query["page"] for call in asked] == [["1"], ["2"]]
    assert asked[0].query["date"] == ["2018:2019"]
    drift = vintage.drift.set_index(["iso3", "year"])
    assert drift.loc[("LAO", 2019), "verdict"] == "agrees"
    assert drift.loc[("LAO", 2018), "verdict"] == "differs"
    assert ("RKS", 2019) in drift.index
    assert ("MMR", 2019) not in drift.index  # no value came for it at all


def test_world_bank_with_a_short_page_is_refused(desk):
    rows = {"NY.GDP.MKTP.CD": [("LAO", str(year), 1.0) for year in range(2010, 2016)]}
    with (
        publisher(formats.world_bank(rows, lost=1)) as server,
        pytest.raises(SourceError, match="rows came, 6 were announced"),
    ):
        desk.fetch("world_bank", server)
    assert desk.nothing_stays()


def test_world_bank_with_renamed_fields_is_refused(desk):
    row = formats.wdi_row("NY.GDP.MKTP.CD", "LAO", "2019", 1.0)
    renamed = {("iso3" if name == "countryiso3code" else name): row[name] for name in row}
    head = {"page": 1, "pages": 1, "per_page": 50, "total": 1}
    with (
        publisher(in_turn(Reply(json.dumps([head, [renamed]]).encode()))) as server,
        pytest.raises(SourceError, match="countryiso3code is missing"),
    ):
        desk.fetch("world_bank", server)


@pytest.mark.parametrize(
    ("name", "body", "message"),
    [
        ("comtrade_annual", {"count": 0, "error": "bad"}, "the form of the answer changed"),
        ("comtrade_annual", [], "the form of the answer changed"),
        ("comtrade_annual", {"count": 0, "data": []}, "the publisher has no row"),
        ("world_bank", [{"page": 1}, []], "the form of the answer changed"),
        ("world_bank", [{"message": [{"id": "120", "key": "Invalid", "value": "no"}]}], "refuses"),
        ("world_bank", "text", "refuses: Unrecognized"),
    ],
)
def test_json_of_another_form_is_refused(desk, name, body, message):
    with (
        publisher(in_turn(Reply(json.dumps(body).encode()))) as server,
        pytest.raises(SourceError, match=message),
    ):
        desk.fetch(name, server)
    assert desk.nothing_stays()
