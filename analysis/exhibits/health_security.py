"""The tables behind the notebook on health security, opened once for its exhibits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import pandas as pd

from analysis.config import COMMON, COMMON_FOLDERS
from analysis.data_management.lending import names_only
from analysis.data_management.processed import load_tables, vocabulary_of
from analysis.exhibits.health_dengue_fits import DengueFits, dengue_fits
from analysis.exhibits.health_rows import rows_of
from analysis.exhibits.once import once
from analysis.exhibits.shown import Shown
from analysis.settings.health_security import HealthSecurity, parse_health_security
from analysis.study import Event

NOTEBOOK: Final = "09_health_security"
TABLES: Final = (
    *("countries", "country_year", "indicators", "covid", "context", "events"),
    "data_gaps",
)
NAMES: Final = ("series", "reports", "policy")


@dataclass(frozen=True)
class OpenHealth(Shown):
    """The settings of the notebook and the processed tables that it reads.

    Attributes
    ----------
    tables
        Processed tables by name.
    events
        Events by id.
    """

    settings: HealthSecurity
    tables: Mapping[str, pd.DataFrame]
    events: Mapping[str, Event]

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Names of the countries of the notebook by code, in its order."""
        table = self.tables["countries"]
        every = dict(zip(table["iso3"], table["name"], strict=True))
        return {code: str(every[code]) for code in self.settings.countries}

    @cached_property
    def indicators(self) -> Mapping[str, Mapping[str, str]]:
        """Label, unit and note of each indicator by name."""
        return {str(row["indicator"]): row for row in rows_of(self.tables["indicators"])}

    @property
    def closure(self) -> Event:
        """The event that sets the closure of the dengue models in."""
        return self.events[self.settings.dengue.closure.event]

    @cached_property
    def yearly(self) -> pd.DataFrame:
        """Indicators of the countries of the notebook: iso3, year, indicator, value."""
        table = self.tables["country_year"]
        return table[table["iso3"].isin(self.settings.countries)].reset_index(drop=True)

    @cached_property
    def dengue(self) -> Mapping[str, DengueFits]:
        """Count models of dengue by country."""
        return dengue_fits(self.tables["context"], self.settings, self.closure.start, self.names)

    def paragraphs(self) -> tuple[str, ...]:
        """Return what was read, for a notebook."""
        window = self.settings.burden.window
        text = (
            f"{', '.join(self.names.values())}. {len(self.settings.capacity.indicators)} "
            f"indicators of capacity, {len(self.yearly)} yearly values; COVID-19 from "
            f"{window.start} to {window.end}; dengue from {self.settings.dengue.window.start} to "
            f"{self.settings.dengue.window.end}."
        )
        return (text,)


@once
def open_health_security() -> OpenHealth:
    """Open the settings and tables once in this process.

    Raises
    ------
    DataError
        When a processed table is missing.
    StudyError
        When the settings break their contract.
    """
    tables = load_tables(dict.fromkeys((*TABLES, *NAMES)))
    path = COMMON / f"{COMMON_FOLDERS[NOTEBOOK]}.yaml"
    vocabulary = vocabulary_of(tables)
    with names_only():
        settings = parse_health_security(path, vocabulary)
    return OpenHealth(settings, {name: tables[name] for name in TABLES}, vocabulary.events)
