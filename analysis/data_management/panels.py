"""Raw tables of countries and provinces -> panels: one value a unit, time and measure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from analysis.data_management import vocabularies as v
from analysis.data_management.rounding import interval_of

POLICY_COLUMNS = ("unit", "month", "index", "value")
COVID_COLUMNS = ("unit", "month", "indicator", "value")
COUNTRY_YEAR_COLUMNS = ("iso3", "year", "indicator", "value")
COUNTRY_COLUMNS = ("iso3", "name", "region", "subregion", "latitude", "longitude")
PROVINCE_COLUMNS = ("unit", "name", "land_border")
INDICATOR_COLUMNS = ("indicator", "table", "unit", "lowest", "highest", "label", "note")
SEIZURE_COLUMNS = (
    *("drug", "area", "year", "value", "lower", "upper", "unit"),
    *("value_printed", "qualifier", "quoted_by", "url"),
)
GAP_COLUMNS = (
    *("gap_id", "studies", "measure", "area", "question", "why"),
    *("publisher", "address", "access", "columns"),
)
_COVID_MEASURES = ("cases", "deaths", "vaccinated", "fully_vaccinated")


def build_policy(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Stack the policy indices of countries and of provinces.

    Returns
    -------
    pandas.DataFrame
        Columns `POLICY_COLUMNS`, sorted by unit, month and index; `value` is the mean of the days
        of the month, 0 to 100.
    """
    return _long(pd.concat(list(tables)), v.POLICY_INDICES, POLICY_COLUMNS)


def build_covid(countries: pd.DataFrame, provinces: pd.DataFrame) -> pd.DataFrame:
    """Stack COVID-19 figures of countries and of Chinese provinces.

    Returns
    -------
    pandas.DataFrame
        Columns `COVID_COLUMNS`, sorted by unit, month and indicator. Months for which nothing is
        reported have no row. `confirmed` (provinces) and `cases` (countries) are counted by
        different publishers and do not add up.
    """
    stacked = pd.concat(
        [
            _long(countries, _COVID_MEASURES, COVID_COLUMNS),
            _long(provinces, ("confirmed",), COVID_COLUMNS),
        ]
    )
    return _sorted(stacked, COVID_COLUMNS[:3])


def build_country_year(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Stack the tables of indicators by country and year.

    Returns
    -------
    pandas.DataFrame
        Columns `COUNTRY_YEAR_COLUMNS`, sorted by country, year and indicator; units stand in the
        table `indicators`. Values that a publisher does not give have no row.
    """
    df = pd.concat(list(tables), ignore_index=True)
    df = df.assign(year=df["year"].astype("int64"), value=df["value"].astype(float))
    return _sorted(df[list(COUNTRY_YEAR_COLUMNS)], COUNTRY_YEAR_COLUMNS[:3])


def build_countries(raw: pd.DataFrame) -> pd.DataFrame:
    """Return the countries sorted by code; `latitude` and `longitude` in degrees."""
    degrees = {name: raw[name].astype(float) for name in ("latitude", "longitude")}
    return _sorted(raw.assign(**degrees)[list(COUNTRY_COLUMNS)], ["iso3"])


def build_provinces(raw: pd.DataFrame) -> pd.DataFrame:
    """Return the Chinese provinces sorted by code; `land_border` marks a border with a country."""
    df = raw.assign(land_border=raw["land_border"] == "1")
    return _sorted(df[list(PROVINCE_COLUMNS)], ["unit"])


def build_indicators(raw: pd.DataFrame) -> pd.DataFrame:
    """Return the register of indicators; `lowest` and `highest` are missing without a limit."""
    limits = {name: _numbers(raw[name]) for name in ("lowest", "highest")}
    return _sorted(raw.assign(**limits)[list(INDICATOR_COLUMNS)], ["indicator"])


def build_drug_seizures(raw: pd.DataFrame) -> pd.DataFrame:
    """Return the quoted seizures with the bounds of their printed digits.

    Returns
    -------
    pandas.DataFrame
        Columns `SEIZURE_COLUMNS`; `value` is the middle of `lower` and `upper` (see
        `rounding.interval_of`), all in `unit`.
    """
    cells = zip(raw["value"], raw["qualifier"], strict=True)
    bounds = [interval_of(printed, qualifier) for printed, qualifier in cells]
    df = raw.assign(
        year=raw["year"].astype("int64"),
        value=[float(item.middle) for item in bounds],
        lower=[float(item.lower) for item in bounds],
        upper=[float(item.upper) for item in bounds],
        value_printed=raw["value"],
    )
    return _sorted(df[list(SEIZURE_COLUMNS)], SEIZURE_COLUMNS[:3])


def build_data_gaps(raw: pd.DataFrame) -> pd.DataFrame:
    """Return the register of data that are not at hand, sorted by `gap_id`."""
    return _sorted(raw[list(GAP_COLUMNS)], ["gap_id"])


def _long(df: pd.DataFrame, measures: Sequence[str], columns: Sequence[str]) -> pd.DataFrame:
    unit, month, measure, value = columns
    long = df.melt([unit, month], list(measures), var_name=measure, value_name=value)
    long = long[long[value] != ""]
    typed: dict[str, Any] = {
        month: pd.to_datetime(long[month] + "-01"),
        value: long[value].astype(float),
        measure: long[measure].astype("str"),
    }
    return _sorted(long.assign(**typed)[list(columns)], columns[:3])


def _numbers(column: pd.Series[str]) -> pd.Series[float]:
    return column.replace("", "nan").astype(float)


def _sorted(df: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    return df.sort_values(list(keys)).reset_index(drop=True)
