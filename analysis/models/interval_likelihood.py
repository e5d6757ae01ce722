"""Restricted and full likelihood of the noise, with analytic gradient and expected information.

With P = V^-1 - V^-1 H (H'V^-1 H)^-1 H'V^-1 and dV_i the derivative of V by parameter i,

    l_R    = -1/2 [log|V| + log|H'V^-1 H| - log|H'H| + y'P y + (n - r) log 2 pi]
    dl_R/i = -1/2 [tr(P dV_i) - y'P dV_i P y],        E[-d2 l_R/ij] = 1/2 tr(P dV_i P dV_j),
    -d2 l_R/ij = y'P dV_i P dV_j P y - 1/2 tr(P dV_i P dV_j) + 1/2 tr[(P - P y y'P) d2V_ij];

the full likelihood has V^-1 for P in the traces and no log|H'V^-1 H| (Harville 1977, JASA 72).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

import numpy as np
from scipy.linalg.lapack import dpotrf, dpotri

from analysis.errors import ModelError
from analysis.models.arrays import Floats
from analysis.models.interval_covariance import (
    NoiseParameters,
    NoiseShape,
    covariance,
    covariance_derivatives,
)

Criterion = Literal["reml", "ml"]
SINGULAR: Final = "the covariance of the reports is singular"


@dataclass(frozen=True)
class Regression:
    """A linearised regression: response y (n,), regressors H of full rank (n, r), noise shape."""

    response: Floats
    regressors: Floats
    shape: NoiseShape
    criterion: Criterion = "reml"

    @property
    def degrees_of_freedom(self) -> int:
        """Reports less coefficients, n - r."""
        return int(self.regressors.shape[0] - self.regressors.shape[1])

    @cached_property
    def constant(self) -> float:
        """The part of -2 times the criterion that no parameter moves."""
        h = self.regressors
        if self.criterion == "ml":
            return float(len(h) * np.log(2 * np.pi))
        gram = float(np.linalg.slogdet(h.T @ h)[1])
        return float(self.degrees_of_freedom * np.log(2 * np.pi)) - gram


@dataclass(frozen=True)
class Solved:
    """Generalised least squares at one covariance.

    Attributes
    ----------
    coefficients, spread
        Estimate, shape (r,), and its covariance (H'V^-1 H)^-1, shape (r, r).
    covariance, precision, projection
        V, V^-1 and P, each of shape (n, n).
    weighted
        V^-1 H, shape (n, r).
    score
        P y, shape (n,).
    log_likelihood
        Value of the criterion, constants included.
    """

    coefficients: Floats
    spread: Floats
    covariance: Floats
    precision: Floats
    projection: Floats
    weighted: Floats
    score: Floats
    log_likelihood: float


@dataclass(frozen=True)
class Slopes:
    """Derivatives by the noise coordinates.

    Attributes
    ----------
    gradient
        Of the criterion, shape (3,).
    information, observed
        Expected and observed information of the criterion, shape (3, 3).
    covariance
        Derivative of V by each coordinate, shape (3, n, n).
    """

    gradient: Floats
    information: Floats
    observed: Floats
    covariance: Floats


def solve(regression: Regression, noise: NoiseParameters) -> Solved:
    """Generalised least squares and likelihood at given noise.

    Raises
    ------
    ModelError
        When the covariance of the reports is singular.
    """
    h, y = regression.regressors, regression.response
    whole = covariance(regression.shape, noise)
    precision, log_determinant = _inverse(whole)
    weighted = precision @ h
    spread, log_inner = _inverse(h.T @ weighted)
    projection = precision - weighted @ spread @ weighted.T
    score = projection @ y
    terms = log_determinant + float(y @ score) + regression.constant
    if regression.criterion == "reml":
        terms += log_inner
    coefficients = spread @ (weighted.T @ y)
    return Solved(coefficients, spread, whole, precision, projection, weighted, score, -terms / 2)


def slopes(regression: Regression, noise: NoiseParameters, solved: Solved) -> Slopes:
    """Gradient, expected and observed information of the criterion at `noise`."""
    derivatives = covariance_derivatives(regression.shape, noise, solved.covariance)
    trace = solved.projection if regression.criterion == "reml" else solved.precision
    excess = trace - np.outer(solved.score, solved.score)
    products = trace @ derivatives.first
    turned = products.transpose(0, 2, 1).reshape(3, -1)
    expected = products.reshape(3, -1) @ turned.T / 2
    pulled = derivatives.first @ solved.score
    observed = pulled @ solved.projection @ pulled.T - expected
    for (i, j), bend in derivatives.second.items():
        observed[i, j] += np.vdot(excess, bend) / 2
        observed[j, i] = observed[i, j]
    gradient = -derivatives.first.reshape(3, -1) @ excess.ravel() / 2
    return Slopes(gradient, expected, observed, derivatives.first)


def _inverse(matrix: Floats) -> tuple[Floats, float]:
    """Return the inverse of a positive definite matrix and the logarithm of its determinant."""
    factor, fault = dpotrf(matrix, lower=1)
    diagonal = factor.diagonal()
    if fault or not (diagonal > 0).all():
        raise ModelError(
            SINGULAR,
            remedy="two reports of one interval without rounding need tau above zero",
        )
    inverse, _ = dpotri(factor, lower=1)
    whole = inverse + inverse.T
    whole.flat[:: len(whole) + 1] = inverse.diagonal()
    return whole, 2 * float(np.log(diagonal).sum())
