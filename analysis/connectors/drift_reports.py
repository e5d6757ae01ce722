"""Official trade beside published figures: the sum over a report's period within its bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import pandas as pd

from analysis.connectors.asked import require_columns
from analysis.data_management.reports import level_bounds

PLACES: Final[Mapping[str, str]] = {"China-Laos trade": "LAO", "China-Myanmar trade": "MMR"}
METRICS: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "trade_value": (("exports", "imports"), ("total",)),
    "export_value": (("exports",),),
    "import_value": (("imports",),),
}
"""Metric -> flows that add up to it, in order of preference."""
BASIS: Final = "cn_customs"
MILLION: Final = 1e6
COPIED: Final = ("report_id", "place", "metric", "start", "end", "unit")
COLUMNS: Final = (
    *(*COPIED, "in_data_raw"),
    *("lower", "upper", "fetched", "difference", "within_rounding", "verdict"),
)


def compare_with_reports(trade: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """Set trade by month or year beside the reports of Chinese customs in data_raw/reports.csv.

    Parameters
    ----------
    trade
        Columns partner, flow (exports, imports), period (YYYY-MM or YYYY), value, unit (USD).

    Returns
    -------
    pandas.DataFrame
        `COLUMNS`, one row a report in US dollars over whole periods. `lower` and `upper` are the
        bounds of the printed digits and `fetched` the sum over the period, in million US dollars;
        `difference` is taken from the middle of the bounds. Verdict: agrees, differs, or not
        covered where a period is missing.
    """
    require_columns(trade.columns, ("partner", "flow", "period", "value", "unit"), "trade")
    known = trade[trade["unit"] == "USD"].set_index(["partner", "flow", "period"])["value"]
    length = int(trade["period"].str.len().max())
    reports = pd.read_csv(folder / "reports.csv", dtype="str", keep_default_na=False)
    chosen = reports[
        reports["place"].isin(PLACES)
        & (reports["basis"] == BASIS)
        & reports["metric"].isin(METRICS)
        & reports["unit"].str.startswith("USD")
        & (reports["value"] != "")
    ]
    rows = [
        _row({str(name): str(cell) for name, cell in report.items()}, known, length)
        for report in chosen.to_dict("records")
    ]
    return pd.DataFrame([row for row in rows if row is not None], columns=list(COLUMNS))


def _row(report: dict[str, str], known: pd.Series, length: int) -> dict[str, object] | None:
    periods = periods_of(report["start"], report["end"], length)
    if periods is None:
        return None
    total = _total(known, PLACES[report["place"]], METRICS[report["metric"]], periods)
    printed = (report["value"], report["value_to"], report["unit"], report["qualifier"])
    middle, _, lower, upper = level_bounds(*printed)
    covered = total is not None
    fetched = float("nan") if total is None else total / MILLION
    within = covered and lower <= fetched <= upper
    about = {name: report[name] for name in COPIED}
    return about | {
        "in_data_raw": report["value"],
        "lower": lower,
        "upper": upper,
        "fetched": fetched,
        "difference": fetched - middle,
        "within_rounding": within,
        "verdict": ("agrees" if within else "differs") if covered else "not covered",
    }


def _total(
    known: pd.Series, partner: str, choices: Sequence[tuple[str, ...]], periods: Sequence[str]
) -> float | None:
    """Return the sum over all periods by the first flows that cover them, or None."""
    for flows in choices:
        values = known.reindex(pd.MultiIndex.from_product([[partner], flows, periods]))
        if values.notna().all():
            return float(values.sum())
    return None


def periods_of(start: str, end: str, length: int) -> list[str] | None:
    """Return the months (length 7) or years (length 4) that a period consists of, or None."""
    frequency = "M" if length == len("YYYY-MM") else "Y"
    first, last = pd.Period(start, frequency), pd.Period(end, frequency)
    begins = first.start_time == pd.Timestamp(start)
    if not (begins and last.end_time.normalize() == pd.Timestamp(end)):
        return None
    return [str(item) for item in pd.period_range(first, last, freq=frequency)]
