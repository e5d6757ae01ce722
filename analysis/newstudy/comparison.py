"""Any studies set side by side: outcomes of one metric, events of one name, judged pair by pair."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

from analysis import config
from analysis.data_management.processed import load_tables, vocabulary_of
from analysis.errors import StudyError, require_known
from analysis.exhibits.study_results import STUDY_TABLES, opened_once
from analysis.exhibits.zone_comparison import judged_pairs
from analysis.exhibits.zone_comparison_results import OpenStudies, outcome_side
from analysis.settings.zone_comparison import ComparedEvent, Group, StudyComparison, Trait
from analysis.study import Intervention, Study

TOLERATED: Final[frozenset[Trait]] = frozenset({"unit", "reporting_year"})
"""Traits in which two series may differ and still have comparable effects in per cent."""
FEWEST: Final = 2


def compared_studies(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the studies to compare, checked.

    Raises
    ------
    StudyError
        When a study is not known or named twice, or there is nothing to compare it with.
    """
    known = config.study_names()
    for name in names:
        require_known(
            name, known, StudyError, f"the study '{name}' is not known", where="argument STUDY"
        )
    if len(set(names)) < max(FEWEST, len(names)):
        raise StudyError(
            "a comparison needs two studies or more, each named once",
            where="argument STUDY",
            allowed=", ".join(known),
            remedy="name another study",
        )
    return tuple(names)


@cache
def open_studies(*names: str) -> OpenStudies:
    """Open some studies side by side.

    Outcomes are grouped by metric; outcomes that only the tables of a study show are left out.

    Raises
    ------
    StudyError
        When the studies share no metric, or no pair of their outcomes may be compared; the
        message gives the reasons.
    """
    opened = {name: opened_once(name) for name in compared_studies(names)}
    tables = load_tables(STUDY_TABLES)
    register = tables["series"].set_index("series")
    studies = tuple(item.study for item in opened.values())
    level = min(study.level for study in studies)
    settings = StudyComparison(
        title=" and ".join(study.title for study in studies),
        studies=studies,
        level=level,
        percent_in_spite_of=TOLERATED,
        groups=_groups(studies),
        events=_events(studies),
    )
    members = dict.fromkeys(member for group in settings.groups for member in group.members)
    sides = {
        member: outcome_side(opened[member[0]], member[1], level, register) for member in members
    }
    compared = OpenStudies(settings, sides, vocabulary_of(tables).events)
    _refuse_incomparable(compared)
    return compared


def _metric(series: str) -> str:
    return series.split("/")[2]


def _groups(studies: Sequence[Study]) -> tuple[Group, ...]:
    """Return the outcomes of each metric that two studies or more have."""
    found: dict[str, list[tuple[str, str]]] = {}
    for study in studies:
        for outcome in study.outcomes:
            if outcome.figure:
                found.setdefault(_metric(outcome.series), []).append((study.name, outcome.name))
    shared = {
        metric: members
        for metric, members in found.items()
        if len({study for study, _ in members}) >= FEWEST
    }
    if not shared:
        held = "; ".join(f"{study.name}: {', '.join(_metrics(study))}" for study in studies)
        raise StudyError(
            "the studies have no metric in common",
            where="argument STUDY",
            why="persons, tonnes and values say different things about a border",
            allowed="studies with outcomes of one metric",
            remedy=f"add an outcome of the same metric to one of them ({held})",
        )
    return tuple(
        Group(metric, metric.replace("_", " ").capitalize(), tuple(members))
        for metric, members in shared.items()
    )


def _metrics(study: Study) -> list[str]:
    return sorted({_metric(outcome.series) for outcome in study.outcomes if outcome.figure})


def _events(studies: Sequence[Study]) -> tuple[ComparedEvent, ...]:
    """Return the interventions that two studies or more have, by name or by event."""
    own = {study.name: _interventions(study) for study in studies}
    found: list[ComparedEvent] = []
    for item in (item for items in own.values() for item in items):
        same = {
            study: other.name
            for study, items in own.items()
            for other in items
            if other.name == item.name or other.event_id == item.event_id
        }
        if len(same) >= FEWEST and not any(event.interventions == same for event in found):
            found.append(ComparedEvent(item.name, item.label, same))
    return tuple(found)


def _interventions(study: Study) -> list[Intervention]:
    shown = (outcome for outcome in study.outcomes if outcome.figure)
    return list(dict.fromkeys(item for outcome in shown for item in outcome.interventions))


def _refuse_incomparable(compared: OpenStudies) -> None:
    across = [
        (first, second, judged)
        for _, first, second, judged in judged_pairs(compared)
        if first.study != second.study
    ]
    if any(judged.percent for _, _, judged in across):
        return
    reasons = [
        f"{first.label} and {second.label}: {judged.reason}" for first, second, judged in across
    ]
    raise StudyError(
        "no two outcomes of these studies may be compared",
        where="argument STUDY",
        why="; ".join(reasons),
        allowed="the same metric, scope, basis and an overlapping period; currency and reporting "
        "year may differ where effects in per cent are compared",
        remedy="compare studies whose figures the same office publishes, or add such an outcome",
    )
