"""A slow simulation of a flow day by day: plain loops, no array, nothing from the package."""

from __future__ import annotations

import math
from calendar import monthrange
from collections.abc import Callable
from datetime import date

from property_settings import every_day

PARTS_OF_DAY = 24
REACHED = 0.95  # share of a phase-in that is reached after its length


def month_position(day: date, origin: date) -> float:
    """Return months from the first day of the window to the morning of a day."""
    months = (day.year - origin.year) * 12 + day.month - origin.month
    return months + (day.day - 1) / monthrange(day.year, day.month)[1]


def shape_value(shape: str, elapsed: float, length: float) -> float:
    """Return the height of a shape, `elapsed` months after its start, from its definition."""
    if elapsed < 0:
        return 0.0
    heights: dict[str, Callable[[], float]] = {
        "step": lambda: 1.0,
        "slope": lambda: elapsed / 12,
        "pulse": lambda: 1.0 if elapsed < length else 0.0,
        "temporary": lambda: 1.0 if elapsed < length else 0.0,
        "ramp": lambda: min(elapsed / length, 1.0),
        "phase_in": lambda: 1 - (1 - REACHED) ** (elapsed / length),
    }
    return heights[shape]()


def monthly_means(shape: str, start: date, length: float, first: date, last: date) -> list[float]:
    """Return the mean height of a shape in each month, from 24 moments of each day."""
    sums: dict[tuple[int, int], float] = {}
    begin = month_position(start, first)
    for day in every_day(first, last):
        size = monthrange(day.year, day.month)[1]
        morning = month_position(day, first)
        total = 0.0
        for part in range(PARTS_OF_DAY):
            moment = morning + (part + 0.5) / PARTS_OF_DAY / size
            total += shape_value(shape, moment - begin, length)
        month = (day.year, day.month)
        sums[month] = sums.get(month, 0.0) + total / PARTS_OF_DAY / size
    return [sums[month] for month in sorted(sums)]


def flow_total(first: date, last: date, daily: Callable[[date], float]) -> float:
    """Return the sum of a daily flow over a closed interval."""
    return math.fsum(daily(day) for day in every_day(first, last))


def same_day_before(day: date) -> date:
    """Return the same day one year before; 28 February for a leap day."""
    leap_day = (day.month, day.day) == (2, 29)
    return date(day.year - 1, day.month, 28 if leap_day else day.day)
