"""Note which rows of the processed tables are taken, function by function.

What a cached property takes while it is computed is noted with it, and counted again for everyone
who asks for it later: exhibits that share a fit rest on the same rows.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.data_management.lending import lending_under, only_names

Positions = npt.NDArray[np.int64]
Lot = Mapping[str, Positions]
"""Rows of processed tables by name of the table, counted from zero."""
_quiet = threading.local()


@contextmanager
def unnoted() -> Iterator[None]:
    """Do something with a lent table that takes none of its rows, such as choosing among them."""
    before = getattr(_quiet, "on", False)
    _quiet.on = True
    try:
        yield
    finally:
        _quiet.on = before


def is_noted() -> bool:
    """Tell whether reading a row takes it."""
    return not (getattr(_quiet, "on", False) or only_names())


class Taken:
    """Rows that were taken, by table."""

    def __init__(self) -> None:
        self._rows: dict[str, set[int]] = {}

    def add(self, lot: Lot) -> None:
        """Add the rows of a lot."""
        for table, positions in lot.items():
            self._rows.setdefault(table, set()).update(positions.tolist())

    def merge(self, other: Taken) -> None:
        """Add what another has noted."""
        for table, rows in other._rows.items():
            self._rows.setdefault(table, set()).update(rows)

    @property
    def rows(self) -> dict[str, tuple[int, ...]]:
        """Rows in order, by table."""
        return {table: tuple(sorted(rows)) for table, rows in sorted(self._rows.items()) if rows}


class Notes:
    """A watcher of lent tables: notes what is taken by whoever is at work."""

    def __init__(self) -> None:
        self._at_work = [Taken()]
        self._kept: dict[tuple[int, str], tuple[object, Taken]] = {}
        self.results_lent = 0

    def take(self, lot: Lot) -> None:
        """Note rows as taken."""
        if is_noted():
            self._at_work[-1].add(lot)

    @contextmanager
    def noted(self) -> Iterator[Taken]:
        """Note what is taken in the meantime, apart from all else."""
        own = Taken()
        self._at_work.append(own)
        try:
            yield own
        finally:
            self._at_work.remove(own)

    def property_of(self, attribute: cached_property[Any], instance: object) -> Any:
        """Return a cached property, counting what it took when it was computed."""
        name = str(attribute.attrname)
        values, key = vars(instance), (id(instance), name)
        if name not in values:
            with self.noted() as own:
                values[name] = attribute.func(instance)
            self._kept[key] = (instance, own)  # the instance is kept: its id stays its own
        if key in self._kept and is_noted():
            self._at_work[-1].merge(self._kept[key][1])
        return values[name]

    def table(self, name: str, df: pd.DataFrame) -> pd.DataFrame:
        """Return a processed table that notes which of its rows are taken."""
        return lend(df, self, {name: np.arange(len(df))})

    def by_key(self, df: pd.DataFrame, items: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return objects made of the rows of a lent table that note which of them are taken."""
        return _ByKey(items, df, self)

    def results(self, df: pd.DataFrame, frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
        """Return results computed before from lent rows: who takes them takes those rows."""
        self.results_lent += 1
        found = Taken()
        for frame in frames:
            found.add(lot_of(frame))
        whole = {table: np.array(rows) for table, rows in found.rows.items()}
        return lend(df, self, whole, row_by_row=False)


def lend(df: pd.DataFrame, notes: Notes, lot: Lot, *, row_by_row: bool = True) -> pd.DataFrame:
    """Return a table that notes when its rows are taken."""
    from analysis.provenance.lent_frames import Loan, lent_frame

    return lent_frame(df, Loan(notes, lot, row_by_row))


def lot_of(df: pd.DataFrame) -> Lot:
    """Return the rows behind a lent table; none for a table of another kind."""
    loan = getattr(df, "_loan", None)
    return loan.lot if loan else {}


class _ByKey(dict[str, Any]):
    def __init__(self, items: Mapping[str, Any], df: pd.DataFrame, notes: Notes) -> None:
        super().__init__(items)
        self._notes = notes
        ((self._table, _),) = lot_of(df).items()
        self._place = {key: place for place, key in enumerate(items)}

    def __getitem__(self, key: str) -> Any:
        value = super().__getitem__(key)
        self._notes.take({self._table: np.array([self._place[key]])})
        return value

    def get(self, key: str, default: Any = None) -> Any:
        if key not in self:
            return default
        return self[key]

    def values(self) -> Any:
        return [self[key] for key in self]

    def items(self) -> Any:
        return [(key, self[key]) for key in self]


@contextmanager
def watching() -> Iterator[Notes]:
    """Watch what is lent in this process; for a process that does nothing else.

    Cached properties are asked of the watcher in the meantime.
    """
    notes, own = Notes(), cached_property.__get__
    patched: Any = cached_property

    def ask(attribute: Any, instance: Any, owner: Any = None) -> Any:
        if instance is None or type(instance).__module__.split(".")[0] != PACKAGE:
            return own(attribute, instance, owner)
        return notes.property_of(attribute, instance)

    def keep(attribute: Any, instance: Any, value: Any) -> None:
        vars(instance)[attribute.attrname] = value

    patched.__get__, patched.__set__ = ask, keep
    try:
        with lending_under(notes):
            yield notes
    finally:
        patched.__get__ = own
        del patched.__set__


PACKAGE: Final = "analysis"
