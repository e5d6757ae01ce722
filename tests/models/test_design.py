"""Calendar and design matrix against values worked out by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from analysis.errors import ModelError
from analysis.models.calendar import build_calendar
from analysis.models.design import (
    DesignSpec,
    Regressor,
    build_design,
    design_of,
)
from analysis.models.design_shapes import SHAPE_AREAS
from analysis.study import SHAPES, Intervention, Outcome


def column(item: Intervention, start: str = "2020-01", end: str = "2020-06") -> np.ndarray:
    design = build_design(DesignSpec(start, end, trend="none", interventions=(item,)))
    return design.matrix[:, -1]


def event(shape: str, start: date = date(2020, 2, 1), **more: object) -> Intervention:
    return Intervention("x", "X", shape, start, **more)  # type: ignore[arg-type]


def test_calendar_knows_leap_years() -> None:
    calendar = build_calendar("2020-01", "2021-02")
    assert calendar.days.tolist() == [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31, 28]
    assert calendar.months[0] == "2020-01"
    assert calendar.months[-1] == "2021-02"


def test_day_counts_split_an_interval_over_months() -> None:
    calendar = build_calendar("2020-01", "2020-04")
    counts = calendar.day_counts(
        np.array(["2020-01-31", "2020-02-10"], dtype="datetime64[D]"),
        np.array(["2020-03-01", "2020-02-10"], dtype="datetime64[D]"),
    )
    assert counts.tolist() == [[1, 29, 1, 0], [0, 1, 0, 0]]


def test_every_shape_of_a_study_file_has_an_area() -> None:
    assert set(SHAPE_AREAS) == set(SHAPES)


def test_step_counts_the_first_month_by_its_share() -> None:
    start = event("step", date(2020, 2, 11))
    assert column(start) == pytest.approx([0, 19 / 29, 1, 1, 1, 1])


def test_slope_is_years_since_the_start() -> None:
    expected = np.array([0, 0.5, 1.5, 2.5, 3.5, 4.5]) / 12
    assert column(event("slope")) == pytest.approx(expected)


def test_pulse_and_temporary_end() -> None:
    assert column(event("pulse", months=2)) == pytest.approx([0, 1, 1, 0, 0, 0])
    temporary = event("temporary", end=date(2020, 3, 10))
    assert column(temporary) == pytest.approx([0, 1, 10 / 31, 0, 0, 0])


def test_ramp_reaches_one_after_its_months_and_stays() -> None:
    assert column(event("ramp", months=2)) == pytest.approx([0, 0.25, 0.75, 1, 1, 1])


def test_phase_in_reaches_95_per_cent_after_its_months() -> None:
    values = column(event("phase_in", months=3), end="2021-12")
    assert values[1] < values[2] < values[3] < 0.95 < values[5]
    assert values[-1] == pytest.approx(1, abs=1e-6)
    rate = np.log(20) / 3
    assert values[1] == pytest.approx(1 - (1 - np.exp(-rate)) / rate)


def test_an_event_before_the_window_is_on_from_the_start() -> None:
    assert column(event("step", date(2015, 1, 1))) == pytest.approx(np.ones(6))


def test_trend_is_a_year_in_twelve_months_and_zero_at_the_centre() -> None:
    design = build_design(DesignSpec("2019-01", "2020-12"))
    trend = design.matrix[:, 1]
    assert np.diff(trend) == pytest.approx(np.full(23, 1 / 12))
    assert design.centre == date(2020, 1, 1)
    assert trend[11] + trend[12] == pytest.approx(0)


@pytest.mark.parametrize(("seasonality", "columns"), [("months", 11), ("fourier_2", 4)])
def test_seasonality_sums_to_zero_over_a_year(seasonality: str, columns: int) -> None:
    spec = DesignSpec("2019-01", "2020-12", "none", seasonality)  # type: ignore[arg-type]
    season = build_design(spec).matrix[:, 1:]
    assert season.shape[1] == columns
    assert season[:12].sum(axis=0) == pytest.approx(np.zeros(columns), abs=1e-12)


def test_a_quarterly_regressor_holds_for_its_three_months() -> None:
    rate = Regressor("price", "Price", {"2020Q1": 1.0, "2020Q2": 2.0})
    design = build_design(DesignSpec("2020-01", "2020-06", "none", regressors=(rate,)))
    assert design.matrix[:, 1].tolist() == [1, 1, 1, 2, 2, 2]


def test_a_regressor_with_a_gap_stops() -> None:
    rate = Regressor("price", "Price", {"2020-01": 1.0})
    with pytest.raises(ModelError, match="no value for 2020-02"):
        build_design(DesignSpec("2020-01", "2020-06", "none", regressors=(rate,)))


@pytest.mark.parametrize(
    ("item", "message"),
    [
        (event("stepp"), "unknown shape"),
        (event("ramp"), "needs `months`"),
        (event("temporary"), "needs an end"),
    ],
)
def test_a_shape_that_lacks_something_stops(item: Intervention, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        column(item)


def test_bad_windows_and_repeated_names_stop() -> None:
    with pytest.raises(ModelError, match="before it starts"):
        build_calendar("2020-02", "2020-01")
    with pytest.raises(ModelError, match="not two months"):
        build_calendar("2020-2x", "2020-01")
    twice = (event("step"), event("pulse", months=1))
    with pytest.raises(ModelError, match="called x"):
        build_design(DesignSpec("2020-01", "2020-06", interventions=twice))
    with pytest.raises(ModelError, match="unknown seasonality"):
        build_design(DesignSpec("2020-01", "2020-06", seasonality="weeks"))  # type: ignore[arg-type]


def test_switching_a_term_off_leaves_the_others() -> None:
    design = build_design(DesignSpec("2020-01", "2020-06", interventions=(event("step"),)))
    off = design.without(frozenset({"x"}))
    assert off[:, -1].tolist() == [0] * 6
    assert np.array_equal(off[:, :-1], design.matrix[:, :-1])


def test_design_of_an_outcome() -> None:
    outcome = Outcome(
        name="o",
        label="O",
        series="s",
        start="2020-01",
        end="2020-12",
        trend="none",
        seasonality="fourier_1",
        rho=0.5,
        confidence=(),
        interventions=(event("step"),),
        exclude=(),
        figure=True,
    )
    spec = design_of(outcome)
    assert (spec.start, spec.end, spec.trend) == ("2020-01", "2020-12", "none")
    assert build_design(spec).names == ("level", "sin_1", "cos_1", "x")
