"""Load panels of countries and provinces, whole or in part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from analysis import config
from analysis.data_management.load import load_table
from analysis.errors import DataError, require_known

Names = str | Sequence[str] | None


def load_policy(
    indices: Names = None, units: Names = None, folder: Path = config.DATA_PROCESSED
) -> pd.DataFrame:
    """Load the policy indices (see `panels.build_policy`) of all or some indices and units.

    Parameters
    ----------
    indices
        Policy indices, for example stringency; all if None.
    units
        Countries or Chinese provinces, for example LAO or CHN-YN; all if None.

    Raises
    ------
    DataError
        If the table holds nothing under a name.
    """
    return _part(load_table("policy", folder), {"index": indices, "unit": units}, "policy")


def load_covid(
    indicators: Names = None, units: Names = None, folder: Path = config.DATA_PROCESSED
) -> pd.DataFrame:
    """Load COVID-19 figures (see `panels.build_covid`); parameters as in `load_policy`."""
    return _part(load_table("covid", folder), {"indicator": indicators, "unit": units}, "covid")


def load_country_year(
    indicators: Names = None, countries: Names = None, folder: Path = config.DATA_PROCESSED
) -> pd.DataFrame:
    """Load indicators by country and year (see `panels.build_country_year`).

    Parameters
    ----------
    indicators
        Names of the register of indicators, for example gdp; all if None.
    countries
        Three-letter codes, for example LAO; all if None.

    Raises
    ------
    DataError
        If the table holds nothing under a name.
    """
    wanted = {"indicator": indicators, "iso3": countries}
    return _part(load_table("country_year", folder), wanted, "country_year")


def load_country_pairs(
    countries: Names = None, folder: Path = config.DATA_PROCESSED
) -> pd.DataFrame:
    """Load the pairs (see `country_pairs.build_country_pairs`), or those among some countries.

    Raises
    ------
    DataError
        If a country is not known.
    """
    df = load_table("country_pairs", folder)
    if countries is None:
        return df
    wanted = _names(countries)
    _check_known(wanted, set(df["iso3_a"]) | set(df["iso3_b"]), "iso3_a or iso3_b", "country_pairs")
    inside = df["iso3_a"].isin(wanted) & df["iso3_b"].isin(wanted)
    return df[inside].reset_index(drop=True)


def _part(df: pd.DataFrame, wanted: Mapping[str, Names], table: str) -> pd.DataFrame:
    for column, names in wanted.items():
        if names is not None:
            chosen = _names(names)
            _check_known(chosen, set(df[column]), column, table)
            df = df[df[column].isin(chosen)]
    return df.reset_index(drop=True)


def _names(names: str | Sequence[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _check_known(wanted: Sequence[str], known: set[str], column: str, table: str) -> None:
    for name in wanted:
        require_known(
            name,
            sorted(known),
            DataError,
            f"the table holds nothing for '{name}'",
            file=f"{table}.csv",
            where=f"column {column}",
        )
