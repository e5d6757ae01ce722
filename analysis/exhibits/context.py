"""What stands beside the outcomes: sister series by phase, prices and exchange rates by event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

import pandas as pd

from analysis.exhibits.study_results import OpenStudy
from analysis.exhibits.table import Column, Table
from analysis.study import Intervention

MONTHS_AROUND: Final = 12
CONTEXT_COLUMNS: Final = ("series", "event", "before", "after", "change_percent", "unit")


def comparison_table(opened: OpenStudy) -> Table:
    """Return the daily rates of the comparison series by phase between the events.

    Only reports that lie wholly inside one phase count: nothing is split or interpolated.
    """
    rows = opened.observations
    levels = rows[(rows["kind"] == "level") & rows["series"].isin(opened.study.comparison)]
    between = phases(opened.interventions)
    pieces = [phase_rows(levels, label, start, end) for label, start, end in between]
    frame = pd.concat(pieces, ignore_index=True)
    register = opened.series.set_index("series")
    frame.insert(1, "label", frame["series"].map(register["label"]))
    frame["unit"] = frame["series"].map(register["unit"]) + " a day"
    return Table(
        name="comparison",
        title="Comparison series by phase",
        frame=frame,
        columns=(
            Column("label", "Series"),
            Column("phase", "Phase"),
            Column("reports", "Reports", "count"),
            Column("lowest", "Lowest", "significant"),
            Column("highest", "Highest", "significant"),
            Column("unit", "Unit"),
        ),
        note="Mean daily rates of the reports that lie wholly inside the phase; no other counts.",
    )


def context_table(opened: OpenStudy) -> Table:
    """Return the mean of each context series in the twelve months before and after each event."""
    pieces = [
        _around(str(series), rows, event)
        for series, rows in opened.context.groupby("series", sort=True)
        if series in opened.study.context
        for event in _one_each_day(opened.interventions)
    ]
    frame = pd.DataFrame(pieces, columns=list(CONTEXT_COLUMNS))
    return Table(
        name="context",
        title="Context series around the events",
        frame=frame,
        columns=(
            Column("series", "Series"),
            Column("event", "Event"),
            Column("before", "12 months before", "significant"),
            Column("after", "12 months after", "significant"),
            Column("change_percent", "Change, %", "percent"),
            Column("unit", "Unit"),
        ),
        note=(
            "Means of monthly values; empty where a month of the twelve is missing. Exchange rates "
            "are official ones, not those of the parallel market; events are those with a death."
        ),
    )


def phases(interventions: Sequence[Intervention]) -> list[tuple[str, pd.Timestamp, pd.Timestamp]]:
    """Return the stretches between the events: label, first day, last day."""
    events = _one_each_day(interventions)
    edges = [pd.Timestamp.min, *(pd.Timestamp(item.start) for item in events), pd.Timestamp.max]
    labels = [f"before {events[0].label}" if events else "all days"]
    labels += [f"from {item.label}" for item in events]
    day = pd.Timedelta(days=1)
    return [
        (label, start, end if end == pd.Timestamp.max else end - day)
        for label, start, end in zip(labels, edges[:-1], edges[1:], strict=True)
    ]


def _one_each_day(interventions: Sequence[Intervention]) -> list[Intervention]:
    by_day: dict[date, Intervention] = {}
    for item in interventions:
        by_day.setdefault(item.start, item)
    return list(by_day.values())


def phase_rows(
    levels: pd.DataFrame, phase: str, start: pd.Timestamp, end: pd.Timestamp
) -> pd.DataFrame:
    """Return number, lowest and highest daily rate of the reports wholly inside a phase."""
    inside = levels[(levels["start"] >= start) & (levels["end"] <= end)]
    days = (inside["end"] - inside["start"]).dt.days + 1
    rates = inside.assign(rate=inside["value"] / days)
    grouped = rates.groupby("series", sort=True)["rate"].agg(["size", "min", "max"])
    named = grouped.rename(columns={"size": "reports", "min": "lowest", "max": "highest"})
    frame = named.reset_index()
    frame.insert(1, "phase", phase)
    return frame


def _around(series: str, rows: pd.DataFrame, event: Intervention) -> dict[str, object]:
    values = pd.Series(rows["value"].to_numpy(), rows["month"].dt.to_period("M"))
    month = pd.Period(event.start, "M")
    before = _mean(values, month - MONTHS_AROUND)
    after = _mean(values, month)
    known = before is not None and after is not None and before > 0
    return {
        "series": series,
        "event": event.label,
        "before": before,
        "after": after,
        "change_percent": 100 * (after / before - 1) if known else None,  # type: ignore[operator]
        "unit": rows["unit"].iloc[0],
    }


def _mean(values: pd.Series, first: pd.Period) -> float | None:
    """Return the mean of twelve months from `first`, or None if one of them is missing."""
    months = pd.period_range(first, periods=MONTHS_AROUND, freq="M")
    found = values[values.index.isin(months)].dropna()
    return float(found.mean()) if len(found) == MONTHS_AROUND else None
