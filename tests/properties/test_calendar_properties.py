"""Months, fiscal years, leap days, and closed intervals against half-open ones."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from property_settings import (
    FIRST_YEAR,
    LAST_YEAR,
    days,
    every_day,
    few,
    intervals,
    is_leap,
    properties,
)

from analysis.models.calendar import build_calendar
from analysis.models.interval_rows import one_year_before, year_before

ROUND_OFF = 1e-9  # months; sums of at most 5500 fractions of a month
CALENDAR = build_calendar(f"{FIRST_YEAR}-01", f"{LAST_YEAR}-12")
ONE_DAY = timedelta(days=1)


def numpy_days(*values: date) -> np.ndarray:
    return np.array(values, dtype="datetime64[D]")


def counts(first: date, last: date) -> np.ndarray:
    return CALENDAR.day_counts(numpy_days(first), numpy_days(last))[0]


@few
@given(intervals)
def test_days_in_each_month_are_those_of_a_walk_through_the_days(interval):
    walked = Counter(f"{day:%Y-%m}" for day in every_day(*interval))
    assert counts(*interval).tolist() == [walked[month] for month in CALENDAR.months]


@properties
@given(st.lists(days, min_size=3, max_size=3, unique=True).map(sorted))
def test_neighbours_share_no_day_and_leave_none_out(three):
    first, middle, last = three
    assert (counts(first, middle) + counts(middle + ONE_DAY, last) == counts(first, last)).all()


@properties
@given(intervals)
def test_a_closed_interval_is_the_half_open_one_to_the_day_after(interval):
    first, last = interval
    half_open = (last + ONE_DAY).toordinal() - first.toordinal()
    assert counts(first, last).sum() == half_open
    assert counts(first, first).sum() == 1


@properties
@given(st.integers(FIRST_YEAR, LAST_YEAR - 1), st.sampled_from((1, 4, 10)))
def test_a_fiscal_year_has_a_leap_day_only_if_29_february_lies_in_it(year, month):
    """Calendar years, and those of Myanmar: from April until 2018, from October in 2018 to 2021."""
    last = date(year + 1, month, 1) - ONE_DAY
    leap = is_leap(year if month == 1 else year + 1)
    assert counts(date(year, month, 1), last).sum() == 365 + leap


@properties
@given(st.integers(FIRST_YEAR, LAST_YEAR))
def test_the_months_of_a_year_hold_its_days(year):
    inside = [month.startswith(f"{year}-") for month in CALENDAR.months]
    assert CALENDAR.days[inside].sum() == 365 + is_leap(year)
    assert CALENDAR.days[CALENDAR.months.index(f"{year}-02")] == 28 + is_leap(year)


@properties
@given(days)
def test_a_day_advances_the_position_by_its_part_of_the_month(day):
    month = CALENDAR.months.index(f"{day:%Y-%m}")
    step = CALENDAR.position(day + ONE_DAY) - CALENDAR.position(day)
    assert step == pytest.approx(1 / CALENDAR.days[month], abs=ROUND_OFF)
    assert int(CALENDAR.position(day)) == month
    assert CALENDAR.position(day.replace(day=1)) == month


@properties
@given(days)
def test_one_year_before_is_the_same_day_but_for_the_leap_day(day):
    before = one_year_before(numpy_days(day))[0].astype(object)
    wanted = (day.month, 28) if (day.month, day.day) == (2, 29) else (day.month, day.day)
    assert (before.year, before.month, before.day) == (day.year - 1, *wanted)


@properties
@given(intervals)
def test_one_year_before_keeps_the_order_and_never_turns_an_interval_round(interval):
    first, last = one_year_before(numpy_days(*interval))
    assert first <= last
    length = (interval[1] - interval[0]).days
    assert abs(int((last - first).astype(int)) - length) <= 1 + length // 365


def month(year: int, number: int) -> tuple[date, date]:
    """Return first and last day of a month; months beyond the twelfth are of later years."""
    first = date(year + (number - 1) // 12, (number - 1) % 12 + 1, 1)
    after = date(year + number // 12, number % 12 + 1, 1)
    return first, after - ONE_DAY


@properties
@given(st.integers(FIRST_YEAR + 1, LAST_YEAR - 4), st.integers(1, 12), st.integers(0, 35))
def test_whole_months_stay_whole_months_one_year_before(year, first, more):
    span = month(year, first)[0], month(year, first + more)[1]
    wanted = month(year - 1, first)[0], month(year - 1, first + more)[1]
    opened, closed = year_before(*(numpy_days(day) for day in span))
    assert (opened[0].astype(object), closed[0].astype(object)) == wanted


@properties
@given(st.lists(intervals, min_size=1, max_size=5))
def test_the_year_before_moves_the_days_of_what_is_not_whole_months(spans):
    firsts, lasts = (numpy_days(*some) for some in zip(*spans, strict=True))
    opened, closed = year_before(firsts, lasts)
    assert (opened == one_year_before(firsts)).all()
    assert (opened <= closed).all()
    for n, (first, last) in enumerate(spans):
        whole = first.day == 1 and (last + ONE_DAY).day == 1
        assert whole or closed[n] == one_year_before(numpy_days(last))[0]


@pytest.mark.parametrize(
    ("span", "wanted"),
    [
        (("2021-02-01", "2021-02-28"), ("2020-02-01", "2020-02-29")),
        (("2020-02-01", "2020-02-29"), ("2019-02-01", "2019-02-28")),
        (("2020-10-01", "2021-02-28"), ("2019-10-01", "2020-02-29")),
        (("2021-01-15", "2021-02-28"), ("2020-01-15", "2020-02-28")),
        (("2021-02-01", "2021-02-27"), ("2020-02-01", "2020-02-27")),
        (("2020-02-29", "2020-02-29"), ("2019-02-28", "2019-02-28")),
    ],
)
def test_periods_around_a_leap_day(span, wanted):
    found = year_before(*(np.array([day], dtype="datetime64[D]") for day in span))
    assert [str(days[0]) for days in found] == list(wanted)


@pytest.mark.parametrize("window", [("2020-13", "2021-01"), ("2021-01", "2020-12"), ("x", "y")])
def test_what_is_no_window_is_refused(window):
    from analysis.errors import ModelError

    with pytest.raises(ModelError):
        build_calendar(*window)
