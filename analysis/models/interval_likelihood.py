"""Restricted and full likelihood of the noise, with analytic gradient and expected information.

With P = V^-1 - V^-1 H (H'V^-1 H)^-1 H'V^-1 and dV_i the derivative of V by parameter i,

    l_R    = -1/2 [log|V| + log|H'V^-1 H| - log|H'H| + y'P y + (n - r) log 2 pi]
    dl_R/i = -1/2 [tr(P dV_i) - y'P dV_i P y],        E[-d2 l_R/ij] = 1/2 tr(P dV_i P dV_j);

the full likelihood has V^-1 for P in the traces and no log|H'V^-1 H| (Harville 1977, JASA 72).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from analysis.errors import ModelError
from analysis.models.arrays import Floats
from analysis.models.interval_covariance import (
    NoiseParameters,
    NoiseShape,
    covariance,
    covariance_slopes,
)

Criterion = Literal["reml", "ml"]


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


@dataclass(frozen=True)
class Solved:
    """Generalised least squares at one covariance.

    Attributes
    ----------
    coefficients, covariance
        Estimate, shape (r,), and its covariance, shape (r, r).
    precision, projection
        V^-1 and P, each of shape (n, n).
    log_likelihood
        Value of the criterion, constants included.
    """

    coefficients: Floats
    covariance: Floats
    precision: Floats
    projection: Floats
    log_likelihood: float


@dataclass(frozen=True)
class Slopes:
    """Gradient (3,), expected information (3, 3) and dV (n, n) by (log sigma, rho, log tau)."""

    gradient: Floats
    information: Floats
    covariance: tuple[Floats, ...]


def solve(regression: Regression, noise: NoiseParameters) -> Solved:
    """Generalised least squares and likelihood at given noise.

    Raises
    ------
    ModelError
        When the covariance of the reports is singular.
    """
    h, y = regression.regressors, regression.response
    factor, log_determinant = _factor(covariance(regression.shape, noise))
    precision = np.asarray(cho_solve(factor, np.eye(len(y)), check_finite=False))
    weighted = precision @ h
    inner, log_inner = _factor(h.T @ weighted)
    spread = np.asarray(cho_solve(inner, np.eye(h.shape[1]), check_finite=False))
    projection = precision - weighted @ spread @ weighted.T
    quadratic = float(y @ projection @ y)
    terms = log_determinant + quadratic + _constant(regression, log_inner)
    return Solved(spread @ (weighted.T @ y), spread, precision, projection, -terms / 2)


def _constant(regression: Regression, log_inner: float) -> float:
    h = regression.regressors
    if regression.criterion == "ml":
        return float(len(h) * np.log(2 * np.pi))
    gram = float(np.linalg.slogdet(h.T @ h)[1])
    return float(regression.degrees_of_freedom * np.log(2 * np.pi) + log_inner - gram)


def slopes(regression: Regression, noise: NoiseParameters, solved: Solved) -> Slopes:
    """Gradient and expected information of the criterion at `noise`."""
    derivatives = tuple(covariance_slopes(regression.shape, noise).values())
    trace = solved.projection if regression.criterion == "reml" else solved.precision
    score = solved.projection @ regression.response
    products = [trace @ slope for slope in derivatives]
    gradient = [
        (score @ slope @ score - np.trace(product)) / 2
        for slope, product in zip(derivatives, products, strict=True)
    ]
    information = [[np.sum(one * two.T) / 2 for two in products] for one in products]
    return Slopes(np.array(gradient), np.array(information), derivatives)


def _factor(matrix: Floats) -> tuple[tuple[Floats, bool], float]:
    try:
        factor = cho_factor(matrix, lower=True, check_finite=False)
    except LinAlgError as error:
        raise ModelError(
            "the covariance of the reports is singular",
            remedy="two reports of one interval without rounding need tau above zero",
        ) from error
    diagonal = np.diagonal(factor[0])
    return factor, 2 * float(np.log(diagonal).sum())
