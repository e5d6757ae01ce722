"""The comparison of zones opened on the processed data: its sides, their fits, the gates' panel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Final

import pandas as pd

from analysis.config import COMMON
from analysis.data_management.processed import load_tables, vocabulary_of
from analysis.exhibits.shown import Shown
from analysis.exhibits.study_results import STUDY_TABLES, OpenStudy, opened_once
from analysis.models.design import DesignSpec
from analysis.models.effect_difference import at_level
from analysis.models.interval_findings import Effect
from analysis.models.interval_panel import IntervalPanel, fit_interval_panel
from analysis.models.interval_rows import only_inside
from analysis.settings.zone_comparison import (
    GATES,
    ComparedEvent,
    GatePanel,
    Group,
    StudyComparison,
    ZoneComparison,
    parse_zone_comparison,
)
from analysis.study import Event, Intervention

SETTINGS: Final = COMMON / "zone_comparison.yaml"
Member = tuple[str, str]


@dataclass(frozen=True)
class Side:
    """One outcome of a study, or one gate, with its reports and effects.

    Attributes
    ----------
    study
        Name of the study, or `gates`.
    register
        The row of its series in the register: metric, scope, basis, unit, label.
    rows
        The observations that its model uses.
    """

    study: str
    name: str
    label: str
    series: str
    register: Mapping[str, str]
    rows: pd.DataFrame
    interventions: tuple[Intervention, ...]
    effects: tuple[Effect, ...]

    def effect(self, event: ComparedEvent) -> Effect | None:
        """Return the effect of a compared event; None where the side has no such event."""
        name = event.interventions.get(self.study)
        return next((item for item in self.effects if item.name == name), None)


@dataclass(frozen=True)
class OpenStudies(Shown):
    """Some studies with everything that exhibits of their comparison show.

    Attributes
    ----------
    sides
        Every outcome and gate that some group names, by study and name, in the order of the file.
    """

    settings: StudyComparison
    sides: Mapping[Member, Side]
    events: Mapping[str, Event]

    def pairs(self, group: Group) -> tuple[tuple[Side, Side], ...]:
        """Return every pair of a group."""
        sides = (self.sides[member] for member in group.members)
        return tuple(combinations(sides, 2))

    def paragraphs(self) -> tuple[str, ...]:
        """Return what was read, for a notebook."""
        counts = (
            f"{len(self.settings.studies)} studies, {len(self.sides)} outcomes and gates, "
            f"{len(self.settings.groups)} groups, {len(self.settings.events)} kinds of events."
        )
        return self.settings.title, counts


@dataclass(frozen=True)
class OpenComparison(OpenStudies):
    """The zones and gates with everything that the exhibits show.

    Attributes
    ----------
    panel
        The gates alone and together.
    """

    settings: ZoneComparison
    panel: IntervalPanel


@cache
def open_zone_comparison() -> OpenComparison:
    """Open the comparison named by its settings file and fit what it needs.

    Raises
    ------
    DataError
        When a processed table is missing.
    StudyError
        When the settings or a study file break their contract.
    """
    tables = load_tables(STUDY_TABLES)
    vocabulary = vocabulary_of(tables)
    return compare(parse_zone_comparison(SETTINGS, vocabulary), tables, vocabulary.events)


def compare(
    settings: ZoneComparison, tables: Mapping[str, pd.DataFrame], events: Mapping[str, Event]
) -> OpenComparison:
    """Fit the gates' panel and gather every side that the settings name."""
    reports = _gate_reports(settings.panel, tables["observations"])
    panel = _fit(settings, reports)
    register = tables["series"].set_index("series")
    studies = {study.name: opened_once(study.name) for study in settings.studies}
    members = dict.fromkeys(member for group in settings.groups for member in group.members)
    sides = {
        member: _gate_side(settings.panel, panel, member[1], reports, register)
        if member[0] == GATES
        else outcome_side(studies[member[0]], member[1], settings.level, register)
        for member in members
    }
    return OpenComparison(settings=settings, sides=sides, events=events, panel=panel)


def _gate_reports(panel: GatePanel, observations: pd.DataFrame) -> dict[str, pd.DataFrame]:
    trusted = observations[observations["confidence"].isin(panel.confidence)]
    return {
        gate.name: only_inside(
            trusted[trusted["series"] == gate.series].reset_index(drop=True),
            panel.start,
            panel.end,
        )
        for gate in panel.gates
    }


def _fit(settings: ZoneComparison, reports: Mapping[str, pd.DataFrame]) -> IntervalPanel:
    asked = settings.panel
    specs = {
        gate.name: DesignSpec(asked.start, asked.end, asked.trend, "none", gate.interventions)
        for gate in asked.gates
    }
    return fit_interval_panel(reports, specs, rho=asked.rho, level=settings.level)


def _gate_side(
    asked: GatePanel,
    panel: IntervalPanel,
    name: str,
    reports: Mapping[str, pd.DataFrame],
    register: pd.DataFrame,
) -> Side:
    gate = next(item for item in asked.gates if item.name == name)
    place = panel.places[name]
    effects = place.alone.effects if place.left_out else panel.joint.of(name).effects
    return Side(
        study=GATES,
        name=name,
        label=f"{gate.label} (gate)",
        series=gate.series,
        register=_row(register, gate.series),
        rows=reports[name],
        interventions=gate.interventions,
        effects=effects,
    )


def outcome_side(opened: OpenStudy, name: str, level: float, register: pd.DataFrame) -> Side:
    """Return one outcome of a study as a side of a comparison, effects at the level asked for."""
    outcome = opened.outcome(name)
    return Side(
        study=opened.study.name,
        name=name,
        label=outcome.label,
        series=outcome.series,
        register=_row(register, outcome.series),
        rows=opened.used[name],
        interventions=outcome.interventions,
        effects=tuple(at_level(effect, level) for effect in opened.fits[name].effects),
    )


def _row(register: pd.DataFrame, series: str) -> dict[str, str]:
    return {str(key): str(value) for key, value in register.loc[series].items()}
