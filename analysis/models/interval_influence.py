"""Residuals, and what each report does to each effect.

Leaving out the observations S of a report is the same as giving each its own mean shift: with
d = P_SS^-1 (P y)_S the estimate changes by -C H'V^-1 E_S d (Cook 1977; Haslett & Hayes 1998,
JRSS B 60, for correlated errors), the noise parameters held.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.models.arrays import Floats
from analysis.models.interval_effects import PER_YEAR, to_effect
from analysis.models.interval_identification import Identification
from analysis.models.interval_state import FitState

LOST_INFORMATION = 1e-9  # P_SS this small beside V^-1_SS: nothing else speaks of those reports
LOST_PRECISION = 1e-6  # a coefficient that moves less than this with them does not hang on them

INFLUENCE_COLUMNS = (
    "report_id",
    "name",
    "unit",
    "estimate",
    "estimate_without",
    "change",
    "cook",
)
ESSENTIAL_COLUMNS = ("report_id", "name")
RESIDUAL_COLUMNS = (
    "observation_id",
    "report_id",
    "kind",
    "start",
    "end",
    "observed",
    "fitted",
    "residual",
    "standardised",
    "weight",
)


def residual_table(state: FitState) -> pd.DataFrame:
    """Return observed and fitted values and residuals, one row an observation."""
    rows, residual = state.rows, state.response - state.mean
    fitted = np.exp(state.mean) if state.link == "log" else state.mean
    length = np.where(rows.growth, 1.0, rows.days.sum(axis=1))
    spread = np.linalg.inv(state.precision)
    spread = np.diagonal(spread @ state.projection @ spread)
    return pd.DataFrame(
        {
            "observation_id": rows.observation_id,
            "report_id": rows.report_id,
            "kind": np.where(rows.growth, "growth", "level"),
            "start": rows.start,
            "end": rows.end,
            "observed": rows.value / length,
            "fitted": fitted / length,
            "residual": residual,
            "standardised": residual / np.sqrt(np.maximum(spread, np.finfo(float).tiny)),
            "weight": state.shape.weights,
        }
    )


def influence_tables(
    state: FitState, found: tuple[Identification, ...]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what leaving out each report does to each effect, and the reports none can spare."""
    changes, essential = [], []
    for report in dict.fromkeys(state.rows.report_id):
        members = np.flatnonzero(np.array(state.rows.report_id) == report)
        shift, lost = _deletion(state, members)
        cook = _cook(state, shift)
        for j, term in enumerate(state.design.terms):
            if term.role not in {"intervention", "trend"} or found[j].vif is None:
                continue
            if lost[j]:
                essential.append({"report_id": report, "name": term.name})
            else:
                changes.append(_change(state, report, j, float(shift[j]), cook))
    return (
        pd.DataFrame(changes, columns=list(INFLUENCE_COLUMNS)),
        pd.DataFrame(essential, columns=list(ESSENTIAL_COLUMNS)),
    )


def _deletion(state: FitState, members: np.ndarray) -> tuple[Floats, np.ndarray]:
    """Change of each coefficient without `members`, and which are then not identified."""
    block = state.projection[np.ix_(members, members)]
    whole = state.precision[np.ix_(members, members)]
    size, directions = np.linalg.eigh(block)
    kept = size > LOST_INFORMATION * np.trace(whole)
    residual = state.response - state.mean
    score = directions.T @ (state.projection @ residual)[members]
    delta = directions[:, kept] @ (score[kept] / size[kept])
    pull = state.model_covariance @ state.sensitivity.T @ state.precision[:, members]
    own = pull @ directions[:, ~kept]
    scale = np.sqrt(np.diagonal(state.model_covariance) * np.trace(whole))
    lost = (np.abs(own) > LOST_PRECISION * scale[:, None]).any(axis=1)
    return -pull @ delta, lost


def _cook(state: FitState, shift: Floats) -> float:
    information = state.sensitivity.T @ state.precision @ state.sensitivity
    return float(shift @ information @ shift / state.subspace.rank)


def _change(state: FitState, report: str, j: int, shift: float, cook: float) -> dict[str, object]:
    b, term = float(state.coefficients[j]), state.design.terms[j]
    estimate, without = to_effect(b, state.link), to_effect(b + shift, state.link)
    base = "per cent" if state.link == "log" else "flow a day"
    return {
        "report_id": report,
        "name": term.name,
        "unit": f"{base} a year" if term.shape in PER_YEAR else base,
        "estimate": estimate,
        "estimate_without": without,
        "change": (without or 0.0) - (estimate or 0.0),
        "cook": cook,
    }


def no_influence() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return empty tables of influence and of essential reports."""
    return pd.DataFrame(columns=list(INFLUENCE_COLUMNS)), pd.DataFrame(
        columns=list(ESSENTIAL_COLUMNS)
    )


def no_residuals() -> pd.DataFrame:
    """Return an empty table of residuals."""
    return pd.DataFrame(columns=list(RESIDUAL_COLUMNS))
