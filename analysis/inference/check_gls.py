"""t statistics by generalised least squares with AR(1) noise, for many draws at once.

rho is estimated anew in every draw by restricted maximum likelihood: the criterion is computed on a
grid that is even in artanh(rho), and rho, the estimate and the log of the standard error are read
off polynomials through the best point and two neighbours on either side. On the grid a draw costs
matrix products alone: with W'W the inverse correlation and Q the basis of the whitened regressors,
the residual sum of squares is y'W'Wy - |Q'Wy|^2, and W'W has three diagonals where every value
covers one month, five where single values over two months lie between others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.errors import ModelError
from analysis.models.arrays import Floats
from analysis.models.interval_covariance import RHO_MAX
from analysis.models.its_noise import MonthlyNoise

LOWEST: Final = -0.9
POINTS: Final = 44
GRID: Final = np.tanh(np.linspace(np.arctanh(LOWEST), np.arctanh(RHO_MAX), POINTS))
"""Autocorrelations at one month, shape (G,)."""

REACH: Final = 2
OFFSETS: Final = np.arange(-REACH, REACH + 1)
TO_POWERS: Final = np.linalg.inv(np.vander(OFFSETS.astype(float), increasing=True))
"""From values at the offsets to the coefficients of their polynomial, shape (5, 5)."""

NEWTON_STEPS: Final = 4
ROUNDING: Final = 1e-12  # least residual sum of squares, beside the squares of the response
CHUNK: Final = 20_000  # draws at once, some tens of megabytes


@dataclass(frozen=True)
class Tested:
    """Estimate, standard error and autocorrelation of every draw, each of shape (B,)."""

    estimates: Floats
    standard_errors: Floats
    rho: Floats

    @property
    def t(self) -> Floats:
        """Estimates over standard errors, shape (B,)."""
        return np.asarray(self.estimates / self.standard_errors)


@dataclass(frozen=True)
class QuadraticForms:
    """y'W'Wy at every rho, from the diagonals of W'W: element l has the shape (G, n - l)."""

    diagonals: tuple[Floats, ...]

    def of(self, draws: Floats) -> Floats:
        """Return the forms of draws (B, n), shape (B, G)."""
        total = draws**2 @ self.diagonals[0].T
        for lag, diagonal in enumerate(self.diagonals[1:], 1):
            total += 2 * (draws[:, :-lag] * draws[:, lag:]) @ diagonal.T
        return np.asarray(total)


@dataclass(frozen=True)
class GlsEngine:
    """A regression factorised at every rho of the grid.

    Attributes
    ----------
    basis, corner
        Q'W, shape (G, k, n), and the last diagonal element of the triangle, shape (G,).
    constant
        Parts of the restricted deviance that no draw changes, shape (G,).
    plain, plain_last
        Orthonormal basis of the regressors, shape (n, k), and the row of the least-squares
        solution that gives the tested coefficient, shape (n,).
    """

    noise: MonthlyNoise
    basis: Floats
    corner: Floats
    constant: Floats
    forms: QuadraticForms
    plain: Floats
    plain_last: Floats

    @property
    def df(self) -> int:
        """Values less coefficients."""
        return int(self.basis.shape[2] - self.basis.shape[1])

    def test(self, draws: Floats) -> Tested:
        """Estimate the last coefficient of each draw.

        Parameters
        ----------
        draws
            Responses, shape (B, n).
        """
        parts = [self._test(draws[i : i + CHUNK]) for i in range(0, max(len(draws), 1), CHUNK)]
        joined = [np.concatenate(pieces) for pieces in zip(*parts, strict=True)]
        return Tested(*joined)

    def _test(self, draws: Floats) -> tuple[Floats, Floats, Floats]:
        left = draws - (draws @ self.plain) @ self.plain.T
        squares, last = self._on_grid(left)
        deviance = self.df * np.log(squares) + self.constant
        weights, places, rho = vertex(deviance)
        across = (np.arange(len(draws))[:, None], places)
        estimate = (weights * (last / self.corner)[across]).sum(axis=1)
        log_error = 0.5 * np.log(squares / self.df) - np.log(np.abs(self.corner))
        error = np.exp((weights * log_error[across]).sum(axis=1))
        return np.asarray(estimate + draws @ self.plain_last), np.asarray(error), rho

    def _on_grid(self, draws: Floats) -> tuple[Floats, Floats]:
        """Return residual sums of squares and the tested coordinate, each of shape (B, G)."""
        forms = self.forms.of(draws)
        last = np.empty_like(forms)
        least = ROUNDING * (draws**2).sum(axis=1) + np.finfo(float).tiny
        for g, basis in enumerate(self.basis):
            seen = draws @ basis.T
            forms[:, g] -= (seen**2).sum(axis=1)
            last[:, g] = seen[:, -1]
        return np.maximum(forms, least[:, None]), last

    def rho_of(self, draws: Floats) -> Floats:
        """Return the restricted-likelihood rho of each draw, shape (B,)."""
        return self.test(draws).rho

    def deviances(self, response: Floats) -> Floats:
        """Return minus twice the restricted log likelihood on the grid, up to a constant, (G,)."""
        left = response - self.plain @ (self.plain.T @ response)
        squares, _ = self._on_grid(left[None])
        return np.asarray((self.df * np.log(squares) + self.constant)[0])

    def residuals(self, responses: Floats, rho: Floats) -> Floats:
        """Return response less fit at the nearest rho of the grid, shape (R, n).

        Parameters
        ----------
        responses, rho
            Shapes (R, n) and (R,).
        """
        places = nearest_place(rho)
        left = responses - (responses @ self.plain) @ self.plain.T
        for g in np.unique(places):
            chosen = places == g
            at_rho = self.basis[g] @ self.plain
            solution = np.linalg.solve(at_rho, self.basis[g] @ left[chosen].T)
            left[chosen] -= (self.plain @ solution).T
        return np.asarray(left)


@dataclass(frozen=True)
class Whiteners:
    """What takes the correlation out at every rho of the grid.

    Attributes
    ----------
    matrices, log_determinants
        Shapes (G, n, n), and (G,) of the correlation.
    """

    noise: MonthlyNoise
    matrices: Floats
    log_determinants: Floats
    forms: QuadraticForms


def whiteners_of(noise: MonthlyNoise) -> Whiteners:
    """Compute the whiteners of the months that values see."""
    unit = np.eye(len(noise.first))
    pairs = [noise.whiten(unit, float(rho)) for rho in GRID]
    matrices = np.stack([pair[0] for pair in pairs])
    diagonals = tuple(
        np.einsum("gij,gij->gj", matrices[:, :, : len(unit) - lag], matrices[:, :, lag:])
        for lag in range(min(diagonals_of(noise), len(unit)))
    )
    log_determinants = np.array([pair[1] for pair in pairs])
    return Whiteners(noise, matrices, log_determinants, QuadraticForms(diagonals))


def diagonals_of(noise: MonthlyNoise) -> int:
    """Return the diagonals of the inverse correlation that are not zero, the main one included.

    A month that has a value of its own parts what lies before it from what lies after, so that a
    run of r values over several months links values r + 1 places apart, and no others.
    """
    longest = run = 0
    for span in noise.spans.tolist():
        run = run + 1 if span > 1 else 0
        longest = max(longest, run)
    return longest + 2


def gls_engine(rows: Floats, whiteners: Whiteners) -> GlsEngine:
    """Factorise a regression at every rho of the grid.

    Parameters
    ----------
    rows
        Shape (n, k), of full rank, the tested column last.

    Raises
    ------
    ModelError
        When no residual degree of freedom is left.
    """
    n, k = rows.shape
    if n <= k:
        raise ModelError(f"{n} values for {k} coefficients", allowed=f"{k + 1} values or more")
    bases, triangles = np.linalg.qr(whiteners.matrices @ rows)
    diagonals = np.abs(np.diagonal(triangles, axis1=1, axis2=2))
    plain, triangle = np.linalg.qr(rows)
    return GlsEngine(
        noise=whiteners.noise,
        basis=np.swapaxes(bases, 1, 2) @ whiteners.matrices,
        corner=triangles[:, -1, -1],
        constant=whiteners.log_determinants + 2 * np.log(diagonals).sum(axis=1),
        forms=whiteners.forms,
        plain=plain,
        plain_last=plain[:, -1] / triangle[-1, -1],
    )


def vertex(deviance: Floats) -> tuple[Floats, NDArray[np.int64], Floats]:
    """Return Lagrange weights (B, 5), grid places (B, 5) and rho (B,) of the least deviance.

    The least of the polynomial through the best point and two neighbours on either side, by
    Newton's method, or the best point where that is no lower.

    Parameters
    ----------
    deviance
        Shape (B, G).
    """
    best = np.argmin(deviance, axis=1)
    middle = np.clip(best, REACH, deviance.shape[1] - 1 - REACH)
    places = middle[:, None] + OFFSETS
    polynomial = np.take_along_axis(deviance, places, axis=1) @ TO_POWERS.T
    start = (best - middle).astype(float)
    step = start
    for _ in range(NEWTON_STEPS):
        slope, bend = ((powers(step, order) * polynomial).sum(axis=1) for order in (1, 2))
        move = np.where(bend > 0, slope / np.where(bend > 0, bend, 1.0), 0.0)
        step = np.clip(step - move, np.maximum(start - 1, -REACH), np.minimum(start + 1, REACH))
    reached, begun = ((powers(x) * polynomial).sum(axis=1) for x in (step, start))
    step = np.where(reached <= begun, step, start)
    z = np.arctanh(GRID)
    rho = np.tanh(z[middle] + step * (z[1] - z[0]))
    return powers(step) @ TO_POWERS, places, np.asarray(rho)


def powers(step: Floats, order: int = 0) -> Floats:
    """Return the powers 0 to 4 of each step, or a derivative of them, shape (B, 5)."""
    plain = np.vander(step, 2 * REACH + 1, increasing=True)
    for _ in range(order):
        plain = np.hstack([np.zeros((len(step), 1)), plain[:, :-1] * np.arange(1, 2 * REACH + 1)])
    return plain


def nearest_place(rho: Floats) -> NDArray[np.int64]:
    """Return the place on the grid next to each rho, even in artanh(rho)."""
    z = np.arctanh(GRID)
    inside = np.clip(rho, GRID[0], GRID[-1])
    return np.asarray(np.rint((np.arctanh(inside) - z[0]) / (z[1] - z[0])), dtype=np.int64)
