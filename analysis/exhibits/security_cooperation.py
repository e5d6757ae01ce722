"""Joint enforcement and liaison events on the timeline of closures and conflict."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.exhibits.security_conflict_figure import cooperation_sentence
from analysis.exhibits.security_results import OpenSecurity
from analysis.exhibits.table import Column, Table


def cooperation_table(opened: OpenSecurity) -> Table:
    """Return cooperation events with the nearest dated event of the conflict model."""
    own = opened.cooperation
    nearest = [_nearest(opened, day) for day in own["start"]]
    frame = own.assign(
        day=[
            f"{day:%Y-%m-%d}" if known else f"{day:%Y-%m}"
            for day, known in zip(own["start"], own["day_known"], strict=True)
        ],
        countries=own["countries"].str.replace(";", ", "),
        nearest=[item[0] for item in nearest],
        months=[item[1] for item in nearest],
    )
    columns = ["event_id", "day", "place", "countries", "description", "publisher", "confidence"]
    return Table(
        name="security_cooperation",
        title="Joint enforcement and liaison events, beside closures and conflict",
        frame=frame[[*columns, "nearest", "months"]],
        columns=(
            Column("day", "Date"),
            Column("place", "Place"),
            Column("countries", "Countries"),
            Column("description", "Event"),
            Column("publisher", "Publisher"),
            Column("confidence", "Confidence"),
            Column("nearest", "Nearest event of the conflict model"),
            Column("months", "Months from it", "count"),
        ),
        note=(
            f"{cooperation_sentence(opened)} Meetings that are published stand here; liaison that "
            "is not published does not. What they did to crime is not identified: there is no "
            "crime series by month. Months from: below zero is before it."
        ),
    )


def _nearest(opened: OpenSecurity, day: pd.Timestamp) -> tuple[str, int]:
    month = np.datetime64(day.date(), "M")
    gaps = {
        item.label: int((month - np.datetime64(item.start, "M")).astype(int))
        for item in opened.settings.conflict_events
    }
    label = min(gaps, key=lambda name: abs(gaps[name]))
    return label, gaps[label]
