"""Settings of the synthesis: the studies whose findings it lists, the questions it answers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from analysis.errors import StudyError
from analysis.settings.explain import validated
from analysis.study import Study, Vocabulary
from analysis.study_blocks import Block
from analysis.study_file import parse_study
from analysis.study_names import known, unique
from analysis.study_yaml import read_yaml

RULES = ("effects", "tally", "series", "gaps", "answers")


def _words(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


Words = Annotated[tuple[str, ...], BeforeValidator(_words)]


class TallyBlock(Block):
    """One column of an exhibit whose readings are counted.

    Attributes
    ----------
    where
        Column -> the word that it must hold.
    only
        The one reading that is counted; empty for all.
    describes
        Whether the exhibit shows how things stood and the readings are no verdicts.
    """

    exhibit: str
    column: str
    where: dict[str, str] = Field(default={})
    only: str = ""
    describes: bool = False


class QuestionBlock(Block):
    """One question, the exhibits that show its answer, and one rule that tells it."""

    study: Literal["zones", "health", "security"]
    question: str = ""
    exhibits: Words
    effects: Words = ()
    tally: TallyBlock | None = None
    series: Words = ()
    gaps: Words = ()
    answers: str = ""

    @property
    def rule(self) -> str:
        """The one rule that is given; the check of the settings makes sure of it."""
        return next(rule for rule in RULES if getattr(self, rule))

    @property
    def counted(self) -> TallyBlock:
        """What is counted, where the rule is tally."""
        if self.tally is None:
            raise ValueError(f"the rule of the question '{self.question}' is {self.rule}")
        return self.tally


class Synthesis(Block):
    """What notebooks/parameters/common/synthesis.yaml says."""

    title: str
    studies: Annotated[tuple[str, ...], BeforeValidator(_words), Field(min_length=1)]
    questions: Annotated[tuple[QuestionBlock, ...], BeforeValidator(_words), Field(min_length=1)]


def parse_synthesis(path: Path, vocabulary: Vocabulary) -> Synthesis:
    """Read the settings, and the study files that they name.

    Raises
    ------
    StudyError
        On an unknown key, study, outcome, event or series, or a question without exactly one rule;
        the message names the file, the key, what is allowed and the nearest match.
    """
    settings = validated(path, read_yaml(path), Synthesis)
    files = {file.stem: file for file in path.parent.parent.glob("*.yaml")}
    unique(path, "studies", list(settings.studies))
    known(path, "studies", settings.studies, files, "study")
    studies = [parse_study(files[name], vocabulary) for name in settings.studies]
    effects = {effect for study in studies for effect in effects_of(study)}
    for at, item in enumerate(settings.questions, 1):
        _one_rule(path, at, item)
        known(path, f"questions.{at}.effects", item.effects, effects, "study/outcome/event")
        known(path, f"questions.{at}.series", item.series, vocabulary.series, "series")
    unique(path, "questions", [item.question for item in settings.questions if item.question])
    return settings


def effects_of(study: Study) -> list[str]:
    """Return the names of a study's effects as study/outcome/event."""
    return [
        f"{study.name}/{outcome.name}/{item.name}"
        for outcome in study.outcomes
        for item in outcome.interventions
    ]


def _one_rule(path: Path, at: int, item: QuestionBlock) -> None:
    given = [rule for rule in RULES if getattr(item, rule)]
    if len(given) != 1 or bool(item.question) == bool(item.answers):
        raise StudyError(
            f"the question has {', '.join(given) or 'no rule'}",
            file=path.name,
            where=f"key questions.{at}",
            allowed=f"exactly one of: {', '.join(RULES)}; a question unless the rule is answers",
            remedy="keep one rule",
        )
