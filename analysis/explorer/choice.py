"""What a student may choose, and a choice as the content of a study file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from analysis import config
from analysis.data_management.processed import load_tables, vocabulary_of
from analysis.errors import StudyError, spelling_hint
from analysis.exhibits.study_results import STUDY_TABLES, OpenStudy, study_on
from analysis.study import Outcome, Trend, Vocabulary
from analysis.study_file import study_from
from analysis.study_yaml import read_yaml

NOT_IN_A_NAME: Final = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Choice:
    """One choice in the explorer.

    Attributes
    ----------
    study
        Study from whose file everything is taken that is not chosen here.
    subject
        Name of one of its outcomes, or key of a series.
    interventions
        Names of interventions of the study, in the order of the model.
    start, end
        First and last month of the window, YYYY-MM.
    """

    study: str
    subject: str
    interventions: tuple[str, ...]
    trend: Trend
    start: str
    end: str


@dataclass(frozen=True)
class Ground:
    """The studies that may be chosen, opened, with what their files say.

    Attributes
    ----------
    files
        Content of each study file, by name of the study.
    """

    files: Mapping[str, Mapping[str, Any]]
    opened: Mapping[str, OpenStudy]
    vocabulary: Vocabulary

    def study_file(self, study: str) -> Mapping[str, Any]:
        """Return the content of a study file.

        Raises
        ------
        StudyError
            When there is no such study.
        """
        if study not in self.files:
            raise StudyError(
                f"the study '{study}' is not known",
                allowed=", ".join(self.files),
                remedy=spelling_hint(study, self.files),
            )
        return self.files[study]


def open_ground(parameters: Path = config.PARAMETERS) -> Ground:
    """Open every study on data_processed/.

    Raises
    ------
    DataError
        When a processed table is missing.
    StudyError
        When a study file breaks its contract.
    """
    tables = load_tables(STUDY_TABLES)
    vocabulary = vocabulary_of(tables)
    paths = sorted(parameters.glob("*.yaml"))
    files = {path.stem: read_yaml(path) for path in paths}
    studies = [study_from(path, files[path.stem], vocabulary) for path in paths]
    opened = {study.name: study_on(tables, study, vocabulary.events) for study in studies}
    return Ground(files, opened, vocabulary)


def subjects(ground: Ground, study: str) -> dict[str, str]:
    """Return what may be estimated: label by name of an outcome or key of a series.

    The outcomes of the study come first, in the order of its file; then every other series of its
    places with a figure that a model can take.
    """
    opened = ground.opened[study]
    named = {outcome.name: outcome.label for outcome in opened.study.outcomes}
    modelled = {outcome.series for outcome in opened.study.outcomes}
    others = set(opened.observations["series"]) - modelled
    labels = opened.series.set_index("series")["label"]
    return named | {key: f"{labels[key]} [{key}]" for key in sorted(others)}


def offered(ground: Ground, study: str, subject: str) -> dict[str, str]:
    """Return the interventions that may be chosen: label with date, by name.

    Those of the outcome come first, in its order, then the others of the study.
    """
    base = _outcome_of(ground, study, subject)
    own = [item.name for item in base.interventions] if base else []
    labels: dict[str, str] = {}
    for block in ground.files[study]["interventions"]:
        day = ground.vocabulary.events[block["event"]].start
        labels[block["name"]] = f"{block['label']} ({block['shape']} from {day})"
    return {name: labels[name] for name in dict.fromkeys([*own, *labels])}


def first_choice(ground: Ground, study: str, subject: str) -> Choice:
    """Return the choice that the study file makes for an outcome, or would make for a series."""
    base = _outcome_of(ground, study, subject)
    if base:
        names = tuple(item.name for item in base.interventions)
        return Choice(study, subject, names, base.trend, base.start, base.end)
    content = ground.study_file(study)
    window = content["window"]
    inside = [
        block["name"]
        for block in content["interventions"]
        if window["start"] <= _month_of(ground, block["event"]) <= window["end"]
    ]
    return Choice(study, subject, tuple(inside), content["trend"], window["start"], window["end"])


def months(ground: Ground, study: str, subject: str) -> tuple[str, ...]:
    """Return the months, YYYY-MM, that a window may begin or end with.

    They reach as far as the reports of the series, with the year before that a growth rate speaks
    of, and as far as the window of the study file.
    """
    opened, first = ground.opened[study], first_choice(ground, study, subject)
    rows = opened.observations[opened.observations["series"] == series_of(ground, study, subject)]
    reported = [rows["start"].min() - pd.DateOffset(years=1), rows["end"].max()]
    known = [f"{day:%Y-%m}" for day in reported if not pd.isna(day)]
    ends = [*known, first.start, first.end]
    return tuple(pd.period_range(min(ends), max(ends), freq="M").strftime("%Y-%m"))


def series_of(ground: Ground, study: str, subject: str) -> str:
    """Return the key of the series that a subject stands for."""
    base = _outcome_of(ground, study, subject)
    return base.series if base else subject


def content_of(
    choice: Choice, ground: Ground, checked: Sequence[Mapping[str, str]] = ()
) -> dict[str, Any]:
    """Return a choice as the content of a study file, whose one outcome it is.

    Parameters
    ----------
    checked
        Answers to doubts that the file gives; those of the other study are not taken over.

    Raises
    ------
    StudyError
        When the choice names no study.
    """
    content = dict(ground.study_file(choice.study))
    outcome = _outcome_block(choice, ground)
    labels = {block["name"]: block["label"] for block in content["interventions"]}
    chosen = [labels.get(name, name) for name in choice.interventions]
    return content | {
        "title": f"{outcome['label']}, {choice.start} to {choice.end}",
        "question": _question(outcome["label"], chosen),
        "window": {"start": choice.start, "end": choice.end},
        "trend": choice.trend,
        "outcomes": [outcome | {"interventions": list(choice.interventions)}],
        "checked": [dict(answer) for answer in checked],
    }


def _outcome_block(choice: Choice, ground: Ground) -> dict[str, Any]:
    """Return name, label and series, with what the study file says that cannot be chosen."""
    for block in ground.files[choice.study]["outcomes"]:
        if block["name"] == choice.subject:
            chosen_here = {"window", "trend", "interventions", "figure"}
            return {key: value for key, value in block.items() if key not in chosen_here}
    labels = ground.opened[choice.study].series.set_index("series")["label"]
    return {
        "name": NOT_IN_A_NAME.sub("_", choice.subject.lower()).strip("_"),
        "label": labels.get(choice.subject, choice.subject),
        "series": choice.subject,
    }


def _question(label: str, events: Sequence[str]) -> str:
    if not events:
        return f"How did this series run, without an event in the model: {label}?"
    listed = " and ".join([", ".join(events[:-1]), events[-1]] if events[1:] else events)
    return f"What was the effect of {listed} on this series: {label}?"


def _month_of(ground: Ground, event: str) -> str:
    return f"{ground.vocabulary.events[event].start:%Y-%m}"


def _outcome_of(ground: Ground, study: str, subject: str) -> Outcome | None:
    outcomes = ground.opened[study].study.outcomes
    return next((outcome for outcome in outcomes if outcome.name == subject), None)
