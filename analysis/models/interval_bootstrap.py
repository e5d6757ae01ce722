"""Parametric bootstrap: reports drawn again from the fitted model, each estimated anew.

A check on the intervals that rest on formulas: everything is drawn, the monthly noise, the
disagreement between sources and the rounding, and the noise parameters are estimated in every draw.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from analysis.errors import ModelError
from analysis.models.arrays import Floats
from analysis.models.interval_effects import to_effect
from analysis.models.interval_errors import STUDENT_DF
from analysis.models.interval_estimation import Options
from analysis.models.interval_mean import rate
from analysis.models.interval_results import IntervalFit
from analysis.models.interval_rows import IntervalRows
from analysis.models.interval_series import fit_rows
from analysis.models.interval_state import FitState

SEED: Final = 20230108
LEAST_DRAWS: Final = 50  # below, the ends of an interval are the draws themselves


def bootstrap_effects(
    fit: IntervalFit,
    options: Options,
    *,
    draws: int = 500,
    seed: int = SEED,
    workers: int = 1,
) -> pd.DataFrame:
    """Bootstrap-t intervals of every effect that is identified.

    Returns
    -------
    DataFrame
        name, estimate, lower, upper (in the unit of the effect), bias and standard error on the
        scale of the link, and draws used.
    """
    if fit.state is None:
        raise ModelError("a fit of which nothing is identified cannot be drawn from")
    if draws < LEAST_DRAWS:
        raise ModelError(f"{draws} draws are too few", allowed=f"{LEAST_DRAWS} or more")
    seeds = np.random.SeedSequence(seed).spawn(draws)
    drawn = Parallel(n_jobs=workers)(
        delayed(_one)(fit.state, options, np.random.default_rng(child)) for child in seeds
    )
    sample = np.array([item for item in drawn if item is not None])
    names = [term.name for term in fit.state.design.terms]
    rows = [
        _summary(fit, names.index(effect.name), effect.name, sample)
        for effect in fit.effects
        if effect.estimate is not None
    ]
    return pd.DataFrame(rows)


def _one(state: FitState, options: Options, rng: np.random.Generator) -> Floats | None:
    """Estimate and standard error of each coefficient in one draw, shape (2, p)."""
    rows = redraw(state, options, rng)
    try:
        again = fit_rows(rows, state.design, options)
    except ModelError:
        return None
    numbers = [(item.estimate, item.standard_error) for item in again.coefficients]
    return np.array([[np.inf if x is None else x for x in pair] for pair in numbers]).T


def redraw(state: FitState, options: Options, rng: np.random.Generator) -> IntervalRows:
    """Draw the reports of a fit again."""
    rows, noise = state.rows, state.noise
    months = len(state.design.matrix)
    shocks = rng.normal(size=months) * np.sqrt(1 - noise.rho**2)
    shocks[0] /= np.sqrt(1 - noise.rho**2)
    monthly = np.zeros(months)
    for month in range(months):
        monthly[month] = (noise.rho * monthly[month - 1] if month else 0.0) + shocks[month]
    predictor = state.design.matrix @ state.coefficients + noise.sigma * monthly
    flow = rate(predictor, state.link)
    total = rows.days @ flow
    if rows.growth.any():
        total = total / np.where(rows.growth, rows.days_before @ flow, 1.0)
    own = noise.tau * _disagreement(options, len(rows), rng)
    said = total * np.exp(own) if state.link == "log" else total + own
    return _as_printed(rows, said, rng)


def _disagreement(options: Options, size: int, rng: np.random.Generator) -> Floats:
    if options.errors == "student_t":
        return np.asarray(rng.standard_t(STUDENT_DF, size))
    return np.asarray(rng.normal(size=size))


def _as_printed(rows: IntervalRows, said: Floats, rng: np.random.Generator) -> IntervalRows:
    """Round to the relative width that each report has; an open end stays open."""
    half = rows.half_width / np.abs(rows.value) * np.abs(said)
    value = said + half * rng.uniform(-1, 1, len(rows))
    upper = np.where(rows.open_ended, np.inf, value + half)
    return replace(rows, value=value, lower=value - half, upper=upper)


def _summary(fit: IntervalFit, j: int, name: str, sample: Floats) -> dict[str, object]:
    coefficient = fit.coefficients[j]
    b, se = float(coefficient.estimate or 0.0), float(coefficient.standard_error or 0.0)
    used = sample[np.isfinite(sample[:, :, j]).all(axis=1)][:, :, j]
    studentised = (used[:, 0] - b) / used[:, 1]
    tail = (1 - fit.level) / 2
    low, high = np.quantile(studentised, [tail, 1 - tail])
    link = fit.state.link if fit.state else "log"
    return {
        "name": name,
        "estimate": to_effect(b, link),
        "lower": to_effect(b - float(high) * se, link),
        "upper": to_effect(b - float(low) * se, link),
        "bias": float(used[:, 0].mean() - b),
        "standard_error": float(used[:, 0].std(ddof=1)),
        "draws": len(used),
    }
