"""Tables that note which of their rows are taken.

Choosing rows takes none: a mask, a sort or a new column gives a table that stands for fewer rows,
or the same. Everything else that reads cells takes the rows for which the table stands. pandas
reads cells through the block manager, so what is not named here takes them: rather a row too many
than one too few.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from analysis.provenance.taking import Lot, unnoted

if TYPE_CHECKING:
    from analysis.provenance.taking import Notes

CELLS: Final = "_mgr"
NO_CELLS: Final = frozenset({"columns", "dtypes", "dtype", "empty", "name", "_info_axis", "ndim"})
SAME_ROWS: Final = (
    *("assign", "astype", "copy", "drop", "fillna", "rename", "replace", "round", "set_index"),
)


@dataclass(frozen=True)
class Loan:
    """What a lent table or column stands for.

    Attributes
    ----------
    row_by_row
        Whether each row stands for one of the lot; else each stands for all of it.
    """

    notes: Notes
    lot: Lot
    row_by_row: bool

    def of(self, places: Any) -> Loan:
        """Return the loan of some rows, by their places among those of this loan."""
        if not self.row_by_row:
            return self
        chosen = {table: rows[np.asarray(places)] for table, rows in self.lot.items()}
        return replace(self, lot=chosen)

    def taken(self) -> None:
        """Note the rows as taken."""
        self.notes.take(self.lot)


class _Lent:
    """What lent tables and lent columns share."""

    _loan: Loan | None = None

    def __getattribute__(self, name: str) -> Any:
        if name in NO_CELLS:
            with unnoted():
                return super().__getattribute__(name)
        if name == CELLS:
            loan = super().__getattribute__("_loan")
            if loan is not None:
                loan.taken()
        return super().__getattribute__(name)

    def __len__(self) -> int:
        """Count the rows, which takes them: a count that is shown rests on each of them."""
        loan = super().__getattribute__("_loan")
        if loan is not None:
            loan.taken()
        with unnoted():
            return len(super().index)  # type: ignore[misc]

    @property
    def index(self) -> Any:
        """The labels of the rows; those that were a column are cells and are taken."""
        with unnoted():
            found = super().index  # type: ignore[misc]
        if not pd.api.types.is_integer_dtype(found) and self._loan is not None:
            self._loan.taken()
        return found

    @index.setter
    def index(self, labels: Any) -> None:
        kind: Any = pd.DataFrame if isinstance(self, pd.DataFrame) else pd.Series
        kind.index.__set__(self, labels)

    def reset_index(self, *arguments: Any, **options: Any) -> Any:
        """Keep the rows; an index that becomes a column is none of the lent cells."""
        return self._same("reset_index", *arguments, **options)

    def sort_values(self, *arguments: Any, **options: Any) -> Any:
        """Keep the rows in another order."""
        return self._among("sort_values", *arguments, **options)

    def head(self, *arguments: Any) -> Any:
        """Return the first rows."""
        return self._among("head", *arguments)

    def tail(self, *arguments: Any) -> Any:
        """Return the last rows."""
        return self._among("tail", *arguments)

    def dropna(self, **options: Any) -> Any:
        """Return the rows that are not missing."""
        return self._among("dropna", **options)

    def drop_duplicates(self, *arguments: Any, **options: Any) -> Any:
        """Return the first of the rows that are alike."""
        return self._among("drop_duplicates", *arguments, **options)

    @property
    def loc(self) -> _Indexer:
        """Choose rows by label."""
        return _Indexer(self, "loc")

    @property
    def iloc(self) -> _Indexer:
        """Choose rows by place."""
        return _Indexer(self, "iloc")

    def _plain(self) -> Any:
        raise NotImplementedError

    def _same(self, method: str, *arguments: Any, **options: Any) -> Any:
        with unnoted():
            plain = getattr(self._plain(), method)(*arguments, **options)
            return _relent(plain, self._loan)

    def _among(self, method: str, *arguments: Any, **options: Any) -> Any:
        with unnoted():
            plain = self._plain()
            numbered = plain.set_axis(range(len(plain)), axis=0)
            kept = {name: value for name, value in options.items() if name != "ignore_index"}
            places = getattr(numbered, method)(*arguments, **kept).index
            chosen = getattr(plain, method)(*arguments, **options)
            return _relent(chosen, _loan_of(self).of(places))


_Frame: Any = pd.DataFrame
_Series: Any = pd.Series


class LentFrame(_Lent, _Frame):  # type: ignore[misc]
    """A table that notes which of its rows are taken."""

    _internal_names = [*_Frame._internal_names, "_loan"]  # noqa: RUF012 - as pandas asks
    _internal_names_set = set(_internal_names)  # noqa: RUF012

    def take_all(self) -> None:
        """Take every row."""
        _loan_of(self).taken()

    def _plain(self) -> pd.DataFrame:
        with unnoted():
            return pd.DataFrame(self)

    def __getitem__(self, key: Any) -> Any:
        """Return a column, some columns, or the rows of a mask, on loan."""
        with unnoted():
            plain = self._plain()
            chosen = plain[_unlent(key)]
            if len(chosen) == len(plain) or isinstance(chosen, pd.Series):
                return _relent(chosen, self._loan)
            places = pd.Series(np.arange(len(plain)), index=plain.index)[_unlent(key)]
            return _relent(chosen, _loan_of(self).of(places))


class LentSeries(_Lent, _Series):  # type: ignore[misc]
    """A column that notes which of its rows are taken."""

    _internal_names = [*_Series._internal_names, "_loan"]  # noqa: RUF012
    _internal_names_set = set(_internal_names)  # noqa: RUF012

    def _plain(self) -> pd.Series[Any]:
        with unnoted():
            return pd.Series(self)

    def __getitem__(self, key: Any) -> Any:
        """Return the rows of a mask on loan; a single cell is taken."""
        with unnoted():
            plain, key = self._plain(), _unlent(key)
            chosen = plain[key]
            if isinstance(chosen, pd.Series):
                places = pd.Series(np.arange(len(plain)), index=plain.index)[key]
                return _relent(chosen, _loan_of(self).of(places))
        _loan_of(self).taken()
        return chosen

    @property
    def str(self) -> _Accessor:
        """Change text, cell by cell."""
        return _Accessor(self, "str")

    @property
    def dt(self) -> _Accessor:
        """Change days, cell by cell."""
        return _Accessor(self, "dt")


def lent_frame(df: pd.DataFrame, loan: Loan) -> pd.DataFrame:
    """Return a table that notes which of its rows are taken."""
    found: pd.DataFrame = _relent(df, loan)
    return found


class _Indexer:
    def __init__(self, lent: _Lent, kind: str) -> None:
        self._of, self._kind = lent, kind

    def __getitem__(self, key: Any) -> Any:
        key = tuple(_unlent(part) for part in key) if isinstance(key, tuple) else _unlent(key)
        rows = key[0] if isinstance(key, tuple) else key
        with unnoted():
            plain = self._of._plain()
            chosen = getattr(plain, self._kind)[key]
            places = pd.Series(np.arange(len(plain)), index=plain.index)
            found = getattr(places, self._kind)[rows]
        loan = _loan_of(self._of).of(np.atleast_1d(np.asarray(found)))
        if isinstance(chosen, (pd.DataFrame, pd.Series)) and isinstance(found, pd.Series):
            return _relent(chosen, loan)
        loan.taken()
        return chosen

    def __setitem__(self, key: Any, value: Any) -> None:
        _loan_of(self._of).taken()
        plain: Any = pd.DataFrame if isinstance(self._of, LentFrame) else pd.Series
        getattr(plain, self._kind).fget(self._of)[key] = value


class _Accessor:
    def __init__(self, lent: LentSeries, kind: str) -> None:
        self._of, self._kind = lent, kind

    def __getattr__(self, name: str) -> Any:
        with unnoted():
            found = getattr(getattr(self._of._plain(), self._kind), name)
        loan = self._of._loan
        return _by_cell(found, loan) if callable(found) else _relent(found, loan)

    def __getitem__(self, key: Any) -> Any:
        with unnoted():
            return _relent(getattr(self._of._plain(), self._kind)[key], self._of._loan)


def _by_cell(method: Callable[..., Any], loan: Loan | None) -> Callable[..., Any]:
    def changed(*arguments: Any, **options: Any) -> Any:
        with unnoted():
            return _relent(method(*arguments, **options), loan)

    return changed


def _relent(chosen: Any, loan: Loan | None) -> Any:
    """Lend rows that were chosen; a column of yes and no is a mask, and stands for no row."""
    if isinstance(chosen, pd.DataFrame):
        lent: Any = LentFrame(chosen)
    elif isinstance(chosen, pd.Series):
        if chosen.dtype == bool:
            return chosen
        lent = LentSeries(chosen)
    else:
        return chosen
    object.__setattr__(lent, "_loan", loan)
    return lent


def _unlent(key: Any) -> Any:
    return key._plain() if isinstance(key, _Lent) else key


def _loan_of(lent: _Lent) -> Loan:
    loan = lent._loan
    assert loan is not None
    return loan


def _same_rows(method: str) -> Callable[..., Any]:
    def kept(self: _Lent, *arguments: Any, **options: Any) -> Any:
        return self._same(method, *arguments, **options)

    return kept


def _mask(method: str) -> Callable[..., Any]:
    def asked(self: LentSeries, *arguments: Any, **options: Any) -> Any:
        with unnoted():
            return getattr(self._plain(), method)(*map(_unlent, arguments), **options)

    return asked


MASKS: Final = (
    *("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__invert__"),
    *("eq", "ne", "lt", "le", "gt", "ge", "between", "isin", "isna", "notna", "duplicated"),
)
for _name in SAME_ROWS:
    setattr(LentFrame, _name, _same_rows(_name))
for _name in ("astype", "copy", "fillna", "rename", "replace", "round"):
    setattr(LentSeries, _name, _same_rows(_name))
for _name in MASKS:
    setattr(LentSeries, _name, _mask(_name))
