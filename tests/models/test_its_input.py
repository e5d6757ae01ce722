"""Series, windows and options: what is refused, and what is left out."""

from __future__ import annotations

import dataclasses
from datetime import date

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ModelError
from analysis.models.design import DesignSpec, build_design
from analysis.models.interrupted_series import fit_its
from analysis.models.interval_series import fit_interval_series
from analysis.models.its_options import ItsOptions
from analysis.models.its_windows import with_anticipation, with_wash_out
from analysis.models.regular_series import regular_series
from analysis.study import Intervention
from tests.models.its_made import END, SPEC, START, STEP, ar1, reference_column, series
from tests.models.reports import monthly_reports

LOG_Y = reference_column("log_y")
IDENTITY = ItsOptions("ols", link="identity")
PLAIN = DesignSpec(START, END, interventions=(STEP,))


def table(**columns: object) -> pd.DataFrame:
    return pd.DataFrame(
        {"month": ["2020-01", "2020-02", "2020-03"], "value": [1.0, 2, 4]} | columns
    )


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"month": ["2020-01", "2020-01", "2020-03"]}, "occurs twice: 2020-01"),
        ({"month": ["2020-02", "2020-01", "2020-03"]}, "not in order: 2020-01"),
        ({"month": ["2020-01", "2020-13", "2020-03"]}, "cannot be read"),
        ({"month": ["2020-01", None, "2020-03"]}, "month"),
        ({"month": ["2020", "2021", "2022"]}, "not a month"),
        ({"value": [1.0, np.nan, 2]}, "missing or infinite, the first in row 2"),
        ({"value": [1.0, 2, np.inf]}, "missing or infinite, the first in row 3"),
        ({"value": ["1", "many", "2"]}, "not a number"),
        ({"span": [2, 1, 1]}, "inside the span of the value before it: 2020-02"),
        ({"span": [1.5, 1, 1]}, "whole number from 1 to 12: 2020-01"),
        ({"span": [1, 1, 2]}, "total or mean"),
        ({"people": [1, 0, 2]}, "not positive: 2020-02"),
    ],
)
def test_faulty_tables_have_one_clear_error(columns: dict[str, object], message: str) -> None:
    named = {"span": "span"} if "span" in columns else {}
    named |= {"exposure": "people"} if "people" in columns else {}
    combined = "total" if message.startswith("inside") else None
    with pytest.raises(ModelError, match=message):
        regular_series(table(**columns), name="x", label="X", unit="t", combined=combined, **named)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ModelError, match="no column 'tonnes'"):
        regular_series(table(), name="x", label="X", unit="t", value="tonnes")


def test_dates_and_periods_are_read_as_months() -> None:
    for months in (
        pd.date_range("2020-01-01", periods=3, freq="MS"),
        pd.period_range("2020-01", periods=3, freq="M"),
    ):
        made = regular_series(table(month=months), name="x", label="X", unit="t")
        assert made.months == ("2020-01", "2020-02", "2020-03")


def test_a_gap_is_fine() -> None:
    made = regular_series(
        table(month=["2020-01", "2020-04", "2021-01"]), name="x", label="X", unit="t"
    )
    assert made.first.tolist() == [600, 603, 612]


def test_a_constant_series_is_refused() -> None:
    with pytest.raises(ModelError, match="all values are 3"):
        fit_its(series(np.full(144, 3.0)), PLAIN, IDENTITY)


def test_a_series_shorter_than_its_parameters_is_refused() -> None:
    with pytest.raises(ModelError, match="4 values inside the window for 3 coefficients"):
        fit_its(series(LOG_Y[:4]), PLAIN, IDENTITY)


def test_an_exact_fit_is_refused() -> None:
    spec = dataclasses.replace(PLAIN, interventions=())
    for estimator in ("ols", "gls_ar1_reml", "prais_winsten", "arima"):
        with pytest.raises(ModelError, match="reproduces every value exactly"):
            fit_its(series(np.arange(144.0)), spec, ItsOptions(estimator, link="identity"))


@pytest.mark.parametrize("start", [date(2012, 1, 1), date(2011, 5, 1), date(2024, 1, 1)])
def test_an_intervention_outside_the_window_is_refused(start: date) -> None:
    spec = DesignSpec(START, END, interventions=(dataclasses.replace(STEP, start=start),))
    with pytest.raises(ModelError, match="outside the window"):
        fit_its(series(LOG_Y), spec, IDENTITY)


def test_the_log_link_needs_positive_values() -> None:
    values = np.exp(LOG_Y)
    values[7] = 0.0
    with pytest.raises(ModelError, match="not positive, the first in 2012-08"):
        fit_its(series(values), PLAIN, ItsOptions("ols"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"estimator": "olss"}, "unknown estimator 'olss'"),
        ({"covariance": "hc9"}, "unknown covariance"),
        ({"bandwidth": -1}, "the bandwidth is -1"),
        ({"bandwidth": "auto"}, "the bandwidth is 'auto'"),
        ({"level": 1.0}, "the level is 1.0"),
        ({"rho": 1.0, "estimator": "gls_ar1_ml"}, "rho is 1.0"),
        ({"rho": 0.5, "estimator": "ols"}, "takes no given rho"),
        ({"covariance": "hc1"}, "chooses its covariance itself"),
        ({"covariance": "hc1", "estimator": "arima"}, "not one of 'arima'"),
        ({"arima_order": (1, 1, 0)}, "would lose the level"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        ItsOptions(**options)


def test_auto_is_newey_west_below_twelve_values_and_reml_above() -> None:
    event = Intervention("x", "X", "step", date(2012, 6, 1))
    spec = DesignSpec("2012-01", "2012-12", interventions=(event,))
    for n, estimator in ((11, "ols"), (12, "gls_ar1_reml")):
        fit = fit_its(series(LOG_Y[:n]), spec, ItsOptions(link="identity"))
        assert fit.estimator == estimator
        assert ("Newey-West" in fit.convention) == (estimator == "ols")
        assert "underestimates autocorrelation" in fit.notes[0]
        assert fit.options.estimator == "auto"


def test_values_outside_the_window_are_not_used() -> None:
    spec = dataclasses.replace(PLAIN, start="2015-01")
    fit = fit_its(series(LOG_Y), spec, IDENTITY)
    assert fit.series.months[0] == "2015-01"
    assert len(fit.rows) == len(fit.residuals) == 108


def test_months_left_out_are_rows_without_which_the_fit_is_made() -> None:
    spec = dataclasses.replace(PLAIN, left_out=(("2020-02", "2020-05"),))
    fit = fit_its(series(LOG_Y), spec, IDENTITY)
    kept = np.r_[0:97, 101:144]
    rows = build_design(PLAIN).matrix[kept]
    known = np.linalg.lstsq(rows, LOG_Y[kept], rcond=None)[0]
    assert fit.estimates == pytest.approx(known, rel=1e-9)
    assert len(fit.curve().query("curve == 'fitted'")) == 144


def test_a_value_that_touches_a_month_left_out_is_left_out() -> None:
    made = series(LOG_Y[:143], span=[1] * 142 + [2], combined="mean")
    spec = dataclasses.replace(PLAIN, left_out=(("2023-12", "2023-12"),))
    assert len(fit_its(made, spec, IDENTITY).rows) == 142


@pytest.mark.parametrize("stretch", [("2020-05", "2020-02"), ("may", "june")])
def test_months_left_out_must_be_months_in_order(stretch: tuple[str, str]) -> None:
    with pytest.raises(ModelError, match="left out"):
        fit_its(series(LOG_Y), dataclasses.replace(PLAIN, left_out=(stretch,)), IDENTITY)


def test_wash_out_leaves_out_the_first_months_of_an_event() -> None:
    spec = with_wash_out(PLAIN, "closure", 3)
    assert spec.left_out == (("2020-02", "2020-04"),)
    with pytest.raises(ModelError, match="leaves nothing after"):
        with_wash_out(PLAIN, "closure", 47)
    with pytest.raises(ModelError, match="no intervention 'closing'"):
        with_wash_out(PLAIN, "closing", 3)


def test_anticipation_is_a_pulse_of_its_own_or_left_out() -> None:
    pulse = with_anticipation(PLAIN, "closure", 2).interventions[-1]
    assert (pulse.name, pulse.start, pulse.months) == ("closure_anticipation", date(2019, 12, 1), 2)
    values = LOG_Y + 3 * (np.isin(np.arange(144), (95, 96)))
    pulsed = fit_its(series(values), with_anticipation(PLAIN, "closure", 2), IDENTITY)
    left = fit_its(series(values), with_anticipation(PLAIN, "closure", 2, "left_out"), IDENTITY)
    assert left.spec.left_out == (("2019-12", "2020-01"),)
    assert pulsed.effect("closure_anticipation").estimate > 2
    gaps = left.effect("closure").estimate, pulsed.effect("closure").estimate
    assert gaps[0] == pytest.approx(gaps[1], abs=0.01)
    with pytest.raises(ModelError, match="leaves nothing before"):
        with_anticipation(dataclasses.replace(PLAIN, start="2019-12"), "closure", 2)


def test_a_model_of_intervals_does_not_ignore_months_left_out() -> None:
    spec = with_wash_out(PLAIN, "closure", 3)
    with pytest.raises(ModelError, match="which this model cannot"):
        fit_interval_series(monthly_reports(START, END, LOG_Y), spec)


def test_quadratic_and_piecewise_trends_have_the_columns_of_their_names() -> None:
    quadratic = build_design(DesignSpec(START, END, "quadratic"))
    years = (np.arange(144) + 0.5 - 72) / 12
    assert quadratic.names == ("level", "trend", "trend_squared")
    assert quadratic.matrix[:, 2] == pytest.approx(years**2)
    bent = build_design(DesignSpec(START, END, "piecewise", knots=("2015-01", "2020-01")))
    assert bent.names == ("level", "trend", "trend_from_2015-01", "trend_from_2020-01")
    assert bent.matrix[:, 2] == pytest.approx(np.maximum(np.arange(144) + 0.5 - 36, 0) / 12)


@pytest.mark.parametrize(
    ("trend", "knots"),
    [("piecewise", ()), ("linear", ("2015-01",)), ("piecewise", ("2012-01",)), ("cubic", ())],
)
def test_trends_without_sense_are_refused(trend: str, knots: tuple[str, ...]) -> None:
    with pytest.raises(ModelError, match=r"knot|unknown trend"):
        build_design(DesignSpec(START, END, trend, knots=knots))


def test_an_unknown_name_of_an_effect_is_told_with_the_known_ones() -> None:
    fit = fit_its(series(LOG_Y + ar1(144, 0.2, 1, 0.01)), SPEC, IDENTITY)
    with pytest.raises(ModelError, match="closure, closure_slope, trend"):
        fit.effect("closing")
