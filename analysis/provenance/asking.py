"""Ask what is read and taken, each question once in a build, also where notebooks share it."""

from __future__ import annotations

import threading
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from analysis.workers import in_own_process

if TYPE_CHECKING:
    from analysis.provenance.reads import Reading
    from analysis.provenance.selection import Answer, Selecting

FILES_READ: Final = "analysis.provenance.reads.files_read"
ROWS_TAKEN: Final = "analysis.provenance.selection.rows_taken"
_answers: dict[Reading, tuple[str, ...]] = {}
_taken: dict[Selecting, Answer] = {}
_asking: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)


def answer_of(reading: Reading) -> tuple[str, ...]:
    """Return the data files that are read; a step that asks what another asks waits for it."""
    with _asking[reading.key]:
        if reading not in _answers:
            _answers[reading] = in_own_process(FILES_READ, reading)
        return _answers[reading]


def rows_of(selecting: Selecting) -> Answer:
    """Return the raw rows that are taken; a step that asks what another asks waits for it."""
    with _asking[selecting.key]:
        if selecting not in _taken:
            _taken[selecting] = in_own_process(ROWS_TAKEN, selecting)
        return _taken[selecting]
