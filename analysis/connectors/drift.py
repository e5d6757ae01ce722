"""How far a fetched table lies from the figures of data_raw, key by key."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

FLOAT_NOISE: Final = 1e-12
"""Relative: a number that was written out and read again may differ in its last binary digits."""
SIGNIFICANT_DIGITS: Final = 6  # of country_annual.csv, see its card
POLICY_DECIMALS: Final = 2  # of policy_monthly.csv, see its card
VERDICTS: Final = ("agrees", "differs", "only in data_raw", "only fetched")

Reader = Callable[[Path], pd.DataFrame]
"""Folder of raw tables -> key columns, `printed` (text) and `half_step` of the last digit kept."""


def compare(fetched: pd.DataFrame, published: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Set a fetched table beside published figures.

    Parameters
    ----------
    fetched
        Key columns and `value`.
    published
        Key columns, `printed` and `half_step`; see `Reader`.

    Returns
    -------
    pandas.DataFrame
        Key columns, in_data_raw (as printed), fetched, difference (fetched less published),
        half_step, within_rounding and verdict (`VERDICTS`), one row a key of either. Keys of
        data_raw count only where the fetch reached: from its first to its last period, and for
        names that it holds at all.
    """
    *names, period = keys
    reached = published[
        published[period].between(fetched[period].min(), fetched[period].max())
        & _known(published, fetched, names)
    ]
    df = reached.merge(fetched[[*keys, "value"]], on=list(keys), how="outer", indicator="where")
    difference = df["value"] - df["printed"].astype(float)
    allowed = np.maximum(df["half_step"], FLOAT_NOISE * df["value"].abs())
    close = (difference.abs() <= allowed * (1 + FLOAT_NOISE)) & difference.notna()
    verdict = np.select(
        [df["where"] == "left_only", df["where"] == "right_only", close],
        [VERDICTS[2], VERDICTS[3], VERDICTS[0]],
        VERDICTS[1],
    )
    found = df.assign(
        in_data_raw=df["printed"].fillna(""),
        fetched=df["value"],
        difference=difference,
        within_rounding=close,
        verdict=verdict,
    )
    columns = ["in_data_raw", "fetched", "difference", "half_step", "within_rounding", "verdict"]
    return found[[*keys, *columns]].sort_values(list(keys), ignore_index=True)


def counts(drift: pd.DataFrame) -> dict[str, int]:
    """Return how many keys have each verdict, largest first."""
    return {str(name): int(number) for name, number in drift["verdict"].value_counts().items()}


def _known(published: pd.DataFrame, fetched: pd.DataFrame, names: Sequence[str]) -> pd.Series:
    known = pd.Series(data=True, index=published.index)
    for name in names:
        known &= published[name].isin(fetched[name].unique())
    return known


def country_annual(folder: Path) -> pd.DataFrame:
    """Read data_raw/country_annual.csv, whose values hold six significant digits."""
    df = _raw(folder, "country_annual").rename(columns={"value": "printed"})
    return df.assign(half_step=df["printed"].map(_half_significant))


def policy(folder: Path) -> pd.DataFrame:
    """Read data_raw/policy_monthly.csv, whose values have two decimals."""
    long = _long(_raw(folder, "policy_monthly"))
    return long.assign(half_step=10.0**-POLICY_DECIMALS / 2)


def covid(folder: Path) -> pd.DataFrame:
    """Read data_raw/covid_monthly.csv, whose values are whole numbers."""
    return _long(_raw(folder, "covid_monthly")).assign(half_step=0.5)


def series_of(table: str) -> Reader:
    """Return the reader of a monthly table; half a step of the most decimals of each series."""

    def read(folder: Path) -> pd.DataFrame:
        df = _raw(folder, table).rename(columns={"value": "printed"})
        decimals = df["printed"].str.partition(".")[2].str.len()
        finest = decimals.groupby(df["series"]).transform("max")
        return df.assign(half_step=10.0 ** -finest.astype(float) / 2)

    return read


def _half_significant(printed: str) -> float:
    size = abs(float(printed))
    if size == 0:
        return 0.0
    return 10.0 ** (math.floor(math.log10(size)) - SIGNIFICANT_DIGITS + 1) / 2


def _long(df: pd.DataFrame) -> pd.DataFrame:
    long = df.rename(columns={"unit": "unit_code"}).melt(
        ["unit_code", "month"], var_name="indicator", value_name="printed"
    )
    filled: pd.DataFrame = long[long["printed"] != ""]
    return filled


def _raw(folder: Path, table: str) -> pd.DataFrame:
    return pd.read_csv(folder / f"{table}.csv", dtype="str", keep_default_na=False)
