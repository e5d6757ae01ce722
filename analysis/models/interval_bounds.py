"""One-sided reports ("at least X", nothing said of how much more) as censored observations.

Given all other reports, the true figure of a censored report is normal with mean m and variance
s^2, cut off below the bound c. Expectation propagation (Minka 2001) stands in for the report with
the normal observation that gives back mean and variance of the cut normal:

    1/v = 1/s_c^2 - 1/s^2,   z = v (m_c / s_c^2 - m / s^2).

A bound far below what the others say gives v without limit: it tells nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import log_ndtr

from analysis.models.arrays import Bools, Floats
from analysis.models.interval_likelihood import Solved

LEAST_PRECISION: Final = 1e-8  # relative to the others' precision: a report that tells nothing
DAMPING: Final = 0.7  # full steps of the stand-ins can swing


@dataclass(frozen=True)
class StandIn:
    """Normal observations that stand in for reports.

    Attributes
    ----------
    response
        Value on the scale of estimation, shape (n,).
    variance
        Variance of rounding, or of the stand-in, shape (n,).
    """

    response: Floats
    variance: Floats


def first_stand_in(response: Floats, variance: Floats, censored: Bools, spread: float) -> StandIn:
    """Return a start in which a censored report is vague about its bound."""
    return StandIn(response.copy(), np.where(censored, spread**2, variance))


def update_stand_in(stand: StandIn, bound: Floats, censored: Bools, solved: Solved) -> StandIn:
    """Match the moments of each censored report given all others.

    Parameters
    ----------
    bound
        Lower bound on the scale of estimation, shape (n,).
    """
    if not censored.any():
        return stand
    total = 1 / np.diagonal(solved.projection)[censored]
    variance, response = stand.variance[censored], stand.response[censored]
    mean = response - solved.score[censored] * total
    spread = np.maximum(total - variance, np.finfo(float).tiny)
    cut_mean, cut_spread = cut_moments(mean, spread, bound[censored])
    precision = np.maximum(1 / cut_spread - 1 / spread, LEAST_PRECISION / spread)
    target = (cut_mean / cut_spread - mean / spread) / precision
    precision = (1 - DAMPING) / variance + DAMPING * precision
    target = (1 - DAMPING) * response + DAMPING * target
    new_response, new_variance = stand.response.copy(), stand.variance.copy()
    new_response[censored], new_variance[censored] = target, 1 / precision
    return StandIn(new_response, new_variance)


def cut_moments(mean: Floats, variance: Floats, bound: Floats) -> tuple[Floats, Floats]:
    """Mean and variance of a normal that is cut off below `bound`."""
    size = np.sqrt(variance)
    depth = (bound - mean) / size
    hazard = np.exp(-(depth**2) / 2 - np.log(2 * np.pi) / 2 - log_ndtr(-depth))
    shrink = np.clip(1 - hazard * (hazard - depth), np.finfo(float).eps, 1.0)
    return mean + size * hazard, variance * shrink
