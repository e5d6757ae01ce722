"""All doubts about the data and the studies; remembered while nothing changes."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Final

from analysis import config
from analysis.data_management.catalogue import open_raw
from analysis.data_management.checksums import verify_checksums
from analysis.data_management.observations import build_observations
from analysis.data_management.reports import process_reports
from analysis.data_management.save import write_text_atomic
from analysis.newstudy.doubt import Doubt
from analysis.newstudy.report_doubts import refuse_figures_of_the_future, report_doubts
from analysis.newstudy.study_doubts import study_doubts
from analysis.program import fingerprint
from analysis.study import Study

UNDOUBTED: Final = config.ROOT / ".pytask" / "undoubted"
"""Says which state of data_raw and the study files was found to be without doubt."""


def find_doubts(
    studies: Iterable[Study], folder: Path = config.DATA_RAW, undoubted: Path = UNDOUBTED
) -> list[Doubt]:
    """Return every open doubt about the reports and the studies.

    Parameters
    ----------
    studies
        The parsed study files.
    undoubted
        File that remembers the last state without doubt.

    Raises
    ------
    DataError, StudyError
        Where a mistake is certain, or an answer answers nothing.
    """
    named = tuple(studies)
    state = _state(named, folder)
    if undoubted.is_file() and undoubted.read_text(encoding="utf-8") == state:
        return []
    raw = open_raw(folder)
    refuse_figures_of_the_future(raw, folder)
    reports = process_reports(raw["reports"])
    observations = build_observations(reports)
    doubts = report_doubts(raw, reports, folder)
    for study in named:
        doubts += study_doubts(study, observations)
    if not doubts:
        write_text_atomic(undoubted, state)
    return doubts


def refuse_doubts(doubts: list[Doubt]) -> None:
    """Stop before anything is computed from rows that look like a mistake.

    Raises
    ------
    DataError
        On the first doubt, with the number of the others.
    """
    if doubts:
        raise doubts[0].as_error(len(doubts) - 1)


def _state(studies: tuple[Study, ...], folder: Path) -> str:
    """Return a hash of the raw files, of the studies and of the program that judges them."""
    lines = [f"{digest}  {name}" for name, digest in sorted(verify_checksums(folder).items())]
    content = "\n".join([fingerprint(Path(__file__)), *map(repr, studies), *lines])
    return sha256(content.encode()).hexdigest()
