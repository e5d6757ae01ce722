"""Which raw rows an exhibit takes, found by watching its opener and its maker.

Each opener is asked once, in a process that has opened nothing yet: its tables are lent under a
watcher, which also sees which data files it reads; then every maker takes what it takes. Answers
are kept under .pytask/rows by a hash of all that they follow from.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from analysis.config import DATA_PROCESSED, ROOT
from analysis.data_management.save import write_text_atomic
from analysis.exhibits.exhibit import module_file
from analysis.nodes import file_set, shown_path
from analysis.program import environment_sources, module_sources
from analysis.provenance.lent_frames import LentFrame
from analysis.provenance.places import PlacedExhibit, placed_exhibits
from analysis.provenance.reads import watched
from analysis.provenance.row_lineage import raw_rows
from analysis.provenance.taking import Notes, Taken, watching
from analysis.workers import named

KEPT: Final = ROOT / ".pytask" / "rows"
Rows = dict[str, dict[str, list[int]] | None]
"""Rows of raw files by their stems, counted from zero, for each maker; None where not known."""


@dataclass(frozen=True)
class Answer:
    """What an opener reads, and which rows each of its makers takes.

    Attributes
    ----------
    files
        Data files that the opener reads, as paths from the root.
    """

    files: tuple[str, ...]
    rows: Rows


@dataclass(frozen=True)
class Selecting:
    """A question: which rows an opener and each of its makers take.

    Attributes
    ----------
    opener, makers
        Full paths of functions.
    key
        Hash of all that the answer follows from.
    """

    opener: str
    arguments: tuple[str, ...]
    makers: tuple[str, ...]
    key: str

    @property
    def opened(self) -> tuple[str, tuple[str, ...]]:
        """The opener with what it is called with."""
        return self.opener, self.arguments


def selecting_of(placed: PlacedExhibit) -> Selecting:
    """Return the question about one exhibit; all exhibits of an opener share it."""
    shared = [
        one
        for one in placed_exhibits()
        if (one.opener, one.arguments) == (placed.opener, placed.arguments)
    ]
    makers = tuple(one.exhibit.program for one in shared)
    files = {path for one in shared for path in (*one.sources, *one.settings, *one.registers)}
    own = {*module_sources(Path(__file__)), *module_sources(module_file("write"))}
    state = file_set("what the answer follows from", {*files, *own, *environment_sources()})
    question = "\n".join([placed.opener, *placed.arguments, *makers, str(state.state())])
    return Selecting(placed.opener, placed.arguments, makers, sha256(question.encode()).hexdigest())


def rows_taken(selecting: Selecting, kept: Path = KEPT) -> Answer:
    """Return what is read and the raw rows that each maker takes; call it in a fresh process."""
    path = kept / f"{selecting.key}.json"
    if path.is_file():
        found = json.loads(path.read_text(encoding="utf-8"))
        return Answer(tuple(found["files"]), found["rows"])
    answer = watch(selecting)
    write_text_atomic(path, json.dumps(asdict(answer)))
    return answer


def watch(selecting: Selecting) -> Answer:
    """Open what is shown and make every exhibit of it; say what is read, and the rows taken."""
    with watching() as notes:
        with notes.noted() as first, watched() as read:
            opened = named(selecting.opener)(*selecting.arguments)
        unlent = notes.results_lent == 0 and any(map(_is_result, read))
        rows = {
            maker: None if unlent else _raw(_taken(notes, first, maker, opened))
            for maker in selecting.makers
        }
    return Answer(tuple(sorted(map(shown_path, read))), rows)


def _is_result(path: Path) -> bool:
    """Tell whether a file holds results that an earlier step computed."""
    return path.is_relative_to(DATA_PROCESSED) and path.parent != DATA_PROCESSED


def _taken(notes: Notes, first: Taken, maker: str, opened: object) -> Taken:
    with notes.noted() as own:
        _show(named(maker)(opened))
    own.merge(first)
    return own


def _show(made: Any) -> None:
    """Take what is still on loan in an exhibit; the data of a figure hold all that is drawn."""
    for value in vars(made).values():
        if isinstance(value, LentFrame):
            value.take_all()


def _raw(taken: Taken) -> dict[str, list[int]]:
    found: dict[str, set[int]] = {}
    for table, positions in taken.rows.items():
        for stem, rows in raw_rows(table, positions).items():
            found.setdefault(stem, set()).update(rows)
    return {stem: sorted(rows) for stem, rows in sorted(found.items()) if rows}
