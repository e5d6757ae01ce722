"""Gauss-Newton for the coefficients and scoring for the noise, in turns until neither moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.errors import ModelError
from analysis.models.arrays import Floats
from analysis.models.design import Design
from analysis.models.interval_covariance import UNIFORM_VARIANCE, NoiseShape
from analysis.models.interval_identification import Subspace
from analysis.models.interval_likelihood import Criterion, Regression
from analysis.models.interval_mean import (
    Linearised,
    linearise,
    response,
    rounding_half_width,
    start_level,
)
from analysis.models.interval_noise import NoiseFit, NoiseSpec, estimate_noise
from analysis.models.interval_rows import IntervalRows, Link

ITERATIONS = 100
TOLERANCE = 1e-10  # largest move of a monthly predictor, beside its size, at which turns stop
LONGEST_MOVE = 2.0  # longest Gauss-Newton move of a log flow; longer ones overshoot


@dataclass(frozen=True)
class Options:
    """How to estimate.

    Attributes
    ----------
    rho
        A number in [0, 1), or None to estimate it.
    tau
        A number of 0 or more on the scale of the link, or None to estimate it.
    criterion
        `reml` or `ml`, for whatever of (sigma, rho, tau) is estimated.
    """

    rho: float | None = None
    tau: float | None = None
    criterion: Criterion = "reml"
    link: Link = "log"
    level: float = 0.95


def constant_predictor(rows: IntervalRows, design: Design, link: Link) -> Floats:
    """Return the predictor of a constant flow that is about that of the reports, shape (M,)."""
    return np.full(len(design.matrix), start_level(rows, link))


@dataclass(frozen=True)
class Converged:
    """A settled fit: coefficients (p,), the reports linearised there, and the noise."""

    rows: IntervalRows
    design: Design
    options: Options
    subspace: Subspace
    coefficients: Floats
    linear: Linearised
    regression: Regression
    noise: NoiseFit


def estimate(rows: IntervalRows, design: Design, options: Options, subspace: Subspace) -> Converged:
    """Gauss-Newton for the coefficients and scoring for the noise, in turns."""
    free = _start_coefficients(rows, design, options, subspace)
    spec, noise = NoiseSpec(rho=options.rho, tau=options.tau), None
    for _ in range(ITERATIONS):
        coefficients = subspace.basis @ free
        linear = linearise(rows, design.matrix @ coefficients, options.link)
        regression = _regression(rows, design, options, subspace, linear, free)
        noise = estimate_noise(regression, spec, noise.noise if noise else None)
        move = noise.solved.coefficients - free
        reach = np.abs(design.matrix @ (subspace.basis @ move)).max()
        size = max(1.0, np.abs(design.matrix @ coefficients).max())
        if reach <= TOLERANCE * size:
            return Converged(
                rows, design, options, subspace, coefficients, linear, regression, noise
            )
        limit = LONGEST_MOVE if options.link == "log" else np.inf
        free = free + move * min(1.0, limit / reach)
    raise ModelError(
        f"the fit did not settle in {ITERATIONS} turns",
        remedy="fewer interventions, or a given rho",
    )


def _start_coefficients(
    rows: IntervalRows, design: Design, options: Options, subspace: Subspace
) -> Floats:
    """Free coefficients whose predictor is nearest to a constant flow."""
    target = constant_predictor(rows, design, options.link)
    inner = design.matrix @ subspace.basis
    return np.asarray(np.linalg.lstsq(inner, target, rcond=None)[0], dtype=float)


def _regression(
    rows: IntervalRows,
    design: Design,
    options: Options,
    subspace: Subspace,
    linear: Linearised,
    free: Floats,
) -> Regression:
    regressors = linear.shares @ design.matrix @ subspace.basis
    rounding = rounding_half_width(rows, options.link) ** 2 * UNIFORM_VARIANCE
    shape = NoiseShape(linear.shares, rounding, np.ones(len(rows)))
    working = response(rows, options.link) - linear.mean + regressors @ free
    return Regression(working, regressors, shape, options.criterion)
