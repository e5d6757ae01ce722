"""Identity link on regular totals is Chow-Lin; regular months are GLS-AR(1) of another package."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.models.calendar import Calendar
from analysis.models.design import Design, Term
from analysis.models.interval_prediction import predicted_noise
from analysis.models.interval_rows import IntervalRows
from analysis.models.interval_series import Options, fit_rows

EXACT = 1e-8
REFERENCE = json.loads(
    (Path(__file__).parents[1] / "reference" / "interval_series.json").read_text()
)


def chow_lin(rho: float | None, criterion: Any = "reml") -> Any:
    data = REFERENCE["chow_lin"]
    quarters, totals = len(data["indicator"]), np.array(data["total"])
    offset = 4 * (data["first_year"] - 1990)
    days = np.zeros((len(totals), quarters))
    for i in range(len(totals)):
        days[i, offset + 4 * i : offset + 4 * i + 4] = 1
    first = np.arange("1990-01", "2024-02", 3, dtype="datetime64[M]").astype("datetime64[D]")
    calendar = Calendar(tuple(str(day)[:7] for day in first[:-1]), first)
    matrix = np.column_stack([np.ones(quarters), data["indicator"]])
    terms = (Term("level", "Level", "intercept"), Term("indicator", "Indicator", "regressor"))
    years = np.array([f"{data['first_year'] + i}-01-01" for i in range(len(totals))])
    names = tuple(years.tolist())
    start = years.astype("datetime64[D]")
    rows = IntervalRows(
        names,
        names,
        np.zeros(len(totals), bool),
        totals,
        totals,
        totals,
        start,
        start + 364,
        days,
        np.zeros_like(days),
    )
    design = Design(calendar, terms, matrix, first[68].astype(object))
    options = Options(rho=rho, tau=0.0, criterion=criterion, link="identity")
    return fit_rows(rows, design, options)


@pytest.mark.parametrize("rho", [0.5, 0.9])
def test_fixed_rho_is_chow_lin(rho: float) -> None:
    fit, expected = chow_lin(rho), REFERENCE["chow_lin"][f"rho_{rho}"]
    for coefficient, name in zip(fit.coefficients, ("constant", "indicator"), strict=True):
        assert coefficient.estimate == pytest.approx(expected[name][0], rel=EXACT)
        assert coefficient.standard_error == pytest.approx(expected[name][1], rel=EXACT)
        assert coefficient.df == pytest.approx(28)
    flow = fit.state.design.matrix @ fit.state.coefficients + predicted_noise(fit.state)
    assert flow[16:20] == pytest.approx(expected["flow_1994Q1_to_Q4"], rel=EXACT)
    if rho == 0.5:
        assert flow[:6] == pytest.approx(expected["flow_1990Q1_to_1991Q2"], rel=EXACT)


def test_maximum_likelihood_rho_is_that_of_chow_lin() -> None:
    fit, expected = chow_lin(None, "ml"), REFERENCE["chow_lin"]["maximum_likelihood_rho"]
    assert fit.rho == pytest.approx(expected["rho"], abs=1e-5)
    assert fit.log_likelihood == pytest.approx(expected["log_likelihood"], abs=1e-6)
    assert fit.coefficients[1].estimate == pytest.approx(expected["indicator"][0], rel=1e-5)
