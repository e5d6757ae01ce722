"""The synthesis opened: every study with its fits and the robustness of its findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import pandas as pd

from analysis.config import COMMON
from analysis.data_management.processed import load_tables, vocabulary_of
from analysis.exhibits.robustness_results import Robustness, open_robustness
from analysis.exhibits.shown import Shown
from analysis.exhibits.study_results import OpenStudy, opened_once
from analysis.settings.synthesis import Synthesis, parse_synthesis

SETTINGS: Final = COMMON / "synthesis.yaml"
TABLES: Final = ("reports", "series", "events", "context", "policy", "data_gaps")


@dataclass(frozen=True)
class OpenSynthesis(Shown):
    """The settings with every study and the robustness of its findings, by name of the study."""

    settings: Synthesis
    studies: Mapping[str, OpenStudy]
    robustness: Mapping[str, Robustness]
    tables: Mapping[str, pd.DataFrame]

    def paragraphs(self) -> tuple[str, ...]:
        """Return what was read, for a notebook."""
        outcomes = sum(len(opened.study.outcomes) for opened in self.studies.values())
        monthly = sum(len(opened.study.monthly) for opened in self.studies.values())
        counts = (
            f"{len(self.studies)} studies of zones, {outcomes} outcomes, {monthly} monthly series; "
            f"{len(self.settings.questions)} blocks of questions."
        )
        return self.settings.title, counts


@cache
def open_synthesis() -> OpenSynthesis:
    """Open the studies and their robustness results.

    Raises
    ------
    DataError
        When a processed table or a robustness result is missing.
    StudyError
        When the settings or a study file break their contract.
    """
    tables = load_tables(TABLES)
    settings = parse_synthesis(SETTINGS, vocabulary_of(tables))
    return OpenSynthesis(
        settings=settings,
        studies={name: opened_once(name) for name in settings.studies},
        robustness={name: open_robustness(name) for name in settings.studies},
        tables=tables,
    )
