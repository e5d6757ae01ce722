"""Estimate the noise: Newton steps on the (restricted, penalised) likelihood inside a box.

A step takes the observed information where it is positive definite and the expected one (Fisher
scoring) elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from analysis.errors import ModelError
from analysis.models.arrays import Bools, Floats
from analysis.models.interval_covariance import RHO_MAX, NoiseParameters, monthly_part
from analysis.models.interval_likelihood import Regression, Slopes, Solved, slopes, solve
from analysis.models.interval_penalty import NO_PENALTY, Penalty, penalty_terms, penalty_value

NAMES: Final = ("sigma", "rho", "tau")

RATIO_FLOOR: Final = 1e-4
"""A sigma or tau this small beside the spread of the reports is called zero."""

RATIO_CEILING: Final = 1e2
LOGIT_BOUND: Final = 8.0  # rho between 0.0003 and 0.9997 of its maximum
ITERATIONS: Final = 60
HALVINGS: Final = 12
STEP: Final = 1e-9  # no step is taken that moves every coordinate less than this
LONGEST_STEP: Final = 1.5
SMALL_STEP: Final = 1e-4  # gains of steps this small drown in the arithmetic of the criterion
ARITHMETIC: Final = 1e-11  # relative error of the criterion
FLATTEST: Final = 0.05  # observed curvature less than this part of the expected is not trusted
TINY: Final = float(np.finfo(float).tiny)
RIDGE: Final = 1e-8  # relative; keeps scoring defined where two parameters act alike
EXACT_FIT: Final = 1e-12  # residuals this small beside the reports are rounding of the arithmetic
TYPICAL_RHO: Final = 0.5
START_RATIOS: Final = (0.05, 0.5)  # tau / sigma from which scoring may start
START_RHOS: Final = (0.15, 0.6, 0.9)


CLEARLY_BETTER: Final = 0.05  # log likelihood; smaller gains are the same optimum, less settled


@dataclass(frozen=True)
class NoiseSpec:
    """Which parameters of the noise are given (None means estimated), and the penalty."""

    sigma: float | None = None
    rho: float | None = None
    tau: float | None = None
    penalty: Penalty = NO_PENALTY


@dataclass(frozen=True)
class NoiseFit:
    """Estimated noise.

    Attributes
    ----------
    slopes
        Gradient and expected information of the likelihood by the noise coordinates.
    parameter_covariance
        Covariance of the free coordinates that are not at a bound, zero elsewhere, shape (3, 3).
    interior
        True for a parameter that is estimated and not at a bound, shape (3,).
    at_bound
        Names of estimated parameters that lie at a bound.
    box
        Lower and upper bounds of the coordinates, equal where one is given, each of shape (3,).
    """

    noise: NoiseParameters
    solved: Solved
    slopes: Slopes
    parameter_covariance: Floats
    interior: Bools
    at_bound: tuple[str, ...]
    box: tuple[Floats, Floats]


@dataclass(frozen=True)
class _Problem:
    """A criterion over (log sigma, logit rho, log tau) with bounds, equal where one is given."""

    regression: Regression
    spec: NoiseSpec
    low: Floats
    high: Floats

    @cached_property
    def free(self) -> Bools:
        return np.asarray(self.low < self.high)

    def noise(self, point: Floats) -> NoiseParameters:
        given = self.spec
        return NoiseParameters(
            float(np.exp(point[0])) if given.sigma is None else given.sigma,
            RHO_MAX / (1 + float(np.exp(-point[1]))) if given.rho is None else given.rho,
            float(np.exp(point[2])) if given.tau is None else given.tau,
        )

    def clip(self, point: Floats) -> Floats:
        return np.clip(point, self.low, self.high)

    def value(self, point: Floats, solved: Solved) -> float:
        return solved.log_likelihood + penalty_value(self.spec.penalty, point, self.free)

    def blocked(self, point: Floats, gradient: Floats) -> Bools:
        """Parameters that are given, or at a bound that the gradient presses against."""
        pressed_down = (point <= self.low) & (gradient <= 0)
        pressed_up = (point >= self.high) & (gradient >= 0)
        return np.asarray(~self.free | pressed_down | pressed_up)


def estimate_noise(
    regression: Regression,
    spec: NoiseSpec,
    start: NoiseFit | None = None,
    steps: int = ITERATIONS,
) -> NoiseFit:
    """Maximise the criterion over the free parameters of the noise.

    Parameters
    ----------
    start
        A fit to a regression nearby, from which to go on inside the same bounds.
    steps
        Most steps to take.

    Raises
    ------
    ModelError
        When the reports leave no residual to estimate the noise from.
    """
    box = start.box if start else _box(regression, spec)
    problem = _Problem(regression, spec, *box)
    point = problem.clip(coordinates(start.noise)) if start else _best_start(problem)
    point, solved, slope = _score(problem, point, steps)
    interior = (point > problem.low) & (point < problem.high)
    stuck = [name for name, at in zip(NAMES, problem.free & ~interior, strict=True) if at]
    terms = penalty_terms(spec.penalty, point, problem.free)
    spread = _parameter_covariance(slope.information + terms.curvature, interior)
    return NoiseFit(problem.noise(point), solved, slope, spread, interior, tuple(stuck), box)


def better_noise(regression: Regression, spec: NoiseSpec, settled: NoiseFit) -> NoiseFit | None:
    """Look for a higher optimum of the criterion than the one that a fit has settled at.

    With sources that contradict each other the criterion often has two: the disagreement is taken
    for tau, or for violent months. Turns follow one of them; this looks again from the whole grid.
    """
    fresh = estimate_noise(regression, spec)
    gain = _criterion(regression, spec, fresh) - _criterion(regression, spec, settled)
    return fresh if gain > CLEARLY_BETTER else None


def _criterion(regression: Regression, spec: NoiseSpec, fit: NoiseFit) -> float:
    problem = _Problem(regression, spec, *fit.box)
    point = coordinates(fit.noise)
    return problem.value(point, solve(regression, fit.noise))


def coordinates(noise: NoiseParameters) -> Floats:
    """Return (log sigma, logit(rho / rho_max), log tau), shape (3,)."""
    floor = np.finfo(float).tiny
    share = np.clip(noise.rho / RHO_MAX, floor, 1 - np.finfo(float).eps)
    logit = np.log(share) - np.log1p(-share)
    return np.array([np.log(max(noise.sigma, floor)), logit, np.log(max(noise.tau, floor))])


def _parameter_covariance(information: Floats, interior: Bools) -> Floats:
    inside = np.flatnonzero(interior)
    spread = np.zeros((3, 3))
    block = information[np.ix_(inside, inside)]
    spread[np.ix_(inside, inside)] = np.linalg.pinv(block, rcond=RIDGE, hermitian=True)
    return spread


def _box(regression: Regression, spec: NoiseSpec) -> tuple[Floats, Floats]:
    scale = _residual_size(regression)
    seen = np.sqrt(np.mean(np.diagonal(monthly_part(regression.shape, TYPICAL_RHO))))
    units = np.log(np.array([scale / float(seen), 1.0, scale]))
    reach = np.array([-np.log(RATIO_FLOOR), LOGIT_BOUND, -np.log(RATIO_FLOOR)])
    rise = np.array([np.log(RATIO_CEILING), LOGIT_BOUND, np.log(RATIO_CEILING)])
    given = np.array([value is not None for value in (spec.sigma, spec.rho, spec.tau)])
    return np.where(given, 0.0, units - reach), np.where(given, 0.0, units + rise)


def _residual_size(regression: Regression) -> float:
    """Root mean square of the least-squares residual, the yardstick of the bounds."""
    y, h = regression.response, regression.regressors
    residual = y - h @ np.linalg.lstsq(h, y, rcond=None)[0]
    rounding = float(np.sqrt(np.mean(regression.shape.rounding)))
    scale = max(float(np.sqrt(np.mean(residual**2))), rounding)
    if scale <= EXACT_FIT * max(1.0, float(np.abs(y).max())):
        raise ModelError(
            "the model reproduces every report exactly, so no error variance can be estimated",
            remedy="give the rounding of the reports, or fewer terms",
        )
    return scale


def _best_start(problem: _Problem) -> Floats:
    """Best of a coarse grid over rho and tau / sigma, sigma profiled: the criterion has bumps."""
    rhos = START_RHOS if problem.spec.rho is None else (problem.spec.rho,)
    ratios = START_RATIOS if problem.spec.tau is None else (RATIO_FLOOR,)
    points = [_profiled(problem, rho, ratio) for rho in rhos for ratio in ratios]
    values = [
        problem.value(point, solve(problem.regression, problem.noise(point))) for point in points
    ]
    return points[int(np.argmax(values))]


def _profiled(problem: _Problem, rho: float, ratio: float) -> Floats:
    """Return the point with sigma that a pure scale model has at given rho and tau / sigma."""
    regression = problem.regression
    pure = replace(
        regression, shape=replace(regression.shape, rounding=np.zeros(len(regression.response)))
    )
    solved = solve(pure, NoiseParameters(1.0, rho, ratio))
    quadratic = max(float(regression.response @ solved.score), 0.0)  # rounding can take it below
    sigma = np.sqrt(quadratic / max(regression.degrees_of_freedom, 1))
    return problem.clip(coordinates(NoiseParameters(float(sigma), rho, float(sigma) * ratio)))


def _score(problem: _Problem, point: Floats, steps: int) -> tuple[Floats, Solved, Slopes]:
    """Newton or scoring steps with halving inside the box."""
    solved = solve(problem.regression, problem.noise(point))
    slope = slopes(problem.regression, problem.noise(point), solved)
    for _ in range(steps):
        step = _scoring_step(problem, point, slope)
        moved = _improve(problem, point, step, solved) if np.abs(step).max() > STEP else None
        if moved is None:
            break
        point, solved = moved
        slope = slopes(problem.regression, problem.noise(point), solved)
    return point, solved, slope


def _scoring_step(problem: _Problem, point: Floats, slope: Slopes) -> Floats:
    terms = penalty_terms(problem.spec.penalty, point, problem.free)
    gradient = slope.gradient + terms.gradient
    going = ~problem.blocked(point, gradient)
    step = np.zeros(3)
    if not going.any():
        return step
    block = np.ix_(going, going)
    expected = (slope.information + terms.curvature)[block]
    expected = expected + RIDGE * max(float(np.trace(expected)), TINY) * np.eye(len(expected))
    observed = (slope.observed + terms.curvature)[block]
    flattest = np.linalg.eigvalsh(np.stack([observed, expected])).min(axis=1)
    rounded = flattest[0] > FLATTEST * flattest[1]
    step[going] = np.linalg.solve(observed if rounded else expected, gradient[going])
    return np.asarray(step / max(float(np.max(np.abs(step))) / LONGEST_STEP, 1.0))


def _improve(
    problem: _Problem, point: Floats, step: Floats, solved: Solved
) -> tuple[Floats, Solved] | None:
    """Take the longest halving of `step` that raises the criterion, or nothing if none does."""
    here = problem.value(point, solved)
    slack = ARITHMETIC * max(1.0, abs(here)) if np.max(np.abs(step)) < SMALL_STEP else 0.0
    for halving in range(HALVINGS):
        trial = problem.clip(point + step * 0.5**halving)
        if np.array_equal(trial, point):
            return None
        candidate = solve(problem.regression, problem.noise(trial))
        if problem.value(trial, candidate) > here - slack:
            return trial, candidate
    return None
