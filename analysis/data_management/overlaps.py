"""Which reports of a series speak about the same days."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

COLUMNS = (
    "series",
    "report_id",
    "other_id",
    "relation",
    "days_shared",
    "days_only_report",
    "days_only_other",
)
SAME_QUANTITY = ("place", "scope", "metric", "unit")
"""What two reports share if only the basis, that is who measured, can differ."""
LEVEL_COLUMNS = (
    *("report_id", "series", "place", "scope", "metric", "basis", "unit", "start", "end", "days"),
    *("value", "lower", "upper", "value_printed", "unit_printed"),
)


def level_reports(reports: pd.DataFrame) -> pd.DataFrame:
    """Return `LEVEL_COLUMNS` of the reports that print a total over their period."""
    return reports.loc[reports["value"].notna() & ~reports["is_rate"], list(LEVEL_COLUMNS)]


def pair_reports(levels: pd.DataFrame, within: Sequence[str]) -> pd.DataFrame:
    """Pair every report with every other one that shares at least one day with it.

    Parameters
    ----------
    levels
        N level reports (see `level_reports`).
    within
        Columns that two reports must agree in to be compared.

    Returns
    -------
    pandas.DataFrame
        One row for each ordered pair, every column twice (suffixes _a and _b), with `days_shared`
        and the days that only one of the two covers, `only_a` and `only_b`.
    """
    joined = [*within]
    left = levels.add_suffix("_a").rename(columns={f"{name}_a": name for name in joined})
    right = levels.add_suffix("_b").rename(columns={f"{name}_b": name for name in joined})
    pairs: pd.DataFrame = left.merge(right, on=joined)
    first = np.maximum(pairs["start_a"].to_numpy(), pairs["start_b"].to_numpy())
    last = np.minimum(pairs["end_a"].to_numpy(), pairs["end_b"].to_numpy())
    shared = (last - first) // np.timedelta64(1, "D") + 1
    pairs = pairs.assign(
        days_shared=shared, only_a=pairs["days_a"] - shared, only_b=pairs["days_b"] - shared
    )
    others: pd.DataFrame = pairs[(pairs["report_id_a"] != pairs["report_id_b"]) & (shared > 0)]
    return others


def build_overlaps(reports: pd.DataFrame) -> pd.DataFrame:
    """List the pairs of level reports of one series that nest, overlap or are identical.

    Returns
    -------
    pandas.DataFrame
        Columns `COLUMNS`, one row a pair, sorted by `report_id` and `other_id`. Relation
        `contains`: the period of `report_id` contains that of `other_id`; `identical`: the same
        period; `overlaps`: each has days of its own.
    """
    pairs = pair_reports(level_reports(reports), ["series"])
    ordered = pairs["report_id_a"] < pairs["report_id_b"]
    contains = (pairs["only_b"] == 0) & (pairs["only_a"] > 0)
    identical = (pairs["only_a"] == 0) & (pairs["only_b"] == 0) & ordered
    crosses = (pairs["only_a"] > 0) & (pairs["only_b"] > 0) & ordered
    relation = np.select([contains, identical, crosses], ["contains", "identical", "overlaps"], "")
    found = (
        pairs.assign(relation=relation)
        .loc[relation != ""]
        .rename(
            columns={
                "report_id_a": "report_id",
                "report_id_b": "other_id",
                "only_a": "days_only_report",
                "only_b": "days_only_other",
            }
        )
    )
    table: pd.DataFrame = found[list(COLUMNS)].sort_values(["report_id", "other_id"])
    return table.reset_index(drop=True)
