"""Estimate the noise: Fisher scoring on the (restricted) likelihood, guarded at its bounds."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from analysis.errors import ModelError
from analysis.models.arrays import Bools, Floats
from analysis.models.interval_covariance import NoiseParameters, monthly_part
from analysis.models.interval_likelihood import Regression, Slopes, Solved, slopes, solve

NAMES = ("sigma", "rho", "tau")
RATIO_FLOOR = 1e-4  # a sigma or tau this small beside the spread of the reports is called zero
RATIO_CEILING = 1e2
RHO_BOUNDS = (0.0, 0.98)  # above, one window of about ten years cannot tell noise from level
STEP_LIMITS = np.array([1.0, 0.25, 1.0])  # longest scoring step in log sigma, rho, log tau
ITERATIONS = 60
HALVINGS = 12
TOLERANCE = 1e-10  # gain in log-likelihood at which scoring stops
RIDGE = 1e-8  # relative; keeps scoring defined where two parameters act alike
START_RATIOS = (0.0, 0.3, 1.5)  # tau / sigma from which scoring may start
EXACT_FIT = 1e-12  # residuals this small beside the reports are rounding of the arithmetic
TYPICAL_RHO = 0.5
START_RHOS = (0.1, 0.5, 0.8, 0.95)


@dataclass(frozen=True)
class NoiseSpec:
    """Which parameters of the noise are given; None means estimated."""

    sigma: float | None = None
    rho: float | None = None
    tau: float | None = None


@dataclass(frozen=True)
class NoiseFit:
    """Estimated noise.

    Attributes
    ----------
    slopes
        Gradient and expected information by (log sigma, rho, log tau).
    interior
        True for a parameter that is estimated and not at a bound, shape (3,).
    at_bound
        Names of estimated parameters that lie at a bound.
    """

    noise: NoiseParameters
    solved: Solved
    slopes: Slopes
    interior: Bools
    at_bound: tuple[str, ...]


def estimate_noise(
    regression: Regression, spec: NoiseSpec, start: NoiseParameters | None = None
) -> NoiseFit:
    """Maximise the criterion over the free parameters of the noise.

    Raises
    ------
    ModelError
        When the reports leave no residual to estimate the noise from.
    """
    box = _box(regression, spec, _spread(regression))
    point = box.clip(_pack(start)) if start else _best_start(regression, spec, box)
    point, solved = _score(regression, point, box)
    noise = _unpack(point)
    interior = (point > box.low) & (point < box.high)
    stuck = [name for name, at in zip(NAMES, box.free & ~interior, strict=True) if at]
    slope = slopes(regression, noise, solved)
    return NoiseFit(noise, solved, slope, interior, tuple(stuck))


@dataclass(frozen=True)
class _Box:
    """Bounds of (log sigma, rho, log tau), equal where a parameter is given; each of shape (3,)."""

    low: Floats
    high: Floats

    @property
    def free(self) -> Bools:
        return self.low < self.high

    def clip(self, point: Floats) -> Floats:
        return np.clip(point, self.low, self.high)

    def blocked(self, point: Floats, gradient: Floats) -> Bools:
        """Parameters that are given, or at a bound that the gradient presses against."""
        pressed_down = (point <= self.low) & (gradient <= 0)
        pressed_up = (point >= self.high) & (gradient >= 0)
        return ~self.free | pressed_down | pressed_up


def _spread(regression: Regression) -> float:
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


def _box(regression: Regression, spec: NoiseSpec, scale: float) -> _Box:
    seen = np.sqrt(np.mean(np.diagonal(monthly_part(regression.shape, TYPICAL_RHO))))
    unit = scale / float(seen)
    low = np.array([np.log(RATIO_FLOOR * unit), RHO_BOUNDS[0], np.log(RATIO_FLOOR * scale)])
    high = np.array([np.log(RATIO_CEILING * unit), RHO_BOUNDS[1], np.log(RATIO_CEILING * scale)])
    for i, given in enumerate((_log(spec.sigma), spec.rho, _log(spec.tau))):
        if given is not None:
            low[i] = high[i] = given
    return _Box(low, high)


def _log(value: float | None) -> float | None:
    if value is None:
        return None
    return float(np.log(value)) if value > 0 else -np.inf


def _pack(noise: NoiseParameters) -> Floats:
    return np.array([_log(noise.sigma), noise.rho, _log(noise.tau)], dtype=float)


def _unpack(point: Floats) -> NoiseParameters:
    return NoiseParameters(float(np.exp(point[0])), float(point[1]), float(np.exp(point[2])))


def _best_start(regression: Regression, spec: NoiseSpec, box: _Box) -> Floats:
    """Best of a coarse grid over rho and tau / sigma, sigma profiled: the criterion has bumps."""
    rhos = START_RHOS if spec.rho is None else (spec.rho,)
    ratios = START_RATIOS if spec.tau is None else (0.0,)
    points = [box.clip(_profiled(regression, rho, ratio)) for rho in rhos for ratio in ratios]
    values = [solve(regression, _unpack(point)).log_likelihood for point in points]
    return points[int(np.argmax(values))]


def _profiled(regression: Regression, rho: float, ratio: float) -> Floats:
    """Return the point with sigma that a pure scale model has at given rho and tau / sigma."""
    unit = NoiseParameters(1.0, rho, max(ratio, RATIO_FLOOR))
    pure = replace(regression, shape=replace(regression.shape, rounding=np.zeros(1)))
    solved = solve(pure, unit)
    y = regression.response
    sigma = np.sqrt(y @ solved.projection @ y / max(regression.degrees_of_freedom, 1))
    return np.array([np.log(sigma), rho, np.log(sigma * unit.tau)])


def _score(regression: Regression, point: Floats, box: _Box) -> tuple[Floats, Solved]:
    """Fisher scoring with step halving inside the box."""
    solved = solve(regression, _unpack(point))
    for _ in range(ITERATIONS):
        slope = slopes(regression, _unpack(point), solved)
        step = _scoring_step(slope, box.blocked(point, slope.gradient))
        moved = _improve(regression, point, step, solved, box)
        if moved is None:
            break
        gain = moved[1].log_likelihood - solved.log_likelihood
        point, solved = moved
        if gain < TOLERANCE:
            break
    return point, solved


def _scoring_step(slope: Slopes, blocked: Bools) -> Floats:
    step = np.zeros(len(slope.gradient))
    open_ = ~blocked
    if not open_.any():
        return step
    information = slope.information[np.ix_(open_, open_)]
    ridge = RIDGE * max(float(np.trace(information)), np.finfo(float).tiny)
    step[open_] = np.linalg.solve(
        information + ridge * np.eye(int(open_.sum())), slope.gradient[open_]
    )
    shrink = np.max(np.abs(step) / STEP_LIMITS)
    return np.asarray(step / max(shrink, 1.0))


def _improve(
    regression: Regression, point: Floats, step: Floats, solved: Solved, box: _Box
) -> tuple[Floats, Solved] | None:
    """Take the longest halving of `step` that raises the criterion, or nothing if none does."""
    for halving in range(HALVINGS):
        trial = box.clip(point + step * 0.5**halving)
        if np.array_equal(trial, point):
            return None
        candidate = solve(regression, _unpack(trial))
        if candidate.log_likelihood > solved.log_likelihood:
            return trial, candidate
    return None
