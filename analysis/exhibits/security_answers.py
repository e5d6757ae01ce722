"""Each question of the study, the exhibit that answers it, and the answer in one sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pandas as pd

from analysis.exhibits.security_conflict import effects_frame, effects_sentence, regimes_sentence
from analysis.exhibits.security_conflict_figure import cooperation_sentence
from analysis.exhibits.security_deaths import deaths_sentence
from analysis.exhibits.security_governance import governance_sentence, homicide_sentence
from analysis.exhibits.security_results import OpenSecurity
from analysis.exhibits.security_scores import scores_sentence
from analysis.exhibits.security_seizures import seizures_sentence
from analysis.exhibits.security_trade import closure_sentence, conflict_sentence, trade_frame
from analysis.exhibits.security_trade_fits import NAME
from analysis.exhibits.table import Column, Table

DESCRIBED: Final = "described"
NOT_IDENTIFIED: Final = "not identified"
Say = Callable[[OpenSecurity], str]


@dataclass(frozen=True)
class Question:
    """A question, where it is answered, and how its answer and standing are computed."""

    question: str
    exhibit: str
    answer: Say
    standing: Say


def _fixed(word: str) -> Say:
    return lambda _opened: word


def _effect(name: str) -> Say:
    def standing(opened: OpenSecurity) -> str:
        frame = effects_frame(opened)
        own = frame.loc[frame["name"] == name]
        counted = own["verdict"].value_counts()
        return ", ".join(f"{word}: {n} of {len(own)} areas" for word, n in counted.items())

    return standing


def _trade(opened: OpenSecurity) -> str:
    frame = trade_frame(opened)
    own = frame[frame["term"].str.startswith(NAME)]
    return ", ".join(dict.fromkeys(own["verdict"]))


def _closure(opened: OpenSecurity) -> str:
    frame = trade_frame(opened)
    return ", ".join(
        dict.fromkeys(frame.loc[frame["term"] == opened.blocks.trade.closure, "verdict"])
    )


BEFORE_CONFLICT: Final[tuple[Question, ...]] = (
    Question(
        "Did crime change between the two editions?",
        "security_scores",
        lambda opened: scores_sentence(opened, "crime"),
        _fixed(DESCRIBED),
    ),
    Question(
        "Did resilience change, law enforcement and international cooperation among it?",
        "security_scores",
        lambda opened: scores_sentence(opened, "resilience"),
        _fixed(DESCRIBED),
    ),
    Question(
        "How did governance change?",
        "security_governance",
        governance_sentence,
        _fixed(DESCRIBED),
    ),
    Question("How did homicide change?", "security_homicide", homicide_sentence, _fixed(DESCRIBED)),
    Question(
        "Is there a trend in drug seizures?",
        "security_seizures",
        seizures_sentence,
        _fixed(NOT_IDENTIFIED),
    ),
)
AFTER_CONFLICT: Final[tuple[Question, ...]] = (
    Question(
        "Did deaths near the border rise, given how unsure their counts are?",
        "security_conflict_deaths",
        deaths_sentence,
        _fixed(DESCRIBED),
    ),
    Question(
        "Did conflict change regime at a date that nobody chose?",
        "security_conflict_regimes",
        regimes_sentence,
        _fixed("tested"),
    ),
    Question(
        "Which joint enforcement and liaison events are there?",
        "security_cooperation",
        cooperation_sentence,
        _fixed(DESCRIBED),
    ),
    Question(
        "Does gate trade fall where conflict rises?",
        "security_trade",
        conflict_sentence,
        _trade,
    ),
    Question(
        "Does the effect of the closure stand when conflict is allowed for?",
        "security_trade",
        closure_sentence,
        _closure,
    ),
)


def _questions(opened: OpenSecurity) -> list[Question]:
    events = [
        Question(
            f"Did conflict near the border change with '{item.label}'?",
            "security_conflict_effects",
            lambda opened, name=item.name: effects_sentence(opened, name),  # type: ignore[misc]
            _effect(item.name),
        )
        for item in opened.settings.conflict_events
    ]
    return [*BEFORE_CONFLICT, *events, *AFTER_CONFLICT]


def answers_frame(opened: OpenSecurity) -> pd.DataFrame:
    """Return one row a question; measures without data stand last, with the reason."""
    rows = [
        (item.question, item.exhibit, item.standing(opened), item.answer(opened))
        for item in _questions(opened)
    ]
    rows += [
        (str(row.question), "security_no_data", "no data", f"{row.measure}: {row.why}.")
        for row in opened.gaps.itertuples()
    ]
    return pd.DataFrame(rows, columns=["question", "exhibit", "standing", "answer"])


def answers_table(opened: OpenSecurity) -> Table:
    """Return the questions of the study with their answers, computed."""
    frame = answers_frame(opened)
    return Table(
        name="security_answers",
        title="Public security in the border areas: questions and answers",
        frame=frame,
        columns=(
            Column("question", "Question"),
            Column("exhibit", "Exhibit"),
            Column("standing", "Standing"),
            Column("answer", "Answer"),
        ),
        note=(
            f"{len(frame)} questions, {int((frame['standing'] == 'no data').sum())} without data. "
            "Scores and counts are aggregated and name no person; scores show their resolution, "
            "and counts of events, deaths and seizures are under-reported, as each exhibit says."
        ),
    )
