"""What the notebook on public security reads, opened once: settings, tables, fits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import pandas as pd

from analysis.config import COMMON, COMMON_FOLDERS
from analysis.data_management.processed import load_tables, vocabulary_of
from analysis.exhibits.once import once
from analysis.exhibits.security_conflict_fits import ConflictFit, conflict_fits
from analysis.exhibits.security_regimes import Regimes, area_regimes
from analysis.exhibits.security_trade_fits import TradeFit, trade_fits
from analysis.exhibits.shown import Shown
from analysis.settings.border_security import BorderSecurity, SecurityBlock, parse_border_security
from analysis.study import Event

NOTEBOOK: Final = "10_border_security"
TABLES: Final = (
    *("country_year", "indicators", "countries", "drug_seizures", "data_gaps"),
    *("events", "context", "observations", "series", "reports", "policy"),
)


@dataclass(frozen=True)
class OpenSecurity(Shown):
    """The settings and the processed tables.

    Attributes
    ----------
    events
        Events by id.
    """

    settings: BorderSecurity
    tables: Mapping[str, pd.DataFrame]
    events: Mapping[str, Event]

    @property
    def blocks(self) -> SecurityBlock:
        """The settings as they are written."""
        return self.settings.blocks

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Names of countries by code."""
        countries = self.tables["countries"]
        return dict(zip(countries["iso3"], countries["name"], strict=True))

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """Labels of indicators."""
        indicators = self.tables["indicators"]
        return dict(zip(indicators["indicator"], indicators["label"], strict=True))

    def values(self, indicator: str) -> pd.DataFrame:
        """Return an indicator of the countries: a row a year, a column a country."""
        df = self.tables["country_year"]
        own = df[(df["indicator"] == indicator) & df["iso3"].isin(self.blocks.countries)]
        wide = own.pivot(index="year", columns="iso3", values="value")  # noqa: PD010 (a repeated key must fail)
        return wide.reindex(columns=list(self.blocks.countries))

    @cached_property
    def gaps(self) -> pd.DataFrame:
        """The rows of the register of missing data that concern this notebook."""
        df = self.tables["data_gaps"]
        own = COMMON_FOLDERS[NOTEBOOK]
        mine = [own in studies.split(";") for studies in df["studies"]]
        return df[mine].reset_index(drop=True)

    @cached_property
    def cooperation(self) -> pd.DataFrame:
        """Joint enforcement and liaison events, by date."""
        df = self.tables["events"]
        own = df[df["category"] == self.blocks.cooperation.category]
        return own.sort_values("start").reset_index(drop=True)

    @cached_property
    def conflict(self) -> Mapping[str, ConflictFit]:
        """Count models by area, with those of the placebo areas."""
        return conflict_fits(self.tables["context"], self.settings)

    @cached_property
    def regimes(self) -> Mapping[str, Regimes]:
        """Regimes of the counts at dates that nobody chose, by area."""
        return area_regimes(self.tables["context"], self.settings)

    @cached_property
    def trade(self) -> tuple[TradeFit, ...]:
        """Gate trade without conflict, with it, and with it lagged."""
        return trade_fits(self.tables["observations"], self.tables["context"], self.settings)

    def paragraphs(self) -> tuple[str, ...]:
        """Return what was read, for a notebook."""
        window = self.blocks.conflict.window
        members = ", ".join(self.names[code] for code in self.blocks.countries)
        text = (
            f"{len(self.blocks.countries)} countries: {members}. Conflict events of "
            f"{len(self.blocks.conflict.areas)} areas near the border and "
            f"{len(self.blocks.conflict.placebos)} placebo areas, {window.start} to {window.end}. "
            f"{len(self.cooperation)} cooperation events. {len(self.gaps)} measures without data."
        )
        return (text,)


@once
def open_border_security() -> OpenSecurity:
    """Open the settings and tables once in this process.

    Raises
    ------
    DataError
        When a processed table is missing.
    StudyError
        When the settings break their contract.
    """
    tables = load_tables(TABLES)
    vocabulary = vocabulary_of(tables)
    path = COMMON / f"{COMMON_FOLDERS[NOTEBOOK]}.yaml"
    return OpenSecurity(parse_border_security(path, vocabulary), tables, vocabulary.events)
