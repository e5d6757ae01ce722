"""Sandwich covariances of one time series: HC0 to HC3, and Newey-West over calendar lags.

Bread B and scores u (n, k) give B M B. For HC the middle M is sum u u' with the weights of
MacKinnon & White (1985, Journal of Econometrics 29); for HAC it is sum_ij w(|t_i - t_j|) u_i u_j'
with the weights of Bartlett, w(d) = max(0, 1 - d / S), S = last lag + 1 (Newey & West 1987,
Econometrica 55). Lags are distances in the calendar, so that a missing month stays a gap: the
amplitude-modulated estimator of Parzen (1963, Sankhya A 25) and Datta & Du (2012, Journal of
Econometrics 170).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from analysis.errors import ModelError
from analysis.models.arrays import Bools, Floats
from analysis.models.its_options import BandwidthRule, Covariance

BARTLETT: Final = 1.1447
"""Constant of the optimal bandwidth for the weights of Bartlett (Andrews 1991, table I)."""

RHO_LIMIT: Final = 0.97  # Andrews' own bound on the autocorrelation that goes into the rule
SERIES_APART: Final = 100_000  # months between values that are of different series
NO_SPREAD: Final = 1e-12  # leverage this close to one leaves no residual


@dataclass(frozen=True)
class Scores:
    """What a sandwich is made of.

    Attributes
    ----------
    bread
        (X'WX)^-1, shape (k, k).
    scores
        Regressor times weighted residual, shape (n, k).
    leverage
        Diagonal of the hat matrix, shape (n,).
    positions
        Time of each value in months, shape (n,); values of different series lie far apart.
    informative
        Columns that count in a bandwidth rule: all but intercepts, shape (k,).
    """

    bread: Floats
    scores: Floats
    leverage: Floats
    positions: Floats
    informative: Bools


@dataclass(frozen=True)
class Sandwich:
    """A covariance (k, k) and its name in words."""

    matrix: Floats
    words: str


def sandwich(
    parts: Scores, kind: Covariance, bandwidth: int | BandwidthRule | None, small_sample: bool
) -> Sandwich:
    """Return a robust covariance of the coefficients.

    Raises
    ------
    ModelError
        When `kind` is no sandwich, or HC2 or HC3 meet a value that determines its own fit.
    """
    if kind == "newey_west":
        return _newey_west(parts, bandwidth, small_sample)
    if kind not in HC_WEIGHTS:
        raise ModelError(f"'{kind}' is no robust covariance", allowed=", ".join(HC_WEIGHTS))
    weights = HC_WEIGHTS[kind](parts.leverage, parts.scores.shape[1])
    middle = (parts.scores * weights[:, None]).T @ parts.scores
    return Sandwich(parts.bread @ middle @ parts.bread, f"{kind.upper()} covariance")


def _below_one(leverage: Floats) -> Floats:
    rest = 1 - leverage
    if rest.min() <= NO_SPREAD:
        raise ModelError(
            "HC2 and HC3 are not defined: a coefficient rests on one value alone",
            remedy="covariance='hc1', or leave that value out",
        )
    return np.asarray(rest)


def _hc0(leverage: Floats, _k: int) -> Floats:
    return np.ones(len(leverage))


def _hc1(leverage: Floats, k: int) -> Floats:
    return np.full(len(leverage), len(leverage) / (len(leverage) - k))


def _hc2(leverage: Floats, _k: int) -> Floats:
    return 1 / _below_one(leverage)


def _hc3(leverage: Floats, _k: int) -> Floats:
    return np.asarray(1 / _below_one(leverage) ** 2)


HC_WEIGHTS: Final[Mapping[str, Callable[[Floats, int], Floats]]] = {
    "hc0": _hc0,
    "hc1": _hc1,
    "hc2": _hc2,
    "hc3": _hc3,
}


def _newey_west(
    parts: Scores, bandwidth: int | BandwidthRule | None, small_sample: bool
) -> Sandwich:
    n, k = parts.scores.shape
    rule = "plug_in" if bandwidth is None else bandwidth
    reach = float(rule) + 1 if not isinstance(rule, str) else BANDWIDTHS[rule](parts)
    middle = long_run_sum(parts.scores, parts.positions, reach)
    factor = n / (n - k) if small_sample else 1.0
    matrix = factor * parts.bread @ middle @ parts.bread
    how = f" ({rule})" if isinstance(rule, str) else ""
    scale = "times n/(n-k)" if small_sample else "without a small-sample factor"
    words = f"Newey-West covariance, weights 1 - lag/{reach:.4g}{how}, {scale}"
    return Sandwich(matrix, words)


def long_run_sum(scores: Floats, positions: Floats, reach: float) -> Floats:
    """Return sum_ij max(0, 1 - |t_i - t_j| / reach) u_i u_j', shape (k, k)."""
    distance = np.abs(positions[:, None] - positions[None, :])
    weights = np.maximum(1 - distance / reach, 0.0)
    return np.asarray(scores.T @ weights @ scores)


def _plug_in(parts: Scores) -> float:
    return _preliminary_lag(_length(parts)) + 1.0


def _length(parts: Scores) -> int:
    """Values of the longest series."""
    series = np.cumsum(np.concatenate([[0], np.diff(parts.positions) > SERIES_APART]))
    return int(np.bincount(series).max())


def _preliminary_lag(n: int) -> int:
    return int(np.floor(4 * (n / 100) ** (2 / 9)))


def _newey_west_1994(parts: Scores) -> float:
    """Newey & West (1994, Review of Economic Studies 61) without prewhitening."""
    n = _length(parts)
    series = parts.scores @ parts.informative.astype(float)
    lags = np.arange(1, _preliminary_lag(n) + 1)
    products = _lag_products(series[:, None], parts.positions, len(lags))[:, 0]
    total = products[0] + 2 * products[1:].sum()
    slope = 2 * (lags * products[1:]).sum()
    if total == 0:
        return 1.0
    return float(np.floor(BARTLETT * ((slope / total) ** 2) ** (1 / 3) * n ** (1 / 3))) + 1.0


def _andrews(parts: Scores) -> float:
    """Andrews (1991, Econometrica 59), AR(1) approximations to the scores."""
    scores = parts.scores[:, parts.informative]
    later = np.flatnonzero(np.floor(np.diff(parts.positions)) == 1) + 1
    if not len(later):
        return 1.0
    now, before = scores[later], scores[later - 1]
    squares = (before**2).sum(axis=0)
    rho = (now * before).sum(axis=0) / np.where(squares > 0, squares, 1.0)
    rho = np.clip(rho, -RHO_LIMIT, RHO_LIMIT)
    variance = ((now - rho * before) ** 2).mean(axis=0)
    above = (4 * rho**2 * variance**2 / ((1 - rho) ** 6 * (1 + rho) ** 2)).sum()
    below = (variance**2 / (1 - rho) ** 4).sum()
    reach = BARTLETT * (above / below * _length(parts)) ** (1 / 3) if below > 0 else 1.0
    return max(float(reach), 1.0)


def _lag_products(series: Floats, positions: Floats, lags: int) -> Floats:
    """Return sums of products at calendar lags 0 to `lags`, shape (lags + 1, k)."""
    distance = np.floor(positions[:, None] - positions[None, :])
    return np.stack(
        [np.einsum("ik,ij,jk->k", series, distance == lag, series) for lag in range(lags + 1)]
    )


BANDWIDTHS: Final[Mapping[str, Callable[[Scores], float]]] = {
    "plug_in": _plug_in,
    "newey_west_1994": _newey_west_1994,
    "andrews": _andrews,
}
