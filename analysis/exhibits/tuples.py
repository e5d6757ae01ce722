"""Rows of a frame as named tuples or dictionaries, for code that draws or tells them one by one."""

from __future__ import annotations

from typing import Any

import pandas as pd


def tuples_of(frame: pd.DataFrame) -> list[Any]:
    """Return the rows; each cell is an attribute of its row."""
    return list(frame.itertuples(index=False))


def row_dicts(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows as dictionaries from column to cell."""
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]
