"""The mean of a report given the linear predictor of the months, and its sensitivity to them.

Log link: a level over an interval has the mean log sum_m d_im exp(x_m'b); its sensitivity to the
predictor of month m is the share of the interval's flow that falls in that month. A growth ratio
is the difference of two such means. Identity link: the mean is sum_m d_im x_m'b.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from analysis.errors import ModelError
from analysis.models.arrays import Floats
from analysis.models.interval_covariance import NoiseParameters, autocorrelation
from analysis.models.interval_rows import IntervalRows, Link

LARGEST_LOG_FLOW = 500.0  # beyond this exp() leaves the range of a double in sums of squares


@dataclass(frozen=True)
class Linearised:
    """Mean and sensitivity of the reports at one linear predictor.

    Attributes
    ----------
    mean
        Mean on the scale of estimation, shape (n,).
    shares
        Derivative of the mean by the predictor of each month, shape (n, M).
    earlier
        The part of `shares` that belongs to the year before, growth only, shape (n, M).
    """

    mean: Floats
    shares: Floats
    earlier: Floats


def response(rows: IntervalRows, link: Link) -> Floats:
    """Return the reports on the scale of estimation: logs, or totals for the identity link."""
    return np.log(rows.value) if link == "log" else rows.value.copy()


def rounding_half_width(rows: IntervalRows, link: Link) -> Floats:
    """Half-width of rounding on the scale of estimation; relative to the value for the log link."""
    return rows.half_width / rows.value if link == "log" else rows.half_width


def linearise(rows: IntervalRows, predictor: Floats, link: Link) -> Linearised:
    """Mean and shares of every report at the linear predictor of the months, shape (M,)."""
    return LINKS[link](rows, predictor)


def rate(predictor: Floats, link: Link) -> Floats:
    """Daily flow that belongs to a linear predictor."""
    return np.exp(predictor) if link == "log" else predictor


def jensen(linear: Linearised, noise: NoiseParameters, link: Link) -> Floats:
    """Return what the noise adds to the mean of each report, to second order, shape (n,).

    The log of a total of log-normal months lies above the log of the total of their medians by
    (sigma^2 - a' Sigma a) / 2 (Fenton 1960), nothing for a report that lies in one month.
    """
    if link == "identity":
        return np.zeros(len(linear.mean))
    correlation = autocorrelation(linear.shares.shape[1], noise.rho)
    now = _spread_inside(linear.shares + linear.earlier, correlation)
    before = _spread_inside(linear.earlier, correlation)
    return np.asarray(noise.sigma**2 / 2 * (now - before))


def _spread_inside(shares: Floats, correlation: Floats) -> Floats:
    """Variance of a month less that of the interval's mean, at unit noise, shape (n,)."""
    return np.asarray(shares.sum(axis=1) - np.einsum("nm,nm->n", shares @ correlation, shares))


def start_level(rows: IntervalRows, link: Link) -> float:
    """Predictor of a constant flow that is about that of the level reports."""
    daily = (rows.value / rows.days.sum(axis=1))[~rows.growth]
    if len(daily) == 0:
        return 0.0
    return float(np.log(daily).mean() if link == "log" else daily.mean())


def _log_mean(rows: IntervalRows, predictor: Floats) -> Linearised:
    if np.abs(predictor).max() > LARGEST_LOG_FLOW:
        raise ModelError("the fit runs away: the reports do not bound the flow in some month")
    flow = np.exp(predictor)
    mean, shares = _log_total(rows.days, flow)
    earlier = np.zeros_like(shares)
    if rows.growth.any():
        before, earlier[rows.growth] = _log_total(rows.days_before[rows.growth], flow)
        mean[rows.growth] -= before
    return Linearised(mean, shares - earlier, earlier)


def _log_total(days: Floats, flow: Floats) -> tuple[Floats, Floats]:
    total = days @ flow
    return np.log(total), days * flow / total[:, None]


def _identity_mean(rows: IntervalRows, predictor: Floats) -> Linearised:
    return Linearised(rows.days @ predictor, rows.days, np.zeros_like(rows.days))


LINKS: Mapping[Link, Callable[[IntervalRows, Floats], Linearised]] = {
    "log": _log_mean,
    "identity": _identity_mean,
}
