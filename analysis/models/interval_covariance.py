"""Covariance of the reports: AR(1) noise over months, seen through their shares, plus disagreement.

V = sigma^2 A R(rho) A' + diag(r^2/3 + tau^2 / w), with R_mk = rho^|m-k|.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import toeplitz

from analysis.models.arrays import Floats

UNIFORM_VARIANCE = 1 / 3  # variance of a uniform error on [-1, 1]


@dataclass(frozen=True)
class NoiseParameters:
    """Standard deviation and autocorrelation of the monthly noise, and source disagreement."""

    sigma: float
    rho: float
    tau: float


@dataclass(frozen=True)
class NoiseShape:
    """What the covariance of the reports is made of.

    Attributes
    ----------
    shares
        Sensitivity A of the reports to the noise of each month, shape (n, M).
    rounding
        Variance of rounding on the scale of estimation, shape (n,).
    weights
        Weight of each report against disagreement between sources, shape (n,).
    """

    shares: Floats
    rounding: Floats
    weights: Floats


def autocorrelation(months: int, rho: float) -> Floats:
    """AR(1) correlation R of consecutive months, shape (M, M)."""
    return np.asarray(toeplitz(rho ** np.arange(months, dtype=float)))


def autocorrelation_slope(months: int, rho: float) -> Floats:
    """Return the derivative of the AR(1) correlation by rho, shape (M, M)."""
    lag = np.arange(months, dtype=float)
    slope = lag * rho ** np.maximum(lag - 1, 0.0)
    return np.asarray(toeplitz(slope))


def covariance(shape: NoiseShape, noise: NoiseParameters) -> Floats:
    """Covariance V of the reports, shape (n, n)."""
    return noise.sigma**2 * monthly_part(shape, noise.rho) + np.diag(
        shape.rounding + noise.tau**2 / shape.weights
    )


def monthly_part(shape: NoiseShape, rho: float) -> Floats:
    """Covariance A R A' of unit monthly noise seen through the reports, shape (n, n)."""
    return shape.shares @ autocorrelation(shape.shares.shape[1], rho) @ shape.shares.T


def covariance_slopes(shape: NoiseShape, noise: NoiseParameters) -> dict[str, Floats]:
    """Return the derivatives of V by log sigma, rho and log tau, each of shape (n, n)."""
    slope = autocorrelation_slope(shape.shares.shape[1], noise.rho)
    return {
        "sigma": 2 * noise.sigma**2 * monthly_part(shape, noise.rho),
        "rho": noise.sigma**2 * shape.shares @ slope @ shape.shares.T,
        "tau": np.diag(2 * noise.tau**2 / shape.weights),
    }
