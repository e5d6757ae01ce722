"""The panels of countries and provinces, opened once for the exhibits about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import pandas as pd

from analysis.config import COMMON, COMMON_FOLDERS
from analysis.data_management.lending import names_only
from analysis.data_management.processed import load_tables, vocabulary_of
from analysis.exhibits.group_references import Reference, group_references
from analysis.exhibits.interior_fits import InteriorFit, interior_fits
from analysis.exhibits.once import once
from analysis.exhibits.policy_synchrony_tests import SynchronyTest, synchrony_tests
from analysis.exhibits.shown import Shown
from analysis.exhibits.yearly_fits import YearlyFit, yearly_fits
from analysis.models.dyads_frame import DyadFrame, dyad_frame
from analysis.settings.country_panels import CountryPanels, parse_country_panels
from analysis.study import Event

NOTEBOOK: Final = "07_country_panels"
TABLES: Final = (
    *("countries", "provinces", "country_pairs", "country_year"),
    *("policy", "covid", "reports"),
)
NAMES: Final = ("series", "events", "context", "reports", "policy")


@dataclass(frozen=True)
class OpenPanels(Shown):
    """The settings of the notebook and the processed tables that it reads.

    Attributes
    ----------
    tables
        Processed tables by name; `policy` holds the months of the window only.
    events
        Events by id.
    """

    settings: CountryPanels
    tables: Mapping[str, pd.DataFrame]
    events: Mapping[str, Event]

    @property
    def meeting(self) -> Event:
        """The event that divides the months."""
        return self.events[self.settings.meeting]

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Names of countries and provinces by code."""
        countries, provinces = self.tables["countries"], self.tables["provinces"]
        return {
            **dict(zip(countries["iso3"], countries["name"], strict=True)),
            **dict(zip(provinces["unit"], provinces["name"], strict=True)),
        }

    @cached_property
    def policy_pairs(self) -> DyadFrame:
        """Absolute differences of the indices of every two countries in every month."""
        indices = self.settings.synchrony.indices + self.settings.pairs.indices
        policy = self.tables["policy"]
        rows = policy[~policy["unit"].str.contains("-") & policy["index"].isin(indices)]
        wide = rows.pivot(index=["unit", "month"], columns="index", values="value").reset_index()  # noqa: PD010 (a repeated key must fail)
        wide["month"] = wide["month"].dt.strftime("%Y-%m")
        return dyad_frame(wide, "unit", "month", list(dict.fromkeys(indices)))

    @cached_property
    def references(self) -> Mapping[str, Reference]:
        """Sets of groups that the group is compared with, among the countries with indices."""
        return group_references(
            self.policy_pairs.units,
            self.settings.group,
            self.settings.synchrony.references,
            self.tables["countries"],
            self.tables["country_pairs"],
        )

    @cached_property
    def synchrony(self) -> tuple[SynchronyTest, ...]:
        """The group among groups like it, by index, part of the window and reference set."""
        return synchrony_tests(
            self.policy_pairs,
            self.references,
            self.settings.group,
            self.settings.synchrony,
            f"{self.meeting.start:%Y-%m}",
        )

    @cached_property
    def interior(self) -> tuple[InteriorFit, ...]:
        """The border province beside its synthetic controls, by event and method."""
        return interior_fits(
            self.tables["policy"], self.tables["provinces"], self.settings, self.events
        )

    @cached_property
    def years(self) -> Mapping[str, YearlyFit]:
        """The group beside other countries by year, by outcome."""
        return yearly_fits(self.tables, self.settings)

    def paragraphs(self) -> tuple[str, ...]:
        """Return what was read, for a notebook."""
        members = ", ".join(self.names[code] for code in self.settings.group)
        window = self.settings.window
        text = (
            f"{len(self.policy_pairs.units)} countries and {len(self.tables['provinces'])} Chinese "
            f"provinces, {window.start} to {window.end}. The group: {members}. "
            f"The meeting: {self.meeting.start.day} {self.meeting.start:%B %Y}."
        )
        return (text,)


@once
def open_country_panels() -> OpenPanels:
    """Open the settings and tables once in this process.

    Raises
    ------
    DataError
        When a processed table is missing.
    StudyError
        When the settings break their contract.
    """
    tables = load_tables(dict.fromkeys((*TABLES, *NAMES)))
    vocabulary = vocabulary_of(tables)
    with names_only():
        settings = parse_country_panels(COMMON / f"{COMMON_FOLDERS[NOTEBOOK]}.yaml", vocabulary)
    policy = tables["policy"]
    inside = (
        policy["month"].dt.strftime("%Y-%m").between(settings.window.start, settings.window.end)
    )
    kept = {name: tables[name] for name in TABLES}
    kept["policy"] = policy[inside].reset_index(drop=True)
    return OpenPanels(settings, kept, vocabulary.events)
