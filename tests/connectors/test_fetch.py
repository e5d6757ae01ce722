"""Every source through its kept client, against a server that answers in its documented format."""

from __future__ import annotations

import hashlib
import json
import logging
import sys
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pandas as pd
import pytest

from analysis.config import DATA_RAW, ROOT
from analysis.connectors.errors import SourceError, UnreachableError
from analysis.connectors.fetch import fetch, find_source
from analysis.connectors.registry import COMTRADE_KEY, IMF_KEY, SOURCES
from analysis.connectors.session import KEY_HEADER
from analysis.connectors.vintage import vintages
from tests.connectors import formats
from tests.connectors.server import Reply, in_turn, publisher

KEY = "sk-0123456789abcdef"
ENVIRONMENT = MappingProxyType({COMTRADE_KEY: KEY})


@dataclass
class Desk:
    """Fetches with short limits into a folder of its own."""

    external: Path
    policy: object
    waits: list[float]

    def fetch(self, name, server, **options):
        chosen = {"first": 2018, "last": 2019, "environment": ENVIRONMENT} | options
        return fetch(
            find_source(name),
            base=server.base,
            external=self.external,
            policy=self.policy,
            sleep=self.waits.append,
            **chosen,
        )

    def nothing_stays(self):
        return not self.external.exists() or not list(self.external.rglob("*"))


@pytest.fixture
def desk(tmp_path, quick, waits):
    return Desk(tmp_path / "external", quick, waits)


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


RATE = MappingProxyType(
    {
        "COUNTRY": "LAO",
        "INDICATOR": "XDC_USD",
        "TYPE_OF_TRANSFORMATION": "PA_RT",
        "FREQUENCY": "M",
        "SCALE": "0",
    }
)
XML = "application/xml"


@pytest.mark.parametrize("message", [formats.sdmx_generic, formats.sdmx_specific])
def test_imf_exchange_rates(desk, message):
    raw = pd.read_csv(DATA_RAW / "macro_monthly.csv", dtype=str).set_index(["series", "month"])
    printed = raw.loc[("exchange_rate/LAO", "2018-01"), "value"]
    body = message("ER", [(RATE, {"2018-M01": printed, "2018-M02": "8000"})])
    with publisher(in_turn(Reply(body, media_type=XML))) as server:
        vintage = desk.fetch("imf_exchange_rates", server)
    assert server.calls[0].path == "/data/ER/CHN+KHM+LAO+MMR+THA+VNM.XDC_USD.PA_RT.M"
    assert server.calls[0].query == {"startPeriod": ["2018"], "endPeriod": ["2019"]}
    assert vintage.drift["verdict"].tolist() == ["agrees", "differs"]


@pytest.mark.parametrize("key", [None, KEY])
def test_an_optional_key_is_sent_where_it_is_set(desk, key):
    body = formats.sdmx_specific("ER", [(RATE, {"2018-M01": "8000"})])
    with publisher(in_turn(Reply(body, media_type=XML))) as server:
        desk.fetch("imf_exchange_rates", server, environment={IMF_KEY: key} if key else {})
    assert server.calls[0].headers.get(KEY_HEADER) == key


def trade_series(value="105500000", **change):
    key = {"COUNTRY": "CHN", "COUNTERPART_COUNTRY": "LAO", "FREQUENCY": "M", "SCALE": "6"} | change
    months = {f"2018-M{month:02d}": value for month in range(1, 10)}
    empty = (key | {"INDICATOR": "XG_FOB_USD", "COUNTERPART_COUNTRY": "VNM"}, {})
    return [(key | {"INDICATOR": name}, months) for name in ("XG_FOB_USD", "MG_CIF_USD")] + [empty]


@pytest.mark.parametrize("message", [formats.sdmx_generic, formats.sdmx_specific])
def test_imf_trade_is_in_dollars_whatever_multiple_it_is_shown_in(desk, message):
    body = message("IMTS", trade_series())
    with publisher(in_turn(Reply(body, media_type=XML))) as server:
        vintage = desk.fetch("imf_trade", server)
    assert server.calls[0].path == "/data/IMTS/CHN.XG_FOB_USD+MG_CIF_USD.LAO+MMR+VNM.M"
    assert set(vintage.table["value"]) == {105.5e6}
    drift = vintage.drift.set_index("report_id")
    assert drift.loc["R0106", "fetched"] == pytest.approx(9 * 105.5)


@pytest.mark.parametrize(
    ("change", "message"),
    [({"value": "105.5"}, "the largest value, 105.5, is less than one"), ({"SCALE": "M"}, "'M'")],
)
def test_imf_trade_divided_by_its_multiple_or_in_an_unknown_one_is_refused(desk, change, message):
    body = formats.sdmx_specific("IMTS", trade_series(**change))
    with (
        publisher(in_turn(Reply(body, media_type=XML))) as server,
        pytest.raises(SourceError, match=message),
    ):
        desk.fetch("imf_trade", server)
    assert desk.nothing_stays()


def test_imf_trade_without_a_scale_is_refused(desk):
    series = [
        ({name: key[name] for name in key if name != "SCALE"}, values)
        for key, values in trade_series()
    ]
    body = formats.sdmx_specific("IMTS", series)
    with (
        publisher(in_turn(Reply(body, media_type=XML))) as server,
        pytest.raises(SourceError, match="SCALE is missing"),
    ):
        desk.fetch("imf_trade", server)


def test_xml_that_is_no_sdmx_is_refused(desk):
    with (
        publisher(in_turn(Reply(b"<html/>", media_type=XML))) as server,
        pytest.raises(SourceError, match="no SDMX data message"),
    ):
        desk.fetch("imf_trade", server)
    assert desk.nothing_stays()


POLICY_COLUMNS = (
    *("CountryName", "CountryCode", "RegionName", "Jurisdiction", "Date"),
    *("StringencyIndex_Average", "GovernmentResponseIndex_Average"),
    *("ContainmentHealthIndex_Average", "EconomicSupportIndex"),
)


def policy_file(columns=POLICY_COLUMNS):
    days = [f"202001{day:02d}" for day in range(1, 32)]
    rows = [("Laos", "LAO", "", "NAT_TOTAL", day, 0, 31, 1.5, "") for day in days]
    rows += [("China", "CHN", "Yunnan", "STATE_TOTAL", days[0], 99, 99, 99, 99)]
    return formats.csv(columns, rows)


def csv_reply(body, **options):
    return Reply(body, media_type="text/csv", **options)


def test_oxcgrt_means_of_the_days_of_a_nation(desk):
    with publisher(in_turn(csv_reply(policy_file()))) as server:
        vintage = desk.fetch("oxcgrt", server, first=2020, last=2022)
    assert server.calls[0].path.endswith("/OxCGRT_compact_national_v1.csv")
    found = vintage.table.set_index("indicator")["value"]
    assert found.to_dict() == {
        "containment_health": 1.5,
        "government_response": 31.0,
        "stringency": 0.0,
    }
    assert set(vintage.table["unit_code"]) == {"LAO"}


@pytest.mark.parametrize("reply", [csv_reply(policy_file(), cut=100), Reply(b"", 503)])
def test_a_file_that_never_comes_whole_leaves_nothing(desk, reply):
    with publisher(in_turn(reply)) as server, pytest.raises(UnreachableError):
        desk.fetch("oxcgrt", server, first=2020, last=2022)
    assert len(server.calls) == desk.policy.attempts
    assert desk.nothing_stays()


def test_a_wrong_checksum_is_refused_and_a_right_one_is_not(desk):
    body = policy_file()
    right = hashlib.sha256(body).hexdigest()
    with publisher(in_turn(csv_reply(body))) as server:
        with pytest.raises(SourceError, match=right):
            desk.fetch("oxcgrt", server, first=2020, last=2022, sha256="0" * 64)
        assert desk.nothing_stays()
        vintage = desk.fetch("oxcgrt", server, first=2020, last=2022, sha256=right)
    assert vintage.record["answers"][0]["sha256"] == right


def test_a_file_of_unknown_length_needs_a_checksum(desk):
    body = policy_file()
    with publisher(in_turn(csv_reply(body, length=False))) as server:
        with pytest.raises(SourceError, match="how long the file is"):
            desk.fetch("oxcgrt", server, first=2020, last=2022)
        right = hashlib.sha256(body).hexdigest()
        desk.fetch("oxcgrt", server, first=2020, last=2022, sha256=right)


def test_changed_columns_of_a_file_are_named(desk):
    columns = [name.replace("_Average", "") for name in POLICY_COLUMNS]
    with (
        publisher(in_turn(csv_reply(policy_file(columns)))) as server,
        pytest.raises(SourceError, match="StringencyIndex_Average") as refused,
    ):
        desk.fetch("oxcgrt", server, first=2020, last=2022)
    assert "are missing" in str(refused.value)
    assert desk.nothing_stays()


def test_owid_sums_days_and_takes_the_last_report(desk):
    columns = ("iso_code", "continent", "location", "date", "new_cases", "new_deaths")
    columns += ("people_vaccinated", "people_fully_vaccinated")
    rows = [
        ("LAO", "Asia", "Laos", "2021-05-02", 7, 0, 500, ""),
        ("LAO", "Asia", "Laos", "2021-05-01", 5, 1, 400, ""),
        ("LAO", "Asia", "Laos", "2021-06-01", "", "", "", ""),
        ("FRA", "Europe", "France", "2021-05-01", 1, 1, 1, 1),
    ]
    with publisher(in_turn(csv_reply(formats.csv(columns, rows)))) as server:
        vintage = desk.fetch("owid", server, first=2020, last=2022)
    found = vintage.table.set_index(["indicator", "month"])["value"].to_dict()
    assert found == {
        ("cases", "2021-05"): 12,
        ("deaths", "2021-05"): 1,
        ("vaccinated", "2021-05"): 500,
    }


DENGUE_COLUMNS = (
    *("adm_0_name", "ISO_A0", "calendar_start_date", "calendar_end_date", "Year"),
    *("dengue_total", "S_res", "T_res", "UUID"),
)


def dengue_file(cases=11):
    rows = [
        ("LAOS", "LAO", "2019-01-01", "2019-01-31", 2019, cases, "Admin0", "Month", "a"),
        ("LAOS", "LAO", "2019-01-06", "2019-01-12", 2019, 500, "Admin0", "Week", "b"),
        ("LAOS", "LAO", "2019-02-24", "2019-03-02", 2019, 3, "Admin0", "Week", "c"),
        ("LAOS", "LAO", "2019-02-03", "2019-02-09", 2019, 4, "Admin0", "Week", "d"),
        ("LAOS", "LAO", "2019-01-01", "2019-12-31", 2019, 9999, "Admin0", "Year", "e"),
    ]
    return formats.zipped("National_extract_V1_3.csv", formats.csv(DENGUE_COLUMNS, rows))


def zip_reply(body):
    return Reply(body, media_type="application/zip")


def test_opendengue_prefers_months_to_weeks(desk):
    with publisher(in_turn(zip_reply(dengue_file()))) as server:
        vintage = desk.fetch("opendengue", server)
    found = vintage.table.set_index("month")["value"].to_dict()
    assert found == {"2019-01": 11, "2019-02": 7}
    assert (vintage.folder / "answers" / "0001.zip").is_file()


def test_a_numbered_release_must_not_change(desk):
    with publisher(in_turn(zip_reply(dengue_file()), zip_reply(dengue_file(12)))) as server:
        desk.fetch("opendengue", server)
        with pytest.raises(SourceError, match="SHA-256 of the file is"):
            desk.fetch("opendengue", server)
    assert len(vintages("opendengue", desk.external)) == 1


def test_a_damaged_archive_is_refused(desk):
    with (
        publisher(in_turn(zip_reply(dengue_file()[:-30]))) as server,
        pytest.raises(SourceError, match="cannot be read"),
    ):
        desk.fetch("opendengue", server)
    assert desk.nothing_stays()


def test_ucdp_by_area_and_month(desk):
    columns = ("id", "country_id", "adm_1", "latitude", "date_start", "best", "low", "high")
    rows = [
        (1, 775, "Shan state", 23.5, "2018-01-05 00:00:00.000", 4, 2, 9),
        (2, 775, "Shan state", 20.5, "2018-01-09 00:00:00.000", 1, 1, 1),
        (3, 775, "Ayeyarwady region", 16.5, "2018-02-09 00:00:00.000", 0, 0, 3),
        (4, 800, "Shan state", 23.5, "2018-01-05 00:00:00.000", 50, 50, 50),
    ]
    body = formats.zipped("GEDEvent_v24_1.csv", formats.csv(columns, rows))
    with publisher(in_turn(zip_reply(body))) as server:
        vintage = desk.fetch("ucdp", server)
    found = vintage.table.set_index(["series", "month"])["value"]
    assert found["conflict/national/events", "2018-01"] == 2
    assert found["conflict/shan/deaths_high", "2018-01"] == 10
    assert found["conflict/northern_shan/deaths_best", "2018-01"] == 4
    assert found["conflict/ayeyarwady/deaths_best", "2018-02"] == 0
    verdicts = vintage.drift.set_index(["series", "month"])["verdict"]
    assert verdicts["conflict/ayeyarwady/deaths_low", "2018-02"] == "only fetched"


def test_the_record_of_a_vintage(desk):
    with publisher(in_turn(zip_reply(dengue_file()))) as server:
        vintage = desk.fetch("opendengue", server)
    record = json.loads((vintage.folder / "vintage.json").read_text())
    (answer,) = record["answers"]
    kept = (vintage.folder / answer["file"]).read_bytes()
    assert hashlib.sha256(kept).hexdigest() == answer["sha256"]
    assert (
        answer["address"]
        == f"{server.base}/OpenDengue/master-repo/main/data/releases/V1.3/National_extract_V1_3.zip"
    )
    assert record["client"]["name"] == "pooch"
    assert record["terms"] == "CC BY 4.0"
    assert record["drift"]["table"] == "dengue_monthly"
    assert (
        record["table"]["sha256"]
        == hashlib.sha256((vintage.folder / "table.csv").read_bytes()).hexdigest()
    )


def test_a_fetch_writes_only_into_its_own_folder(desk):
    before = {path.name: path.read_bytes() for path in DATA_RAW.iterdir()}
    with publisher(in_turn(zip_reply(dengue_file()))) as server:
        desk.fetch("opendengue", server)
    assert {path.name: path.read_bytes() for path in DATA_RAW.iterdir()} == before


def test_busy_publishers_are_asked_again_through_every_client(desk):
    busy = Reply(b"", 429, headers={"Retry-After": "3"})
    answer = formats.comtrade()
    waiting = [busy]
    with publisher(lambda call: waiting.pop() if waiting else answer(call)) as server:
        desk.fetch("comtrade_annual", server)
    rows = [(RATE, {"2018-M01": "8000"})]
    xml = Reply(formats.sdmx_specific("ER", rows), media_type=XML)
    with publisher(in_turn(busy, xml)) as server:
        desk.fetch("imf_exchange_rates", server)
    pages = formats.world_bank({"NY.GDP.MKTP.CD": [("LAO", "2019", 1.0)]})
    waiting = [busy]
    with publisher(lambda call: waiting.pop() if waiting else pages(call)) as server:
        desk.fetch("world_bank", server)
    with publisher(in_turn(busy, zip_reply(dengue_file()))) as server:
        desk.fetch("opendengue", server)
    assert desk.waits == [3.0] * 4


def test_every_source_says_where_it_is_described_and_what_it_is_compared_with():
    for source in SOURCES.values():
        assert source.base.startswith("https://")
        assert all(address.startswith("https://") for address in source.documentation)
        cited = sys.modules[source.fetch.__module__].__doc__
        assert all(address in cited for address in source.documentation), source.name
        assert source.terms
        assert (DATA_RAW / f"{source.table}.csv").is_file()


def test_an_unknown_source_is_refused_with_the_nearest_name():
    with pytest.raises(SourceError, match="did you mean 'comtrade_annual'"):
        find_source("comtrade_anual")


def test_vintages_are_ignored_by_git():
    assert ".external/" in (ROOT / ".gitignore").read_text().splitlines()
