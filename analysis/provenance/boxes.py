"""Many rows named in few words: by the values of their key columns, or by their lines.

A box gives some columns the values that they may have; the rows of a selection are those of any
of its boxes. `{"unit": ["CHN", "LAO"], "month": {"from": "2020-01", "to": "2022-12"}}` is a box.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

Box = dict[str, Any]
Chosen = npt.NDArray[np.bool_]
SHORTEST_RUN: Final = 3
HEAD: Final = 2
"""Line of the first row: the heads of the columns are line 1."""


def boxes(keys: pd.DataFrame, chosen: Chosen) -> list[Box]:
    """Return boxes that together hold the chosen rows and no other.

    Parameters
    ----------
    keys
        Key columns of all rows, as text.
    chosen
        Whether each row is chosen.
    """
    orders = [[name, *(other for other in keys if other != name)] for name in keys]
    found = (_boxes(keys[order], chosen) for order in orders)
    best = min(found, key=lambda some: (len(_json(some)), _json(some)))
    return [{name: _run(keys[name], box[name]) for name in keys if name in box} for box in best]


def _boxes(keys: pd.DataFrame, chosen: Chosen) -> list[Box]:
    if not chosen.any():
        return []
    whole = _one_box(keys, chosen)
    if whole is not None:
        return [whole]
    first, rest = keys.iloc[:, 0], keys.iloc[:, 1:]
    alike: dict[str, tuple[list[str], list[Box]]] = {}
    for value in sorted(set(first[chosen])):
        own = (first == value).to_numpy()
        found = _boxes(rest[own], chosen[own])
        alike.setdefault(_json(found), ([], found))[0].append(value)
    name = str(keys.columns[0])
    return [{name: values, **box} for values, some in alike.values() for box in some]


def _one_box(keys: pd.DataFrame, chosen: Chosen) -> Box | None:
    """Return the smallest box around the chosen rows, or None if it holds others too."""
    values = {str(name): sorted(set(keys[name][chosen])) for name in keys}
    inside = np.ones(len(keys), dtype=bool)
    for name, some in values.items():
        inside &= keys[name].isin(some).to_numpy()
    if not np.array_equal(inside, chosen):
        return None
    return {name: some for name, some in values.items() if len(some) < keys[name].nunique()}


def _run(column: pd.Series[str], values: Sequence[str]) -> Any:
    """Return values that follow one another in the table as first and last."""
    order = in_order(column)
    places = [order.index(value) for value in in_order(pd.Series(values))]
    follows = places == list(range(places[0], places[0] + len(places)))
    if len(values) < SHORTEST_RUN or not follows:
        return list(values)
    return {"from": order[places[0]], "to": order[places[-1]]}


def in_order(column: pd.Series[str]) -> list[str]:
    """Return the values of a column once: numbers by size, all else as text."""
    values = sorted(set(column))
    numbers = pd.to_numeric(pd.Series(values, dtype="str"), errors="coerce")
    return values if numbers.isna().any() else [values[at] for at in np.argsort(numbers)]


def rows_in(keys: pd.DataFrame, some: Sequence[Mapping[str, Any]]) -> Chosen:
    """Return whether each row is in one of some boxes."""
    chosen = np.zeros(len(keys), dtype=bool)
    for box in some:
        inside = np.ones(len(keys), dtype=bool)
        for name, values in box.items():
            inside &= keys[name].isin(_values(keys[name], values)).to_numpy()
        chosen |= inside
    return chosen


def _values(column: pd.Series[str], values: Any) -> Sequence[str]:
    if not isinstance(values, Mapping):
        return list(values)
    order = in_order(column)
    return order[order.index(values["from"]) : order.index(values["to"]) + 1]


def runs(chosen: Chosen) -> list[tuple[int, int]]:
    """Return first and last place of each run of chosen rows."""
    return list(_runs(np.flatnonzero(chosen)))


def _runs(places: npt.NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    if len(places):
        for run in np.split(places, np.flatnonzero(np.diff(places) > 1) + 1):
            yield int(run[0]), int(run[-1])


def _json(some: Sequence[Box]) -> str:
    return json.dumps(some, sort_keys=True)
