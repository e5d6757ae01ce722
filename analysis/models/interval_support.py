"""Where the reports stand: a number that rests on no report nearby is an extrapolation.

A regression can estimate an effect whose level before is carried across years without a report by
the trend alone. Such a number is the trend's, not the event's, so it is not identified here.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analysis.models.arrays import Bools, Days
from analysis.models.design import Design, Term
from analysis.models.interval_rows import IntervalRows, year_before

SUPPORT_MONTHS: Final = 24
"""A report this close must speak about the time before and after an event: two annual figures."""

HOPELESS_INFLATION: Final = 100.0
"""The standard error is ten times what the event alone would have: the reports know a sum only."""


def covered_days(rows: IntervalRows) -> tuple[Days, Days]:
    """Return first and last days that the reports speak about, growth's year before included."""
    growth = rows.growth
    opened, ended = year_before(rows.start[growth], rows.end[growth])
    return np.concatenate([rows.start, opened]), np.concatenate([rows.end, ended])


def covered_months(design: Design, rows: IntervalRows) -> Bools:
    """Tell which months of the window have a day that some report speaks about, shape (M,)."""
    starts, ends = covered_days(rows)
    return np.asarray(design.calendar.day_counts(starts, ends).sum(axis=0) > 0)


def unsupported(term: Term, rows: IntervalRows) -> str:
    """Say which side of an event no report speaks about; empty if both sides have one nearby."""
    item = term.intervention
    if item is None:
        return ""
    starts, ends = covered_days(rows)
    start = np.datetime64(item.start, "D")
    if not (ends >= start).any():
        return f"no report covers any day on or after {item.start}"
    if not (starts < start).any():
        return f"no report covers any day before {item.start}"
    early = _shifted(item.start, -SUPPORT_MONTHS)
    if not ((starts < start) & (ends >= early)).any():
        return f"no report covers any day in the {SUPPORT_MONTHS} months before {item.start}"
    late = _shifted(item.start, SUPPORT_MONTHS)
    if not ((ends >= start) & (starts < late)).any():
        return f"no report covers any day in the {SUPPORT_MONTHS} months after {item.start}"
    return ""


def _shifted(day: object, months: int) -> np.datetime64:
    moved = pd.Timestamp(str(day)) + pd.DateOffset(months=months)
    return np.datetime64(moved.date(), "D")
