"""Monthly context series: exchange rates, consumer prices and world prices in one long table."""

from __future__ import annotations

import pandas as pd

COLUMNS = ("series", "month", "value", "unit")


def build_context(macro: pd.DataFrame, commodities: pd.DataFrame) -> pd.DataFrame:
    """Stack the raw monthly tables.

    Parameters
    ----------
    macro, commodities
        Raw tables as text (see `tables.RAW_MONTHLY`).

    Returns
    -------
    pandas.DataFrame
        Columns `COLUMNS`, sorted by series and month; `month` is the first day of the month.
        Months that a publisher does not give have no row; nothing is filled in.
    """
    df = pd.concat([macro, commodities], ignore_index=True)
    df = df.assign(month=pd.to_datetime(df["month"] + "-01"), value=df["value"].astype(float))
    return df[list(COLUMNS)].sort_values(["series", "month"]).reset_index(drop=True)
