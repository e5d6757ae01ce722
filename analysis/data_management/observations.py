"""Processed reports -> observations: one row for each statement that a model can use."""

from __future__ import annotations

import pandas as pd

COLUMNS = (
    "observation_id",
    "report_id",
    "series",
    "kind",
    "start",
    "end",
    "value",
    "lower",
    "upper",
    "confidence",
)


def build_observations(reports: pd.DataFrame) -> pd.DataFrame:
    """Return levels and growth rates as one long table.

    Parameters
    ----------
    reports
        Processed reports (see `reports.process_reports`).

    Returns
    -------
    pandas.DataFrame
        Columns `COLUMNS`, sorted by `observation_id`. Kind `level`: the sum over the closed period
        start to end, in the base unit of the series. Kind `growth`: the ratio of the sum over the
        period to the sum over the same period one year before. Both with the bounds of their
        rounding. Means per day are left out, because they are not sums; a report with neither kind
        gives no row.
    """
    flows = reports[~reports["is_rate"]]
    levels = flows[flows["value"].notna()].assign(kind="level")
    growths = flows[flows["growth"].notna()]
    growths = growths.assign(
        kind="growth",
        value=growths["growth"],
        lower=growths["growth_lower"],
        upper=growths["growth_upper"],
    )
    df = pd.concat([levels, growths], ignore_index=True)
    df = df.assign(observation_id=df["report_id"] + ":" + df["kind"])
    return df[list(COLUMNS)].sort_values("observation_id").reset_index(drop=True)
