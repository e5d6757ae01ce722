"""One way to draw examples for every property: few, the same each time, nothing kept."""

from __future__ import annotations

from datetime import date

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

properties = settings(
    max_examples=40,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=(HealthCheck.too_slow, HealthCheck.filter_too_much),
)
few = settings(properties, max_examples=15)

FIRST_YEAR, LAST_YEAR = 2011, 2025  # leap years 2012, 2016, 2020 and 2024 among them
days = st.dates(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))
intervals = st.tuples(days, days).map(lambda pair: (min(pair), max(pair)))
short_intervals = st.tuples(days, st.integers(0, 70)).map(
    lambda pair: (pair[0], min(date.fromordinal(pair[0].toordinal() + pair[1]), LAST_DAY))
)
LAST_DAY = date(LAST_YEAR, 12, 31)


def every_day(first: date, last: date) -> list[date]:
    """Return the days from first to last, both included."""
    return [date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1)]


def is_leap(year: int) -> bool:
    """Tell a leap year by the rule of Pope Gregory."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
