"""Monthly context series, of prices, exchange rates, conflict and disease, in one long table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

COLUMNS = ("series", "month", "value", "unit")


def build_context(monthly: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Stack the raw monthly tables.

    Parameters
    ----------
    monthly
        Raw tables as text (see `tables.RAW_MONTHLY` and `tables.RAW_COUNTS`).

    Returns
    -------
    pandas.DataFrame
        Columns `COLUMNS`, sorted by series and month; `month` is the first day of the month.
        Months that a publisher does not give have no row; nothing is filled in.
    """
    df = pd.concat(list(monthly), ignore_index=True)
    df = df.assign(month=pd.to_datetime(df["month"] + "-01"), value=df["value"].astype(float))
    return df[list(COLUMNS)].sort_values(["series", "month"]).reset_index(drop=True)


def months_of(series: pd.Series[str], months: pd.Series[str]) -> Mapping[str, tuple[str, str]]:
    """Return the first and last month of each series, months as text YYYY-MM."""
    ends = months.groupby(series).agg(["min", "max"])
    return {str(name): (str(first), str(last)) for name, first, last in ends.itertuples()}
