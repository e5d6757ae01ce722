"""Fitted and counterfactual flow by month, with pointwise bands, where the reports identify it."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from analysis.errors import ModelError, require_known
from analysis.models.arrays import Bools, Floats
from analysis.models.design import Design
from analysis.models.interval_effects import degrees_of_freedom
from analysis.models.interval_identification import Identification
from analysis.models.interval_mean import rate
from analysis.models.interval_state import FitState
from analysis.models.interval_support import covered_months

USELESS_HALF_WIDTH: Final = float(np.log(10))
"""A flow somewhere between a tenth and ten times is not a finding: such a month has no row."""

COLUMNS = ("month", "first_day", "days", "curve", "rate", "lower", "upper")


def contrasts(design: Design) -> dict[str, Floats]:
    """Return the rows of the linear predictor of each curve, shape (M, p) each."""
    names = [t.name for t in design.terms if t.role == "intervention"]
    curves = {"fitted": design.matrix, "counterfactual": design.without(frozenset(names))}
    return curves | {f"without {name}": design.without(frozenset({name})) for name in names}


def monthly_curves(
    state: FitState, found: tuple[Identification, ...], level: float
) -> pd.DataFrame:
    """Return every curve in long form, a row for each month that the reports carry.

    A month has no row where no report speaks about it, where the curve is not estimable or known
    to no better than a factor of ten, and where it switches off an event that is not identified.
    """
    pieces = [one_curve(state, found, level, name) for name in contrasts(state.design)]
    return pd.concat(pieces, ignore_index=True)


def one_curve(
    state: FitState, found: tuple[Identification, ...], level: float, name: str
) -> pd.DataFrame:
    """Return the months of one curve of `monthly_curves`.

    Raises
    ------
    ModelError
        When the name is no curve of the design.
    """
    known = contrasts(state.design)
    require_known(name, known, ModelError, f"the fit has no curve '{name}'")
    rows = known[name]
    unknown = np.array([item.verdict == "not identified" for item in found])
    leaning = (rows != state.design.matrix)[:, unknown].any(axis=1)
    carried = covered_months(state.design, state.rows) & ~leaning
    return _curve(state, name, rows, carried, level)


def no_curves() -> pd.DataFrame:
    """Return the table of curves of a fit of which nothing is identified."""
    return pd.DataFrame({name: [] for name in COLUMNS})


def _curve(state: FitState, name: str, rows: Floats, carried: Bools, level: float) -> pd.DataFrame:
    known = state.subspace.estimable(rows) & carried
    calendar, contrast = state.design.calendar, rows[known]
    predictor = contrast @ state.coefficients
    variance = np.einsum("mi,ij,mj->m", contrast, state.covariance, contrast)
    half = stdtrit(degrees_of_freedom(state, contrast), (1 + level) / 2)
    half = half * np.sqrt(np.maximum(variance, 0.0))
    table = pd.DataFrame(
        {
            "month": np.array(calendar.months)[known],
            "first_day": calendar.first_days[:-1][known],
            "days": calendar.days[known],
            "curve": name,
            "rate": rate(predictor, state.link),
            "lower": rate(predictor - half, state.link),
            "upper": rate(predictor + half, state.link),
        }
    )
    telling = half <= USELESS_HALF_WIDTH if state.link == "log" else np.isfinite(half)
    kept: pd.DataFrame = table[telling].reset_index(drop=True)
    return kept
