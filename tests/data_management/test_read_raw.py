from __future__ import annotations

import csv

import pytest
from raw_files import write_rows

from analysis.data_management.read_raw import read_raw, read_table
from analysis.data_management.sources import SOURCES
from analysis.errors import DataError


def message(folder) -> str:
    with pytest.raises(DataError) as caught:
        read_raw(folder)
    text = str(caught.value)
    assert caught.value.remedy
    assert str(folder) not in text
    return text


def rows_of(folder, table):
    return list(csv.DictReader((folder / f"{table}.csv").open(encoding="utf-8", newline="")))


def test_every_table_reads_as_text_with_its_line(raw):
    for name, source in SOURCES.items():
        df = raw[name]
        assert set(df.dtypes.astype(str)) == {"str"}
        assert list(df.index[:1]) == [2] or (name, len(df)) == ("customs_monthly", 0)
        assert not df.duplicated(list(source.key)).any()


def test_report_is_found_on_the_line_that_its_message_names(raw, folder):
    line = raw["reports"].index[raw["reports"]["report_id"] == "R0215"][0]
    text = (folder / "reports.csv").read_text(encoding="utf-8").splitlines()[line - 1]
    assert text.startswith("R0215,")


@pytest.mark.parametrize(
    ("column", "wrong", "allowed", "hint"),
    [
        ("unit", "CNY bilion", "CNY billion", "did you mean 'CNY billion'?"),
        ("metric", "trade_valu", "trade_value", "did you mean 'trade_value'?"),
        ("basis", "cn_custom", "cn_customs", "did you mean 'cn_customs'?"),
        ("scope", "ports", "port", "did you mean 'port'?"),
        ("qualifier", "ovr", "over", "did you mean 'over'?"),
        ("growth_qualifier", "exactly", "exact", "did you mean 'exact'?"),
        ("confidence", "hgih", "high, medium, low", "did you mean 'high'?"),
        ("availability", "orginal", "original", "did you mean 'original'?"),
        ("start", "2022-13-01", "YYYY-MM-DD", "correct the cell"),
        ("start", "2022-02-30", "YYYY-MM-DD", "correct the cell"),
        ("start", "01.01.2022", "YYYY-MM-DD", "correct the cell"),
        ("end", "", "YYYY-MM-DD", "correct the cell"),
        ("published", "2023-5-30", "YYYY-MM", "correct the cell"),
        ("value", "43,34", "point for decimals", "write 43.34"),
        ("value", "-43.34", "a positive number", "correct the cell"),
        ("value", "0", "a positive number", "correct the cell"),
        ("value", "４３", "a positive number", "correct the cell"),
        ("value", "4.3e1", "a positive number", "correct the cell"),
        ("growth_percent", "+99%", "in per cent", "correct the cell"),
        ("url", "www.chinadaily.com.cn", "http://", "correct the cell"),
        ("place", "", "not empty", "correct the cell"),
    ],
)
def test_wrong_cell(folder, edit, raw, column, wrong, allowed, hint):
    line = raw["reports"].index[raw["reports"]["report_id"] == "R0215"][0]
    edit("reports", "R0215", column, wrong)
    text = message(folder)
    assert f"data_raw/reports.csv, row R0215 (line {line}), column {column}" in text
    assert f"'{wrong}' is not allowed" in text if wrong else "the cell is empty" in text
    assert allowed in text
    assert hint in text


@pytest.mark.parametrize(("column", "hidden"), [("title", 0), ("note", 27), ("report_id", 127)])
def test_a_character_that_nobody_sees_is_named_and_not_printed(folder, edit, column, hidden):
    edit("reports", "R0215", column, f"R02{chr(hidden)}15")
    with pytest.raises(DataError, match=rf"row R0215 \(line [0-9]+\), column {column}") as caught:
        read_table("reports", folder)
    assert f"the control character U+{hidden:04X}" in str(caught.value)
    assert chr(hidden) not in str(caught.value)


def test_several_faults_are_one_message(folder, edit):
    edit("reports", "R0010", "unit", "tons")
    edit("reports", "R0020", "metric", "cargo")
    edit("reports", "R0030", "confidence", "none")
    text = message(folder)
    assert "row R0010" in text
    assert "[and 2 more: R0020 (metric), R0030 (confidence)]" in text


@pytest.mark.parametrize(
    ("table", "key", "column", "wrong", "said"),
    [
        ("events", "EV042", "category", "infrastucture", "did you mean 'infrastructure'?"),
        ("events", "EV042", "countries", "China, Laos", "separated by semicolons"),
        ("events", "EV042", "day_precision", "week", "day, month, year"),
        ("second_coding", "P001", "rounded", "yes", "0, 1"),
        ("second_coding", "P001", "unit", "tonnes", "cannot be measured in 'tonnes'"),
        ("second_coding", "P001", "end", "2013-03-31", "before it starts"),
        ("events", "EV042", "end", "2020-01-01", "before it starts on 2021-12-03"),
        ("events", "EV001", "url", "https://example.org/copy", "availability is unofficial_copy"),
    ],
)
def test_wrong_cell_in_other_tables(folder, edit, table, key, column, wrong, said):
    edit(table, key, column, wrong)
    text = message(folder)
    assert f"data_raw/{table}.csv, row {key}" in text
    assert f"column {column}" in text
    assert said in text


def test_end_before_start(folder, edit):
    edit("reports", "R0215", "end", "2021-12-31")
    text = message(folder)
    assert "row R0215" in text
    assert "the period ends on 2021-12-31, before it starts on 2022-01-01" in text


def test_page_older_than_its_period(folder, edit):
    edit("reports", "R0215", "published", "2021-05-30")
    assert "published on 2021-05-30, before the period starts on 2022-01-01" in message(folder)


@pytest.mark.parametrize("published", ["2022", "2022-01", "2022-01-01"])
def test_page_as_old_as_the_start_of_its_period_is_possible(folder, edit, published):
    edit("reports", "R0215", "published", published)
    assert len(read_table("reports", folder)) == 408


def test_unit_of_another_dimension(folder, edit):
    edit("reports", "R0215", "unit", "million tonnes")
    text = message(folder)
    assert "the metric trade_value cannot be measured in 'million tonnes'" in text
    assert "CNY billion, CNY million" in text


def test_mixed_currency_in_one_series(folder, edit, raw):
    edit("reports", "R0215", "unit", "USD billion")
    text = message(folder)
    line = raw["reports"].index[raw["reports"]["report_id"] == "R0215"][0]
    assert "mixed currency in one series" in text
    assert f"data_raw/reports.csv, row R0215 (line {line}), column unit: " in text
    assert "the report is in million USD" in text
    assert "the series is declared in million CNY" in text
    assert "declare the series 'mohan/port/trade_value/cn_port_office/usd' in series.csv" in text
    assert "why: " in text


def test_undeclared_series(folder, edit):
    edit("reports", "R0215", "place", "Mohann")
    text = message(folder)
    key = "mohann/port/trade_value/cn_port_office/cny"
    assert f"'{key}', which is not declared" in text
    assert f"add a row to series.csv: {key},Mohann,port,trade_value,cn_port_office," in text


def test_series_without_a_report(folder):
    rows = rows_of(folder, "series")
    extra = dict(next(row for row in rows if row["place"] == "Muse"))
    extra |= {"place": "Musse", "series": extra["series"].replace("muse/", "musse/")}
    write_rows(folder / "series.csv", [*rows, extra])
    text = message(folder)
    assert extra["series"] in text
    assert "no report belongs to this series" in text


def test_key_of_a_series_must_say_what_its_columns_say(folder, edit):
    edit("series", "mohan/port/trade_value/cn_port_office/cny", "unit", "million USD")
    text = message(folder)
    assert "the key does not say what the other columns say" in text
    assert "mohan/port/trade_value/cn_port_office/usd" in text


def test_base_unit_of_a_series_must_fit_its_metric(folder, edit):
    edit("series", "mohan/port/trade_value/cn_port_office/cny", "unit", "tonnes")
    assert "the metric trade_value cannot be measured in tonnes" in message(folder)


@pytest.mark.parametrize(
    ("cells", "column", "said"),
    [
        ({"value": "", "qualifier": "", "growth_percent": "", "growth_qualifier": ""}, "value",
         "neither a value nor a growth"),
        ({"qualifier": ""}, "qualifier", "value and qualifier go together"),
        ({"growth_qualifier": ""}, "growth_qualifier", "growth and its qualifier go together"),
        ({"value": "", "qualifier": "", "value_to": "50"}, "value_to", "without a lower end"),
        ({"value_to": "40"}, "value_to", "the range runs from 43.34 to 40"),
        ({"growth_percent": "-100"}, "growth_percent", "leaves nothing"),
        ({"availability": "unofficial_copy"}, "url", "addresses of copies are not kept"),
    ],
)  # fmt: skip
def test_cells_of_a_row_that_do_not_go_together(folder, edit, cells, column, said):
    for name, text in cells.items():
        edit("reports", "R0215", name, text)
    text = message(folder)
    assert "row R0215" in text
    assert f"column {column}" in text
    assert said in text


def test_duplicate_key(folder):
    rows = rows_of(folder, "reports")
    write_rows(folder / "reports.csv", [*rows, rows[3] | {"note": "again"}])
    text = message(folder)
    assert f"the key '{rows[3]['report_id']}' is already on line 5" in text
    assert f"(line {len(rows) + 2})" in text


def test_duplicate_report_under_a_new_key(folder):
    rows = rows_of(folder, "reports")
    write_rows(folder / "reports.csv", [*rows, rows[3] | {"report_id": "R9999", "note": "again"}])
    text = message(folder)
    assert "row R9999" in text
    assert f"this is the report {rows[3]['report_id']} once more" in text
    assert f"merge its note into {rows[3]['report_id']}" in text


@pytest.mark.parametrize(
    ("table", "column", "wrong", "said"),
    [
        ("conflict_monthly", "value", "1.5", "a whole number, zero or more"),
        ("conflict_monthly", "value", "-1", "a whole number, zero or more"),
        ("conflict_monthly", "value", "", "the cell is empty"),
        ("conflict_monthly", "series", "conflict/kachin", "for example conflict/kachin/events"),
        ("conflict_monthly", "unit", "event", "did you mean 'events'?"),
        ("dengue_monthly", "series", "dengue/Laos/cases", "or dengue/LAO/cases"),
        ("dengue_monthly", "month", "2020-13", "a month, YYYY-MM"),
        ("dengue_monthly", "unit", "deaths", "changes its unit to"),
        ("macro_monthly", "value", "0", "a positive number"),
        ("monte_carlo", "coverage", "1.2", "a coverage of 1.2 is not a share"),
        ("monte_carlo", "coverage", "-0.2", "a number, zero or more"),
        ("monte_carlo", "bias", "nan", "for example -0.0123 or 1.5e-05"),
        ("monte_carlo", "bias", "", "the cell is empty"),
        ("monte_carlo", "replications", "40.0", "a whole number, zero or more"),
        ("monte_carlo", "history", "Rho 0.6", "a word in lower-case letters"),
        ("monte_carlo_sample", "lower", "-inf", "for example -0.0123 or 1.5e-05"),
        ("monte_carlo_sample", "upper", "-1e9", "to -1e9"),
        ("monte_carlo_sample", "replication", "-1", "a whole number, zero or more"),
    ],
)
def test_wrong_cell_in_counts_and_simulation(folder, table, column, wrong, said):
    rows = rows_of(folder, table)
    rows[3][column] = wrong
    write_rows(folder / f"{table}.csv", rows)
    text = message(folder)
    assert f"data_raw/{table}.csv, row " in text
    assert f"(line 5), column {column}" in text
    assert said in text


@pytest.mark.parametrize("text", ["-0.25", "1.5e-05", "-3e-07", "0.0", "12"])
def test_numbers_of_a_simulation_may_be_negative_and_small(folder, text):
    rows = rows_of(folder, "monte_carlo")
    rows[3]["bias"] = text
    write_rows(folder / "monte_carlo.csv", rows)
    assert read_table("monte_carlo", folder).loc[5, "bias"] == text


def test_duplicate_month(folder):
    rows = rows_of(folder, "macro_monthly")
    write_rows(folder / "macro_monthly.csv", [*rows, rows[0]])
    assert "the key 'cpi/CHN, 2010-01' is already on line 2" in message(folder)


def test_unit_that_changes_within_a_monthly_series(folder):
    rows = rows_of(folder, "commodity_prices_monthly")
    rows[5]["unit"] = "USD per tonne"
    write_rows(folder / "commodity_prices_monthly.csv", rows)
    text = message(folder)
    assert "the series commodity/banana_us changes its unit to 'USD per tonne'" in text
    assert "(line 7)" in text


def test_missing_column(folder):
    rows = [{k: v for k, v in row.items() if k != "basis"} for row in rows_of(folder, "reports")]
    write_rows(folder / "reports.csv", rows)
    text = message(folder)
    assert "data_raw/reports.csv, line 1 (header): the column 'basis' is missing" in text


def test_unknown_column_gets_a_hint(folder):
    rows = rows_of(folder, "reports")
    renamed = [{("vlaue" if k == "value" else k): v for k, v in row.items()} for row in rows]
    write_rows(folder / "reports.csv", renamed)
    text = message(folder)
    assert "unknown column 'vlaue'" in text
    assert "did you mean 'value'" in text


def test_column_that_stands_twice(folder):
    path = folder / "macro_monthly.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([lines[0] + ",unit", *(f"{line},index" for line in lines[1:])]))
    assert "the column 'unit' stands twice" in message(folder)


def test_row_with_too_many_cells(folder):
    path = folder / "macro_monthly.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[9] += ",9"
    path.write_text("\n".join(lines), encoding="utf-8")
    text = message(folder)
    assert "the row has 5 cells, the header has 4" in text
    assert "(line 10)" in text


def test_missing_table(folder):
    (folder / "reports.csv").unlink()
    assert "git checkout -- data_raw/reports.csv" in message(folder)


def test_empty_table(folder):
    (folder / "events.csv").write_text("")
    assert "data_raw/events.csv, line 1 (header): the column 'event_id' is missing" in message(
        folder
    )


def test_table_in_another_encoding(folder):
    path = folder / "reports.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    assert "in UTF-8" in message(folder)
