"""A study opened on the processed data: its reports, its fits, its events."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Final

import pandas as pd

from analysis.config import PARAMETERS
from analysis.data_management.lending import names_in
from analysis.data_management.processed import load_tables, vocabulary_of
from analysis.exhibits.monthly_fits import fit_monthly
from analysis.exhibits.shown import Shown
from analysis.exhibits.timeline import EventLine
from analysis.models.design import design_of
from analysis.models.interval_results import IntervalFit
from analysis.models.interval_series import fit_interval_series
from analysis.models.its_results import ItsFit
from analysis.models.outcome_rows import left_out_observations, used_observations
from analysis.study import Event, Intervention, Outcome, Study
from analysis.study_file import parse_study

_OPENING = threading.Lock()
_FLOWS: Final = {"trade_value": "trade", "export_value": "exports", "import_value": "imports"}
OFFICIAL: Final[Mapping[str, str]] = {
    f"china-{place}-trade/bilateral/{metric}/cn_customs/usd": f"customs_{flow}/{iso3}"
    for place, iso3 in (("laos", "LAO"), ("myanmar", "MMR"))
    for metric, flow in _FLOWS.items()
}
"""Series of reports -> monthly series of the same flow, by the same office, in million dollars."""
STUDY_TABLES: Final = (
    "reports",
    "observations",
    "contradictions",
    "agreement",
    "series",
    "context",
    "events",
    "policy",
)


@dataclass(frozen=True)
class OpenStudy(Shown):
    """A study with the rows of each processed table that concern it.

    Attributes
    ----------
    reports, observations
        Published figures of the study's places, and what a model takes from them.
    contradictions, agreement
        What was found by rule about those reports.
    series, context, events
        Series register, monthly context series, and events by id.
    policy
        Policy indices of the units and of the kinds that the study shows.
    official
        Months of official trade with a counterpart among the outcomes, in the form of `context`.
    """

    study: Study
    reports: pd.DataFrame
    observations: pd.DataFrame
    contradictions: pd.DataFrame
    agreement: pd.DataFrame
    series: pd.DataFrame
    context: pd.DataFrame
    events: Mapping[str, Event]
    policy: pd.DataFrame = field(default_factory=pd.DataFrame)
    official: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["series"]))

    @cached_property
    def monthly_fits(self) -> Mapping[str, ItsFit]:
        """The fit of each monthly series, by its name, in the order of the study file."""
        return {
            item.name: fit_monthly(item, self.context, self.study.level)
            for item in self.study.monthly
        }

    @cached_property
    def fits(self) -> Mapping[str, IntervalFit]:
        """The fit of each outcome, by the outcome's name, in the order of the study file."""
        return {outcome.name: self._fit(outcome) for outcome in self.study.outcomes}

    @cached_property
    def effects(self) -> pd.DataFrame:
        """Each effect of each outcome as a row, in the order of the study file."""
        tables = [_effects_of(self.outcome(name), fit) for name, fit in self.fits.items()]
        return pd.concat(tables, ignore_index=True)

    @cached_property
    def used(self) -> Mapping[str, pd.DataFrame]:
        """The observations that the model of each outcome uses, by the outcome's name."""
        outcomes = self.study.outcomes
        return {item.name: used_observations(item, self.observations) for item in outcomes}

    @cached_property
    def left_out(self) -> Mapping[str, pd.DataFrame]:
        """The other observations of each outcome's series, with `reason`, by the outcome's name."""
        outcomes = self.study.outcomes
        return {item.name: left_out_observations(item, self.observations) for item in outcomes}

    @cached_property
    def interventions(self) -> tuple[Intervention, ...]:
        """Every intervention that some outcome uses, once, by date."""
        items = [item for outcome in self.study.outcomes for item in outcome.interventions]
        return tuple(sorted(dict.fromkeys(items), key=lambda item: (item.start, item.name)))

    @cached_property
    def event_lines(self) -> tuple[EventLine, ...]:
        """The interventions as lines for a figure, one for each date."""
        by_day = {
            item.start: EventLine(item.start, item.label) for item in self.interventions[::-1]
        }
        return tuple(by_day[day] for day in sorted(by_day))

    def paragraphs(self) -> tuple[str, ...]:
        """Return what was read, for a notebook."""
        counts = (
            f"{len(self.reports)} reports in {self.reports['series'].nunique()} series, "
            f"{len(self.study.outcomes)} outcomes, {len(self.interventions)} interventions."
        )
        return self.study.title, self.study.question, counts

    def outcome(self, name: str) -> Outcome:
        """Return the outcome with this name."""
        return next(outcome for outcome in self.study.outcomes if outcome.name == name)

    def unit(self, series: str) -> str:
        """Return the base unit of a series."""
        return str(self.series.set_index("series").loc[series, "unit"])

    def _fit(self, outcome: Outcome) -> IntervalFit:
        return fit_interval_series(
            self.used[outcome.name],
            design_of(outcome),
            rho=outcome.rho,
            level=self.study.level,
        )


def _effects_of(outcome: Outcome, fit: IntervalFit) -> pd.DataFrame:
    table = fit.effects_table()
    labels = {item.name: item.label for item in fit.coefficients}
    table["confounded_with"] = [
        ", ".join(labels[other] for other in effect.confounded_with) for effect in fit.effects
    ]
    table.insert(0, "outcome", outcome.name)
    table.insert(1, "outcome_label", outcome.label)
    return table


def open_study(name: str) -> OpenStudy:
    """Open a study by name on data_processed/.

    Raises
    ------
    DataError
        When a processed table is missing.
    StudyError
        When the study file does not exist or breaks its contract.
    """
    return _opened_on(load_tables(STUDY_TABLES), name)


def _opened_on(tables: Mapping[str, pd.DataFrame], name: str) -> OpenStudy:
    vocabulary = vocabulary_of(tables)
    return study_on(tables, parse_study(PARAMETERS / f"{name}.yaml", vocabulary), vocabulary.events)


def study_on(
    tables: Mapping[str, pd.DataFrame], study: Study, events: Mapping[str, Event]
) -> OpenStudy:
    """Open a parsed study on the processed tables of STUDY_TABLES, by name."""
    mine = _reports_of(study, tables["reports"])
    keys = names_in(mine["series"])
    return OpenStudy(
        study=study,
        reports=mine,
        observations=_rows(tables["observations"], "report_id", names_in(mine["report_id"])),
        contradictions=_about(tables["contradictions"], keys),
        agreement=_rows(tables["agreement"], "place", set(study.places)),
        series=_rows(tables["series"], "series", keys),
        context=_rows(tables["context"], "series", _context_named(study)),
        events=events,
        policy=_policy_of(study, tables["policy"]),
        official=_rows(tables["context"], "series", _official_of(study)),
    )


@cache
def _tables() -> Mapping[str, pd.DataFrame]:
    return load_tables(STUDY_TABLES)


@cache
def _opened(name: str) -> OpenStudy:
    return _opened_on(_tables(), name)


def opened_once(name: str) -> OpenStudy:
    """Open a study once in this process, for the steps of one build."""
    with _OPENING:
        return _opened(name)


def _reports_of(study: Study, reports: pd.DataFrame) -> pd.DataFrame:
    """Return the reports of the study's places and of the series that it names."""
    named = {outcome.series for outcome in study.outcomes} | set(study.comparison)
    mine = reports["place"].isin(study.places) | reports["series"].isin(named)
    return reports[mine].reset_index(drop=True)


def _context_named(study: Study) -> set[str]:
    monthly = (key for item in study.monthly for key in (item.series, *item.controls))
    return {*study.context, *monthly}


def _official_of(study: Study) -> set[str]:
    return {OFFICIAL[item.series] for item in study.outcomes if item.series in OFFICIAL}


def _policy_of(study: Study, policy: pd.DataFrame) -> pd.DataFrame:
    shown = policy["unit"].isin(study.policy.units) & policy["index"].isin(study.policy.indices)
    return policy[shown].reset_index(drop=True)


def _about(contradictions: pd.DataFrame, keys: Set[str]) -> pd.DataFrame:
    one, other = (contradictions[name].isin(keys) for name in ("series", "other_series"))
    return contradictions[one | other].reset_index(drop=True)


def _rows(table: pd.DataFrame, column: str, wanted: Set[str]) -> pd.DataFrame:
    return table[table[column].isin(wanted)].reset_index(drop=True)
