"""World Bank, World Development Indicators, by country and year.

Source: Indicators API v2, `GET v2/{language}/country/{countries}/indicator/{code}` with
format=json, date=from:to, per_page and page, described at "About the Indicators API Documentation",
https://datahelpdesk.worldbank.org/knowledgebase/articles/889392, and "API Basic Call Structures",
https://datahelpdesk.worldbank.org/knowledgebase/articles/898581. The answer is a list of two: a
head (page, pages, per_page, total, lastupdated) and the rows of the page (indicator,
countryiso3code, date, value). Pages are asked for until `total` rows were read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

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

INDICATORS: Final[Mapping[str, str]] = {
    "fdi_inflows": "BX.KLT.DINV.CD.WD",
    "gdp": "NY.GDP.MKTP.CD",
    "gdp_growth": "NY.GDP.MKTP.KD.ZG",
    "homicide": "VC.IHR.PSRC.P5",
    "hospital_beds": "SH.MED.BEDS.ZS",
    "inflation": "FP.CPI.TOTL.ZG",
    "merchandise_exports": "TX.VAL.MRCH.CD.WT",
    "merchandise_imports": "TM.VAL.MRCH.CD.WT",
    "population": "SP.POP.TOTL",
    "tb_incidence": "SH.TBS.INCD",
}
"""Name of the register of indicators -> code of the publisher."""
RENAMED: Final[Mapping[str, str]] = {"XKX": "RKS"}  # Kosovo, which has no code in ISO 3166-1
NEEDED: Final = ("indicator", "countryiso3code", "date", "value")
KEYS: Final = ("indicator", "iso3", "year")


def fetch_indicators(asked: Asked) -> pd.DataFrame:
    """Return ten indicators for every economy of the publisher, aggregates among them.

    Returns
    -------
    pandas.DataFrame
        Columns indicator, iso3, year, value, unit; missing values have no row. The unit is that
        of the register of indicators.

    Raises
    ------
    SourceError
        When fields are missing, rows are fewer than announced or a key stands twice.
    """
    with clients.world_bank(asked.session) as client:
        pieces = [_indicator(client, asked, name, code) for name, code in INDICATORS.items()]
    df = require_rows(pd.concat(pieces, ignore_index=True), asked.session.base)
    return require_unique(df, KEYS, asked.session.base)


def _indicator(client: Any, asked: Asked, name: str, code: str) -> pd.DataFrame:
    before = len(asked.session.answers)
    period = {"date": f"{asked.first}:{asked.last}"}
    try:
        rows = list(client.fetch(f"country/all/indicator/{code}", period))
    except client.APIError as error:
        raise SourceError(f"the publisher refuses: {error.msg}", where=code) from error
    except (KeyError, IndexError, TypeError, ValueError) as error:
        form = "a list of a head with total and per_page, and rows"
        raise other_form(asked.session.answers[-1].address, form) from error
    first = asked.session.answers[before]
    announced = int(json.loads(first.content)[0]["total"])
    if announced != len(rows):
        raise SourceError(
            f"{len(rows)} rows came, {announced} were announced",
            where=first.address,
            remedy="fetch again; nothing was kept",
        )
    if rows:
        require_columns(rows[0], NEEDED, first.address)
    kept = [row for row in rows if row["value"] is not None and row["countryiso3code"]]
    return pd.DataFrame(
        {
            "indicator": name,
            "iso3": [RENAMED.get(row["countryiso3code"], row["countryiso3code"]) for row in kept],
            "year": [str(row["date"]) for row in kept],
            "value": [float(row["value"]) for row in kept],
            "unit": "as in indicators.csv",
        }
    )
