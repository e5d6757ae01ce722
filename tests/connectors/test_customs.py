"""Files of China's customs in both forms, both languages, both encodings; nothing is guessed."""

from __future__ import annotations

import hashlib
import json

import pytest

from analysis.connectors.customs import import_customs
from analysis.connectors.customs_words import UNITS, period_of, stated_units
from analysis.connectors.errors import SourceError

ENGLISH = """\
"(2) Imports and Exports by Country (Region) of Origin/Destination,9. 2018",,,,,,,,,
Unit: US$1,000,,,,,,,,,
Country (Region),Imports & Exports,,Exports,,Imports,,Percentage Change (%),,
,9,1 to 9,9,1 to 9,9,1 to 9,Imports & Exports,Exports,Imports
Total,"388,000,000","3,400,000,000","226,000,000","1,800,000,000","162,000,000","1,600,000,000",1,2,3
Myanmar,"1,300,000","11,000,000","900,000","7,500,000","400,000","3,500,000",1,2,3
"Laos,PDR","290,001","2,420,000","110,000","970,000","180,000","1,450,000",14.9,-1.2,28.8
"""
CHINESE = """\
（2）2018年9月进出口商品国别（地区）总值表（人民币值）,,,,,,,,,
单位：万元人民币,,,,,,,,,
进口原产国（地区）/出口最终目的国（地区）,进出口,,出口,,进口,,累计比去年同期±%,,
,9月,1至9月,9月,1至9月,9月,1至9月,进出口,出口,进口
老挝,"198,000","1,600,000","75,000","600,000","123,000","1,000,000",14.9,-1.2,28.8
缅甸,"900,000","7,000,000","900,000","7,000,000",-,-,1,2,3
"""
QUERY = """\
数据年月,商品编码,商品名称,贸易伙伴编码,贸易伙伴名称,贸易方式编码,贸易方式名称,美元,
201801,40011000,天然胶乳,119,老挝,10,一般贸易,"1,000,000",
201801,26030000,铜矿砂,119,老挝,19,边境小额贸易,"2,500,000",
201802,26030000,铜矿砂,119,老挝,10,一般贸易,"4,000,000",
201801,26030000,铜矿砂,116,日本,10,一般贸易,"9,999,999",
"""
QUERY_ENGLISH = """\
Date of data,Trading partner code,Trading partner,Import or export,RMB
2018-01,119,Laos,Export,"7,000"
2018-01,119,Laos,Import,"8,000"
"""


@pytest.fixture
def take(tmp_path):
    def run(*texts, encoding="utf-8", **options):
        files = []
        for number, text in enumerate(texts):
            content = text if isinstance(text, bytes) else text.encode(encoding)
            files.append(tmp_path / f"table{number}.csv")
            files[-1].write_bytes(content)
        return import_customs(files, external=tmp_path / "external", **options)

    return run


def values(vintage):
    return vintage.table.set_index(["partner", "flow", "period"])["value"].to_dict()


def test_the_english_country_table_states_its_unit(take):
    found = values(take(ENGLISH))
    assert found == {
        ("LAO", "exports", "2018-09"): 110e6,
        ("LAO", "imports", "2018-09"): 180e6,
        ("MMR", "exports", "2018-09"): 900e6,
        ("MMR", "imports", "2018-09"): 400e6,
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_the_chinese_country_table_in_every_encoding(take, encoding):
    vintage = take(CHINESE, encoding=encoding)
    assert values(vintage)["LAO", "imports", "2018-09"] == pytest.approx(1.23e9)
    assert values(vintage)["MMR", "imports", "2018-09"] == 0.0
    assert set(vintage.table["unit"]) == {"CNY"}


def test_the_columns_of_a_january_are_told_from_the_months_so_far(take):
    january = ENGLISH.replace(",9. 2018", ",1.2018").replace("9,1 to 9", "1,1to1")
    assert values(take(january))["LAO", "imports", "2018-01"] == 180e6


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_query_export_is_summed_over_goods_and_modes(take, encoding):
    found = values(take(QUERY, encoding=encoding, unit="usd", flow="imports"))
    assert found == {
        ("LAO", "imports", "2018-01"): 3.5e6,
        ("LAO", "imports", "2018-02"): 4.0e6,
    }


def test_a_query_export_in_english_with_a_column_of_flows(take):
    vintage = take(QUERY_ENGLISH, unit="cny_10000")
    assert values(vintage)["LAO", "exports", "2018-01"] == 7e7
    assert values(vintage)["LAO", "imports", "2018-01"] == 8e7


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        (ENGLISH.replace("Unit: US$1,000", "(in USD)"), {}, "does not state its unit"),
        (ENGLISH, {"unit": "usd"}, "usd and usd_1000 contradict"),
        (ENGLISH.replace("Unit: US$1,000", "US$1,000; 万元"), {}, "contradict"),
        (ENGLISH, {"unit": "dollars"}, "unknown unit 'dollars'"),
        (QUERY, {"flow": "imports"}, "does not state its unit"),
        (QUERY, {"flow": "imports", "unit": "cny_10000"}, "column of values is in USD"),
        (QUERY, {"unit": "usd"}, "does not say which flow"),
        (QUERY, {"unit": "usd", "flow": "export"}, "unknown flow 'export'"),
        (QUERY_ENGLISH, {"unit": "cny", "flow": "imports"}, "the file says exports"),
    ],
)
def test_unit_and_flow_are_never_guessed(take, text, options, message):
    with pytest.raises(SourceError, match=message):
        take(text, **options)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ENGLISH.replace(",9. 2018", ""), "no title names the month"),
        (ENGLISH.replace(",9,1 to 9,9,", ",8,1 to 9,8,"), "no column of month 9 alone"),
        (ENGLISH.replace('"290,001"', '"292,000"'), "is not exports"),
        (ENGLISH.replace('"110,000"', "n.a."), "'n.a.' is no number"),
        (ENGLISH.replace("Exports", "Sales"), "neither a country table"),
        (ENGLISH.replace("Laos,PDR", "Latvia").replace("Myanmar", "Malta"), "none of the partners"),
        (QUERY.replace("贸易伙伴名称", "国家"), "the columns changed"),
        (QUERY.replace("美元", "美元,人民币"), "2 columns of values"),
        (QUERY.replace("201802", "2018"), "'2018' is no month"),
        (b"PK\x03\x04rest", "this is a workbook"),
        ("", "the file is empty"),
        (b"\xff\xff\xff", "neither encoding"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_place(take, tmp_path, text, message):
    with pytest.raises(SourceError, match=message) as refused:
        take(text, **({"unit": "usd", "flow": "imports"} if text[:4] == "数据年月" else {}))
    assert "table0.csv" in str(refused.value)
    assert not (tmp_path / "external").exists()


def test_two_files_may_repeat_a_figure_but_not_contradict_each_other(take):
    assert len(take(ENGLISH, ENGLISH).table) == 4
    changed = ENGLISH.replace('"110,000"', '"120,000"').replace('"290,001"', '"300,000"')
    with pytest.raises(SourceError, match="LAO/exports/2018-09"):
        take(ENGLISH, changed)
    with pytest.raises(SourceError, match="mix CNY and USD"):
        take(ENGLISH, CHINESE)


def test_imported_months_are_compared_with_the_reports(take):
    months = [
        ENGLISH.replace("9. 2018", f"{month}. 2018").replace(",9,1 to 9", f",{month},1 to {month}")
        for month in range(1, 10)
    ]
    drift = take(*months).drift.set_index("report_id")
    assert drift.loc["R0106", "fetched"] == pytest.approx(9 * 110.0)
    assert drift.loc["R0115", "fetched"] == pytest.approx(9 * 290.0)
    assert drift.loc["R0115", "in_data_raw"] == "2420"
    assert drift.loc["R0107", "verdict"] == "not covered"


def test_the_file_itself_is_kept_with_its_hash(take):
    vintage = take(CHINESE, encoding="gbk")
    record = json.loads((vintage.folder / "vintage.json").read_text())
    (answer,) = record["answers"]
    assert (vintage.folder / answer["file"]).read_bytes() == CHINESE.encode("gbk")
    assert answer["sha256"] == hashlib.sha256(CHINESE.encode("gbk")).hexdigest()
    assert answer["name"] == "table0.csv"


@pytest.mark.parametrize(
    ("words", "unit"),
    [
        ("Unit: US$1,000", "usd_1000"),
        ("单位：千美元", "usd_1000"),
        ("Unit:USD 1,000", "usd_1000"),
        ("单位：万元人民币", "cny_10000"),
        ("Unit: RMB 10,000", "cny_10000"),
        ("单位：亿元人民币", "cny_100m"),
        ("单位：亿美元", "usd_100m"),
        ("单位：百万美元", "usd_1m"),
        ("单位：美元", "usd"),
        ("单位：元", "cny"),
    ],
)
def test_each_statement_of_a_unit_means_one_unit(words, unit):
    assert stated_units([words]) == {unit}
    assert unit in UNITS


@pytest.mark.parametrize(
    ("title", "period"),
    [
        ("(2) Imports and Exports by Country,12. 2019", (2019, 12)),
        ("(2) Total Export & Import Values by Country (Region), Dec 2023 (in USD)", (2023, 12)),
        ("（2）2024年1-5月进出口商品国别（地区）总值表", (2024, 5)),
        ("2019年12月", (2019, 12)),
        ("Unit: US$1,000", None),
    ],
)
def test_the_month_of_a_title(title, period):
    assert period_of(title) == period
