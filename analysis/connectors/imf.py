"""International Monetary Fund: exchange rates (ER) and trade in goods by partner (IMTS), monthly.

Source: the IMF's SDMX 2.1 service at https://api.imf.org/external/sdmx/2.1, described at "IMF
API", https://data.imf.org/en/Resource-Pages/IMF-API; the data sets at
https://data.imf.org/en/datasets/IMF.STA:ER and https://data.imf.org/en/datasets/IMF.STA:IMTS. A
data request is `data/{flow}/{key}` with startPeriod and endPeriod; the key of ER is country,
indicator, type of transformation, frequency, that of IMTS country, indicator, counterpart country,
frequency. XDC_USD with PA_RT is domestic currency per US dollar, average of the period; XG_FOB_USD
are exports f.o.b. and MG_CIF_USD imports c.i.f., in US dollars. Months are written YYYY-Mmm.

The attribute SCALE says in what multiple the data portal shows a series (6: millions); OBS_VALUE is
in single units all the same. The service's own answer for Laos, exports of 2019 to China, reads
SCALE 6 and OBS_VALUE 1672284904. An answer whose values could only be meant in that multiple is
refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import pandas as pd

from analysis.connectors import clients
from analysis.connectors.asked import Asked, require_columns, require_rows, require_unique
from analysis.connectors.errors import SourceError

COUNTRIES: Final = ("CHN", "KHM", "LAO", "MMR", "THA", "VNM")
TRADE_PARTNERS: Final = ("LAO", "MMR", "VNM")
TRADE_FLOWS: Final[Mapping[str, str]] = {"XG_FOB_USD": "exports", "MG_CIF_USD": "imports"}
RATE_KEYS: Final = ("series", "month")
TRADE_KEYS: Final = ("partner", "flow", "period")
MONTH: Final = r"(\d{4})-M?(\d{2})"


def fetch_exchange_rates(asked: Asked) -> pd.DataFrame:
    """Return exchange rates in domestic currency per US dollar, averages of months.

    Returns
    -------
    pandas.DataFrame
        Columns series (exchange_rate/ISO3), month (YYYY-MM), value, unit.

    Raises
    ------
    SourceError
        When dimensions are missing, a month cannot be read or a key stands twice.
    """
    df = _observations(asked, "ER", f"{'+'.join(COUNTRIES)}.XDC_USD.PA_RT.M", ("COUNTRY",))
    tidy = pd.DataFrame(
        {
            "series": "exchange_rate/" + df["COUNTRY"].astype(str),
            "month": df["month"],
            "value": df["value"],
            "unit": "local currency per USD",
        }
    )
    return require_unique(tidy, RATE_KEYS, asked.session.base)


def fetch_trade(asked: Asked) -> pd.DataFrame:
    """Return China's trade in goods by partner and month.

    Returns
    -------
    pandas.DataFrame
        Columns partner, flow, period (YYYY-MM), value in US dollars, unit.

    Raises
    ------
    SourceError
        As `fetch_exchange_rates`, or when the answer does not say in what multiple it is shown, or
        when its values seem to be divided by that multiple.
    """
    key = f"CHN.{'+'.join(TRADE_FLOWS)}.{'+'.join(TRADE_PARTNERS)}.M"
    df = _observations(asked, "IMTS", key, ("COUNTERPART_COUNTRY", "INDICATOR", "SCALE"))
    _require_single_units(df, asked.session.base)
    tidy = pd.DataFrame(
        {
            "partner": df["COUNTERPART_COUNTRY"].astype(str),
            "flow": df["INDICATOR"].astype(str).map(TRADE_FLOWS),
            "period": df["month"],
            "value": df["value"],
            "unit": "USD",
        }
    )
    return require_unique(tidy, TRADE_KEYS, asked.session.base)


def _observations(asked: Asked, flow: str, key: str, needed: tuple[str, ...]) -> pd.DataFrame:
    """Return one row an observation with its dimensions and attributes as columns."""
    period = {"startPeriod": str(asked.first), "endPeriod": str(asked.last)}
    pieces = _pieces(asked, flow, key, period)
    where = asked.session.answers[-1].address
    df = require_rows(pd.concat(pieces) if pieces else pd.DataFrame(), where)
    require_columns(df.columns, ("TIME_PERIOD", "value", *needed), where)
    kept = df[df["value"].notna()]
    return kept.assign(value=kept["value"].astype(float), month=_months(kept["TIME_PERIOD"], where))


def _pieces(asked: Asked, flow: str, key: str, period: Mapping[str, str]) -> list[pd.DataFrame]:
    import warnings

    import sdmx
    from sdmx.exceptions import ParseError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # read without a structure; the columns are checked
            message = clients.imf(asked.session).get("data", flow, key=key, params=period)
            return [
                sdmx.to_pandas(data, attributes="dgso").reset_index()
                for data in message.data
                if len(data)
            ]
    except (ParseError, ValueError, AssertionError, AttributeError) as error:
        raise SourceError(
            "the answer is no SDMX data message",
            where=asked.session.base,
            allowed="SDMX-ML 2.1, generic or structure-specific",
            remedy="read the publisher's notes; nothing was kept",
        ) from error


def _months(column: pd.Series, where: str) -> pd.Series:
    parts = column.astype(str).str.extract(f"^{MONTH}")
    if parts.isna().any(axis=None):
        wrong = str(column[parts.isna().any(axis=1)].iloc[0])
        raise SourceError(f"'{wrong}' is no month", where=where, allowed="YYYY-Mmm")
    return parts[0] + "-" + parts[1]


def _require_single_units(df: pd.DataFrame, where: str) -> None:
    """Refuse values that are smaller than one unit of the multiple in which they are shown."""
    for scale, values in df.groupby(df["SCALE"].astype(str))["value"]:
        if not re.fullmatch(r"\d{1,2}", str(scale)):
            raise SourceError(
                f"the scale '{scale}' is no power of ten",
                where=where,
                allowed="the attribute SCALE on every series, a whole number",
                remedy="read the publisher's notes; a scale is never guessed",
            )
        if values.abs().max() < 10.0 ** int(str(scale)):
            raise SourceError(
                f"the largest value, {values.abs().max():g}, is less than one unit of the "
                f"multiple in which it is shown, 10^{scale}",
                where=where,
                why="the values seem to be divided already; taken as dollars they would be too "
                "small by that multiple",
                allowed="OBS_VALUE in US dollars, whatever SCALE says",
                remedy="read the publisher's notes; a scale is never guessed",
            )
