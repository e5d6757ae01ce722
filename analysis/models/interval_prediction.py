"""Prediction of the monthly flow itself, given the reports: noise included, not its mean alone.

With w = X b + u the log flow (or flow) of the months, the best linear unbiased predictor is
w^ = X b^ + Sigma A' V^-1 (z - h(b^)) (Goldberger 1962, JASA 57), with prediction error covariance

    Omega = Sigma - Sigma A' V^-1 A Sigma + D C D',     D = X - Sigma A' V^-1 A X.

With the identity link and regular totals these are the disaggregated values of Chow & Lin (1971).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from analysis.errors import ModelError
from analysis.models.arrays import Bools, Floats
from analysis.models.interval_covariance import autocorrelation
from analysis.models.interval_effects import degrees_of_freedom
from analysis.models.interval_mean import linearise, rate, response
from analysis.models.interval_state import FitState

BENCHMARK_TURNS: Final = 50
BENCHMARK_TOLERANCE: Final = 1e-10  # relative gap between months and the trusted totals
LEAST_FREEDOM: Final = 1e-9  # part of a report's prediction variance that others must leave it


@dataclass(frozen=True)
class Prediction:
    """Predictor of the months on the scale of the link, shape (M,), and its error (M, M)."""

    predictor: Floats
    error: Floats


def predicted_noise(state: FitState) -> Floats:
    """Return the noise of each month given the reports, Sigma A' V^-1 (z - h), shape (M,)."""
    return np.asarray(_gain(state) @ (state.response - state.mean))


def predict(state: FitState) -> Prediction:
    """Return the best linear unbiased prediction of the months and its error covariance.

    Raises
    ------
    ModelError
        When the state belongs to several series that were estimated together.
    """
    if state.shape.mixing is not None:
        raise ModelError(
            "months are predicted for one series at a time",
            remedy="fit the series alone and predict from that fit",
        )
    gain, matrix = _gain(state), state.design.matrix
    noise = _monthly_noise(state)
    loading = matrix - gain @ state.sensitivity
    error = noise - gain @ state.shape.shares @ noise + loading @ state.covariance @ loading.T
    return Prediction(matrix @ state.coefficients + predicted_noise(state), (error + error.T) / 2)


def predicted_flow(state: FitState, level: float) -> pd.DataFrame:
    """Return the predicted flow of each month with prediction bands.

    Returns
    -------
    DataFrame
        month, first_day, days, rate, lower, upper (flow a day), one row a month whose level the
        reports identify.
    """
    prediction = predict(state)
    known = state.subspace.estimable(state.design.matrix)
    return _months(state, prediction, known, level)


def benchmarked_flow(state: FitState, trusted: tuple[str, ...], level: float) -> pd.DataFrame:
    """Predict the months so that they add up to the trusted reports exactly.

    The prediction is moved by the least amount, in the metric of its error, that reproduces every
    trusted report (Dagum & Cholette 2006, chapter 3, on the scale of the link).

    Parameters
    ----------
    trusted
        Values of `observation_id`.

    Raises
    ------
    ModelError
        When a name is unknown or the trusted reports contradict one another.
    """
    members = _members(state, trusted)
    start = predict(state)
    target = response(state.rows, state.link)[members]
    moved = start.predictor
    for _ in range(BENCHMARK_TURNS):
        linear = linearise(state.rows, moved, state.link)
        shares = linear.shares[members]
        gap = target - linear.mean[members]
        if np.abs(gap).max() <= BENCHMARK_TOLERANCE * max(1.0, float(np.abs(target).max())):
            return _benchmarked(state, start, moved, shares, level)
        pull = _pull(start.error, shares)
        moved = start.predictor + pull @ (gap + shares @ (moved - start.predictor))
    raise ModelError(f"the months cannot meet the reports {', '.join(trusted)} all at once")


def _members(state: FitState, trusted: tuple[str, ...]) -> Floats:
    known = state.rows.observation_id
    unknown = sorted(set(trusted) - set(known))
    if unknown or not trusted:
        raise ModelError(
            f"no observation is called {', '.join(unknown) or 'nothing'}",
            remedy="name observations of the fit by observation_id",
        )
    return np.array([known.index(name) for name in trusted])


def _pull(error: Floats, shares: Floats) -> Floats:
    inner = shares @ error @ shares.T
    freedom = np.linalg.eigvalsh(inner)
    if freedom.min() <= LEAST_FREEDOM * freedom.max():
        raise ModelError(
            "the trusted reports say the same thing twice, or contradict one another",
            remedy="trust one report of each interval",
        )
    return np.asarray(np.linalg.solve(inner, shares @ error).T)


def _benchmarked(
    state: FitState, start: Prediction, moved: Floats, shares: Floats, level: float
) -> pd.DataFrame:
    error = start.error - _pull(start.error, shares) @ shares @ start.error
    known = state.subspace.estimable(state.design.matrix)
    return _months(state, Prediction(moved, (error + error.T) / 2), known, level)


def _months(state: FitState, prediction: Prediction, known: Bools, level: float) -> pd.DataFrame:
    calendar = state.design.calendar
    spread = np.sqrt(np.maximum(np.diagonal(prediction.error), 0.0))
    df = degrees_of_freedom(state, state.design.matrix)
    half = stdtrit(df, (1 + level) / 2) * spread
    table = pd.DataFrame(
        {
            "month": calendar.months,
            "first_day": calendar.first_days[:-1],
            "days": calendar.days,
            "rate": rate(prediction.predictor, state.link),
            "lower": rate(prediction.predictor - half, state.link),
            "upper": rate(prediction.predictor + half, state.link),
        }
    )
    kept: pd.DataFrame = table[known].reset_index(drop=True)
    return kept


def _monthly_noise(state: FitState) -> Floats:
    months = state.shape.shares.shape[1]
    return np.asarray(state.noise.sigma**2 * autocorrelation(months, state.noise.rho))


def _gain(state: FitState) -> Floats:
    return np.asarray(_monthly_noise(state) @ state.shape.shares.T @ state.precision)
