"""A weakly informative penalty that keeps the noise inside its range when reports are few.

The restricted likelihood of a few dozen overlapping reports often has its maximum at rho = 0, at
rho = 1 or at tau = 0, and an interval that takes such an edge for the truth is too short. In the
coordinates (log sigma, logit(rho / rho_max), log tau) the penalty is

    a log q + b log(1 - q) + c log k - k / s,     q = rho / rho_max, k = tau / sigma,

the density of q ~ Beta(a, b) and k ~ Gamma(c, s) in these coordinates (Chung et al. 2013,
Psychometrika 78, for the idea). It weighs as much as a fraction of one report, and it leaves sigma
free, so that a change of unit changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from analysis.models.arrays import Bools, Floats


@dataclass(frozen=True)
class Penalty:
    """Strength of the penalty; all zero is none.

    Attributes
    ----------
    low, high
        Pull of rho away from 0 (a) and from its maximum (b).
    small, scale
        Pull of tau / sigma away from zero (c), and the size (s) beyond which it is held back.
    """

    low: float
    high: float
    small: float
    scale: float


NO_PENALTY: Final = Penalty(0.0, 0.0, 0.0, np.inf)

WEAK_PENALTY: Final = Penalty(low=0.05, high=0.08, small=0.5, scale=0.15)
"""Chosen on made histories of 28 reports so that 95 per cent intervals hold from rho 0 to 0.9."""


BY_RATIO: Final = np.array([-1.0, 0.0, 1.0])
"""Derivative of log tau / sigma by the coordinates."""

BY_RATIO_TWICE: Final = np.outer(BY_RATIO, BY_RATIO)
"""Curvature of tau / sigma by the coordinates, as a multiple of it."""


@dataclass(frozen=True)
class PenaltyTerms:
    """Value, gradient (3,) and curvature (3, 3), the negative Hessian, of a penalty."""

    value: float
    gradient: Floats
    curvature: Floats


def penalty_terms(penalty: Penalty, point: Floats, free: Bools) -> PenaltyTerms:
    """Evaluate the penalty at (log sigma, logit q, log tau); given parameters carry none."""
    gradient, curvature = np.zeros(3), np.zeros((3, 3))
    if free[1]:
        q = 1 / (1 + np.exp(-point[1]))
        gradient[1] = penalty.low * (1 - q) - penalty.high * q
        curvature[1, 1] = (penalty.low + penalty.high) * q * (1 - q)
    if free[0] and free[2]:
        excess = np.exp(point[2] - point[0]) / penalty.scale
        gradient += (penalty.small - excess) * BY_RATIO
        curvature += excess * BY_RATIO_TWICE
    return PenaltyTerms(penalty_value(penalty, point, free), gradient, curvature)


def penalty_value(penalty: Penalty, point: Floats, free: Bools) -> float:
    """Return the value of `penalty_terms` alone, for the many points that are only compared."""
    value = 0.0
    if free[1]:
        q = 1 / (1 + np.exp(-point[1]))
        value += penalty.low * np.log(q) + penalty.high * np.log1p(-q)
    if free[0] and free[2]:
        ratio = point[2] - point[0]
        value += penalty.small * ratio - np.exp(ratio) / penalty.scale
    return float(value)
