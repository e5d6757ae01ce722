"""Best linear unbiased prediction of the monthly noise, given the reports."""

from __future__ import annotations

import numpy as np

from analysis.models.arrays import Floats
from analysis.models.interval_covariance import autocorrelation
from analysis.models.interval_state import FitState


def predicted_noise(state: FitState) -> Floats:
    """Return the noise of each month given the reports, Sigma A' V^-1 (z - h), shape (M,).

    The predictor of Goldberger (1962, JASA 57) and, with the identity link, of Chow & Lin (1971).
    """
    months = state.shape.shares.shape[1]
    noise = state.noise.sigma**2 * autocorrelation(months, state.noise.rho)
    residual = state.response - state.mean
    return np.asarray(noise @ (state.shape.shares.T @ (state.precision @ residual)))
