"""Consecutive months and the days that intervals have in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import ModelError
from analysis.models.arrays import Days, Floats
from analysis.models.design_shapes import MONTHS_PER_YEAR


@dataclass(frozen=True)
class Calendar:
    """Consecutive calendar months.

    Attributes
    ----------
    months
        Names, YYYY-MM, shape (M,).
    first_days
        First day of each month and of the month after the last, datetime64[D], shape (M + 1,).
    """

    months: tuple[str, ...]
    first_days: Days

    @property
    def days(self) -> NDArray[np.int64]:
        """Days in each month, shape (M,)."""
        return np.diff(self.first_days).astype(np.int64)

    @property
    def month_of_year(self) -> NDArray[np.int64]:
        """Calendar month of each month, 1 to 12, shape (M,)."""
        return np.array([int(name[5:]) for name in self.months], dtype=np.int64)

    def position(self, day: date) -> float:
        """Months from the start of the calendar to the morning of `day`; may lie outside."""
        origin = self.first_days[0].astype(object)
        whole = (day.year - origin.year) * MONTHS_PER_YEAR + day.month - origin.month
        return float(whole + (day.day - 1) / pd.Timestamp(day).days_in_month)

    def day_counts(self, start: Days, end: Days) -> Floats:
        """Days that each closed interval has in each month, shape (n, M)."""
        opens = np.maximum(start[:, None], self.first_days[None, :-1])
        closes = np.minimum(end[:, None] + np.timedelta64(1, "D"), self.first_days[None, 1:])
        return np.asarray(np.maximum((closes - opens).astype(float), 0.0))


def build_calendar(start: str, end: str) -> Calendar:
    """Return the months from `start` to `end`, both YYYY-MM and both included.

    Raises
    ------
    ModelError
        When a month cannot be read or the window ends before it starts.
    """
    try:
        first, last = np.datetime64(start, "M"), np.datetime64(end, "M")
    except ValueError as error:
        raise ModelError(
            f"the window {start} to {end} is not two months", allowed="YYYY-MM"
        ) from error
    if last < first:
        raise ModelError(f"the window ends ({end}) before it starts ({start})")
    months = np.arange(first, last + 2)
    return Calendar(
        months=tuple(str(month) for month in months[:-1]),
        first_days=months.astype("datetime64[D]"),
    )
