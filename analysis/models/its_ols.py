"""Ordinary least squares of a regular series."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular

from analysis.errors import ModelError
from analysis.inference.covariance_time import Scores, sandwich
from analysis.models.arrays import Floats
from analysis.models.its_problem import Problem

EXACT_FIT = 1e-12  # residuals this small beside the values are rounding of the arithmetic


@dataclass(frozen=True)
class Estimated:
    """What an estimator returns for the k columns of a problem.

    Attributes
    ----------
    estimates, covariance
        Shapes (k,) and (k, k).
    fitted, whitened_residuals
        Shapes (n,), and (m,) with m of n or n - 1.
    whitened_rows
        Regressors in the metric in which they are told apart, shape (m, k).
    words
        Estimator and covariance, for the convention of the result.
    """

    estimates: Floats
    covariance: Floats
    fitted: Floats
    whitened_rows: Floats
    whitened_residuals: Floats
    words: str
    rho: float | None = None
    sigma: float | None = None
    dispersion: float | None = None
    log_likelihood: float | None = None
    notes: tuple[str, ...] = ()

    @property
    def df(self) -> int:
        """Values in the last regression less coefficients."""
        return len(self.whitened_residuals) - len(self.estimates)


@dataclass(frozen=True)
class LeastSquares:
    """Least squares by QR: estimate (k,), bread (X'X)^-1 (k, k), residuals and leverage (n,)."""

    estimates: Floats
    bread: Floats
    residuals: Floats
    leverage: Floats

    @property
    def squares(self) -> float:
        """Sum of squared residuals."""
        return float(self.residuals @ self.residuals)


def least_squares(rows: Floats, response: Floats) -> LeastSquares:
    """Solve a least-squares problem of full rank."""
    q, r = np.linalg.qr(rows)
    estimates = solve_triangular(r, q.T @ response)
    inverse = solve_triangular(r, np.eye(len(r)))
    residuals = response - rows @ estimates
    return LeastSquares(estimates, inverse @ inverse.T, residuals, (q**2).sum(axis=1))


def refuse_exact(residuals: Floats, response: Floats) -> None:
    """Refuse a model that leaves no residual.

    Raises
    ------
    ModelError
        When every residual is rounding error.
    """
    if np.abs(residuals).max() <= EXACT_FIT * max(1.0, float(np.abs(response).max())):
        raise ModelError(
            "the model reproduces every value exactly, so no error variance can be estimated",
            remedy="fewer terms",
        )


def ols(problem: Problem) -> Estimated:
    """Least squares with the covariance that the options name.

    Raises
    ------
    ModelError
        When nothing is left over, or the covariance is not defined.
    """
    solved = least_squares(problem.rows, problem.response)
    refuse_exact(solved.residuals, problem.response)
    variance = solved.squares / problem.df
    matrix, words = _covariance(problem, solved, variance)
    return Estimated(
        estimates=solved.estimates,
        covariance=matrix,
        fitted=problem.response - solved.residuals,
        whitened_rows=problem.rows,
        whitened_residuals=solved.residuals,
        words=f"least squares; {words}",
        sigma=float(np.sqrt(variance)),
        log_likelihood=_log_likelihood(solved),
    )


def _covariance(problem: Problem, solved: LeastSquares, variance: float) -> tuple[Floats, str]:
    options = problem.options
    if options.covariance == "model":
        return variance * solved.bread, "covariance of independent errors, variance SSR/(n-k)"
    parts = Scores(
        bread=solved.bread,
        scores=problem.rows * solved.residuals[:, None],
        leverage=solved.leverage,
        positions=problem.positions,
        informative=problem.informative,
    )
    found = sandwich(parts, options.covariance, options.bandwidth, options.small_sample)
    return found.matrix, found.words


def _log_likelihood(solved: LeastSquares) -> float:
    n = len(solved.residuals)
    return -n / 2 * float(np.log(2 * np.pi * solved.squares / n) + 1)
