"""Compare the figures with a second, independent reading of the same pages."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pandas as pd

from analysis.data_management.rounding import step_of
from analysis.data_management.series_keys import base_units
from analysis.data_management.units import UNITS

NEAR_DAYS = 7
"""Days that the end of the period may differ in a near match; the start must be the same."""
MATCH_ON = ("place", "scope", "metric", "side", "unit", "start")
COLUMNS = (
    "coding_id",
    "report_id",
    "match",
    "place",
    "metric",
    "start",
    "end",
    "unit",
    "value_first",
    "value_second",
    "relative_difference",
    "tolerance",
    "verdict",
)


def match_codings(second: pd.DataFrame, reports: pd.DataFrame) -> pd.DataFrame:
    """Match every second coding to a first one and compare the values.

    A match has the same place, scope, metric, side (country whose authority measured), base unit
    and start. The same end is an exact match, an end within `NEAR_DAYS` a near one. Among several,
    the exact one, the nearest end, the same basis, the same page and the lowest id win, in this
    order; the values play no part in the choice.

    Parameters
    ----------
    second
        Raw second codings as text.
    reports
        Processed reports.

    Returns
    -------
    pandas.DataFrame
        Columns `COLUMNS`, one row a second coding, sorted by `coding_id`. Values are in base units
        and as printed, without bounds. Verdict `agree`: they differ by at most half the step of
        the coarser of the two; `disagree`; or `unmatched`.
    """
    prepared = _prepare_second(second)
    candidates = prepared.merge(_prepare_first(reports), on=list(MATCH_ON), suffixes=("", "_first"))
    best = _best(candidates)[["coding_id", "report_id", "end_first", "value_first", "step_first"]]
    df = prepared.merge(best, on="coding_id", how="left")
    matched = df["report_id"].notna()
    tolerance = df[["step", "step_first"]].max(axis=1).where(matched) / 2
    agree = (df["value_first"] - df["value_second"]).abs() <= tolerance
    exact = df["end"] == df["end_first"]
    df = df.assign(
        report_id=df["report_id"].fillna(""),
        match=np.select([~matched, exact], ["", "exact"], "near"),
        relative_difference=df["value_second"] / df["value_first"] - 1,
        tolerance=tolerance,
        verdict=np.select([~matched, agree], ["unmatched", "agree"], "disagree"),
    )
    return df[list(COLUMNS)].sort_values("coding_id").reset_index(drop=True)


def summarise_agreement(agreement: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """Count matches and give the rate of agreement with its Wilson interval.

    Returns
    -------
    pandas.DataFrame
        One row for each of all, exact and near matches: number coded, matched, in agreement, in
        disagreement and with `identical` values, `rate` of agreement among the matched, and
        `lower` and `upper` of its interval; the three are missing where nothing is matched.
    """
    groups = {"all": agreement, "exact": agreement[agreement["match"] == "exact"]}
    groups["near"] = agreement[agreement["match"] == "near"]
    return pd.DataFrame([_summary(name, df, level) for name, df in groups.items()])


def wilson_interval(successes: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """Return the score interval of a proportion.

    Notes
    -----
    Wilson, E. B. (1927), Probable inference, the law of succession, and statistical inference,
    Journal of the American Statistical Association 22, 209-212. With no trials it is (0, 1).
    """
    if trials == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + level) / 2)
    share, spread = successes / trials, z * z / trials
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * math.sqrt(share * (1 - share) / trials + spread / (4 * trials))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def _summary(name: str, df: pd.DataFrame, level: float) -> dict[str, str | int | float]:
    agree, disagree = (int((df["verdict"] == word).sum()) for word in ("agree", "disagree"))
    matched = agree + disagree
    lower, upper = wilson_interval(agree, matched, level) if matched else (math.nan, math.nan)
    return {
        "group": name,
        "coded": len(df),
        "matched": matched,
        "agree": agree,
        "disagree": disagree,
        "identical": int((df["value_first"] == df["value_second"]).sum()),
        "rate": agree / matched if matched else math.nan,
        "lower": lower,
        "upper": upper,
    }


def _side(basis: pd.Series[str]) -> pd.Series[str]:
    return basis.str.partition("_")[0]


def _prepare_second(second: pd.DataFrame) -> pd.DataFrame:
    factor = second["unit"].map({name: unit.factor for name, unit in UNITS.items()})
    words = np.where(second["rounded"] == "1", "rounded", "exact")
    steps = [float(step_of(*cell)) for cell in zip(second["value"], words, strict=True)]
    return second.assign(
        side=_side(second["basis"]),
        start=pd.to_datetime(second["start"]),
        end=pd.to_datetime(second["end"]),
        value_second=second["value"].astype(float) * factor,
        step=np.array(steps) * factor,
        unit=base_units(second["unit"]),
    )


def _prepare_first(reports: pd.DataFrame) -> pd.DataFrame:
    levels = reports[reports["value"].notna()]
    factor = levels["unit_printed"].map({name: unit.factor for name, unit in UNITS.items()})
    cells = zip(levels["value_printed"], levels["qualifier"], strict=True)
    prepared = levels.assign(
        side=_side(levels["basis"]),
        value_first=levels["value_printed"].astype(float) * factor,
        step_first=np.array([float(step_of(*cell)) for cell in cells]) * factor,
    )
    compared = ["report_id", "end", "basis", "url", "value_first", "step_first"]
    return prepared[[*MATCH_ON, *compared]]


def _best(candidates: pd.DataFrame) -> pd.DataFrame:
    apart = (candidates["end"] - candidates["end_first"]).dt.days.abs()
    ranked = candidates.assign(
        apart=apart,
        other_basis=candidates["basis"] != candidates["basis_first"],
        other_page=(candidates["url"] != candidates["url_first"]) | (candidates["url"] == ""),
    )
    ranked = ranked[apart <= NEAR_DAYS].sort_values(
        ["coding_id", "apart", "other_basis", "other_page", "report_id"]
    )
    return ranked.drop_duplicates("coding_id")
