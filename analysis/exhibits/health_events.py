"""Evolution of the mechanism: its dated events beside those of the pandemic and the border."""

from __future__ import annotations

from typing import Final

import pandas as pd

from analysis.exhibits.health_rows import rows_of
from analysis.exhibits.health_security import OpenHealth
from analysis.exhibits.table import Column, Table
from analysis.settings.health_security import labels_of

MECHANISM: Final = "mechanism"
PANDEMIC: Final = "pandemic"
COLUMNS: Final = (
    *("part", "event_id", "label", "place", "category", "start", "end", "day_known"),
    *("day", "description", "publisher", "url", "confidence"),
)


def health_events_table(opened: OpenHealth) -> Table:
    """Return every event of the timeline with its source and whether its day is known."""
    frame = events_frame(opened)
    frame = frame.assign(source=[_source(row) for row in rows_of(frame)])
    return Table(
        name="health_events",
        title="Evolution of the mechanism: dated events beside the pandemic and the border",
        frame=frame,
        columns=(
            Column("part", "Part"),
            Column("start", "From", "day"),
            Column("end", "To", "day"),
            Column("day", "Day"),
            Column("place", "Place"),
            Column("description", "Event"),
            Column("source", "Source"),
            Column("confidence", "Confidence"),
        ),
        note=f"{mechanism_sentence(opened)} Where the day is not known the first day of the month "
        "stands for it. An empty end: none is stated in the source.",
    )


def events_frame(opened: OpenHealth) -> pd.DataFrame:
    """Return the events in the order of the timeline, one row an event and part."""
    settings = opened.settings.events
    parts = {
        MECHANISM: labels_of(settings.mechanism),
        PANDEMIC: labels_of(settings.pandemic),
        **{lane.label: dict.fromkeys(lane.events, "") for lane in settings.lanes},
    }
    table = {row["event_id"]: row for row in rows_of(opened.tables["events"])}
    rows = [
        {**table[event], "part": part, "label": label}
        for part, labels in parts.items()
        for event, label in labels.items()
    ]
    frame = pd.DataFrame(rows)
    frame["day"] = ["known" if known else "not known" for known in frame["day_known"]]
    frame["order"] = frame["part"].map({part: place for place, part in enumerate(parts)})
    ordered = frame.sort_values(["order", "start", "event_id"], kind="stable")
    return ordered[list(COLUMNS)].reset_index(drop=True)


def mechanism_sentence(opened: OpenHealth) -> str:
    """Say what the dated events of the mechanism are, and from when on there is none."""
    events = events_frame(opened)
    own = events[events["part"] == MECHANISM]
    end = opened.settings.events.window.end
    last = own["start"].max()
    health = int((own["category"] == "health_cooperation").sum())
    known = int(own["day_known"].sum())
    months = (int(end[:4]) - last.year) * 12 + int(end[5:]) - last.month
    return (
        f"{len(own)} dated events of the mechanism from {_long(own['start'].min())} to "
        f"{_long(last)}, {known} with a known day and {health} about health. For the "
        f"{months} months from then to {end} the table of events holds none: no data on what the "
        "mechanism did in them."
    )


def _long(day: pd.Timestamp) -> str:
    return f"{day.day} {day:%B %Y}"


def _source(row: dict[str, object]) -> str:
    address = f", {row['url']}" if row["url"] else " (no address)"
    return f"{row['publisher']}{address}"
