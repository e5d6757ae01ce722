"""How a sidecar names the raw rows that an exhibit takes: few by their keys, many by boxes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.provenance.boxes import Chosen, boxes, rows_in
from analysis.provenance.sidecar import Selection


def rows_named(path: Path, key: Sequence[str], taken: Sequence[int]) -> list[str] | Selection:
    """Return the rows of a raw file that are taken: some keys, or how many in which boxes.

    Parameters
    ----------
    key
        Columns that identify a row.
    taken
        Rows, counted from zero.
    """
    keys = _keys(path, tuple(key))
    if len(key) == 1 and 0 < len(taken) < len(keys):
        return sorted(keys.iloc[list(taken), 0])
    chosen = np.zeros(len(keys), dtype=bool)
    chosen[list(taken)] = True
    return Selection(taken=len(taken), rows=len(keys), where=boxes(keys, chosen))


def rows_meant(path: Path, key: Sequence[str], named: Sequence[str] | Selection) -> Chosen:
    """Return whether each row of a raw file is meant by what a sidecar says."""
    keys = _keys(path, tuple(key))
    if isinstance(named, Selection):
        return rows_in(keys, named.plain)
    return keys.iloc[:, 0].isin(list(named)).to_numpy()


def _keys(path: Path, key: tuple[str, ...]) -> pd.DataFrame:
    return _keys_at(path, key, path.stat().st_mtime_ns)


@cache
def _keys_at(path: Path, key: tuple[str, ...], _changed_at: int) -> pd.DataFrame:
    return pd.read_csv(path, dtype="str", keep_default_na=False, usecols=list(key))[list(key)]
