"""Hand tables on to whoever works with them, and let somebody watch which rows are taken.

Nobody watches while a model is fitted or an exhibit is drawn: then each function here gives back
what it was given. `analysis.provenance.taking` watches, to say on which rows an exhibit rests.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

import pandas as pd


class Watcher(Protocol):
    """Sees every table that is lent."""

    def table(self, name: str, df: pd.DataFrame) -> pd.DataFrame:
        """Return a processed table that notes which of its rows are taken."""
        ...

    def by_key(self, df: pd.DataFrame, items: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return objects made of the rows of a lent table that note which of them are taken."""
        ...

    def results(self, df: pd.DataFrame, frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
        """Return results computed before from lent rows: who takes them takes those rows."""
        ...


_watchers: list[Watcher] = []
_reading = threading.local()


@contextmanager
def lending_under(watcher: Watcher) -> Iterator[None]:
    """Let one watcher see every table that is lent in the meantime."""
    _watchers.append(watcher)
    try:
        yield
    finally:
        _watchers.remove(watcher)


def lent(name: str, df: pd.DataFrame) -> pd.DataFrame:
    """Return a processed table for its reader."""
    return _watchers[-1].table(name, df) if _watchers else df


def lent_by_key(df: pd.DataFrame, items: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return objects by key, one for each row of a lent table in its order."""
    return _watchers[-1].by_key(df, items) if _watchers else items


def lent_results(df: pd.DataFrame, *frames: pd.DataFrame) -> pd.DataFrame:
    """Return results that an earlier step computed from the rows of `frames`."""
    return _watchers[-1].results(df, frames) if _watchers else df


@contextmanager
def names_only() -> Iterator[None]:
    """Read names to check or to select by them; no row is taken by that."""
    before = only_names()
    _reading.names = True
    try:
        yield
    finally:
        _reading.names = before


def only_names() -> bool:
    """Tell whether this thread reads names only."""
    return bool(getattr(_reading, "names", False))


def names_in(column: Iterable[Any]) -> frozenset[Any]:
    """Return the names in a column, to select rows of another table by them."""
    with names_only():
        return frozenset(column)
