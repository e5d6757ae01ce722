"""The zones and their frame, opened on the processed tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final

import pandas as pd

from analysis.config import COMMON
from analysis.data_management.processed import load_tables, vocabulary_of
from analysis.exhibits.shown import Shown
from analysis.settings.zones_frame import ZonesFrame, parse_zones_frame

SETTINGS: Final = COMMON / "zones_frame.yaml"
BOTH: Final = "both"
TABLES: Final = (
    *("reports", "series", "context", "policy", "events", "event_coding", "places", "glossary"),
    *("problems", "problem_indicators", "country_year", "drug_seizures", "countries"),
    "indicators",
)


@dataclass(frozen=True)
class OpenZonesFrame(Shown):
    """The settings with the processed tables that the exhibits read, by name."""

    settings: ZonesFrame
    tables: Mapping[str, pd.DataFrame]

    @cached_property
    def events(self) -> pd.DataFrame:
        """The events with level, instrument and zone, sorted by day."""
        coding = self.tables["event_coding"]
        coded = self.tables["events"].merge(coding, on="event_id", validate="one_to_one")
        return coded.sort_values(["start", "event_id"]).reset_index(drop=True)

    @property
    def zones(self) -> dict[str, str]:
        """The label of each zone, by name."""
        return {zone.name: zone.label for zone in self.settings.zones}

    @property
    def partners(self) -> dict[str, str]:
        """The country on the other side of each zone."""
        return {zone.name: zone.partner for zone in self.settings.zones}

    def events_of(self, zone: str) -> pd.DataFrame:
        """Return the events that concern a zone, alone or with the other."""
        return self.events[self.events["zone"].isin([zone, BOTH])]

    def paragraphs(self) -> tuple[str, ...]:
        """Return what was read, for a notebook."""
        counts = (
            f"{len(self.tables['places'])} places, {len(self.events)} dated events, "
            f"{len(self.tables['problems'])} problems, {len(self.tables['glossary'])} names."
        )
        return self.settings.title, counts


@cache
def open_zones_frame() -> OpenZonesFrame:
    """Open the settings and the processed tables.

    Raises
    ------
    DataError
        When a processed table is missing.
    StudyError
        When the settings break their contract.
    """
    tables = load_tables(TABLES)
    return OpenZonesFrame(parse_zones_frame(SETTINGS, vocabulary_of(tables)), tables)
