"""Tables about the zones: places and names, the frame of cooperation, both zones side by side."""

from __future__ import annotations

from typing import Final

import pandas as pd

from analysis.data_management.zone_words import LEVELS, PLACE_KINDS, STEPS, ZONES
from analysis.exhibits.table import Column, Table
from analysis.exhibits.zones_frame_results import BOTH, OpenZonesFrame

CATEGORY_WORDS: Final = {
    "border_closure": "Closure",
    "border_reopening": "Reopening",
    "conflict": "Conflict",
    "lockdown": "Lockdown",
}


def places_table(opened: OpenZonesFrame) -> Table:
    """Return every place of the map with its coordinates."""
    places = opened.tables["places"]
    names = opened.tables["countries"].set_index("iso3")["name"]
    return Table(
        name="places",
        title="Ports, gates, towns and cities on the map",
        frame=places.assign(
            country=places["iso3"].map(names),
            kind=places["kind"].str.replace("_", " "),
            zone=places["zone"].map(ZONES),
        ),
        columns=(
            Column("name", "Place"),
            Column("country", "Country"),
            Column("kind", "Kind"),
            Column("zone", "Zone"),
            Column("latitude", "North, degrees", "2"),
            Column("longitude", "East, degrees", "2"),
            Column("accuracy", "Good to, degrees", "2"),
        ),
        note=(
            "Approximate coordinates (WGS 84), written down by hand; fit for a map, not for "
            "distances at a crossing. "
            + " ".join(f"{kind.replace('_', ' ')}: {text}." for kind, text in PLACE_KINDS.items())
        ),
    )


def glossary_table(opened: OpenZonesFrame) -> Table:
    """Return every place name and term in the languages of the border."""
    glossary = opened.tables["glossary"].sort_values(["kind", "english"], ignore_index=True)
    return Table(
        name="glossary",
        title="Names and terms",
        frame=glossary,
        columns=(
            Column("english", "English"),
            Column("chinese", "Chinese"),
            Column("lao", "Lao"),
            Column("burmese", "Burmese"),
            Column("definition", "Meaning here"),
        ),
        note="A dash means that no spelling was certain enough. Names: data_raw/glossary.csv.",
    )


def steps_of(opened: OpenZonesFrame) -> pd.DataFrame:
    """Return the dated steps of cooperation: agreements, approvals, works, openings, joint acts.

    Returns
    -------
    pandas.DataFrame
        Sorted by day and numbered; `area` and `level_label` in words, `zone_label` names the
        zone or both.
    """
    areas = {area.category: area.label for area in opened.settings.areas}
    events = opened.events
    mine = events["instrument"].isin(STEPS) & events["category"].isin(areas)
    mine &= events["zone"].isin([*opened.zones, BOTH])
    steps = events[mine].reset_index(drop=True)
    return steps.assign(
        number=range(1, len(steps) + 1),
        area=steps["category"].map(areas),
        level_label=steps["level"].map(LEVELS),
        zone_label=steps["zone"].map(opened.zones | {BOTH: "both"}),
        when=dated(steps),
    )


def dated(events: pd.DataFrame) -> pd.Series[str]:
    """Return the start of each event with as much of the date as the sources support."""
    forms = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}
    pairs = zip(events["start"], events["day_precision"], strict=True)
    return pd.Series([f"{day:{forms[known]}}" for day, known in pairs], index=events.index)


def frame_table(opened: OpenZonesFrame) -> Table:
    """Return the frame of cooperation: every dated step with its level and area."""
    columns = ["number", "event_id", "when", "zone_label", "area", "level_label", "instrument"]
    return Table(
        name="cooperation_steps",
        title="The frame of cooperation: dated steps",
        frame=steps_of(opened)[[*columns, "description", "confidence"]],
        columns=(
            Column("number", "No.", "count"),
            Column("when", "When"),
            Column("zone_label", "Zone"),
            Column("area", "Area"),
            Column("level_label", "Level of government"),
            Column("instrument", "Kind of step"),
            Column("description", "What"),
            Column("confidence", "Confidence"),
        ),
        note=(
            "Agreements, approvals, works, openings and joint acts; not the single measures at a "
            "gate. A date is as exact as its sources. Level and kind of step: one coder."
        ),
    )


def frame_counts_table(opened: OpenZonesFrame) -> Table:
    """Return how many steps each area and zone has, and which levels took them."""
    steps = steps_of(opened)
    rows = []
    for area in opened.settings.areas:
        for zone, label in opened.zones.items():
            mine = steps[(steps["category"] == area.category) & steps["zone"].isin([zone, BOTH])]
            levels = mine["level_label"].value_counts().sort_index()
            rows.append(
                {
                    "area": area.label,
                    "zone": label,
                    "steps": len(mine),
                    "shared": int((mine["zone"] == BOTH).sum()),
                    "first": mine["when"].iloc[0] if len(mine) else "",
                    "last": mine["when"].iloc[-1] if len(mine) else "",
                    "levels": ", ".join(f"{level} {count}" for level, count in levels.items()),
                }
            )
    return Table(
        name="cooperation_counts",
        title="The frame of cooperation: areas and levels of government by zone",
        frame=pd.DataFrame(rows),
        columns=(
            Column("area", "Area"),
            Column("zone", "Zone"),
            Column("steps", "Steps", "count"),
            Column("shared", "Of these for both zones", "count"),
            Column("first", "First"),
            Column("last", "Last"),
            Column("levels", "Steps by level of government"),
        ),
        note="Counts of the table of dated steps. A dash: no step in the table of events.",
    )


def side_by_side_table(opened: OpenZonesFrame) -> Table:
    """Return what happened at both zones, phase by phase."""
    return Table(
        name="zones_side_by_side",
        title="What happened at both zones",
        frame=_side_by_side(opened),
        columns=(
            Column("phase", "Phase"),
            Column("what", "What"),
            *(
                column
                for zone, label in opened.zones.items()
                for column in (
                    Column(f"{zone}_events", f"{label}: events", "count"),
                    Column(f"{zone}_dated", f"{label}: dated events"),
                )
            ),
        ),
        note=(
            "Events by the day on which they begin; an event of both zones stands in both columns. "
            "What the press did not report is not counted. Events: data_raw/events.csv."
        ),
    )


def _side_by_side(opened: OpenZonesFrame) -> pd.DataFrame:
    words = {area.category: area.label for area in opened.settings.areas} | CATEGORY_WORDS
    rows = []
    for phase in opened.settings.phases:
        for category, what in words.items():
            cells: dict[str, object] = {"phase": phase.label, "what": what}
            for zone in opened.zones:
                months = opened.events_of(zone)["start"].dt.strftime("%Y-%m")
                mine = opened.events_of(zone)[months.between(phase.start, phase.end)]
                mine = mine[mine["category"] == category]
                pairs = zip(dated(mine), mine["description"], strict=True)
                cells[f"{zone}_events"] = len(mine)
                cells[f"{zone}_dated"] = "; ".join(f"{when}: {text}" for when, text in pairs)
            if any(cells[f"{zone}_events"] for zone in opened.zones):
                rows.append(cells)
    return pd.DataFrame(rows)
