"""Read and check the same bytes of data_raw once, so that a hundred damaged copies are quick."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.data_management import read_raw
from analysis.data_management.parts import Part, parts_of


@contextmanager
def unchanged_files_read_once() -> Iterator[None]:
    """Keep what was read of each table and card, and give it again for the same bytes."""
    joined, card = read_raw.read_joined, read_raw._card
    memory: dict[object, Any] = {}

    def read_joined(name: str, folder: Path) -> pd.DataFrame:
        paths = [folder / part.file for part in parts_of(name, folder)]
        return _once(memory, ("table", name), paths, lambda: joined(name, folder)).copy()

    def read_card(folder: Path, part: Part, source: Any) -> Any:
        path = folder / part.card
        return _once(memory, ("card", part), [path], lambda: card(folder, part, source))

    read_raw.read_joined, read_raw._card = read_joined, read_card
    try:
        yield
    finally:
        read_raw.read_joined, read_raw._card = joined, card


def _once(
    memory: dict[object, Any], kind: object, paths: list[Path], make: Callable[[], Any]
) -> Any:
    if not all(path.is_file() for path in paths):
        return make()
    names = [(path.name, sha256(path.read_bytes()).hexdigest()) for path in paths]
    key = (kind, *names)
    if key not in memory:
        memory[key] = make()
    return memory[key]
