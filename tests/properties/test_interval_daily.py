"""The interval model against a slow simulation of every day: totals, growth, shares, estimates."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest
from daily import flow_total, same_day_before
from hypothesis import given
from hypothesis import strategies as st
from property_settings import every_day, few

from analysis.models.calendar import build_calendar
from analysis.models.design import DesignSpec, build_design
from analysis.models.interval_mean import linearise
from analysis.models.interval_rows import interval_rows
from analysis.models.interval_series import fit_interval_series
from analysis.study import Intervention

SUMS = 1e-12  # relative; sums of at most 1100 days in another order
DIGITS = 4  # that a report prints
ESTIMATES = 5e-4  # half a step of the fourth digit of a total, relative, is 5e-4 at most
FIRST, LAST = date(2018, 1, 1), date(2020, 12, 31)
CLOSURE = Intervention("closure", "Closure", "step", date(2019, 2, 1))
REOPENING = Intervention("reopening", "Reopening", "step", date(2020, 5, 1))
SPEC = DesignSpec("2018-01", "2020-12", "linear", "none", (CLOSURE, REOPENING))
DESIGN = build_design(SPEC)
MONTH_OF = {name: k for k, name in enumerate(DESIGN.calendar.months)}
coefficients = st.tuples(
    st.floats(0, 6), st.floats(-0.5, 0.5), st.floats(-3, 1), st.floats(-1, 3)
).map(np.array)


def some_days(first: date) -> st.SearchStrategy[tuple[date, date]]:
    days = st.dates(first, LAST)
    return st.tuples(days, days).map(lambda pair: (min(pair), max(pair)))


def reports_of(spans, kind="level"):
    frame = pd.DataFrame(spans, columns=["start", "end"]).apply(pd.to_datetime)
    names = [f"{kind}{n}" for n in range(len(frame))]
    return frame.assign(
        observation_id=names, report_id=names, kind=kind, value=1.0, lower=1.0, upper=1.0
    )


def daily_flow(beta):
    """Return the flow of a day: the predictor of its month, term by term."""

    def flow(day: date) -> float:
        row = DESIGN.matrix[MONTH_OF[f"{day:%Y-%m}"]]
        return math.exp(math.fsum(value * part for value, part in zip(beta, row, strict=True)))

    return flow


@few
@given(spans=st.lists(some_days(FIRST), min_size=1, max_size=4), beta=coefficients)
def test_expected_totals_are_sums_over_the_days(spans, beta):
    rows = interval_rows(reports_of(spans), DESIGN.calendar, "log")
    mean = linearise(rows, DESIGN.matrix @ beta, "log").mean
    walked = [math.log(flow_total(*span, daily_flow(beta))) for span in spans]
    np.testing.assert_allclose(mean, walked, rtol=SUMS, atol=SUMS)


@few
@given(spans=st.lists(some_days(date(2019, 1, 1)), min_size=1, max_size=3), beta=coefficients)
def test_expected_growth_compares_the_days_with_those_one_year_before(spans, beta):
    rows = interval_rows(reports_of(spans, "growth"), DESIGN.calendar, "log")
    mean = linearise(rows, DESIGN.matrix @ beta, "log").mean
    flow = daily_flow(beta)
    walked = [
        math.log(flow_total(first, last, flow))
        - math.log(flow_total(same_day_before(first), same_day_before(last), flow))
        for first, last in spans
    ]
    np.testing.assert_allclose(mean, walked, rtol=SUMS, atol=10 * SUMS)


def test_growth_of_whole_months_compares_whole_months_across_a_leap_day():
    calendar = build_calendar("2019-01", "2021-12")
    rows = interval_rows(reports_of([("2021-01-01", "2021-02-28")], "growth"), calendar, "log")
    said = dict(zip(calendar.months, rows.days_before[0], strict=True))
    assert {month: days for month, days in said.items() if days} == {"2020-01": 31, "2020-02": 29}


@few
@given(spans=st.lists(some_days(FIRST), min_size=1, max_size=3), beta=coefficients)
def test_a_design_row_is_the_mean_over_the_days_weighted_by_their_flow(spans, beta):
    rows = interval_rows(reports_of(spans), DESIGN.calendar, "log")
    made = linearise(rows, DESIGN.matrix @ beta, "log").shares @ DESIGN.matrix
    flow = daily_flow(beta)
    for row, span in zip(made, spans, strict=True):
        total, walked = flow_total(*span, flow), np.zeros(len(beta))
        for day in every_day(*span):
            walked += flow(day) / total * DESIGN.matrix[MONTH_OF[f"{day:%Y-%m}"]]
        np.testing.assert_allclose(row, walked, rtol=1e-10, atol=1e-10)


@few
@given(spans=st.lists(some_days(FIRST), min_size=1, max_size=3), beta=coefficients)
def test_the_identity_link_adds_the_days_themselves(spans, beta):
    rows = interval_rows(reports_of(spans), DESIGN.calendar, "identity")
    predictor = DESIGN.matrix @ beta
    mean = linearise(rows, predictor, "identity").mean
    walked = [
        flow_total(*span, lambda day: float(predictor[MONTH_OF[f"{day:%Y-%m}"]])) for span in spans
    ]
    np.testing.assert_allclose(mean, walked, rtol=1e-10, atol=1e-9)


@few
@given(
    start=st.dates(date(2018, 3, 1), date(2020, 9, 30)),
    effect=st.floats(-3, 3),
    months=st.tuples(st.integers(0, 35), st.integers(0, 35)).map(sorted),
)
def test_a_step_inside_a_month_costs_no_more_than_hoeffding_allows(start, effect, months):
    """The model gives every day of the month the mean step; a truly daily step is no smaller.

    Over whole months log-mean-exp lies above the mean by at most effect^2 / 8, the bound of
    Hoeffding's lemma (1963, JASA 58) for a variable between 0 and effect.
    """
    step = Intervention("step", "Step", "step", start)
    design = build_design(DesignSpec("2018-01", "2020-12", "none", interventions=(step,)))
    first = design.calendar.first_days[months[0]].astype(object)
    last = (design.calendar.first_days[months[1] + 1] - 1).astype(object)
    rows = interval_rows(reports_of([(first, last)]), design.calendar, "log")
    model = linearise(rows, design.matrix @ np.array([1.0, effect]), "log").mean[0]
    daily = math.log(
        flow_total(first, last, lambda day: math.exp(1.0 + (effect if day >= start else 0.0)))
    )
    assert -1e-12 <= daily - model <= effect**2 / 8 + 1e-12


TRUTHS = ((3.0, 0.1, -1.2, 0.9), (5.0, -0.3, -2.5, 2.0), (4.0, 0.2, -0.5, 0.4), (2.0, 0, -2.0, 1.0))


@pytest.mark.parametrize("beta", TRUTHS)
def test_estimates_from_daily_made_reports_are_the_truth(beta):
    """Years to date, quarters and odd intervals that overlap, with a leap day among them."""
    spans = [(date(y, 1, 1), date(y, m, 28)) for y in (2018, 2019, 2020) for m in (2, 5, 8, 11)]
    spans += [(date(y, 4, 10), date(y, 10, 3)) for y in (2018, 2019, 2020)]
    spans += [(date(2018, 10, 1), date(2019, 9, 30)), (date(2020, 2, 29), date(2020, 3, 17))]
    totals = np.array([flow_total(*span, daily_flow(np.array(beta))) for span in spans])
    step = 10.0 ** (np.floor(np.log10(totals)) - DIGITS + 1)
    printed = np.round(totals / step) * step
    made = reports_of(spans).assign(
        value=printed, lower=printed - step / 2, upper=printed + step / 2
    )
    fit = fit_interval_series(made, SPEC, rho=0.3, errors="gaussian")
    found = dict(zip(DESIGN.names, fit.state.coefficients, strict=True))
    truth = dict(zip(DESIGN.names, beta, strict=True))
    assert found == pytest.approx(truth, abs=ESTIMATES)
