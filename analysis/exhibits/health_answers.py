"""The questions of the study, each with the exhibit that answers it and the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pandas as pd

from analysis.exhibits.health_burden import burden_sentence
from analysis.exhibits.health_capacity import (
    NO_DATA,
    capacity_sentence,
    group_spread_sentence,
    missing_frame,
)
from analysis.exhibits.health_dengue import (
    NOT_IDENTIFIED,
    dengue_sentence,
    effects_frame,
    together_frame,
    together_sentence,
)
from analysis.exhibits.health_dengue_checks import placebo_sentence
from analysis.exhibits.health_events import mechanism_sentence
from analysis.exhibits.health_ranks import NO_ORDER, TOGETHER, ranks_frame, ranks_sentence
from analysis.exhibits.health_rows import rows_of
from analysis.exhibits.health_security import OpenHealth
from analysis.exhibits.table import Column, Table

Said = Callable[[OpenHealth], str]
ANSWERED: Final = "answered"
DESCRIBED: Final = "described, no effect"


@dataclass(frozen=True)
class Question:
    """One question of the study.

    Attributes
    ----------
    exhibit
        Name of the table or figure that answers it.
    answer, verdict
        Functions from the opened tables to a sentence, and to a verdict.
    """

    text: str
    exhibit: str
    answer: Said
    verdict: Said


def health_answers_table(opened: OpenHealth) -> Table:
    """Return one row a question."""
    rows = [
        (item.text, item.exhibit, item.verdict(opened), item.answer(opened)) for item in QUESTIONS
    ]
    return Table(
        name="health_answers",
        title="Health security: the questions and their answers",
        frame=pd.DataFrame(rows, columns=["question", "exhibit", "verdict", "answer"]),
        columns=(
            Column("question", "Question"),
            Column("exhibit", "Exhibit"),
            Column("verdict", "Verdict"),
            Column("answer", "Answer"),
        ),
        note="Every number is computed from the tables of this project. Verdicts: answered; "
        "described, where figures stand side by side and no effect can be told; no order shown, "
        "where a test that could find one did not; not identified, where the data cannot tell; "
        "no data, where there is none.",
    )


def _always(verdict: str) -> Said:
    return lambda _opened: verdict


def _change_of_capacity(opened: OpenHealth) -> str:
    years = opened.yearly.groupby("indicator")["year"].nunique()
    expert, coverage = int(years["ghs_overall"]), int(years["uhc_index"])
    return (
        f"No effect can be told: the expert scores stand for {expert} years and service coverage "
        f"for {coverage}, both for {opened.settings.group_label} alone, without a country outside "
        "the mechanism to compare with, and tuberculosis incidence is the smooth estimate of a "
        f"model. Side by side: {group_spread_sentence(opened)}."
    )


def _absent(opened: OpenHealth) -> str:
    frame = missing_frame(opened)
    own = frame[frame["measure"].str.contains(r"\((?:SPAR|JEE)\)", regex=True)]
    told = "; ".join(f"{row['measure']}: {row['address']}" for row in rows_of(own))
    return f"No figure is at hand. {told}. The columns to fill stand in the table."


def _ranked(opened: OpenHealth) -> str:
    verdicts = ranks_frame(opened)["verdict"]
    if (verdicts == TOGETHER).any():
        return ANSWERED
    return NO_ORDER if (verdicts == NO_ORDER).any() else NOT_IDENTIFIED


def _ranks(opened: OpenHealth) -> str:
    return f"{ranks_sentence(opened)} Testing goes with capacity, so no cause can be read off."


def _closed(opened: OpenHealth) -> str:
    found = (effects_frame(opened)["verdict"] == "change").any()
    return ANSWERED if found else NOT_IDENTIFIED


def _dengue(opened: OpenHealth) -> str:
    return (
        f"{dengue_sentence(opened)} The fall cannot be told from the usual waves, from less testing"
        " or from what else began at that time."
    )


def _together(opened: OpenHealth) -> str:
    verdicts = together_frame(opened)["verdict"]
    return ANSWERED if (verdicts == "change").any() else NOT_IDENTIFIED


QUESTIONS: Final = (
    Question(
        "How did the mechanism evolve?",
        "health_timeline, health_events",
        mechanism_sentence,
        _always(ANSWERED),
    ),
    Question(
        "What health capacity do the countries have?",
        "health_capacity_heat, health_capacity",
        capacity_sentence,
        _always(ANSWERED),
    ),
    Question(
        "Did capacity change because of the mechanism?",
        "health_capacity",
        _change_of_capacity,
        _always(NOT_IDENTIFIED),
    ),
    Question(
        "What do self-assessment and outside evaluation under the International Health Regulations "
        "say?",
        "health_missing",
        _absent,
        _always(NO_DATA),
    ),
    Question(
        "What burden of COVID-19 did the countries report?",
        "health_burden_paths, health_burden",
        burden_sentence,
        _always(DESCRIBED),
    ),
    Question("Does capacity go with burden?", "health_ranks", _ranks, _ranked),
    Question(
        "What did closed borders do to dengue?", "dengue_paths, dengue_effects", _dengue, _closed
    ),
    Question(
        "Would the same models find an effect in years without a closure?",
        "dengue_placebos",
        placebo_sentence,
        _always(ANSWERED),
    ),
    Question(
        "Do the countries together tell a change of dengue?",
        "dengue_together",
        together_sentence,
        _together,
    ),
)
