"""Rules that compute an indicator of a problem for one zone from the processed tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from analysis.data_management.zone_words import STEPS
from analysis.exhibits.zones_frame_results import OpenZonesFrame

SPLIT_YEAR: Final = 2020  # a change is the mean from this year on less the mean before it
PER_CENT: Final = 100.0
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Found:
    """The value of an indicator, or why there is none.

    Attributes
    ----------
    value
        None where there is no data.
    period
        The years, months or days that the value is about.
    source
        Processed table and what was read in it.
    """

    value: float | None
    period: str
    source: str
    reason: str = ""


def evaluate(opened: OpenZonesFrame, row: Row) -> Found:
    """Compute one row of `problem_indicators`; what the data do not hold has a reason."""
    return RULES[str(row["rule"])](opened, row)


def _no_data(_: OpenZonesFrame, row: Row) -> Found:
    return Found(None, "", "", str(row["reason"]))


def _yearly(opened: OpenZonesFrame, row: Row, indicator: str) -> pd.Series[float]:
    """Return the values of an indicator in the partner country by year, within the period."""
    df = opened.tables["country_year"]
    mine = df[(df["indicator"] == indicator) & (df["iso3"] == opened.partners[row["zone"]])]
    values = mine.set_index("year")["value"].sort_index()
    return values.loc[int(row["first"]) : int(row["last"])]


def _latest_value(opened: OpenZonesFrame, row: Row) -> Found:
    source = f"country_year: {row['name']}"
    values = _yearly(opened, row, row["name"])
    if values.empty:
        return Found(None, "", source, "no value of the country in the period")
    return Found(float(values.iloc[-1]), str(values.index[-1]), source)


def _ratio(opened: OpenZonesFrame, row: Row) -> pd.Series[float]:
    over, under = row["name"].split("/")
    ratio = PER_CENT * _yearly(opened, row, over) / _yearly(opened, row, under)
    return ratio.dropna()


def _mean_ratio(opened: OpenZonesFrame, row: Row) -> Found:
    values, source = _ratio(opened, row), f"country_year: {row['name']}"
    if values.empty:
        return Found(None, "", source, "no year has both values")
    return Found(float(values.mean()), f"{values.index[0]}–{values.index[-1]}", source)


def _change_of_ratio(opened: OpenZonesFrame, row: Row) -> Found:
    values, source = _ratio(opened, row), f"country_year: {row['name']}"
    after = values.index >= SPLIT_YEAR
    if after.all() or not after.any():
        return Found(None, "", source, f"no years on both sides of {SPLIT_YEAR}")
    change = float(values[after].mean() - values[~after].mean())
    return Found(change, f"{values.index[0]}–{values.index[-1]}", source)


def _within(opened: OpenZonesFrame, row: Row) -> pd.DataFrame:
    """Return the events of the zone and the categories that the row names, within its period."""
    events = opened.events_of(row["zone"])
    events = events[events["category"].isin(row["name"].split(";"))]
    if not row["first"]:
        return events
    return events[events["start"].between(row["first"], row["last"])]


def _span(events: pd.DataFrame) -> str:
    return f"{events['start'].min():%Y-%m} to {events['start'].max():%Y-%m}"


def _event_days(opened: OpenZonesFrame, row: Row) -> Found:
    """Count the days on which one of the named events was in force; both ends are counted."""
    names = row["name"].split(";")
    events = opened.events.set_index("event_id").loc[names]
    source = f"events: {', '.join(names)}"
    if events["end"].isna().any():
        return Found(None, "", source, "no source states when it ended")
    first, last = pd.Timestamp(row["first"]), pd.Timestamp(row["last"])
    days: set[pd.Timestamp] = set()
    for event in events.itertuples():
        days |= set(pd.date_range(max(event.start, first), min(event.end, last), freq="D"))
    return Found(float(len(days)), f"{min(days):%Y-%m-%d} to {max(days):%Y-%m-%d}", source)


def _share_one_country(opened: OpenZonesFrame, row: Row) -> Found:
    events = _within(opened, row)
    source = f"events: {row['name'].replace(';', ', ')} ({len(events)})"
    if events.empty:
        return Found(None, "", source, "no such event in the period")
    alone = ~events["countries"].str.contains(";", regex=False)
    return Found(PER_CENT * float(alone.mean()), _span(events), source)


def _steps(opened: OpenZonesFrame, zone: str) -> pd.DataFrame:
    """Return the events by which cooperation went on, in the areas of the settings."""
    events = opened.events_of(zone)
    areas = {area.category for area in opened.settings.areas}
    return events[events["instrument"].isin(STEPS) & events["category"].isin(areas)]


def _areas_covered(opened: OpenZonesFrame, row: Row) -> Found:
    steps = _steps(opened, row["zone"])
    covered = set(steps["category"]) & set(row["name"].split(";"))
    return Found(float(len(covered)), _span(steps), f"events, event_coding: {len(steps)} steps")


def _share_of_areas(opened: OpenZonesFrame, row: Row) -> Found:
    steps = _steps(opened, row["zone"])
    share = PER_CENT * float(steps["category"].isin(row["name"].split(";")).mean())
    return Found(share, _span(steps), f"events, event_coding: {len(steps)} steps")


def _monthly_sum(opened: OpenZonesFrame, row: Row) -> Found:
    df = opened.tables["context"]
    mine = df[(df["series"] == row["name"]) & df["month"].between(row["first"], row["last"])]
    source = f"context: {row['name']}"
    if mine.empty:
        return Found(None, "", source, "no month in the period")
    period = f"{mine['month'].min():%Y-%m} to {mine['month'].max():%Y-%m}"
    return Found(float(mine["value"].sum()), period, source)


def _policy_gap(opened: OpenZonesFrame, row: Row) -> Found:
    """Mean over months of the absolute difference of an index between partner and base."""
    df = opened.tables["policy"]
    base = next(zone.base for zone in opened.settings.zones if zone.name == row["zone"])
    of_both = df["unit"].isin([opened.partners[row["zone"]], base])
    inside = df["month"].between(row["first"], row["last"])
    mine = df[(df["index"] == row["name"]) & of_both & inside]
    wide = mine.pivot_table(index="month", columns="unit", values="value")
    gap = (wide[opened.partners[row["zone"]]] - wide[base]).abs().dropna()
    source = f"policy: {row['name']}, {opened.partners[row['zone']]} and {base}"
    return Found(float(gap.mean()), f"{gap.index[0]:%Y-%m} to {gap.index[-1]:%Y-%m}", source)


def _seizure(opened: OpenZonesFrame, row: Row) -> Found:
    df = opened.tables["drug_seizures"]
    mine = df[(df["drug"] == row["name"]) & (df["area"] == opened.partners[row["zone"]])]
    mine = mine[mine["year"].between(int(row["first"]), int(row["last"]))]
    source = f"drug_seizures: {row['name']}"
    if mine.empty:
        return Found(None, "", source, "no quoted figure in the period")
    last = mine.sort_values("year").iloc[-1]
    return Found(float(last["value"]), str(last["year"]), source)


RULES: Final[Mapping[str, Callable[[OpenZonesFrame, Row], Found]]] = {
    "no_data": _no_data,
    "latest_value": _latest_value,
    "mean_ratio": _mean_ratio,
    "change_of_ratio": _change_of_ratio,
    "event_days": _event_days,
    "share_one_country": _share_one_country,
    "areas_covered": _areas_covered,
    "share_of_areas": _share_of_areas,
    "monthly_sum": _monthly_sum,
    "policy_gap": _policy_gap,
    "seizure": _seizure,
}
"""By name of the rule, see `zone_words.RULES`."""
