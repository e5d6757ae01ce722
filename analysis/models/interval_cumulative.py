"""Effects summed over a window, and bands that hold for a whole curve at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from analysis.errors import ModelError
from analysis.models.arrays import Floats
from analysis.models.interval_curves import contrasts
from analysis.models.interval_effects import degrees_of_freedom
from analysis.models.interval_mean import rate
from analysis.models.interval_results import IntervalFit
from analysis.models.interval_state import FitState

DRAWS: Final = 20_000  # the critical value then moves in the third digit
SEED: Final = 20210708


@dataclass(frozen=True)
class CumulativeEffect:
    """What interventions changed over a window; numbers are None where not identified.

    Attributes
    ----------
    names
        Interventions that are switched off in the counterfactual.
    total, total_lower, total_upper
        Flow with less flow without them, in base units.
    percent, percent_lower, percent_upper
        The same in per cent of the flow without them.
    """

    names: tuple[str, ...]
    start: str
    end: str
    total: float | None
    total_lower: float | None
    total_upper: float | None
    percent: float | None
    percent_lower: float | None
    percent_upper: float | None
    reason: str
    sentence: str


def cumulative_effect(
    fit: IntervalFit, start: str, end: str, names: tuple[str, ...] = ()
) -> CumulativeEffect:
    """Sum the effect of interventions over the months from `start` to `end`, both included.

    The interval of the total is by the delta method on the total, that of the percentage by the
    delta method on the log ratio, both with the t quantile of their own degrees of freedom.

    Parameters
    ----------
    names
        Interventions to switch off; all of the design if empty.
    """
    chosen = names or tuple(e.name for e in fit.effects if e.shape != "trend")
    unknown = [name for name in chosen if fit.effect(name).verdict == "not identified"]
    if fit.state is None or unknown:
        reason = f"{', '.join(unknown) or 'nothing'} is not identified"
        return _nothing(chosen, start, end, reason)
    months = fit.state.design.calendar.months
    if not months[0] <= start <= end <= months[-1]:
        raise ModelError(
            f"the window {start} to {end} is not inside the model",
            allowed=f"months from {months[0]} to {months[-1]}, in order",
            remedy="name a window inside the model, or lengthen the model's window",
        )
    inside = np.array([start <= month <= end for month in months])
    actual = fit.state.design.matrix[inside]
    other = fit.state.design.without(frozenset(chosen))[inside]
    if not fit.state.subspace.estimable(np.vstack([actual, other])).all():
        return _nothing(chosen, start, end, "the level of the flow is not identified")
    days = fit.state.design.calendar.days[inside].astype(float)
    return _summed(fit.state, chosen, (start, end), (actual, other, days), fit.level)


def _summed(
    state: FitState,
    names: tuple[str, ...],
    window: tuple[str, str],
    parts: tuple[Floats, Floats, Floats],
    level: float,
) -> CumulativeEffect:
    actual, other, days = parts
    flow, slope = _total(state, actual, days)
    flow_off, slope_off = _total(state, other, days)
    total = _interval(state, flow - flow_off, slope - slope_off, level)
    if min(flow, flow_off) <= 0:
        return _nothing(names, *window, "the flow without it is not positive")
    ratio = _interval(
        state, float(np.log(flow / flow_off)), slope / flow - slope_off / flow_off, level
    )
    change, low, high = (float(100 * np.expm1(value)) for value in ratio)
    sentence = (
        f"{window[0]} to {window[1]}: {change:+.1f} per cent "
        f"({100 * level:g} % interval {low:+.1f} to {high:+.1f}) of the flow without "
        f"{', '.join(names)}."
    )
    return CumulativeEffect(names, *window, *total, change, low, high, "", sentence)


def _total(state: FitState, rows: Floats, days: Floats) -> tuple[float, Floats]:
    """Flow over the months and its derivative by the coefficients."""
    flow = np.asarray(days * rate(rows @ state.coefficients, state.link), dtype=float)
    return float(flow.sum()), (flow if state.link == "log" else days) @ rows


def _interval(
    state: FitState, value: float, slope: Floats, level: float
) -> tuple[float, float, float]:
    variance = float(slope @ state.covariance @ slope)
    df = float(degrees_of_freedom(state, slope[None, :])[0])
    half = float(stdtrit(df, (1 + level) / 2)) * float(np.sqrt(max(variance, 0.0)))
    return value, value - half, value + half


def _nothing(names: tuple[str, ...], start: str, end: str, reason: str) -> CumulativeEffect:
    sentence = f"{start} to {end}: not identified; {reason}."
    return CumulativeEffect(names, start, end, None, None, None, None, None, None, reason, sentence)


def simultaneous_curve(
    fit: IntervalFit, curve: str = "counterfactual", *, draws: int = DRAWS, seed: int = SEED
) -> pd.DataFrame:
    """Return a curve with bands that cover all of its months at once.

    The critical value is the quantile of the largest studentised deviation over the months, drawn
    from the estimated covariance (sup-t; Montiel Olea & Plagborg-Moller 2019, J. Appl.
    Econometrics 34), with the smallest degrees of freedom of the curve.
    """
    table = fit.curve(curve)
    if fit.state is None or table.empty:
        return table
    state = fit.state
    kept = np.isin(np.array(state.design.calendar.months), table["month"].to_numpy())
    rows = contrasts(state.design)[curve][kept]
    spread = np.sqrt(np.einsum("mi,ij,mj->m", rows, state.covariance, rows))
    df = float(degrees_of_freedom(state, rows).min())
    half = _critical(state.covariance, rows / spread[:, None], df, fit.level, draws, seed) * spread
    predictor = rows @ state.coefficients
    return table.assign(
        lower=rate(predictor - half, state.link), upper=rate(predictor + half, state.link)
    )


def _critical(
    covariance: Floats, rows: Floats, df: float, level: float, draws: int, seed: int
) -> float:
    rng = np.random.default_rng(seed)
    size, directions = np.linalg.eigh(covariance)
    root = directions * np.sqrt(np.maximum(size, 0.0))
    deviations = np.abs(rows @ root @ rng.normal(size=(len(root), draws))).max(axis=0)
    return float(np.quantile(deviations / np.sqrt(rng.chisquare(df, draws) / df), level))
