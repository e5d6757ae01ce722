"""Raw events -> processed events, and the events that a study file may name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd

from analysis.study import Event


def process_events(raw: pd.DataFrame) -> pd.DataFrame:
    """Convert dates and flags of the validated raw events.

    Returns
    -------
    pandas.DataFrame
        N events sorted by `event_id`: the raw columns, `start` and `end` as dates (`end` missing
        for a single day or an open end), `to_check` as boolean, and `day_known`, true if the
        sources support the exact day.
    """
    df = raw.assign(
        start=pd.to_datetime(raw["start"]),
        end=pd.to_datetime(raw["end"].replace("", None)),
        to_check=raw["to_check"] == "1",
        day_known=(raw["day_precision"] == "day") & (raw["to_check"] == "0"),
    )
    return df.sort_values("event_id").reset_index(drop=True)


def study_events(raw: pd.DataFrame) -> Mapping[str, Event]:
    """Return the raw events by id, as a study file refers to them."""
    return {
        row["event_id"]: Event(
            event_id=row["event_id"],
            start=date.fromisoformat(row["start"]),
            end=date.fromisoformat(row["end"]) if row["end"] else None,
            place=row["place"],
            category=row["category"],
            description=row["description"],
            day_known=row["day_precision"] == "day" and row["to_check"] == "0",
        )
        for row in raw.sort_values("event_id").to_dict("records")
    }
