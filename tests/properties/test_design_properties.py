"""The columns of a design matrix are means over the days of each month of what they stand for."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from daily import PARTS_OF_DAY, month_position, monthly_means
from hypothesis import given
from hypothesis import strategies as st
from property_settings import few, properties

from analysis.models.design import DesignSpec, build_design
from analysis.study import SHAPES_WITH_MONTHS, Intervention

FIRST, LAST = date(2019, 1, 1), date(2021, 6, 30)  # one leap year
SPEC = DesignSpec("2019-01", "2021-06", trend="none")
STARTS_AND_STOPS = {
    "step": 1e-12,  # on the morning of a day, so that the 24 moments are exact
    "slope": 1e-12,  # a straight line, of which the middle of an hour is the mean
    "temporary": 1e-12,  # whole days
    "pulse": 1 / (28 * PARTS_OF_DAY),  # ends inside an hour, which counts wholly or not at all
    "ramp": 1e-5,  # bends inside an hour: (1 / (28 * 24))^2 / 8 months at most
    "phase_in": 1e-6,  # curved: second derivative 9 / length^2, (1 / (28 * 24))^2 / 24 of it
}
ROUND_OFF = 1e-12  # differences of positions of up to 40 months
days = st.dates(date(2018, 6, 1), date(2021, 8, 31))


def column(item: Intervention) -> np.ndarray:
    design = build_design(DesignSpec("2019-01", "2021-06", "none", interventions=(item,)))
    return design.matrix[:, design.names.index(item.name)]


@few
@pytest.mark.parametrize("shape", sorted(STARTS_AND_STOPS))
@given(start=days, months=st.integers(1, 18), length=st.integers(0, 200))
def test_a_shape_is_its_mean_over_the_days(shape, start, months, length):
    end = start + timedelta(days=length) if shape == "temporary" else None
    given_months = months if shape in SHAPES_WITH_MONTHS else None
    extent = float(months)
    if end:
        after = end + timedelta(days=1)
        extent = month_position(after, FIRST) - month_position(start, FIRST)
    item = Intervention("x", "X", shape, start, end=end, months=given_months)
    walked = monthly_means(shape, start, extent - 1e-12 if end else extent, FIRST, LAST)
    np.testing.assert_allclose(column(item), walked, rtol=0, atol=STARTS_AND_STOPS[shape])


@properties
@given(start=days, length=st.integers(0, 200))
def test_a_temporary_shape_is_a_step_up_and_a_step_down_the_day_after_its_end(start, length):
    end = start + timedelta(days=length)
    up = Intervention("x", "X", "step", start)
    down = Intervention("x", "X", "step", end + timedelta(days=1))
    both = Intervention("x", "X", "temporary", start, end=end)
    np.testing.assert_allclose(column(both), column(up) - column(down), atol=1e-12)


@properties
@given(start=days, months=st.integers(1, 18), shape=st.sampled_from(sorted(SHAPES_WITH_MONTHS)))
def test_shapes_lie_between_nothing_and_all(start, months, shape):
    values = column(Intervention("x", "X", shape, start, months=months))
    assert (values >= 0).all()
    assert (values <= 1 + 1e-12).all()
    before = [f"{day:%Y-%m}" < f"{start:%Y-%m}" for day in first_days()]
    assert not values[before].any()


def first_days():
    return [date(2019 + n // 12, n % 12 + 1, 1) for n in range(30)]


@properties
@given(start=days)
def test_a_later_start_never_raises_a_step(start):
    early = column(Intervention("x", "X", "step", start))
    late = column(Intervention("x", "X", "step", start + timedelta(days=1)))
    assert (early >= late - ROUND_OFF).all()
    assert early.sum() - late.sum() <= 1 / 28 + 1e-12


@properties
@given(
    trend=st.sampled_from(("none", "linear", "quadratic")),
    seasonality=st.sampled_from(("none", "fourier_1", "fourier_2", "months")),
    starts=st.lists(days, max_size=3, unique=True),
)
def test_blocks_do_not_depend_on_each_other(trend, seasonality, starts):
    items = tuple(Intervention(f"x{k}", "X", "step", day) for k, day in enumerate(starts))
    whole = build_design(DesignSpec("2019-01", "2021-06", trend, seasonality, items))
    assert whole.matrix.shape == (30, len(whole.names))
    assert np.isfinite(whole.matrix).all()
    for item in items:
        alone = column(item)
        assert (whole.matrix[:, whole.names.index(item.name)] == alone).all()
    assert (whole.matrix[:, whole.names.index("level")] == 1).all()


@properties
@given(first=st.integers(0, 17))
def test_seasons_sum_to_zero_over_any_twelve_months(first):
    for seasonality in ("fourier_1", "fourier_2", "months"):
        design = build_design(DesignSpec("2019-01", "2021-06", "none", seasonality))
        seasons = design.matrix[first : first + 12, 1:]
        np.testing.assert_allclose(seasons.sum(axis=0), 0.0, atol=1e-12)
