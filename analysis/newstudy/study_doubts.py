"""The usual mistakes in a study file that names and types do not show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Final

import pandas as pd

from analysis.errors import StudyError
from analysis.models.outcome_rows import used_observations
from analysis.newstudy.doubt import Doubt, open_doubts
from analysis.newstudy.lessons import LESSONS
from analysis.study import Outcome, Seasonality, Study

SEASONAL_TERMS: Final[Mapping[Seasonality, int]] = {
    "none": 0,
    "fourier_1": 2,
    "fourier_2": 4,
    "months": 11,
}
FORM_WORDS: Final = "CHANGE ME"
"""What new-study writes where only the student can say what belongs there."""


def study_doubts(study: Study, observations: pd.DataFrame) -> list[Doubt]:
    """Return the doubts about a study that its file does not answer.

    Parameters
    ----------
    observations
        All processed observations.

    Raises
    ------
    StudyError
        Where there is no doubt: an event outside the window, or no report at all.
    DataError
        When the file answers a doubt that nobody has.
    """
    file = f"{study.name}.yaml"
    found = [*_unfinished(study), *_of_outcomes(study, observations)]
    return open_doubts(found, study.checked, file)


def _of_outcomes(study: Study, observations: pd.DataFrame) -> Iterator[Doubt]:
    for outcome in study.outcomes:
        _refuse_events_outside(study, outcome)
        rows = used_observations(outcome, observations)
        _refuse_without_reports(study, outcome, len(rows))
        yield from _same_month(study, outcome)
        yield from _fewer_than_parameters(study, outcome, len(rows))


def parameters(outcome: Outcome) -> int:
    """Return how many quantities the model of an outcome estimates beside its noise."""
    trend = int(outcome.trend == "linear")
    return 1 + trend + SEASONAL_TERMS[outcome.seasonality] + len(outcome.interventions)


def _unfinished(study: Study) -> Iterator[Doubt]:
    texts = {"title": study.title, "question": study.question}
    texts |= {f"outcomes.{item.name}.label": item.label for item in study.outcomes}
    for key, text in texts.items():
        if FORM_WORDS in text:
            problem = f"'{text}' is what new-study wrote"
            yield _doubt(study, "unfinished", f"key {key}", key, problem)


def _refuse_events_outside(study: Study, outcome: Outcome) -> None:
    for item in outcome.interventions:
        month = f"{item.start:%Y-%m}"
        if not outcome.start <= month <= outcome.end:
            lesson = LESSONS["event_outside"]
            raise StudyError(
                f"the intervention '{item.name}' ({item.event_id}) begins on {item.start}, outside "
                "the window",
                file=f"{study.name}.yaml",
                where=f"key outcomes.{outcome.name}.interventions",
                why=lesson.why,
                allowed=f"{outcome.start} to {outcome.end}",
                remedy=lesson.remedy,
            )


def _refuse_without_reports(study: Study, outcome: Outcome, number: int) -> None:
    if number == 0:
        lesson = LESSONS["too_few_reports"]
        raise StudyError(
            f"too few reports: the window {outcome.start} to {outcome.end} and the confidence "
            f"{', '.join(outcome.confidence)} leave none of {outcome.series}",
            file=f"{study.name}.yaml",
            where=f"key outcomes.{outcome.name}.series",
            why=lesson.why,
            allowed="more values and growth rates than quantities to estimate",
            remedy=lesson.remedy,
        )


def _same_month(study: Study, outcome: Outcome) -> Iterator[Doubt]:
    for one, other in combinations(outcome.interventions, 2):
        if f"{one.start:%Y-%m}" == f"{other.start:%Y-%m}":
            problem = (
                f"'{one.name}' ({one.event_id}, {one.start}) and '{other.name}' "
                f"({other.event_id}, {other.start}) begin in the same month"
            )
            where = f"key outcomes.{outcome.name}.interventions"
            yield _doubt(study, "same_month", where, outcome.name, problem)


def _fewer_than_parameters(study: Study, outcome: Outcome, number: int) -> Iterator[Doubt]:
    needed = parameters(outcome)
    if number < needed:
        problem = f"too few reports: {number} values and growth rates for {needed} quantities"
        where = f"key outcomes.{outcome.name}"
        yield _doubt(study, "too_few_reports", where, outcome.name, problem)


def _doubt(study: Study, rule: str, where: str, row: str, problem: str) -> Doubt:
    file = f"{study.name}.yaml"
    lesson = LESSONS[rule]
    return Doubt(rule, file, where, row, problem, lesson.why, lesson.remedy, file)
