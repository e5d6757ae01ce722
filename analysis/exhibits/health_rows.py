"""Rows of a frame by column, and the days of a month, for the exhibits on health security."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Any

import pandas as pd


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame by column."""
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def first_day(month: str) -> date:
    """Return the first day of a month, YYYY-MM."""
    return date.fromisoformat(f"{month}-01")


def last_day(month: str) -> date:
    """Return the last day of a month, YYYY-MM."""
    opening = first_day(month)
    return opening.replace(day=monthrange(opening.year, opening.month)[1])
