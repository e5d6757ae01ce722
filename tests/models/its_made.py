"""Made regular series and designs for the tests of regular interrupted series."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.models.calendar import build_calendar
from analysis.models.design import Design, DesignSpec, Term
from analysis.models.regular_series import RegularSeries, regular_series
from analysis.study import Intervention

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "its.json").read_text())
START, END = "2012-01", "2023-12"
MONTHS = pd.period_range(START, END, freq="M")
T = np.arange(1.0, len(MONTHS) + 1)
AFTER = (pd.Period("2020-02", "M") <= MONTHS).astype(float)
SINCE = np.cumsum(AFTER)
STEP = Intervention("closure", "Closure", "step", date(2020, 2, 1))
SLOPE = Intervention("closure_slope", "Closure, slope", "slope", date(2020, 2, 1))
SPEC = DesignSpec(START, END, seasonality="months", interventions=(STEP, SLOPE))


def series(values: Any, **more: Any) -> RegularSeries:
    months = more.pop("months", MONTHS.astype(str)[: len(values)])
    columns = {"month": months, "value": values}
    for name in ("span", "exposure"):
        if name in more:
            columns[name] = more[name]
            more[name] = name
    named = {"name": "made", "label": "Made", "unit": "USD"} | more
    return regular_series(pd.DataFrame(columns), **named)


def reference_column(name: str) -> np.ndarray:
    return np.array(REFERENCE["series"][name], dtype=float)


def reference_design(season: np.ndarray, names: tuple[str, ...]) -> Design:
    """t, after, since and the season, the columns of the reference."""
    matrix = np.column_stack([np.ones(len(T)), T, AFTER, SINCE, season])
    first = ("level", "t", "after", "since")
    roles = ("intercept", "trend", "regressor", "regressor")
    terms = [Term(n, n, r) for n, r in zip(first, roles, strict=True)]  # type: ignore[arg-type]
    terms += [Term(name, name, "season") for name in names]
    return Design(build_calendar(START, END), tuple(terms), matrix, date(2018, 1, 1))


def month_dummies() -> Design:
    month = MONTHS.month.to_numpy()[:, None]
    season = (month == np.arange(2, 13)).astype(float)
    return reference_design(season, tuple(f"m{k}" for k in range(2, 13)))


def fourier_pairs() -> Design:
    angle = 2 * np.pi * MONTHS.month.to_numpy() / 12
    season = np.column_stack([np.sin(angle), np.cos(angle), np.sin(2 * angle), np.cos(2 * angle)])
    return reference_design(season, ("sin1", "cos1", "sin2", "cos2"))


def ar1(n: int, rho: float, seed: int, sigma: float = 1.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    noise = np.empty(n)
    noise[0] = rng.normal()
    for i in range(1, n):
        noise[i] = rho * noise[i - 1] + rng.normal() * np.sqrt(1 - rho**2)
    return sigma * noise


def dense_gls(rows: np.ndarray, y: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Generalised least squares by the textbook formula, covariance with n - k."""
    inverse = np.linalg.inv(v)
    bread = np.linalg.inv(rows.T @ inverse @ rows)
    estimate = bread @ rows.T @ inverse @ y
    residual = y - rows @ estimate
    variance = residual @ inverse @ residual / (len(y) - rows.shape[1])
    return estimate, variance * bread
