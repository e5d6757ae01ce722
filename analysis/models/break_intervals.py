"""Confidence intervals of break dates from the limit law of the estimated date.

Bai (1997, Review of Economics and Statistics 79), with shrinking breaks: the scaled error of the
date tends to the place of the maximum of a two-sided Brownian motion with drift.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import erfcx

from analysis.errors import ModelError
from analysis.models.arrays import Floats
from analysis.models.break_partition import Layout, fit_partition

FARTHEST = 1e7  # scaled distance within which a quantile must lie


@dataclass(frozen=True)
class Side:
    """One side of the process: sigma W(s) - mu s for s > 0."""

    sigma: float
    mu: float

    @property
    def rate(self) -> float:
        """Rate of the exponential law of the maximum."""
        return 2 * self.mu / self.sigma**2


@dataclass(frozen=True)
class BreakInterval:
    """A break date with its interval, counted in values before the break."""

    before: int
    lower: int
    upper: int


def beyond(x: float, side: Side, other: Side) -> float:
    """Probability that the maximum lies on `side` and farther than `x` >= 0.

    The density of the place of the maximum and of its height m is rate x (density of the first
    passage to m); the other side stays below m with probability 1 - exp(-other.rate m). The
    integral over m has a closed form, the one over the place is done by quadrature.
    """

    def density(place: float) -> float:
        spread = side.sigma**2 * place
        decay = np.exp(-(side.mu**2) * place / (2 * side.sigma**2))

        def part(c: float) -> float:
            drift = (side.mu + c * side.sigma**2) * place
            return float(
                spread - drift * np.sqrt(np.pi * spread / 2) * erfcx(drift / np.sqrt(2 * spread))
            )

        scale = side.rate * decay / (side.sigma * np.sqrt(2 * np.pi) * place**1.5)
        return float(scale * (part(0.0) - part(other.rate)))

    def stretched(root: float) -> float:
        return 2 * root * density(root**2)

    return float(quad(stretched, np.sqrt(x) if x > 0 else 1e-9, np.inf, limit=500)[0])


def place_quantile(probability: float, left: Side, right: Side) -> float:
    """Quantile of the place of the maximum; `left` is the side of negative places."""
    share_left = beyond(0.0, left, right)
    if probability < share_left:
        return -_solve(probability, left, right)
    return _solve(1 - probability, right, left)


def _solve(tail: float, side: Side, other: Side) -> float:
    upper = 1.0
    while beyond(upper, side, other) > tail:
        upper *= 4
        if upper > FARTHEST:
            raise ModelError("the break is too small to date", remedy="leave the break out")
    return float(brentq(lambda x: beyond(x, side, other) - tail, 0.0, upper, xtol=1e-6))


def break_intervals(
    layout: Layout, before: Sequence[int], level: float, bandwidth: int | None
) -> tuple[BreakInterval, ...]:
    """Intervals of the dates; moments and errors may differ between segments.

    Parameters
    ----------
    bandwidth
        None takes errors as independent with a variance for each segment; a number uses the
        Newey-West long-run variance with Bartlett weights up to that calendar lag.

    Raises
    ------
    ModelError
        When the level is not inside (0, 1) or a break is too small to date.
    """
    if not 0 < level < 1:
        raise ModelError(f"the level is {level:g}", allowed="a number between 0 and 1")
    estimates, residuals = fit_partition(layout, before)
    q, edges = len(layout.changing), [0, *before, layout.data.n]
    slopes = estimates[: q * (len(before) + 1)].reshape(-1, q)
    moments = [_moments(layout, residuals, a, b, bandwidth) for a, b in pairwise(edges)]
    return tuple(
        _interval(k, slopes[j + 1] - slopes[j], moments[j], moments[j + 1], level)
        for j, k in enumerate(before)
    )


def _moments(
    layout: Layout, residuals: Floats, start: int, end: int, bandwidth: int | None
) -> tuple[Floats, Floats]:
    """Second moments of the changing columns and long-run variance of the scores in a segment."""
    count, z, errors = end - start, layout.moving[start:end], residuals[start:end]
    moment = z.T @ z / count
    if bandwidth is None:
        return moment, moment * float(np.mean(errors**2))
    steps = layout.data.positions[start:end] - layout.data.positions[start]
    scores = np.zeros((int(steps[-1]) + 1, z.shape[1]))
    scores[steps] = z * errors[:, None]
    variance = scores.T @ scores
    for lag in range(1, min(bandwidth, len(scores) - 1) + 1):
        product = scores[lag:].T @ scores[:-lag]
        variance = variance + (1 - lag / (bandwidth + 1)) * (product + product.T)
    return moment, variance / count


def _interval(
    before: int,
    change: Floats,
    first: tuple[Floats, Floats],
    second: tuple[Floats, Floats],
    level: float,
) -> BreakInterval:
    drift = [float(change @ moment @ change) for moment, _ in (first, second)]
    noise = [float(change @ variance @ change) for _, variance in (first, second)]
    scale = drift[0] ** 2 / noise[0]
    left = Side(1.0, 0.5)
    right = Side(float(np.sqrt(noise[1] / noise[0])), drift[1] / drift[0] / 2)
    low = place_quantile((1 - level) / 2, left, right) / scale
    high = place_quantile((1 + level) / 2, left, right) / scale
    return BreakInterval(before, int(np.floor(before - high)), int(np.ceil(before - low)))
