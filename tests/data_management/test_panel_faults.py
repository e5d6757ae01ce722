from __future__ import annotations

import csv

import pytest
from raw_files import write_rows

from analysis.data_management.read_raw import read_raw, read_table
from analysis.errors import DataError

KEYS = {
    "countries": ("iso3",),
    "country_borders": ("iso3", "neighbour"),
    "provinces": ("unit",),
    "policy_monthly": ("unit", "month"),
    "policy_provinces_monthly": ("unit", "month"),
    "covid_monthly": ("unit", "month"),
    "covid_provinces_monthly": ("unit", "month"),
    "indicators": ("indicator",),
    "country_annual": ("indicator", "iso3", "year"),
    "health_security_index": ("indicator", "iso3", "year"),
    "organised_crime_index": ("indicator", "iso3", "year"),
    "drug_seizures": ("drug", "area", "year"),
    "data_gaps": ("gap_id",),
    "conflict_monthly": ("series", "month"),
}


def rows_of(folder, table) -> list[dict[str, str]]:
    return list(csv.DictReader((folder / f"{table}.csv").open(encoding="utf-8", newline="")))


def line_of(rows, table, key) -> int:
    found = [tuple(row[name] for name in KEYS[table]) for row in rows]
    return found.index(key) + 2


def read_what_is_needed(folder, table) -> None:
    read_table(table, folder)  # quick; what one table does not show, all of them do
    read_raw(folder)


def refused(folder, table) -> str:
    with pytest.raises(DataError) as caught:
        read_what_is_needed(folder, table)
    assert caught.value.remedy
    assert f"data_raw/{table}.csv" in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("table", "key", "column", "wrong", "said"),
    [
        ("policy_monthly", ("LAO", "2020-04"), "stringency", "100.01", "stringency is 100.01"),
        ("policy_monthly", ("LAO", "2020-04"), "stringency", "-1", "a number from 0 to 100"),
        ("policy_monthly", ("LAO", "2020-04"), "stringency", "", "the cell is empty"),
        ("policy_monthly", ("LAO", "2020-04"), "month", "2020-13", "a month, YYYY-MM"),
        ("policy_monthly", ("LAO", "2020-01"), "unit", "LA", "for example LAO or CHN-YN"),
        ("policy_provinces_monthly", ("CHN-YN", "2022-12"), "economic_support", "180", "0 to 100"),
        ("covid_monthly", ("THA", "2021-07"), "cases", "-5", "a whole number, zero or more"),
        ("covid_monthly", ("THA", "2021-07"), "deaths", "", "the cell is empty"),
        ("covid_monthly", ("THA", "2021-07"), "vaccinated", "many", "zero or more, or nothing"),
        ("covid_provinces_monthly", ("CHN-YN", "2020-02"), "confirmed", "-99999", "less than none"),
        ("covid_provinces_monthly", ("CHN-YN", "2020-02"), "confirmed", "1.5", "for a correction"),
        ("countries", ("LAO",), "latitude", "91", "a latitude of 91 degrees"),
        ("countries", ("LAO",), "longitude", "-181", "a longitude of -181 degrees"),
        ("countries", ("LAO",), "region", "Asien", "did you mean 'Asia'?"),
        ("provinces", ("CHN-YN",), "land_border", "yes", "0, 1"),
        ("indicators", ("gdp",), "highest", "0", "gdp runs from 0 to 0"),
        ("indicators", ("gdp",), "unit", "", "the cell is empty"),
        ("indicators", ("gdp",), "table", "country-year", "did you mean 'country_year'?"),
        ("country_annual", ("gdp", "LAO", "2019"), "value", "1,000", "with a point for decimals"),
        ("country_annual", ("gdp", "LAO", "2019"), "value", "-1", "is -1, below 0 (USD)"),
        ("country_annual", ("gdp", "LAO", "2019"), "year", "19", "a year, YYYY"),
        (
            "health_security_index",
            ("ghs_overall", "LAO", "2019"),
            "value",
            "328",
            "ghs_overall of LAO in 2019 is 328, above 100 (score 0 to 100)",
        ),
        (
            "organised_crime_index",
            ("crime_resilience", "MMR", "2023"),
            "value",
            "0.5",
            "below 1 (score 1 to 10)",
        ),
        ("drug_seizures", ("methamphetamine", "THA", "2020"), "unit", "kg", "tonnes"),
        ("data_gaps", ("G04",), "access", "opne", "'open'?"),
        ("data_gaps", ("G04",), "address", "dataunodc.un.org", "http://"),
        ("data_gaps", ("G04",), "columns", "iso3, year", "separated by semicolons"),
        ("drug_seizures", ("methamphetamine", "THA", "2020"), "area", "Thailand", "THA"),
        ("drug_seizures", ("methamphetamine", "THA", "2020"), "qualifier", "abuot", "'about'?"),
        (
            "conflict_monthly",
            ("conflict/kachin/events", "2013-01"),
            "value",
            "9999",
            "its states and regions add up to another number",
        ),
    ],
)  # fmt: skip
def test_wrong_cell_is_named_with_file_line_and_key(folder, table, key, column, wrong, said):
    rows = rows_of(folder, table)
    line = line_of(rows, table, key)
    rows[line - 2][column] = wrong
    write_rows(folder / f"{table}.csv", rows)
    text = refused(folder, table)
    assert said in text
    if table == "conflict_monthly":  # the nation is named, whose sum no longer holds
        assert "row conflict/national/events, 2013-01" in text
        return
    new_key = [
        wrong if name == column else part for name, part in zip(KEYS[table], key, strict=True)
    ]
    assert f"row {', '.join(new_key)} (line {line}), column {column}" in text


@pytest.mark.parametrize(
    ("table", "column", "key", "wrong", "said"),
    [
        ("policy_monthly", "unit", "LAO", "XXX", "'XXX' is not known"),
        ("covid_monthly", "unit", "LAO", "XXX", "'XXX' is not known"),
        ("policy_provinces_monthly", "unit", "CHN-YN", "CHN-ZZ", "the unit of provinces.csv"),
        ("covid_provinces_monthly", "unit", "CHN-YN", "CHN-ZZ", "the unit of provinces.csv"),
        ("country_annual", "iso3", "LAO", "XKX", "add a row to countries.csv"),
        ("country_annual", "indicator", "gdp", "gpd", "declare it in indicators.csv"),
        ("country_annual", "indicator", "gdp", "cases", "whose table is country_year"),
    ],
)
def test_name_that_no_register_knows(folder, table, column, key, wrong, said):
    rows = rows_of(folder, table)
    for row in rows:
        row[column] = wrong if row[column] == key else row[column]
    write_rows(folder / f"{table}.csv", rows)
    assert said in refused(folder, table)


def test_country_that_is_taken_out_of_the_register(folder):
    rows = [row for row in rows_of(folder, "countries") if row["iso3"] != "LAO"]
    write_rows(folder / "countries.csv", rows)
    text = refused(folder, "country_borders")
    assert "row CHN, LAO" in text
    assert "'LAO' is not known" in text


@pytest.mark.parametrize("table", KEYS)
def test_duplicate_key(folder, table):
    rows = rows_of(folder, table)
    write_rows(folder / f"{table}.csv", [*rows, rows[4]])
    text = refused(folder, table)
    key = ", ".join(rows[4][name] for name in KEYS[table])
    assert f"row {key} (line {len(rows) + 2})" in text
    assert f"the key '{key}' is already on line 6" in text


@pytest.mark.parametrize(
    "table",
    ["policy_monthly", "policy_provinces_monthly", "covid_monthly", "covid_provinces_monthly"],
)
def test_missing_month_is_named(folder, table):
    rows = rows_of(folder, table)
    gone, after = rows[7], rows[8]
    write_rows(folder / f"{table}.csv", [row for row in rows if row is not gone])
    text = refused(folder, table)
    assert f"{after['unit']} has no row for the month before {after['month']}" in text


def test_border_from_one_side(folder):
    rows = rows_of(folder, "country_borders")
    kept = [row for row in rows if row != {"iso3": "LAO", "neighbour": "CHN"}]
    assert len(kept) == len(rows) - 1
    write_rows(folder / "country_borders.csv", kept)
    text = refused(folder, "country_borders")
    assert "row CHN, LAO" in text
    assert "the border of CHN with LAO stands once, from CHN alone" in text


def test_border_with_itself(folder):
    rows = [*rows_of(folder, "country_borders"), {"iso3": "LAO", "neighbour": "LAO"}]
    write_rows(folder / "country_borders.csv", rows)
    assert "LAO is given a border with itself" in refused(folder, "country_borders")


def test_vaccinated_persons_never_fall(folder):
    rows = rows_of(folder, "covid_monthly")
    thai = [row for row in rows if row["unit"] == "THA" and row["vaccinated"]]
    thai[-1]["vaccinated"] = "1"
    write_rows(folder / "covid_monthly.csv", rows)
    text = refused(folder, "covid_monthly")
    assert f"vaccinated of THA falls to 1 in {thai[-1]['month']}" in text


def test_order_of_rows_does_not_matter(folder):
    for table in KEYS:
        write_rows(folder / f"{table}.csv", rows_of(folder, table)[::-1])
    assert len(read_raw(folder)["policy_monthly"]) == 6660
