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


def deaths_frame(opened: OpenSecurity) -> pd.DataFrame:
    """Return one row an area and stretch between dated events."""
    areas = opened.blocks.conflict.areas
    return pd.DataFrame([row for area in areas for row in _stretch_rows(opened, area)])


def deaths_sentence(opened: OpenSecurity) -> str:
    """Say by which factor deaths a month changed in the last stretch, with its bounds."""
    frame = deaths_frame(opened)
    last = frame.groupby("area", sort=False).tail(1)
    parts = [
        f"{row.area_label} {row.ratio:.1f} ({row.ratio_least:.1f} to {row.ratio_most:.1f})"
        for row in last.itertuples()
    ]
    return (
        f"Deaths a month under '{last['stretch'].iloc[0]}' as a multiple of those before all "
        f"events, best estimate with the widest bounds: {'; '.join(parts)}."
    )


def deaths_table(opened: OpenSecurity) -> Table:
    """Return events and deaths a month by stretch between events, deaths with low and high."""
    return Table(
        name="security_conflict_deaths",
        title="Conflict events and deaths by stretch, with low and high estimates",
        frame=deaths_frame(opened),
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
            Column("ratio", "Deaths a month, times before", "2"),
            Column("ratio_least", "Least", "2"),
            Column("ratio_most", "Most", "2"),
        ),
        note=(
            "Sums over stretches that begin in the month in which an event holds half of the "
            "days or more. Low and high are the publisher's estimates; least and most set the low "
            "estimate of a stretch against the high one of the months before all events, and the "
            f"other way round. {deaths_sentence(opened)} {UNDER_REPORTED}"
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
    parts = [
        (label, values.iloc[months.index(first) : stop])
        for (first, label), stop in zip(marks, stops, strict=True)
    ]
    before = parts[0][1]
    return [_stretch(area, label, part, before) for label, part in parts]


def _stretch(
    area: AreaBlock, label: str, part: pd.DataFrame, before: pd.DataFrame
) -> dict[str, object]:
    totals, rates, base = part.sum(), part.mean(), before.mean()
    return {
        "area": area.name,
        "area_label": area.label,
        "stretch": label,
        "first": part.index[0],
        "last": part.index[-1],
        "months": len(part),
        "events": int(totals["events"]),
        "events_a_month": float(rates["events"]),
        **{key: int(totals[key]) for key in MEASURES},
        **({} if label == BEFORE else _ratios(rates, base)),
    }


def _ratios(rates: pd.Series[float], base: pd.Series[float]) -> dict[str, float | None]:
    """Return deaths a month beside those before: best, least and most; none without deaths."""
    pairs = {
        "ratio": ("deaths_best", "deaths_best"),
        "ratio_least": ("deaths_low", "deaths_high"),
        "ratio_most": ("deaths_high", "deaths_low"),
    }
    return {
        name: float(rates[above] / base[below]) if base[below] else None
        for name, (above, below) in pairs.items()
    }
