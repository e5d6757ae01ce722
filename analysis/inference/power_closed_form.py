"""Power of a generalised-least-squares test where the autocorrelation is known: exact."""

from __future__ import annotations

import numpy as np
from scipy import stats

from analysis.errors import ModelError
from analysis.models.arrays import Floats


def ar1_precision(length: int, rho: float) -> Floats:
    """Return the inverse of the correlation rho^|t - s| of AR(1) noise, shape (length, length)."""
    diagonal = np.full(length, 1 + rho**2)
    diagonal[[0, -1]] = 1
    off = np.full(length - 1, -rho)
    band = np.diag(diagonal) + np.diag(off, 1) + np.diag(off, -1)
    return np.asarray(band / (1 - rho**2))


def closed_form_standard_error(design: Floats, rho: float) -> float:
    """Return the standard error of the last coefficient in standard deviations of the noise.

    Parameters
    ----------
    design
        Shape (n, k), n of 2 or more.
    rho
        Autocorrelation of stationary AR(1) noise with standard deviation 1.

    Raises
    ------
    ModelError
        When the design is collinear or `rho` lies outside (-1, 1).
    """
    if not -1 < rho < 1:
        raise ModelError(f"a rho of {rho} is out of range", allowed="above -1 and below 1")
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise ModelError("the columns of the design are collinear", remedy="drop a column")
    basis, triangle = np.linalg.qr(design)
    information = basis.T @ ar1_precision(len(design), rho) @ basis
    return float(np.sqrt(np.linalg.inv(information)[-1, -1]) / abs(triangle[-1, -1]))


def closed_form_power(
    design: Floats, rho: float, effect: float, level: float = 0.95, sigma_known: bool = False
) -> float:
    """Return the power of the two-sided test of the last coefficient by GLS at the true rho.

    With the variance estimated the statistic is noncentral t with n - k degrees of freedom and
    noncentrality effect / standard error; with the variance known it is normal.

    Parameters
    ----------
    design
        Shape (n, k), the tested column last: a step, pulse or any other shape.
    effect
        True coefficient in standard deviations of the noise.

    Raises
    ------
    ModelError
        When the design is collinear or `rho` lies outside (-1, 1).
    """
    shift = abs(effect) / closed_form_standard_error(design, rho)
    tail = (1 - level) / 2
    if sigma_known:
        bound = stats.norm.isf(tail)
        return float(stats.norm.sf(bound - shift) + stats.norm.cdf(-bound - shift))
    df = design.shape[0] - design.shape[1]
    bound = stats.t.isf(tail, df)
    return float(stats.nct.sf(bound, df, shift) + _below(-bound, df, shift))


def _below(bound: float, df: int, shift: float) -> float:
    """Return the noncentral t probability of the tail opposite to the effect.

    Mirrored, because `nct` loses it to rounding in the lower tail.
    """
    return float(max(stats.nct.sf(-bound, df, -shift), 0.0))
