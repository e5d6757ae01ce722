"""Which row of one version of a table is which row of the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from analysis.review.kinds import EXACT, Kind

SENTENCE: Final = 80
"""Longest cell, in characters, of a column that may name a row; longer ones are prose."""
OCCURRENCE: Final = "row"


@dataclass(frozen=True)
class AlignedRows:
    """Two versions of a table, row by row.

    Attributes
    ----------
    before, after
        The matched rows, in the same order, R each.
    names
        What identifies each matched row, R words.
    missing, added
        Names of the rows that are in one version alone.
    lost
        The rows before that are in `missing`.
    """

    before: pd.DataFrame
    after: pd.DataFrame
    names: tuple[str, ...]
    missing: tuple[str, ...]
    added: tuple[str, ...]
    lost: pd.DataFrame


def aligned_rows(
    before: pd.DataFrame, after: pd.DataFrame, kinds: Mapping[str, Kind]
) -> AlignedRows:
    """Match the rows of two versions of a table on the columns that name a row.

    Parameters
    ----------
    before, after
        Cells as text; the columns of `kinds` in both.
    kinds
        Kind of every column that both have, in their order.
    """
    keys = naming_columns(before, after, kinds)
    old, new = _names(before, keys), _names(after, keys)
    places = {name: place for place, name in enumerate(new)}
    here = [place for place, name in enumerate(old) if name in places]
    gone = [place for place, name in enumerate(old) if name not in places]
    known = set(old)
    return AlignedRows(
        before=before.iloc[here].reset_index(drop=True),
        after=after.iloc[[places[old[place]] for place in here]].reset_index(drop=True),
        names=tuple(old[place] for place in here),
        missing=tuple(old[place] for place in gone),
        added=tuple(name for name in new if name not in known),
        lost=before.iloc[gone],
    )


def naming_columns(
    before: pd.DataFrame, after: pd.DataFrame, kinds: Mapping[str, Kind]
) -> tuple[str, ...]:
    """Return the columns that tell rows apart: words, days and whole numbers, from the left.

    A column is taken if it tells more rows apart than those before it, until all are; then those
    that turn out not to be needed are dropped, whole numbers first. Where even all of them do not
    tell all rows apart, rows that share a name are numbered.
    """
    chosen: list[str] = []
    for name in _candidates(before, after, kinds):
        if _told_apart(before, chosen) == len(before) and _told_apart(after, chosen) == len(after):
            break
        if _told_apart(before, [*chosen, name]) > _told_apart(before, chosen):
            chosen.append(name)
    for name in sorted(chosen, key=lambda name: kinds[name] is not Kind.COUNT):
        rest = [other for other in chosen if other != name]
        if all(_told_apart(frame, rest) == _told_apart(frame, chosen) for frame in (before, after)):
            chosen = rest
    return tuple(chosen)


def _candidates(
    before: pd.DataFrame, after: pd.DataFrame, kinds: Mapping[str, Kind]
) -> Sequence[str]:
    exact = [name for name, kind in kinds.items() if kind in EXACT]
    return [
        name
        for name in exact
        if max((len(cell) for frame in (before, after) for cell in frame[name]), default=0)
        <= SENTENCE
    ]


def _told_apart(frame: pd.DataFrame, columns: Sequence[str]) -> int:
    if not columns:
        return min(len(frame), 1)
    return len(frame.drop_duplicates(list(columns)))


def _names(frame: pd.DataFrame, keys: Sequence[str]) -> list[str]:
    if not keys:
        return [f"{OCCURRENCE} {place}" for place in range(1, len(frame) + 1)]
    columns = [frame[key].tolist() for key in keys]
    names = [
        ", ".join(f"{key} = {cell}" for key, cell in zip(keys, cells, strict=True))
        for cells in zip(*columns, strict=True)
    ]
    seen: dict[str, int] = {}
    for place, name in enumerate(names):
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            names[place] = f"{name}, {OCCURRENCE} {seen[name]} of these"
    return names
