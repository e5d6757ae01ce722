from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.data_management.rounding import growth_ratio, interval_of, range_of, step_of

QUALIFIER = st.sampled_from(["exact", "rounded", "over", "nearly", "about"])
INTEGER = st.integers(1, 10**12).map(str)
DECIMAL = st.decimals("0.0001", "1e9", places=4).map(str)
PRINTED = st.one_of(INTEGER, DECIMAL)


@pytest.mark.parametrize(
    ("printed", "step"),
    [
        ("43.34", "0.01"),
        ("0.0595", "0.0001"),
        ("10.0", "0.1"),
        ("8", "1"),
        ("10", "1"),
        ("100", "10"),
        ("5200", "100"),
        ("3250", "10"),
        ("1072", "1"),
        ("857730", "10"),
        ("1000541", "1"),
        ("-17.15", "0.01"),
        ("0", "1"),
    ],
)
def test_step_of_the_last_significant_digit(printed, step):
    assert step_of(printed) == Decimal(step)


@pytest.mark.parametrize("qualifier", ["rounded", "about"])
@pytest.mark.parametrize(("printed", "step"), [("1000", "1000"), ("10", "10"), ("5200", "100")])
def test_every_zero_counts_in_a_rounded_number(printed, step, qualifier):
    assert step_of(printed, qualifier) == Decimal(step)


@pytest.mark.parametrize(
    ("printed", "qualifier", "lower", "upper"),
    [
        ("5.67", "exact", "5.665", "5.675"),
        ("5.67", "over", "5.67", "5.68"),
        ("8", "over", "8", "9"),
        ("3200", "nearly", "3100", "3200"),
        ("100", "nearly", "90", "100"),
        ("86", "about", "85", "87"),
        ("1000", "rounded", "500", "1500"),
        ("1", "about", "0.5", "2"),
        ("1", "nearly", "0.5", "1"),
        ("-20", "over", "-21", "-20"),
        ("-28.4", "exact", "-28.45", "-28.35"),
        ("0", "exact", "-0.5", "0.5"),
    ],
)
def test_bounds_by_rounding_word(printed, qualifier, lower, upper):
    bounds = interval_of(printed, qualifier)
    assert (bounds.lower, bounds.upper) == (Decimal(lower), Decimal(upper))


def test_range_keeps_its_ends():
    bounds = range_of("150", "200")
    assert (bounds.lower, bounds.middle, bounds.upper) == (150, 175, 200)


@pytest.mark.parametrize(
    ("printed", "qualifier", "lower", "upper"),
    [
        ("99", "exact", "1.985", "1.995"),
        ("58.2", "exact", "1.5815", "1.5825"),
        ("30", "over", "1.30", "1.31"),
        ("-17.15", "exact", "0.82845", "0.82855"),
        ("500", "rounded", "5.5", "6.5"),
        ("-99.9", "about", "0.0005", "0.002"),
    ],
)
def test_growth_becomes_a_ratio_with_bounds(printed, qualifier, lower, upper):
    ratio = growth_ratio(printed, qualifier)
    assert (ratio.lower, ratio.upper) == (Decimal(lower), Decimal(upper))


@given(PRINTED, QUALIFIER)
def test_bounds_are_positive_and_hold_the_number(printed, qualifier):
    bounds = interval_of(printed, qualifier)
    number = Decimal(printed)
    assert 0 < bounds.lower <= number <= bounds.upper
    assert bounds.lower < bounds.upper


@given(PRINTED, st.sampled_from(["exact", "rounded"]))
def test_width_is_one_step_unless_zero_is_in_reach(printed, qualifier):
    bounds, step = interval_of(printed, qualifier), step_of(printed, qualifier)
    clipped = Decimal(printed) - step / 2 <= 0
    assert clipped or bounds.upper - bounds.lower == step
    assert bounds.upper - bounds.lower <= step


@given(INTEGER)
def test_a_rounding_word_never_narrows_the_step(printed):
    assert step_of(printed, "rounded") >= step_of(printed)


@given(PRINTED, QUALIFIER)
def test_the_sign_mirrors_the_bounds(printed, qualifier):
    up, down = interval_of(printed, qualifier), interval_of(f"-{printed}", qualifier)
    assert (down.lower, down.upper) == (-up.upper, -up.lower)


@given(st.decimals("-99.9", "999", places=1).map(str), QUALIFIER)
def test_growth_ratio_stays_positive_and_ordered(printed, qualifier):
    ratio = growth_ratio(printed, qualifier)
    assert 0 < ratio.lower <= 1 + Decimal(printed) / 100 <= ratio.upper
