"""Months and reports of their sums: the same regression on months, close to it on longer spells."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ModelError
from analysis.models.design import DesignSpec, build_design
from analysis.models.interrupted_series import fit_its
from analysis.models.interval_series import fit_interval_series
from analysis.models.its_options import ItsOptions
from analysis.models.regular_series import regular_series
from analysis.models.side_by_side import a_day, shared_window, side_by_side
from analysis.study import Intervention
from tests.models.reports import CLOSURE, REOPENING, frame, monthly_reports, report

START, END = "2016-01", "2024-12"
EFFECTS = {"closure": -0.5, "reopening": 0.4}
SAME_REGRESSION = 1e-6
"""Log scale. On reports of single months, without rounding, at one given rho and with Gaussian
errors the linearised interval model is the regular one, up to the convergence of Gauss-Newton."""
SUMS_OF_MONTHS = 0.03
"""Log scale. A report that is the sum of months holds no more than those months, and noise of 2 per
cent a month is averaged, so both models find the effects of half a log point to this."""


def log_flow(noise: float, seed: int = 3) -> np.ndarray:
    spec = DesignSpec(START, END, interventions=(CLOSURE, REOPENING))
    design = build_design(spec)
    names = [term.name for term in design.terms]
    coefficients = np.array(
        [4.0 if name == "intercept" else EFFECTS.get(name, 0.002) for name in names]
    )
    draws = np.random.default_rng(seed).normal(size=len(design.matrix))
    return design.matrix @ coefficients + noise * draws


def months_of(flow: np.ndarray):
    periods = pd.period_range(START, END, freq="M")
    totals = np.exp(flow) * periods.days_in_month.to_numpy()
    table = pd.DataFrame({"month": periods.astype(str), "value": totals})
    return table, regular_series(table, name="trade", label="Trade", unit="million USD")


def sums(table: pd.DataFrame, *spells: tuple[str, str]) -> pd.DataFrame:
    rows = []
    for number, (first, last) in enumerate(spells):
        inside = table[table["month"].between(first, last)]
        days = pd.Period(first).start_time, pd.Period(last).end_time
        rows.append(
            report(
                f"r{number:03d}", str(days[0].date()), str(days[1].date()), inside["value"].sum()
            )
        )
    return frame(*rows)


def usual_spells() -> list[tuple[str, str]]:
    """First halves and whole years, and now and then a quarter, as the press prints them."""
    spells = []
    for year in range(2016, 2025):
        spells += [(f"{year}-01", f"{year}-03"), (f"{year}-01", f"{year}-06")]
        spells += [(f"{year}-01", f"{year}-09"), (f"{year}-01", f"{year}-12")]
    return spells


def test_reports_of_single_months_give_the_same_regression():
    flow = log_flow(noise=0.1)
    table, series = months_of(flow)
    spec = DesignSpec(START, END, interventions=(CLOSURE, REOPENING))
    regular = fit_its(a_day(series), spec, ItsOptions(estimator="gls_ar1_reml", rho=0.4))
    interval = fit_interval_series(
        monthly_reports(START, END, flow),
        spec,
        rho=0.4,
        tau=0.0,
        errors="gaussian",
        covariance="model",
    )
    for name in EFFECTS:
        one, other = regular.effect(name).estimate, interval.effect(name).estimate
        assert np.log1p(one / 100) == pytest.approx(np.log1p(other / 100), abs=SAME_REGRESSION)
    assert table["value"].gt(0).all()


def test_sums_of_the_months_lead_to_the_same_effects():
    table, series = months_of(log_flow(noise=0.02))
    spec = DesignSpec(START, END, interventions=(CLOSURE, REOPENING))
    both = side_by_side(series, sums(table, *usual_spells()), spec)
    pairs = {pair.name: pair for pair in both.pairs}
    assert set(EFFECTS) <= set(pairs)
    for name, truth in EFFECTS.items():
        pair = pairs[name]
        assert abs(pair.gap_log) < SUMS_OF_MONTHS
        assert np.log1p(pair.regular.estimate / 100) == pytest.approx(truth, abs=SUMS_OF_MONTHS)
        assert pair.covered
        assert pair.gap_in_errors == pytest.approx(pair.gap_log / pair.interval.standard_error_log)
    assert len(both.left_out) == 0


def test_reports_of_another_flow_lead_elsewhere_and_it_shows():
    table, series = months_of(log_flow(noise=0.02))
    wrong = table.assign(value=table["value"].where(table["month"] < "2020-02", table["value"] * 2))
    spec = DesignSpec(START, END, interventions=(CLOSURE, REOPENING))
    pair = next(
        pair
        for pair in side_by_side(series, sums(wrong, *usual_spells()), spec).pairs
        if pair.name == "closure"
    )
    assert pair.gap_log == pytest.approx(np.log(2), abs=SUMS_OF_MONTHS)
    assert not pair.covered


def test_both_use_the_months_of_the_series_and_nothing_beyond():
    table, _ = months_of(log_flow(noise=0.02))
    late = table[table["month"] >= "2018-01"]
    series = regular_series(late, name="trade", label="Trade", unit="million USD")
    early = Intervention("early", "Early", "step", date(2017, 1, 1))
    spec = DesignSpec("2014-01", END, interventions=(early, CLOSURE))
    both = side_by_side(series, sums(table, *usual_spells()), spec)
    assert (both.spec.start, both.spec.end) == ("2018-01", END)
    assert [item.name for item in both.spec.interventions] == ["closure"]
    assert both.left_out["start"].max() < pd.Timestamp("2018-01-01")
    assert len(both.regular.series) == len(late)


def test_what_cannot_be_set_side_by_side_is_refused():
    table, series = months_of(log_flow(noise=0.02))
    with pytest.raises(ModelError, match="hold no intervention"):
        shared_window(series, DesignSpec("2016-01", "2019-12", interventions=(CLOSURE,)))
    spec = DesignSpec("2018-01", END, interventions=(CLOSURE,))
    with pytest.raises(ModelError, match="no report lies within"):
        side_by_side(series, sums(table, ("2016-01", "2016-12")), spec)
    double = regular_series(
        table.iloc[::2].assign(span=2), name="t", label="T", unit="u", span="span", combined="total"
    )
    with pytest.raises(ModelError, match="covers several months"):
        a_day(double)
