"""The coverage of the questions: each with the exhibits that answer it, or why none does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import pandas as pd

from analysis.errors import StudyError, require_known
from analysis.exhibits.registry import COMMON_EXHIBITS, EXHIBITS
from analysis.exhibits.synthesis import findings
from analysis.exhibits.synthesis_results import OpenSynthesis
from analysis.exhibits.synthesis_sources import frame_of, source_of
from analysis.exhibits.table import Column, Table
from analysis.exhibits.tuples import row_dicts, tuples_of
from analysis.settings.synthesis import QuestionBlock

COLUMNS: Final = ("study", "study_label", "question", "exhibits", "verdict", "answer")
STUDY_LABELS: Final[Mapping[str, str]] = {
    "zones": "Cross-border zones",
    "health": "Public-health security",
    "security": "Public security",
}
NO_DATA: Final = "no data"
NOT_IDENTIFIED: Final = "not identified"
DESCRIBED: Final = "described"
STANDING: Final = ("verdict", "standing")  # what a table of answers calls its verdict
DOUBTFUL: Final = ("not ", "weak")
MOST_REASONS: Final = 2
Told = tuple[str, str]


def questions_table(opened: OpenSynthesis) -> Table:
    """Return every question with the exhibits that answer it, a verdict and the answer."""
    frame = questions(opened)
    counts = frame["verdict"].value_counts()
    without = int(counts.get(NO_DATA, 0)) + int(counts.get(NOT_IDENTIFIED, 0))
    return Table(
        name="questions",
        title="Coverage of the questions",
        frame=frame,
        columns=(
            Column("study_label", "Study"),
            Column("question", "Question"),
            Column("exhibits", "Exhibits"),
            Column("verdict", "Verdict"),
            Column("answer", "Answer, or why there is none"),
        ),
        note=(
            f"{len(frame)} questions, {without} of them without an answer (no data, not "
            "identified). Described: figures or events stand side by side and nothing is "
            "estimated. Effects: per cent with the interval of the study; the verdict counts the "
            "effects that are identified. Exhibits are those of figures/."
        ),
    )


def questions(opened: OpenSynthesis) -> pd.DataFrame:
    """Return one row a question, columns `COLUMNS`.

    Raises
    ------
    StudyError
        When a question names an exhibit, a column or a gap that there is not.
    """
    rows = [row for item in opened.settings.questions for row in _rows(opened, item)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def open_questions(opened: OpenSynthesis) -> None:
    """Open the data of every table that the questions count, without making one.

    Whoever asks what is read for the questions learns it here: a maker reads no more than what its
    opener gives it, and making the tables takes longer than opening all of them.
    """
    for item in opened.settings.questions:
        name = item.answers or (item.tally.exhibit if item.tally else "")
        if name:
            source_of(name).open()


def _rows(opened: OpenSynthesis, item: QuestionBlock) -> list[tuple[str, ...]]:
    label = STUDY_LABELS[item.study]
    if item.answers:
        return [(item.study, label, *cells) for cells in _answers(item.answers)]
    known = {item.name for item in EXHIBITS} | {item.name for item in COMMON_EXHIBITS}
    for name in item.exhibits:
        _require(name, known, f"there is no exhibit '{name}'")
    verdict, answer = RULES[item.rule](opened, item)
    return [(item.study, label, item.question, ", ".join(item.exhibits), verdict, answer)]


def _answers(name: str) -> list[tuple[str, ...]]:
    """Return the rows of a table of answers."""
    frame = frame_of(name)
    standing = next(column for column in STANDING if column in frame)
    columns = ["question", "exhibit", standing, "answer"]
    return [tuple(str(cell) for cell in row) for row in tuples_of(frame[columns])]


def _effects(opened: OpenSynthesis, item: QuestionBlock) -> Told:
    frame = findings(opened)
    names = frame["study"] + "/" + frame["outcome"] + "/" + frame["event"]
    rows = [frame[names == name].iloc[0] for name in item.effects]
    identified = sum(row["verdict"] == "identified" for row in rows)
    weak = sum(row["verdict"] == "weak" for row in rows)
    verdict = f"identified: {identified} of {len(rows)}"
    if weak:
        verdict += f", weakly: {weak}"
    if not identified and not weak:
        verdict = NOT_IDENTIFIED
    return verdict, " ".join(_effect_sentence(row) for row in rows)


def _effect_sentence(row: pd.Series) -> str:
    name = f"{row['outcome_label']}, {row['label']}"
    if row["verdict"] == NOT_IDENTIFIED:
        return f"{name}: not identified, {row['reason']}."
    weak = f"; weak, {row['reason']}" if row["verdict"] == "weak" else ""
    return (
        f"{name}: {row['estimate']:+.1f} {row['unit']} ({row['lower']:+.1f} to "
        f"{row['upper']:+.1f}{weak}; {row['robustness']})."
    )


def _tally(_: OpenSynthesis, item: QuestionBlock) -> Told:
    asked = item.counted
    frame = frame_of(asked.exhibit)
    for column in (asked.column, *asked.where):
        problem = f"the exhibit '{asked.exhibit}' has no column '{column}'"
        _require(column, frame.columns, problem)
    for column, word in asked.where.items():
        frame = frame[frame[column] == word]
    readings = frame[asked.column].astype(str).value_counts().sort_index()
    if asked.only:
        count = int(readings.get(asked.only, 0))
        told = f"{count} with {asked.only} in {asked.column}"
        return DESCRIBED, f"{len(frame)} rows of {asked.exhibit}, {told}."
    told = "; ".join(f"{reading}: {count}" for reading, count in readings.items())
    answer = f"{len(frame)} rows of {asked.exhibit}: {told}."
    if asked.describes:
        return DESCRIBED, answer
    one = len(readings) == 1
    verdict = str(readings.index[0]) if one else f"by row of {asked.exhibit}"
    return verdict, f"{answer}{_reasons(frame, asked.column)}"


def _reasons(frame: pd.DataFrame, column: str) -> str:
    """Return the first reasons why something could not be told, each once."""
    if "reason" not in frame:
        return ""
    doubtful = frame[frame[column].astype(str).str.startswith(DOUBTFUL)]
    reasons = [text for text in dict.fromkeys(doubtful["reason"].dropna().astype(str)) if text]
    more = f"; and {len(reasons) - MOST_REASONS} more" if len(reasons) > MOST_REASONS else ""
    return f" Reasons: {'; '.join(reasons[:MOST_REASONS])}{more}." if reasons else ""


def _series(opened: OpenSynthesis, item: QuestionBlock) -> Told:
    register = opened.tables["series"].set_index("series")
    told = []
    for key in item.series:
        row = register.loc[key]
        days = f"{row['first_day']:%Y-%m-%d} to {row['last_day']:%Y-%m-%d}"
        told.append(f"{row['label']}: {row['levels']} levels, {row['growths']} growths, {days}")
    return NOT_IDENTIFIED, f"Too few published figures for a model. {'; '.join(told)}."


def _gaps(opened: OpenSynthesis, item: QuestionBlock) -> Told:
    gaps = {row["gap_id"]: row for row in row_dicts(opened.tables["data_gaps"])}
    for name in item.gaps:
        _require(name, gaps, f"there is no gap '{name}'")
    rows = [gaps[name] for name in item.gaps]
    told = [f"{row['measure']}: {row['why']}. Ask {row['publisher']}." for row in rows]
    return NO_DATA, " ".join(told)


RULES: Final[Mapping[str, Callable[[OpenSynthesis, QuestionBlock], Told]]] = {
    "effects": _effects,
    "tally": _tally,
    "series": _series,
    "gaps": _gaps,
}


def _require(name: str, allowed: Iterable[object], problem: str) -> None:
    words = sorted(str(word) for word in allowed)
    require_known(name, words, StudyError, problem, file="synthesis.yaml", where="key questions")
