"""UN Comtrade: China's trade with its neighbours, by month or by year.

Source: UN Comtrade API v1, `GET data/v1/get/{type}/{frequency}/{classification}`, described at "UN
Comtrade Developer Portal", https://comtradedeveloper.un.org, and "UN Comtrade Docs",
https://uncomtrade.org/docs. Answers are one JSON object: `count`, `data` (a list of records) and
`error`. A record names `reporterCode`, `partnerCode` (UN M49), `flowCode` (M imports, X exports),
`period` (YYYY or YYYYMM), `cmdCode` and `primaryValue` in US dollars, imports c.i.f. and exports
f.o.b. At most twelve periods a request; more are asked in turn. Too many requests are answered with
429 and Retry-After.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

import pandas as pd

from analysis.connectors import clients
from analysis.connectors.asked import (
    Asked,
    other_form,
    require_columns,
    require_rows,
    require_unique,
)
from analysis.connectors.errors import SourceError

CHINA: Final = "156"
PARTNERS: Final[Mapping[str, str]] = {"418": "LAO", "104": "MMR", "704": "VNM"}
FLOWS: Final[Mapping[str, str]] = {"M": "imports", "X": "exports"}
PERIODS_A_REQUEST: Final = 12
MOST_RECORDS: Final = 250_000
NEEDED: Final = (
    *("reporterCode", "partnerCode", "partner2Code", "flowCode", "period", "cmdCode"),
    *("customsCode", "motCode", "primaryValue"),
)
KEYS: Final = ("partner", "flow", "period")

Frequency = Literal["A", "M"]


def fetch_monthly(asked: Asked) -> pd.DataFrame:
    """Return China's exports and imports by partner and month; see `fetch_trade`."""
    return fetch_trade(asked, "M")


def fetch_annual(asked: Asked) -> pd.DataFrame:
    """Return China's exports and imports by partner and year; see `fetch_trade`."""
    return fetch_trade(asked, "A")


def fetch_trade(asked: Asked, frequency: Frequency) -> pd.DataFrame:
    """Ask for all goods, all customs procedures and all modes of transport together.

    Returns
    -------
    pandas.DataFrame
        Columns partner (ISO 3166-1 alpha-3), flow, period (YYYY-MM or YYYY), value in US dollars
        and unit, one row a key.

    Raises
    ------
    SourceError
        When fields are missing, records are fewer than announced, or a key stands twice.
    """
    with clients.comtrade(asked.session) as client:
        pieces = [_records(client, asked, frequency, chunk) for chunk in _chunks(asked, frequency)]
    where = asked.session.base
    return require_unique(_tidy(require_rows(pd.concat(pieces), where)), KEYS, where)


def _chunks(asked: Asked, frequency: Frequency) -> list[list[str]]:
    if frequency == "A":
        periods = [str(year) for year in asked.years]
    else:
        periods = [f"{year}{month:02d}" for year in asked.years for month in range(1, 13)]
    starts = range(0, len(periods), PERIODS_A_REQUEST)
    return [periods[start : start + PERIODS_A_REQUEST] for start in starts]


def _records(
    client: Any, asked: Asked, frequency: Frequency, periods: Sequence[str]
) -> pd.DataFrame:
    try:
        df: pd.DataFrame = client.getFinalData(
            clients.KEY_IN_HEADER,
            typeCode="C",
            freqCode=frequency,
            clCode="HS",
            period=",".join(periods),
            reporterCode=CHINA,
            cmdCode="TOTAL",
            flowCode=",".join(FLOWS),
            partnerCode=",".join(PARTNERS),
            partner2Code="0",
            customsCode="C00",
            motCode="0",
            maxRecords=MOST_RECORDS,
            format_output="JSON",
            breakdownMode="plus",
            includeDesc=False,
        )
    except (KeyError, TypeError, AttributeError) as error:
        form = "an object with count, data (a list of records) and error"
        raise other_form(asked.session.answers[-1].address, form) from error
    answer = asked.session.answers[-1]
    announced = json.loads(answer.content).get("count")
    if announced != len(df) or len(df) >= MOST_RECORDS:
        raise SourceError(
            f"{len(df)} records came, {announced} were announced",
            where=answer.address,
            allowed=f"as many as announced, and fewer than {MOST_RECORDS}",
            remedy="fetch again; nothing was kept",
        )
    if len(df):
        require_columns(df.columns, NEEDED, answer.address)
    return df


def _tidy(df: pd.DataFrame) -> pd.DataFrame:
    codes = df["partnerCode"].astype(int).astype(str)
    period = df["period"].astype(str)
    return pd.DataFrame(
        {
            "partner": codes.map(PARTNERS),
            "flow": df["flowCode"].map(FLOWS),
            "period": period.str.replace(r"^(\d{4})(\d{2})$", r"\1-\2", regex=True),
            "value": df["primaryValue"].astype(float),
            "unit": "USD",
        }
    )
