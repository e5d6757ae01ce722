"""The arrays behind a fit."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.models.arrays import Floats
from analysis.models.design import Design
from analysis.models.interval_covariance import NoiseParameters, NoiseShape
from analysis.models.interval_identification import Subspace
from analysis.models.interval_rows import IntervalRows, Link


@dataclass(frozen=True)
class FitState:
    """The arrays behind a fit, for prediction and simulation.

    Attributes
    ----------
    coefficients
        Shape (p,); zero along directions that the reports do not see.
    covariance, model_covariance
        Small-sample covariance from which intervals are made, and that of generalised least
        squares at the estimated noise, shape (p, p).
    sensitivity
        Derivative of each report by each coefficient, shape (n, p).
    response, mean
        Reports (or what stands in for a one-sided one) and their fitted means on the scale of
        estimation, shape (n,).
    precision, projection
        V^-1 and P, shape (n, n).
    covariance_slopes
        Derivative of `model_covariance` by each noise coordinate, shape (3, p, p).
    noise_covariance
        Covariance of the noise coordinates, zero where one is given, shape (3, 3).
    """

    design: Design
    rows: IntervalRows
    link: Link
    subspace: Subspace
    shape: NoiseShape
    noise: NoiseParameters
    coefficients: Floats
    covariance: Floats
    model_covariance: Floats
    sensitivity: Floats
    response: Floats
    mean: Floats
    precision: Floats
    projection: Floats
    covariance_slopes: Floats
    noise_covariance: Floats
    log_likelihood: float
