"""Estimators of one coefficient over many replications at once.

Each is a function of noise alone, because estimates of a linear model move one to one with the true
effect while residuals, and so rho and standard errors, do not move: one set of draws gives the
rejections under any effect.

With the precision of AR(1) noise written as P(rho) / (1 - rho^2), P tridiagonal and quadratic in
rho, the restricted likelihood of Harville (1977, JASA 72) profiled over the variance becomes

    -2 l_R(rho) = (n - k) log r'P r + log|X'P X| - log(1 - rho^2) + constant,

r the residuals of generalised least squares at rho. Every product with P needs three sums that do
not depend on rho.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize.elementwise import find_root

from analysis.inference.batch_kernel import bartlett, direct_centres
from analysis.models.arrays import Floats
from analysis.models.interval_covariance import RHO_MAX

GRID: Final = np.concatenate([np.linspace(-RHO_MAX, 0.85, 37), np.linspace(0.88, RHO_MAX, 5)])
"""Where the restricted likelihood is looked at first; closer together near one, where it may rise
again."""

RHO_TOLERANCE: Final = 1e-9


@dataclass(frozen=True)
class Draws:
    """Noise of R replications about a design, and what is known of it.

    Attributes
    ----------
    noise
        Shape (R, n).
    basis, scale
        Orthonormal basis (n, k) of the design, its last column that of the tested coefficient with
        all others partialled out; tested coefficient = last coefficient on the basis / `scale`.
    rho
        The true autocorrelation.
    lags
        Bandwidth of Newey-West.
    """

    noise: Floats
    basis: Floats
    scale: float
    rho: float
    lags: int

    @property
    def df(self) -> int:
        """Months less coefficients."""
        count: int = self.basis.shape[0] - self.basis.shape[1]
        return count


@dataclass(frozen=True)
class Estimated:
    """Errors of the estimate (estimate less truth) and standard errors, each shape (R,)."""

    errors: Floats
    standard_errors: Floats
    rho: Floats


def draws_of(noise: Floats, design: Floats, rho: float, lags: int) -> Draws:
    """Factorise a design (n, k) whose last column is the tested one."""
    basis, triangle = np.linalg.qr(design)
    return Draws(noise, basis, float(triangle[-1, -1]), rho, lags)


def ols_newey_west(draws: Draws) -> Estimated:
    """Least squares with Bartlett weights and the factor n / (n - k)."""
    b = draws.noise @ draws.basis
    residuals = draws.noise - b @ draws.basis.T
    last = np.broadcast_to(draws.basis[:, -1], (1, *residuals.shape))
    centres = direct_centres(residuals, last, bartlett(draws.lags))[:, 0, 0]
    variance = centres * residuals.shape[1] / draws.df
    errors, deviations = b[:, -1] / draws.scale, np.sqrt(variance) / abs(draws.scale)
    return Estimated(errors, deviations, np.full(len(errors), np.nan))


def gls_ar1_known(draws: Draws) -> Estimated:
    """Generalised least squares at the true rho; the variance is estimated."""
    sums = quadratic_sums(draws)
    return _solved(draws, sums, np.full(len(draws.noise), draws.rho))


def gls_ar1_reml(draws: Draws) -> Estimated:
    """Generalised least squares, rho by restricted maximum likelihood."""
    sums = quadratic_sums(draws)
    return _solved(draws, sums, reml_rho(sums, draws.df))


@dataclass(frozen=True)
class QuadraticSums:
    """Sums a - rho b + rho^2 c that make up products with P(rho); the first axis is (a, b, c).

    Attributes
    ----------
    xx, xe, ee
        Basis with basis (3, k, k), with residuals (3, R, k), residuals with residuals (3, R).
    errors
        Coefficients of the noise on the basis, which the residuals no longer hold, (R, k).
    """

    xx: Floats
    xe: Floats
    ee: Floats
    errors: Floats

    def part(self, place: NDArray[np.int64]) -> QuadraticSums:
        """Return the sums of some replications."""
        return QuadraticSums(self.xx, self.xe[:, place], self.ee[:, place], self.errors[place])


def quadratic_sums(draws: Draws) -> QuadraticSums:
    """Prepare the products of basis and least-squares residuals with P(rho)."""
    x = draws.basis
    errors = draws.noise @ x
    e = draws.noise - errors @ x.T
    inner = slice(1, -1)
    cross = x[1:].T @ x[:-1]
    return QuadraticSums(
        xx=np.stack([x.T @ x, cross + cross.T, x[inner].T @ x[inner]]),
        xe=np.stack([e @ x, e[:, 1:] @ x[:-1] + e[:, :-1] @ x[1:], e[:, inner] @ x[inner]]),
        ee=np.stack(
            [
                np.einsum("rn,rn->r", e, e),
                2 * np.einsum("rn,rn->r", e[:, 1:], e[:, :-1]),
                np.einsum("rn,rn->r", e[:, inner], e[:, inner]),
            ]
        ),
        errors=errors,
    )


def _at(sums: Floats, rho: Floats) -> Floats:
    """Return a - rho b + rho^2 c for each replication; sums (3, ...) broadcast against rho."""
    return np.asarray(sums[0] - rho * sums[1] + rho**2 * sums[2])


def _slope_at(sums: Floats, rho: Floats) -> Floats:
    return np.asarray(2 * rho * sums[2] - sums[1])


def _solved(draws: Draws, sums: QuadraticSums, rho: Floats) -> Estimated:
    column, square = rho[:, None], rho[:, None, None]
    xx, xe = _at(sums.xx[:, None], square), _at(sums.xe, column)
    last = np.zeros((*xe.shape, 1))
    last[:, -1] = 1
    solved = np.linalg.solve(xx, np.concatenate([xe[..., None], last], axis=2))
    squares = _at(sums.ee, rho) - np.einsum("rk,rk->r", xe, solved[..., 0])
    variance = squares / draws.df * solved[:, -1, 1]
    errors = (sums.errors[:, -1] + solved[:, -1, 0]) / draws.scale
    return Estimated(errors, np.sqrt(variance) / abs(draws.scale), rho)


def reml_rho(sums: QuadraticSums, df: int) -> Floats:
    """Return the rho of the largest restricted likelihood in each replication, shape (R,).

    The best of a grid, then the zero of the slope between its neighbours; rho stays at the end of
    the grid where the likelihood still rises there.
    """
    values = np.stack([_deviance(sums, df, rho) for rho in GRID])
    best = np.argmin(values, axis=0)
    low, high = GRID[np.maximum(best - 1, 0)], GRID[np.minimum(best + 1, len(GRID) - 1)]
    return _zero(sums, df, low, high)


def _deviance(sums: QuadraticSums, df: int, rho: float) -> Floats:
    """Minus twice the restricted log likelihood at one rho, without its constant, shape (R,)."""
    one = np.array(rho)
    xx, xe = _at(sums.xx, one), _at(sums.xe, one)
    squares = _at(sums.ee, one) - np.einsum("rk,rk->r", xe, np.linalg.solve(xx, xe.T).T)
    constant = np.linalg.slogdet(xx).logabsdet - np.log(1 - rho**2)
    return np.asarray(df * np.log(squares) + constant)


def _deviance_slope(sums: QuadraticSums, df: int, rho: Floats) -> Floats:
    """Slope of the deviance, one rho a replication; by the envelope theorem b counts as fixed."""
    column, square = rho[:, None], rho[:, None, None]
    xx, xe = _at(sums.xx[:, None], square), _at(sums.xe, column)
    xx_slope, xe_slope = _slope_at(sums.xx[:, None], square), _slope_at(sums.xe, column)
    solved = np.linalg.solve(xx, np.concatenate([xe[..., None], xx_slope], axis=2))
    b = solved[..., 0]
    squares = _at(sums.ee, rho) - np.einsum("rk,rk->r", xe, b)
    change = (
        _slope_at(sums.ee, rho)
        - 2 * np.einsum("rk,rk->r", xe_slope, b)
        + np.einsum("rk,rkj,rj->r", b, xx_slope, b)
    )
    trace = np.trace(solved[..., 1:], axis1=1, axis2=2)
    return np.asarray(df * change / squares + trace + 2 * rho / (1 - rho**2))


def _zero(sums: QuadraticSums, df: int, low: Floats, high: Floats) -> Floats:
    """Find the zero of the slope between `low` and `high`, or the end towards which it falls."""
    falls_low = _deviance_slope(sums, df, low) >= 0
    falls_high = _deviance_slope(sums, df, high) <= 0
    result = np.where(falls_low, low, high)
    inside = np.flatnonzero(~falls_low & ~falls_high)

    def slope(rho: Floats, /, *place: Any, **_: Any) -> Floats:
        return _deviance_slope(sums.part(place[0].astype(np.int64)), df, rho)

    if len(inside):
        result[inside] = find_root(
            slope,
            (low[inside], high[inside]),
            args=(inside,),
            tolerances={"xatol": RHO_TOLERANCE, "xrtol": 0.0},
        ).x
    return result


ESTIMATORS: Final[Mapping[str, Callable[[Draws], Estimated]]] = {
    "ols_newey_west": ols_newey_west,
    "gls_ar1_reml": gls_ar1_reml,
    "gls_ar1_known": gls_ar1_known,
}
