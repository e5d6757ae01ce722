"""From a choice to what follows from it, by the calls of notebook 02."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

from analysis.exhibits.canvas import Canvases
from analysis.exhibits.effects import (
    cumulative_table,
    effects_table,
    finding_sentences,
    identification_table,
    models_table,
)
from analysis.exhibits.figure import Picture, new_canvas
from analysis.exhibits.study_results import OpenStudy
from analysis.exhibits.table import Table
from analysis.exhibits.zone_trade import zone_trade_picture
from analysis.explorer.choice import Choice, Ground, content_of
from analysis.newstudy.doubt import Doubt
from analysis.newstudy.study_doubts import study_doubts
from analysis.study import Answer, Study
from analysis.study_file import study_from

UNWRITTEN: Final = Path("choice.yaml")
"""Stands for the file of a choice that has none."""


@dataclass(frozen=True)
class View:
    """What follows from a choice; each part is made when first asked for.

    Attributes
    ----------
    opened
        The choice as a study of one outcome, opened on the processed data.
    doubts
        Usual mistakes that the choice looks like, without those that its study has answered.
    """

    opened: OpenStudy
    doubts: tuple[Doubt, ...]

    def picture(self, canvases: Canvases = new_canvas) -> Picture:
        """Draw reports as intervals, expected flow and flow without the events, with bands."""
        return zone_trade_picture(self.opened, canvases)

    @cached_property
    def effects(self) -> Table:
        """Each effect with its interval, or `not identified`."""
        return effects_table(self.opened)

    @cached_property
    def cumulative(self) -> Table:
        """What each event changed in all."""
        return cumulative_table(self.opened)

    @cached_property
    def identification(self) -> Table:
        """What the reports cannot tell, and why."""
        return identification_table(self.opened)

    @cached_property
    def models(self) -> Table:
        """How the series was estimated."""
        return models_table(self.opened)

    @cached_property
    def verdicts(self) -> tuple[str, ...]:
        """One sentence an effect."""
        return tuple(finding_sentences(self.opened))


def view_of(choice: Choice, ground: Ground) -> View:
    """Return what follows from a choice.

    Raises
    ------
    StudyError
        Where `check` would refuse a study file that says the same.
    """
    study = study_from(UNWRITTEN, content_of(choice, ground), ground.vocabulary)
    base = ground.opened[choice.study]
    opened = replace(base, study=study)
    doubts = study_doubts(study, base.observations)
    return View(opened, tuple(doubt for doubt in doubts if not answer_to(doubt, base.study)))


def answer_to(doubt: Doubt, study: Study) -> Answer | None:
    """Return the answer that a study gives to a doubt about an outcome of its own."""
    given = (item for item in study.checked if (item.row, item.rule) == (doubt.row, doubt.rule))
    return next(given, None)
