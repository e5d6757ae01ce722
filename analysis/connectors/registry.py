"""The official sources: one entry each: where it is, its terms, what it is compared with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from analysis.connectors import comtrade, conflict_files, drift, health_files, imf, world_bank
from analysis.connectors.asked import Asked
from analysis.connectors.drift_reports import compare_with_reports

COMTRADE_KEY: Final = "COMTRADE_API_KEY"
IMF_KEY: Final = "IMF_API_KEY"
GITHUB: Final = "https://raw.githubusercontent.com"
_COMTRADE_BASE: Final = "https://comtradeapi.un.org"
_COMTRADE_NOTES: Final = (
    "https://comtradedeveloper.un.org",
    "https://uncomtrade.org/docs",
)
_COMTRADE_TERMS: Final = (
    "UN Comtrade terms of use: free for own analysis with a registered key, passing the data on "
    "needs the leave of the United Nations"
)
_IMF_BASE: Final = "https://api.imf.org/external/sdmx/2.1"
_IMF_NOTES: Final = "https://data.imf.org/en/Resource-Pages/IMF-API"
_IMF_DATA_SETS: Final = "https://data.imf.org/en/datasets"
_IMF_TERMS: Final = "IMF copyright and usage terms: free use with attribution"
_CC: Final = "CC BY 4.0"


@dataclass(frozen=True)
class Source:
    """An official source.

    Attributes
    ----------
    client
        Name of the installed package that speaks to it.
    base
        Address that every request begins with.
    documentation
        Where the publisher describes addresses and formats.
    key_variable
        Environment variable that holds the subscription key, or None if there is none.
    key_needed
        Whether the publisher answers only with a key; an optional one is sent where it is set.
    release
        Whether the file is a numbered release that must never change.
    table
        Table of data_raw that holds matching figures.
    fetch
        From what is asked to a tidy table: key columns, value, unit.
    compare
        From the tidy table and the folder data_raw to the table of drift.
    """

    name: str
    title: str
    client: str
    base: str
    documentation: tuple[str, ...]
    terms: str
    table: str
    fetch: Callable[[Asked], pd.DataFrame]
    compare: Callable[[pd.DataFrame, Path], pd.DataFrame]
    key_variable: str | None = None
    key_needed: bool = True
    release: bool = False


def _against(
    reader: drift.Reader, keys: tuple[str, ...]
) -> Callable[[pd.DataFrame, Path], pd.DataFrame]:
    return lambda fetched, folder: drift.compare(fetched, reader(folder), keys)


SOURCES: Final[Mapping[str, Source]] = {
    source.name: source
    for source in (
        Source(
            name="comtrade_monthly",
            title="UN Comtrade, China's trade by partner and month",
            client="comtradeapicall",
            base=_COMTRADE_BASE,
            documentation=_COMTRADE_NOTES,
            terms=_COMTRADE_TERMS,
            table="reports",
            fetch=comtrade.fetch_monthly,
            compare=compare_with_reports,
            key_variable=COMTRADE_KEY,
        ),
        Source(
            name="comtrade_annual",
            title="UN Comtrade, China's trade by partner and year",
            client="comtradeapicall",
            base=_COMTRADE_BASE,
            documentation=_COMTRADE_NOTES,
            terms=_COMTRADE_TERMS,
            table="reports",
            fetch=comtrade.fetch_annual,
            compare=compare_with_reports,
            key_variable=COMTRADE_KEY,
        ),
        Source(
            name="imf_exchange_rates",
            title="IMF, exchange rates against the US dollar by month",
            client="sdmx1",
            base=_IMF_BASE,
            documentation=(_IMF_NOTES, f"{_IMF_DATA_SETS}/IMF.STA:ER"),
            terms=_IMF_TERMS,
            key_variable=IMF_KEY,
            key_needed=False,
            table="macro_monthly",
            fetch=imf.fetch_exchange_rates,
            compare=_against(drift.series_of("macro_monthly"), imf.RATE_KEYS),
        ),
        Source(
            name="imf_trade",
            title="IMF, China's trade in goods by partner and month",
            client="sdmx1",
            base=_IMF_BASE,
            documentation=(_IMF_NOTES, f"{_IMF_DATA_SETS}/IMF.STA:IMTS"),
            terms=_IMF_TERMS,
            key_variable=IMF_KEY,
            key_needed=False,
            table="reports",
            fetch=imf.fetch_trade,
            compare=compare_with_reports,
        ),
        Source(
            name="world_bank",
            title="World Bank, World Development Indicators by country and year",
            client="wbgapi",
            base="https://api.worldbank.org/v2",
            documentation=(
                "https://datahelpdesk.worldbank.org/knowledgebase/articles/889392",
                "https://datahelpdesk.worldbank.org/knowledgebase/articles/898581",
            ),
            terms=_CC,
            table="country_annual",
            fetch=world_bank.fetch_indicators,
            compare=_against(drift.country_annual, world_bank.KEYS),
        ),
        Source(
            name="oxcgrt",
            title="OxCGRT, COVID-19 policy indices of nations",
            client="pooch",
            base=GITHUB,
            documentation=("https://github.com/OxCGRT/covid-policy-dataset",),
            terms=_CC,
            table="policy_monthly",
            fetch=health_files.fetch_policy,
            compare=_against(drift.policy, ("unit_code", "indicator", "month")),
        ),
        Source(
            name="owid",
            title="Our World in Data, COVID-19 cases, deaths and vaccinations",
            client="pooch",
            base=GITHUB,
            documentation=("https://github.com/owid/covid-19-data/tree/master/public/data",),
            terms=_CC,
            table="covid_monthly",
            fetch=health_files.fetch_covid,
            compare=_against(drift.covid, ("unit_code", "indicator", "month")),
        ),
        Source(
            name="opendengue",
            title="OpenDengue V1.3, dengue cases of nations",
            client="pooch",
            base=GITHUB,
            documentation=("https://opendengue.org", "https://github.com/OpenDengue/master-repo"),
            terms=_CC,
            table="dengue_monthly",
            fetch=health_files.fetch_dengue,
            compare=_against(drift.series_of("dengue_monthly"), health_files.SERIES_KEYS),
            release=True,
        ),
        Source(
            name="ucdp",
            title="UCDP Georeferenced Event Dataset 24.1, Myanmar",
            client="pooch",
            base="https://ucdp.uu.se",
            documentation=(
                "https://ucdp.uu.se/downloads",
                "https://ucdp.uu.se/downloads/ged/ged241.pdf",
            ),
            terms=_CC,
            table="conflict_monthly",
            fetch=conflict_files.fetch_conflict,
            compare=_against(drift.series_of("conflict_monthly"), conflict_files.KEYS),
            release=True,
        ),
    )
}
