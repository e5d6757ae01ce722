"""Dependencies that are not a single file: sets of files, notebooks by what they say."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from analysis.config import ROOT

HASH_LENGTH = 16
NO_FILE = "no file"


@dataclass
class FileSet:
    """Several files as one dependency; its state lists each file with its hash.

    A node for every file would make the build graph slow; a list keeps the name of the file that
    changed, so that the build can say why a step ran again.
    """

    name: str
    files: tuple[Path, ...]
    attributes: dict[Any, Any] = field(default_factory=dict)

    @property
    def signature(self) -> str:
        """Identify the node by its name and the files in it."""
        return hashlib.sha256("\n".join([self.name, *map(str, self.files)]).encode()).hexdigest()

    def state(self) -> str | None:
        """Return one line a file, `path hash`; None if a file is missing."""
        if _held is None:
            return _state_of(self.files)
        if self.files not in _held:
            _held[self.files] = _state_of(self.files)
        return _held[self.files]

    def load(self, is_product: bool = False) -> tuple[Path, ...]:  # noqa: ARG002
        """Return the paths."""
        return self.files

    def save(self, value: object) -> None:
        """Refuse: a set of files is never a product."""
        raise TypeError(f"{self.name} cannot be saved as {type(value).__name__}")


@dataclass
class NotebookSource:
    """A notebook without its outputs, so that refreshing the outputs does not start a new run."""

    notebook: Path
    name: str = ""
    attributes: dict[Any, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.name = self.name or f"the cells of {self.notebook.name}"

    @property
    def signature(self) -> str:
        """Identify the node."""
        return f"notebook-source:{self.notebook.as_posix()}"

    def state(self) -> str | None:
        """Return the hash of what the notebook says; None if it is missing."""
        return source_hash(self.notebook) if self.notebook.is_file() else None

    def load(self, is_product: bool = False) -> Path:  # noqa: ARG002
        """Return the path."""
        return self.notebook

    def save(self, value: object) -> None:
        """Refuse: outputs are written by the step that refreshes them."""
        raise TypeError(f"{self.name} cannot be saved as {type(value).__name__}")


def takes_study(notebook: Path) -> bool:
    """Tell whether a notebook has a cell tagged `parameters`, so that it runs for each study."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return any("parameters" in cell["metadata"].get("tags", []) for cell in cells)


def source_hash(path: Path) -> str:
    """Return a hash of what a notebook says, without its outputs."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    said = [(cell["cell_type"], "".join(cell["source"])) for cell in cells]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def file_set(name: str, files: Iterable[Path]) -> FileSet:
    """Return files as one dependency, sorted."""
    return FileSet(name, tuple(sorted(files, key=str)))


def shown_path(path: Path) -> str:
    """Return a path as a reader knows it: from the root of the project."""
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.as_posix()


def changed_files(before: str, after: str) -> tuple[str, ...]:
    """Name the files whose line differs between two states of a file set."""
    old, new = (dict(line.rsplit(" ", 1) for line in text.split("\n")) for text in (before, after))
    return tuple(sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name)))


_held: dict[tuple[Path, ...], str | None] | None = None
_lines: dict[Path, str] = {}


@contextmanager
def held_file_sets() -> Iterator[None]:
    """Read every set of files once while a build runs, which asks for each many times.

    Sets hold what a build reads (raw data, settings, programs), never what it writes.
    """
    global _held
    _held = {}
    try:
        yield
    finally:
        _held = None
        _lines.clear()


def _state_of(files: tuple[Path, ...]) -> str | None:
    try:
        return "\n".join(_line(path) for path in files) or NO_FILE
    except FileNotFoundError:
        return None


def _line(path: Path) -> str:
    if _held is None:
        return _line_of(path, path.stat().st_mtime_ns)
    if path not in _lines:
        _lines[path] = _line_of(path, path.stat().st_mtime_ns)
    return _lines[path]


@cache
def _line_of(path: Path, _changed_at: int) -> str:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:HASH_LENGTH]
    return f"{shown_path(path)} {digest}"
