"""Small-sample covariance and degrees of freedom after Kenward & Roger (1997, Biometrics 53).

With C = (H'V^-1 H)^-1, W the covariance of the noise coordinates and dV_i = dV / d theta_i,

    C_A = C + 2 C [sum_ij W_ij (Q_ij - P_i C P_j)] C,
    Q_ij = H'V^-1 dV_i V^-1 dV_j V^-1 H,     P_i = -H'V^-1 dV_i V^-1 H,

the first-order form, without second derivatives of V: it adds what estimating the noise costs, and
what the plug-in covariance falls short of on average. A t interval on it takes

    df = 2 (l'Cl)^2 / (g'W g),   g_i = l'C H'V^-1 dV_i V^-1 H C l,

in which the degrees of freedom of Kenward & Roger and of Satterthwaite (Giesbrecht & Burns 1985)
agree for a single contrast l.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.models.arrays import Floats
from analysis.models.interval_noise import NoiseFit


@dataclass(frozen=True)
class SmallSample:
    """Covariances of the coefficients in the coordinates of the regressors.

    Attributes
    ----------
    adjusted
        C_A, shape (r, r).
    slopes
        Derivative of C by each noise coordinate, shape (3, r, r).
    """

    adjusted: Floats
    slopes: Floats


def kenward_roger(fit: NoiseFit) -> SmallSample:
    """Return the adjusted covariance of the coefficients and how it hangs on the noise."""
    solved, weights = fit.solved, fit.parameter_covariance
    pulled = fit.slopes.covariance @ solved.weighted
    inner = solved.weighted.T @ pulled
    whole = np.zeros_like(solved.spread)
    for i, j in zip(*np.nonzero(weights), strict=True):
        outer = pulled[i].T @ solved.precision @ pulled[j]
        whole += weights[i, j] * (outer - inner[i] @ solved.spread @ inner[j])
    whole = (whole + whole.T) / 2
    adjusted = solved.spread + 2 * solved.spread @ whole @ solved.spread
    return SmallSample(adjusted, solved.spread @ inner @ solved.spread)
