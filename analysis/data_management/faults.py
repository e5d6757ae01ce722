"""Faults found in a raw table, gathered into one message."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.errors import DataError

NAMED_IN_TAIL = 5


@dataclass(frozen=True)
class Fault:
    """One fault in one cell or row.

    Attributes
    ----------
    line
        Line of the file, counted from 1; the header is line 1.
    key
        Key of the row, for example R0215.
    why
        What would go wrong if it stayed; empty where the problem says so itself.
    """

    line: int
    key: str
    column: str
    problem: str
    allowed: str
    remedy: str
    why: str = ""

    @property
    def where(self) -> str:
        """Row, line and column, for a reader who has the file open."""
        return f"row {self.key or '(no key)'} (line {self.line}), column {self.column}"


def raise_faults(file: str, faults: Sequence[Fault]) -> None:
    """Raise the first fault in full and name the others; do nothing if there are none.

    Raises
    ------
    DataError
        If there is at least one fault.
    """
    if not faults:
        return
    first, *others = sorted(faults, key=lambda fault: (fault.line, fault.column))
    problem = first.problem
    if others:
        named = [f"{fault.key} ({fault.column})" for fault in others[:NAMED_IN_TAIL]]
        more = ", …" if len(others) > NAMED_IN_TAIL else ""
        problem += f" [and {len(others)} more: {', '.join(named)}{more}]"
    raise DataError(
        problem,
        file=file,
        where=first.where,
        why=first.why or None,
        allowed=first.allowed,
        remedy=first.remedy,
    )


Check = Callable[[pd.DataFrame], list[Fault]]


def rows_of(df: pd.DataFrame) -> Iterator[tuple[int, pd.Series[str]]]:
    """Return the rows of a raw table with their lines."""
    return ((int(str(line)), row) for line, row in df.iterrows())


def row_faults(
    df: pd.DataFrame,
    wrong: pd.Series[bool],
    column: str,
    problem: str,
    allowed: str,
    remedy: str,
    why: str = "",
) -> list[Fault]:
    """Return one fault for each row where `wrong`; {column} in `problem` shows its cell."""
    return [
        Fault(line, str(row.iloc[0]), column, problem.format(**row), allowed, remedy, why)
        for line, row in rows_of(df[wrong])
    ]
