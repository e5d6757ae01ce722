"""Covariance of the reports: AR(1) noise over months, seen through their shares, plus disagreement.

V = sigma^2 A R(rho) A' + diag(r^2/3 + tau^2 / w), with R_mk = rho^|m-k|. Its parameters are moved
in the coordinates (log sigma, logit(rho / rho_max), log tau), in which none of them has an edge.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from analysis.models.arrays import Floats

UNIFORM_VARIANCE: Final = 1 / 3
"""Variance of a uniform error on [-1, 1]."""

RHO_MAX: Final = 0.995
"""Beyond, noise takes more than a dozen years to fade: no window tells it from a level."""


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
    mixing
        Correlation of the monthly noise behind two reports, 1 within one series, shape (n, n);
        None where all reports are of one series.
    """

    shares: Floats
    rounding: Floats
    weights: Floats
    mixing: Floats | None = None

    @cached_property
    def disagreement(self) -> Floats:
        """Covariance of the disagreement at tau = 1, shape (n, n)."""
        return np.diag(1 / self.weights)


def autocorrelation(months: int, rho: float) -> Floats:
    """AR(1) correlation R of consecutive months, shape (M, M)."""
    return _toeplitz(rho ** np.arange(months, dtype=float))


def _toeplitz(by_lag: Floats) -> Floats:
    size = len(by_lag)
    mirrored = np.concatenate([by_lag[:0:-1], by_lag])
    step = mirrored.strides[0]
    rows = np.ndarray((size, size), float, mirrored, (size - 1) * step, (-step, step))
    return rows.copy()


def monthly_part(shape: NoiseShape, rho: float) -> Floats:
    """Covariance A R A' of unit monthly noise seen through the reports, shape (n, n)."""
    return _seen(shape, autocorrelation(shape.shares.shape[1], rho))


def _seen(shape: NoiseShape, by_month: Floats) -> Floats:
    """Return a covariance of the months as the reports see it, shape (n, n)."""
    seen = shape.shares @ by_month @ shape.shares.T
    return np.asarray(seen if shape.mixing is None else seen * shape.mixing)


def covariance(shape: NoiseShape, noise: NoiseParameters) -> Floats:
    """Covariance V of the reports, shape (n, n)."""
    whole = noise.sigma**2 * monthly_part(shape, noise.rho)
    whole.flat[:: len(whole) + 1] = whole.diagonal() + _own_variance(shape, noise)
    return whole


@dataclass(frozen=True)
class Derivatives:
    """Derivatives of V by the coordinates (log sigma, logit rho, log tau).

    Attributes
    ----------
    first
        Shape (3, n, n).
    second
        Those that are not zero, by pair of coordinates, each of shape (n, n).
    """

    first: Floats
    second: Mapping[tuple[int, int], Floats]


def covariance_derivatives(shape: NoiseShape, noise: NoiseParameters, whole: Floats) -> Derivatives:
    """Return the first and second derivatives of V.

    Parameters
    ----------
    whole
        V at `noise`, from which the part of the monthly noise is what is not a report's own.
    """
    monthly = whole.copy()
    monthly.flat[:: len(whole) + 1] = whole.diagonal() - _own_variance(shape, noise)
    by_logit, by_logit_twice = _logit_derivatives(shape, noise)
    disagreement = (2 * noise.tau**2) * shape.disagreement
    first = np.stack([2 * monthly, by_logit, disagreement])
    second = {
        (0, 0): 4 * monthly,
        (0, 1): 2 * by_logit,
        (1, 1): by_logit_twice,
        (2, 2): 2 * disagreement,
    }
    return Derivatives(first, second)


def _logit_derivatives(shape: NoiseShape, noise: NoiseParameters) -> tuple[Floats, Floats]:
    lag = np.arange(shape.shares.shape[1], dtype=float)
    slope = lag * noise.rho ** np.maximum(lag - 1, 0.0)
    bend = lag * (lag - 1) * noise.rho ** np.maximum(lag - 2, 0.0)
    share = noise.rho / RHO_MAX
    stretch = noise.rho * (1 - share)
    shifts = noise.sigma**2 * np.stack(
        [stretch * slope, stretch**2 * bend + stretch * (1 - 2 * share) * slope]
    )
    by_logit, by_logit_twice = (_seen(shape, _toeplitz(by_lag)) for by_lag in shifts)
    return by_logit, by_logit_twice


def _own_variance(shape: NoiseShape, noise: NoiseParameters) -> Floats:
    return np.asarray(shape.rounding + noise.tau**2 / shape.weights)
