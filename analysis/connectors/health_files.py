"""Policy indices, COVID-19 figures and dengue cases: three files of health data.

Sources:
- OxCGRT, final data set, https://github.com/OxCGRT/covid-policy-dataset: one row a country and day,
  `Date` as YYYYMMDD, `Jurisdiction` NAT_TOTAL for a nation, indices 0 to 100.
- Our World in Data, https://github.com/owid/covid-19-data/tree/master/public/data: one row a place
  and day, `iso_code`, `date`, daily new cases and deaths, persons vaccinated so far. The data set
  is no longer updated.
- OpenDengue, https://opendengue.org and https://github.com/OpenDengue/master-repo: national
  extract, one row a country and period from calendar_start_date to calendar_end_date, `T_res`
  Week, Month or Year, `dengue_total` cases.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

from analysis.connectors.asked import Asked
from analysis.connectors.files import fetch_table, in_years, numbers, tidy

POLICY_PATH: Final = "OxCGRT/covid-policy-dataset/main/data/OxCGRT_compact_national_v1.csv"
POLICY: Final[Mapping[str, str]] = {
    "StringencyIndex_Average": "stringency",
    "ContainmentHealthIndex_Average": "containment_health",
    "GovernmentResponseIndex_Average": "government_response",
    "EconomicSupportIndex": "economic_support",
}
COVID_PATH: Final = "owid/covid-19-data/master/public/data/owid-covid-data.csv"
COVID: Final[Mapping[str, str]] = {
    "new_cases": "cases",
    "new_deaths": "deaths",
    "people_vaccinated": "vaccinated",
    "people_fully_vaccinated": "fully_vaccinated",
}
SO_FAR: Final = ("vaccinated", "fully_vaccinated")  # stands so far, not sums of days
DENGUE_PATH: Final = "OpenDengue/master-repo/main/data/releases/V1.3/National_extract_V1_3.zip"
DENGUE: Final = ("ISO_A0", "calendar_start_date", "calendar_end_date", "T_res", "dengue_total")
UNIT_KEYS: Final = ("unit_code", "month", "indicator")
SERIES_KEYS: Final = ("series", "month")
COUNTRIES: Final = ("CHN", "KHM", "LAO", "MMR", "THA", "VNM")
FINEST_FIRST: Final = ("Month", "Week")


def fetch_policy(asked: Asked) -> pd.DataFrame:
    """Return means of the days of each month, for nations.

    Returns
    -------
    pandas.DataFrame
        Columns unit_code (ISO 3166-1 alpha-3), month, indicator, value (0 to 100), unit.
    """
    needed = ("CountryCode", "Jurisdiction", "Date", *POLICY)
    df = fetch_table(asked, POLICY_PATH, needed)
    df = in_years(df[df["Jurisdiction"] == "NAT_TOTAL"], "Date", asked)
    month = df["Date"].str[:4] + "-" + df["Date"].str[4:6]
    return _by_month(df, df["CountryCode"], month, POLICY, "index", asked)


def fetch_covid(asked: Asked) -> pd.DataFrame:
    """Return cases and deaths of each month, and persons vaccinated as last reported in it.

    Returns
    -------
    pandas.DataFrame
        Columns as `fetch_policy`; six countries.
    """
    df = fetch_table(asked, COVID_PATH, ("iso_code", "date", *COVID))
    df = in_years(df[df["iso_code"].isin(COUNTRIES)], "date", asked).sort_values("date")
    return _by_month(df, df["iso_code"], df["date"].str[:7], COVID, "persons", asked)


def _by_month(
    df: pd.DataFrame,
    units: pd.Series,
    months: pd.Series,
    named: Mapping[str, str],
    unit: str,
    asked: Asked,
) -> pd.DataFrame:
    pieces = []
    for column, name in named.items():
        values = numbers(df[column], asked.session.base)
        groups = values.groupby([units, months])
        if unit == "index":
            value = groups.mean()
        else:
            value = groups.last() if name in SO_FAR else groups.sum(min_count=1)
        piece = value.rename_axis(["unit_code", "month"]).rename("value").reset_index()
        pieces.append(piece.assign(indicator=name, unit=unit))
    return tidy(pd.concat(pieces), UNIT_KEYS, asked.session.base)


def fetch_dengue(asked: Asked) -> pd.DataFrame:
    """Return cases by country and month, from monthly reports or, where there are none, weekly.

    A week counts for the month that it begins in, so that a month holds four or five whole weeks.

    Returns
    -------
    pandas.DataFrame
        Columns series (dengue/ISO3/cases), month, value, unit. The choice of complete months and
        years that data_raw makes is not made here.
    """
    df = fetch_table(asked, DENGUE_PATH, DENGUE)
    df = df[df["ISO_A0"].isin(COUNTRIES) & df["T_res"].isin(FINEST_FIRST)]
    df = in_years(df, "calendar_start_date", asked)
    df = df.assign(
        series="dengue/" + df["ISO_A0"] + "/cases",
        month=df["calendar_start_date"].str[:7],
        value=numbers(df["dengue_total"], asked.session.base),
        unit="cases",
    )
    keys = ["series", "month", "T_res", "unit"]
    sums = df.groupby(keys)["value"].sum(min_count=1).reset_index()
    chosen = sums.sort_values("T_res").drop_duplicates(["series", "month"])  # Month before Week
    return tidy(chosen, SERIES_KEYS, asked.session.base)
