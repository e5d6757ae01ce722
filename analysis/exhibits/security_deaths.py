"""Events and deaths near the border by stretch between dated events, with low and high."""

from __future__ import annotations

from typing import Final

import pandas as pd

from analysis.exhibits.security_conflict import UNDER_REPORTED
from analysis.exhibits.security_conflict_fits import HALF, counts_of, intervention_shares
from analysis.exhibits.security_results import OpenSecurity
from analysis.exhibits.table import Column, Table
from analysis.settings.border_security import AreaBlock

MEASURES: Final = ("deaths_best", "deaths_low", "deaths_high")
BEFORE: Final = "before all events"


def deaths_table(opened: OpenSecurity) -> Table:
    """Return events and deaths a month by stretch between events, deaths with low and high."""
    rows = [row for area in opened.blocks.conflict.areas for row in _stretch_rows(opened, area)]
    return Table(
        name="security_conflict_deaths",
        title="Conflict events and deaths by stretch, with low and high estimates",
        frame=pd.DataFrame(rows),
        columns=(
            Column("area_label", "Area"),
            Column("stretch", "From"),
            Column("first", "First month"),
            Column("last", "Last month"),
            Column("months", "Months", "count"),
            Column("events", "Events", "count"),
            Column("events_a_month", "Events a month", "2"),
            Column("deaths_best", "Deaths, best", "count"),
            Column("deaths_low", "Deaths, low", "count"),
            Column("deaths_high", "Deaths, high", "count"),
            Column("high_over_low", "High / low", "1"),
        ),
        note=(
            "Sums over stretches that begin in the month in which an event holds half of the "
            f"days or more. Low and high are the publisher's estimates. {UNDER_REPORTED}"
        ),
    )


def stretches(opened: OpenSecurity) -> list[tuple[str, str]]:
    """Return the first month and the words of each stretch, in order."""
    shares = intervention_shares(opened.settings)
    months = list(shares.index)
    marks = {months[0]: BEFORE}
    for item in opened.settings.conflict_events:
        held = shares.index[shares[item.name] >= HALF]
        after = months.index(held[-1]) + 1
        if after < len(months):
            marks[months[after]] = f"after: {item.label}"
    for item in opened.settings.conflict_events:
        marks[str(shares.index[shares[item.name] >= HALF][0])] = item.label
    return sorted(marks.items())


def _stretch_rows(opened: OpenSecurity, area: AreaBlock) -> list[dict[str, object]]:
    context, settings = opened.tables["context"], opened.settings
    series = {key: counts_of(context, area, settings, key) for key in ("events", *MEASURES)}
    months = list(series["events"].months)
    values = pd.DataFrame({key: item.a_month for key, item in series.items()}, index=months)
    marks = stretches(opened)
    stops = [months.index(first) for first, _ in marks[1:]] + [len(months)]
    return [
        _stretch(area, label, values.iloc[months.index(first) : stop])
        for (first, label), stop in zip(marks, stops, strict=True)
    ]


def _stretch(area: AreaBlock, label: str, part: pd.DataFrame) -> dict[str, object]:
    totals = part.sum()
    low, high = float(totals["deaths_low"]), float(totals["deaths_high"])
    return {
        "area": area.name,
        "area_label": area.label,
        "stretch": label,
        "first": part.index[0],
        "last": part.index[-1],
        "months": len(part),
        "events": int(totals["events"]),
        "events_a_month": float(totals["events"]) / len(part),
        **{key: int(totals[key]) for key in MEASURES},
        "high_over_low": high / low if low else None,
    }
