"""Asymptotic p-values of the sup-F, ave-F and exp-F tests of a break at an unknown date.

Under no break the sequence of Wald statistics over the dates tends to the squared norm of a
q-dimensional standardised Brownian bridge (Andrews 1993, Econometrica 61). On the time scale
s = log(pi / (1 - pi)) / 2 that is the squared norm of a stationary Ornstein-Uhlenbeck process over
a stretch of length log(lambda) / 2, lambda = pi2 (1 - pi1) / (pi1 (1 - pi2)). The laws of its
maximum and of its mean are computed; that of the exponential mean is simulated.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from scipy.optimize import brentq
from scipy.special import eval_jacobi, gammainc, gammaln, roots_jacobi

from analysis.errors import ModelError
from analysis.models.arrays import Floats

POLYNOMIALS: Final = 60  # basis of the eigenproblem; 40 and 80 give the same ten digits
FAR_TAIL: Final = 1e-9  # below it 1 - P loses its digits to rounding
MEAN_GRID: Final = 400  # points of the mean of the process; p-values then err by 1e-5
CONTOUR_POINTS: Final = 201  # points of the inverse Laplace transform; 101 give nine digits
CONTOUR_END: Final = 9.0
DRAWS: Final = 25_000  # paths behind the law of exp-F
STEPS: Final = 200  # points of a path
SEED: Final = 1994


@dataclass(frozen=True)
class Stretch:
    """The candidate dates as shares of the sample, and the number of coefficients that may change.

    Attributes
    ----------
    first, last
        Shares pi1 < pi2 of the values before the first and before the last candidate date.
    changing
        Number q of coefficients that may change.
    """

    first: float
    last: float
    changing: int

    def __post_init__(self) -> None:
        if not 0 < self.first < self.last < 1 or self.changing < 1:
            raise ModelError(
                f"no stretch of candidate dates from {self.first:g} to {self.last:g} for "
                f"{self.changing} coefficients",
                allowed="shares 0 < first < last < 1, one coefficient or more",
            )

    @property
    def log_lambda(self) -> float:
        """Log of pi2 (1 - pi1) / (pi1 (1 - pi2)), twice the length on the stationary scale."""
        odds = np.array([self.first, self.last]) / (1 - np.array([self.first, self.last]))
        return float(np.log(odds[1] / odds[0]))


@dataclass(frozen=True)
class PValue:
    """A p-value and the standard error with which it is known (0 where it is computed)."""

    value: float
    monte_carlo_error: float


def sup_p_value(statistic: float, stretch: Stretch) -> PValue:
    """Probability that the maximum exceeds `statistic`.

    The probability of staying below a level is a sum over the eigenvalues of the generator with
    absorption at the level (DeLong 1981, Communications in Statistics A 10; Estrella 2003,
    Econometric Theory 19). In the far tail the expansion of James, James and Siegmund (1987,
    Biometrika 74) takes over.
    """
    if statistic <= 0:
        return PValue(1.0, 0.0)
    tail = _sup_tail(statistic, stretch)
    if tail > FAR_TAIL:
        tail = 1 - _stay_below(statistic, stretch)
    return PValue(float(np.clip(tail, 0.0, 1.0)), 0.0)


def _sup_tail(level: float, stretch: Stretch) -> float:
    q = stretch.changing
    log_density = q / 2 * np.log(level / 2) - level / 2 - gammaln(q / 2)
    factor = (1 - q / level) * stretch.log_lambda + 2 / level
    return float(np.exp(log_density) * factor) if factor > 0 else 1.0


def _stay_below(level: float, stretch: Stretch) -> float:
    """Probability of staying under `level` over the stretch, by a Galerkin eigenproblem.

    The basis is (1 - t) exp(x / 4) times the Jacobi polynomials that are orthogonal under the
    remaining weight, so that the mass matrix is the identity.
    """
    power = stretch.changing / 2 - 1
    points, weights = roots_jacobi(2 * POLYNOMIALS, 0.0, power)
    x = level * (1 + points) / 2
    basis, slopes = _jacobi(points, power)
    shape = (1 - points)[:, None]
    size = np.sqrt(weights @ (shape * basis) ** 2)
    functions = shape * basis / size
    derivatives = (shape * slopes - basis) / size * 2 / level + functions / 4
    rates, vectors = np.linalg.eigh(derivatives.T @ ((4 * x * weights)[:, None] * derivatives))
    shares = (vectors.T @ (functions.T @ (weights * np.exp(-x / 4)))) ** 2
    decay = np.exp(-rates * stretch.log_lambda / 2)
    inside = gammainc(stretch.changing / 2, level / 2) / np.sum(weights * np.exp(-x / 2))
    return float(inside * (shares @ decay))


def _jacobi(points: Floats, power: float) -> tuple[Floats, Floats]:
    """Jacobi polynomials with parameters (2, power) and their slopes, shape (points, degrees)."""
    degree, t = np.arange(POLYNOMIALS)[None, :], points[:, None]
    values = eval_jacobi(degree, 2.0, power, t)
    lower = eval_jacobi(np.maximum(degree - 1, 0), 3.0, power + 1, t)
    slopes = np.where(degree > 0, (degree + power + 3) / 2 * lower, 0.0)
    return np.asarray(values, dtype=float), np.asarray(slopes, dtype=float)


def ave_p_value(statistic: float, stretch: Stretch) -> PValue:
    """Probability that the mean over the stretch exceeds `statistic`.

    The mean is a weighted sum of chi-squared variables with q degrees of freedom; the weights are
    the eigenvalues of the correlation of the process. Its tail is the inverse Laplace transform
    along a curve through the saddle point, which keeps its relative precision.
    """
    if statistic <= 0:
        return PValue(1.0, 0.0)
    weights = _mean_weights(stretch.first, stretch.last)
    return PValue(_weighted_chi2_tail(statistic, weights, stretch.changing), 0.0)


@lru_cache(maxsize=64)
def _mean_weights(first: float, last: float) -> Floats:
    """Eigenvalues of the correlation kernel at the midpoints of equal shares."""
    share = first + (last - first) * (np.arange(MEAN_GRID) + 0.5) / MEAN_GRID
    scale = np.log(share / (1 - share)) / 2
    kernel = np.exp(-np.abs(scale[:, None] - scale[None, :])) / MEAN_GRID
    return np.asarray(np.maximum(np.linalg.eigvalsh(kernel), 0.0))


def _weighted_chi2_tail(level: float, weights: Floats, df: int) -> float:
    """Tail of sum_j weights_j chi2_df by a trapezoid rule on a hyperbola through the saddle."""
    saddle = _saddle(level, weights, df)
    spread = 2 * df * np.sum((weights / (1 - 2 * weights * saddle)) ** 2) + saddle**-2
    grid = np.linspace(-CONTOUR_END, CONTOUR_END, CONTOUR_POINTS)
    points = saddle + (np.cosh(grid) - 1 + 1j * np.sinh(grid)) / np.sqrt(spread)
    slopes = (np.sinh(grid) + 1j * np.cosh(grid)) / np.sqrt(spread)
    log_values = -df / 2 * np.log(1 - 2 * weights[:, None] * points[None, :]).sum(axis=0)
    values = np.exp(log_values - points * level) / points * slopes
    area = float(np.sum(values.imag)) * (grid[1] - grid[0])
    return float(np.clip(area / (2 * np.pi), 0.0, 1.0))


def _saddle(level: float, weights: Floats, df: int) -> float:
    """Minimise the real part of the exponent between 0 and the first singularity."""
    edge = 1 / (2 * weights.max())

    def slope(point: float) -> float:
        return float(df * np.sum(weights / (1 - 2 * weights * point)) - level - 1 / point)

    return float(brentq(slope, 1e-9 * edge, (1 - 1e-12) * edge))


def exp_p_value(statistic: float, stretch: Stretch) -> PValue:
    """Probability that the log of the mean of exp(half the process) exceeds `statistic`.

    From 25,000 simulated paths of 200 points with a fixed seed; where no path exceeds it, the
    value is 1 / (paths + 1), an upper bound.
    """
    paths = _exp_paths(stretch)
    above = int(np.sum(paths >= statistic))
    value = (above + 1) / (len(paths) + 1)
    return PValue(value, float(np.sqrt(value * (1 - value) / len(paths))))


@lru_cache(maxsize=16)
def _exp_paths(stretch: Stretch) -> Floats:
    """Simulate exp-F under no break, shape (DRAWS,).

    The squared radius of the process after a step is again exact: the part along the old radius
    is normal, the rest chi-squared with q - 1 degrees of freedom.
    """
    rng = np.random.default_rng([SEED, stretch.changing])
    share = stretch.first + (stretch.last - stretch.first) * (np.arange(STEPS) + 0.5) / STEPS
    keep = np.exp(-np.diff(np.log(share / (1 - share)) / 2))
    squared = rng.chisquare(stretch.changing, DRAWS)
    total = np.exp(squared / 2)
    for k in keep:
        noise = np.sqrt(1 - k**2)
        squared = (k * np.sqrt(squared) + noise * rng.standard_normal(DRAWS)) ** 2
        if stretch.changing > 1:
            squared += noise**2 * rng.chisquare(stretch.changing - 1, DRAWS)
        total += np.exp(squared / 2)
    return np.asarray(np.log(total / STEPS))
