"""Generalised least squares with AR(1) noise: Prais-Winsten, Cochrane-Orcutt, REML and ML.

The restricted likelihood, profiled over the variance, is

    l_R(rho) = -1/2 [(n - k)(log(2 pi s^2) + 1) + log|V| + log|X'V^-1 X|],   s^2 = RSS / (n - k)

(Harville 1977, JASA 72; without the constant log|X'X|, as in nlme), V the correlation at rho; the
full one has n for n - k and no log|X'V^-1 X|.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from scipy.optimize import brentq, minimize_scalar

from analysis.errors import ModelError
from analysis.models.arrays import Floats
from analysis.models.interval_covariance import RHO_MAX
from analysis.models.its_noise import MonthlyNoise, noise_of
from analysis.models.its_ols import Estimated, least_squares, refuse_exact
from analysis.models.its_problem import Problem

Criterion = Literal["reml", "ml"]

GRID: Final = (-RHO_MAX, -0.8, -0.5, -0.25, 0.0, 0.2, 0.4, 0.6, 0.75, 0.85, 0.93, 0.97, RHO_MAX)
"""Where the likelihood is looked at first: it can have a second rise towards rho = 1."""

RHO_TOLERANCE: Final = 1e-10
SLOPE_STEP: Final = 1e-3  # truncation of the fourth order, 1e-12, is then as small as rounding
POLISH_REACH: Final = 1e-5  # beyond what a minimum by values can be off
POLISHED: Final = 1e-13
AT_BOUND: Final = 1e-4  # rho this close to its limit is called at the limit
ROUNDS: Final = 1000
FEWEST_NEIGHBOURS: Final = 3


@dataclass(frozen=True)
class _Solved:
    """Generalised least squares at one rho; the log determinants belong to the likelihood."""

    estimates: Floats
    bread: Floats
    rows: Floats
    residuals: Floats
    log_determinant: float

    @property
    def squares(self) -> float:
        return float(self.residuals @ self.residuals)


def gls_reml(problem: Problem) -> Estimated:
    """Generalised least squares, rho by restricted maximum likelihood.

    Raises
    ------
    ModelError
        When the model leaves no residual.
    """
    return _by_likelihood(problem, "reml")


def gls_ml(problem: Problem) -> Estimated:
    """Generalised least squares, rho by maximum likelihood.

    Raises
    ------
    ModelError
        When the model leaves no residual.
    """
    return _by_likelihood(problem, "ml")


def prais_winsten(problem: Problem) -> Estimated:
    """Iterate feasible least squares and keep the first value (Prais & Winsten 1954).

    rho is the slope of the residuals on those of the month before, over all pairs of neighbouring
    months; across a gap of d months the transformation takes rho^d.

    Raises
    ------
    ModelError
        When rho leaves (-1, 1), does not settle, or too few months have a neighbour.
    """
    return _iterated(problem, keep_first=True)


def cochrane_orcutt(problem: Problem) -> Estimated:
    """Iterate feasible least squares without the first value (Cochrane & Orcutt 1949, JASA 44).

    Raises
    ------
    ModelError
        As `prais_winsten`.
    """
    return _iterated(problem, keep_first=False)


def _by_likelihood(problem: Problem, criterion: Criterion) -> Estimated:
    refuse_exact(least_squares(problem.rows, problem.response).residuals, problem.response)
    noise = noise_of(problem)
    given = problem.options.rho
    rho = _best_rho(problem, noise, criterion) if given is None else given
    solved = _solve(problem, noise, rho)
    likelihood = -_deviance(problem, noise, rho, criterion) / 2
    how = "given" if given is not None else criterion.upper()
    return _result(problem, solved, rho, (criterion, how, likelihood))


def _result(
    problem: Problem, solved: _Solved, rho: float, how: tuple[Criterion, str, float]
) -> Estimated:
    criterion, words, likelihood = how
    residual = criterion == "reml" or problem.options.small_sample
    freedom = problem.df if residual else len(problem.response)
    variance = solved.squares / freedom
    divisor = "n-k" if residual else "n"
    return Estimated(
        estimates=solved.estimates,
        covariance=variance * solved.bread,
        fitted=problem.rows @ solved.estimates,
        whitened_rows=solved.rows,
        whitened_residuals=solved.residuals,
        words=(
            f"generalised least squares, AR(1) noise over calendar months, rho {rho:.3f} ({words})"
            f"; model covariance, error variance RSS/({divisor})"
        ),
        rho=rho,
        sigma=float(np.sqrt(variance)),
        log_likelihood=likelihood,
        notes=_bound_notes(rho) if words != "given" else (),
    )


def _bound_notes(rho: float) -> tuple[str, ...]:
    if abs(rho) < RHO_MAX - AT_BOUND:
        return ()
    return (
        f"rho runs to the bound of its range and is held at {rho:.3f}: the likelihood cannot tell "
        "the noise from a level of its own, and standard errors rest on that bound",
    )


def _solve(problem: Problem, noise: MonthlyNoise, rho: float) -> _Solved:
    whole = np.column_stack([problem.rows, problem.response])
    whitened, log_determinant = noise.whiten(whole, rho)
    found = least_squares(whitened[:, :-1], whitened[:, -1])
    return _Solved(found.estimates, found.bread, whitened[:, :-1], found.residuals, log_determinant)


def _best_rho(problem: Problem, noise: MonthlyNoise, criterion: Criterion) -> float:
    """Maximise the criterion: the best of a grid, then Brent's method between its neighbours."""
    values = [_deviance(problem, noise, rho, criterion) for rho in GRID]
    best = int(np.argmin(values))
    bracket = (GRID[max(best - 1, 0)], GRID[min(best + 1, len(GRID) - 1)])
    found = minimize_scalar(
        lambda rho: _deviance(problem, noise, rho, criterion),
        bounds=bracket,
        method="bounded",
        options={"xatol": RHO_TOLERANCE},
    )
    rho = float(found.x) if found.fun <= values[best] else GRID[best]
    return _polished(lambda value: _deviance(problem, noise, value, criterion), rho)


def _polished(deviance: Callable[[float], float], rho: float) -> float:
    """Find the zero of the slope beside a minimum that was found by values alone.

    Values tell a minimum to the square root of their rounding, about 1e-8, so that the last digits
    of an estimate would differ between processors; the slope (five points, fourth order) tells it
    to about 1e-12.
    """

    def slope(at: float) -> float:
        inner = deviance(at + SLOPE_STEP) - deviance(at - SLOPE_STEP)
        outer = deviance(at + 2 * SLOPE_STEP) - deviance(at - 2 * SLOPE_STEP)
        return (8 * inner - outer) / (12 * SLOPE_STEP)

    low, high = rho - POLISH_REACH, rho + POLISH_REACH
    if max(abs(low), abs(high)) + 2 * SLOPE_STEP >= RHO_MAX or not slope(low) < 0 < slope(high):
        return rho
    return float(brentq(slope, low, high, xtol=POLISHED))


def _deviance(problem: Problem, noise: MonthlyNoise, rho: float, criterion: Criterion) -> float:
    """Minus twice the profiled log likelihood."""
    whole = np.column_stack([problem.rows, problem.response])
    whitened, log_determinant = noise.whiten(whole, rho)
    diagonal = np.abs(np.diagonal(np.linalg.qr(whitened, mode="r")))
    n, k = problem.rows.shape
    freedom = n - k if criterion == "reml" else n
    variance = diagonal[-1] ** 2 / freedom
    inner = 2 * np.log(diagonal[:-1]).sum() if criterion == "reml" else 0.0
    return float(freedom * (np.log(2 * np.pi * variance) + 1) + log_determinant + inner)


def _iterated(problem: Problem, *, keep_first: bool) -> Estimated:
    noise = noise_of(problem)
    if len(noise.neighbours) < FEWEST_NEIGHBOURS:
        raise ModelError(
            f"{len(noise.neighbours)} values have one in the month before: rho has no estimate",
            allowed=f"{FEWEST_NEIGHBOURS} or more",
            remedy="estimator='gls_ar1_reml', which uses every distance",
        )
    start = least_squares(problem.rows, problem.response).estimates
    refuse_exact(problem.response - problem.rows @ start, problem.response)
    rho, solved, rounds = _settle(problem, noise, start, keep_first)
    freedom = len(solved.residuals) - problem.rows.shape[1]
    variance = solved.squares / freedom
    name = "Prais-Winsten" if keep_first else "Cochrane-Orcutt"
    first = "kept" if keep_first else "dropped"
    return Estimated(
        estimates=solved.estimates,
        covariance=variance * solved.bread,
        fitted=problem.rows @ solved.estimates,
        whitened_rows=solved.rows,
        whitened_residuals=solved.residuals,
        words=(
            f"{name}, first value {first}, rho {rho:.3f} (residuals on those of the month before, "
            f"{rounds} rounds); model covariance, error variance RSS/(m-k) with m = "
            f"{len(solved.residuals)} transformed values"
        ),
        rho=rho,
        sigma=float(np.sqrt(variance)),
    )


def _settle(
    problem: Problem, noise: MonthlyNoise, estimates: Floats, keep_first: bool
) -> tuple[float, _Solved, int]:
    """Return rho, the solution there and the rounds that it took."""
    rho = np.inf
    for turn in range(1, ROUNDS + 1):
        last, rho = rho, _slope_on_lag(problem, noise, estimates)
        solved = _without_first(_solve(problem, noise, rho), noise, keep_first)
        estimates = solved.estimates
        if abs(rho - last) <= RHO_TOLERANCE:
            return rho, solved, turn
    raise ModelError(f"rho did not settle in {ROUNDS} rounds", remedy="estimator='gls_ar1_reml'")


def _slope_on_lag(problem: Problem, noise: MonthlyNoise, estimates: Floats) -> float:
    residuals = problem.response - problem.rows @ estimates
    now, before = residuals[noise.neighbours], residuals[noise.neighbours - 1]
    rho = float(now @ before / (before @ before))
    if not -1 < rho < 1:
        raise ModelError(
            f"the residuals give rho = {rho:.3f}, outside (-1, 1)",
            remedy="estimator='gls_ar1_reml', or a trend that fits",
        )
    return rho


def _without_first(solved: _Solved, noise: MonthlyNoise, keep_first: bool) -> _Solved:
    """Leave the first value of every series out, or return the solution as it is."""
    if keep_first:
        return solved
    later = ~noise.opens
    response = solved.residuals + solved.rows @ solved.estimates
    found = least_squares(solved.rows[later], response[later])
    return _Solved(
        found.estimates,
        found.bread,
        solved.rows[later],
        found.residuals,
        solved.log_determinant,
    )
