"""Which data files an exhibit reads, found by watching a fresh process open it.

Openers and tables are cached for the life of a process, so a worker of the build cannot tell what
an exhibit read: whoever came first read it. Here each opener is asked once in a process that has
read nothing yet, under an audit hook that notes every data file which is opened, by the loader of
processed tables or past it. That is exact for the opener, whose files are noted while the rows are
found that are taken (`selection`). A maker as a rule reads nothing more; one whose own modules can
read is run in a fresh process too, and what it reads is added (`reads_by_itself`); if the exhibit
names a function that opens the same and makes nothing, that is run in its place. What a process
started by either reads would not be seen; none starts one.

Answers are kept under .pytask/reads by a hash of all that they follow from: programs, packages,
settings and registers of tables.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from analysis.config import DATA_PROCESSED, DATA_RAW, ROOT
from analysis.data_management.save import write_text_atomic
from analysis.exhibits.exhibit import ROOM, module_file
from analysis.nodes import file_set, shown_path
from analysis.program import environment_sources, module_sources
from analysis.provenance.places import PlacedExhibit
from analysis.workers import named

KEPT: Final = ROOT / ".pytask" / "reads"
DATA_ENDINGS: Final = (".csv", ".parquet")
READERS: Final = re.compile(
    r"(?<!def )\b(?:load_\w+|open_\w+|opened_once|read_(?:csv|parquet|table|text|bytes))\("
)
"""Calls that read a table or open what reads one."""


@dataclass(frozen=True)
class Reading:
    """A question: what is read when an opener, and perhaps a maker after it, is called.

    Attributes
    ----------
    opener, maker
        Full paths of functions; no maker if the text is empty.
    key
        Hash of all that the answer follows from.
    """

    opener: str
    arguments: tuple[str, ...]
    maker: str
    key: str

    @property
    def opened(self) -> tuple[str, tuple[str, ...]]:
        """The opener with what it is called with."""
        return self.opener, self.arguments


def reading_of(placed: PlacedExhibit) -> Reading:
    """Return the question about one exhibit; exhibits that share an opener share it."""
    maker = placed.exhibit.reads if reads_by_itself(placed) else ""
    files = [*_programs(placed, maker), *placed.settings, *placed.registers]
    state = file_set("what the answer follows from", files).state()
    question = "\n".join([placed.opener, *placed.arguments, maker, str(state)])
    key = sha256(question.encode()).hexdigest()
    return Reading(placed.opener, placed.arguments, maker, key)


def reads_by_itself(placed: PlacedExhibit) -> bool:
    """Tell whether modules of the maker which the opener does not have can read a table."""
    maker, opener = (
        set(module_sources(module_file(one)))
        for one in (placed.exhibit.maker, placed.exhibit.opener)
    )
    return any(READERS.search(path.read_text(encoding="utf-8")) for path in maker - opener)


def files_read(reading: Reading, kept: Path = KEPT) -> tuple[str, ...]:
    """Return the data files that are read, as paths from the root; call it in a fresh process."""
    path = kept / f"{reading.key}.json"
    if path.is_file():
        return tuple(json.loads(path.read_text(encoding="utf-8")))
    with watched() as seen:
        opened = named(reading.opener)(*reading.arguments)
        if reading.maker:
            named(reading.maker)(opened)
    found = tuple(sorted(shown_path(file) for file in seen))
    write_text_atomic(path, json.dumps(found))
    return found


@contextmanager
def watched() -> Iterator[set[Path]]:
    """Note every data file that this process opens in the meantime."""
    _install_hook()
    seen: set[Path] = set()
    _watchers.append(seen)
    try:
        yield seen
    finally:
        _watchers.remove(seen)


_watchers: list[set[Path]] = []


@cache
def _install_hook() -> None:
    """Install the hook once; it cannot be taken out, and costs nothing while nobody watches."""
    sys.addaudithook(_note)


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if not _watchers or event != "open":
        return
    path = Path(str(arguments[0]))
    if path.suffix in DATA_ENDINGS and _is_data(path):
        for seen in _watchers:
            seen.add(path)


def _is_data(path: Path) -> bool:
    return path.is_relative_to(DATA_PROCESSED) or path.is_relative_to(DATA_RAW)


def _programs(placed: PlacedExhibit, maker: str) -> list[Path]:
    modules = [placed.exhibit.opener, *([maker.removeprefix(f"{ROOM}.")] if maker else [])]
    sources = {file for one in modules for file in module_sources(module_file(one))}
    return sorted({*sources, *environment_sources()})
