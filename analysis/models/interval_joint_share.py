"""The share of the monthly noise that several series have in common, by its profile likelihood."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from scipy.optimize import minimize_scalar

from analysis.models.interval_estimation import Converged
from analysis.models.interval_layout import Layout
from analysis.models.interval_noise import NoiseFit, coordinates, estimate_noise
from analysis.models.interval_penalty import penalty_terms

LARGEST_COMMON: Final = 0.95  # beyond, the series are one series
COMMON_PRECISION: Final = 0.01


def best_common(start: Converged, layout: Layout) -> float:
    """Maximise the profiled criterion, penalty included, over the common share.

    Weights, linearisation and what stands in for one-sided reports are held at those of `start`.
    The criterion is then a likelihood in the share, that of normal errors with known weights;
    weights that follow the share would make it one normal likelihood here and another there.

    Parameters
    ----------
    start
        A settled fit with nothing in common.
    layout
        The layout of that fit.

    Raises
    ------
    ModelError
        When the covariance of the reports is singular.
    """

    def loss(share: float) -> float:
        return -_profiled(start, replace(layout, common=float(share)))

    found = minimize_scalar(
        loss, bounds=(0.0, LARGEST_COMMON), method="bounded", options={"xatol": COMMON_PRECISION}
    )
    inside, edge = float(found.x), 0.0
    return edge if loss(edge) <= float(found.fun) else inside


def _profiled(start: Converged, layout: Layout) -> float:
    """Return the criterion at one share, coefficients and noise at the optimum next to `start`."""
    shape = replace(start.regression.shape, mixing=layout.mixing)
    regression = replace(start.regression, shape=shape)
    noise = estimate_noise(regression, start.options.noise_spec, start.noise)
    return penalised_criterion(start, noise)


def penalised_criterion(fit: Converged, noise: NoiseFit) -> float:
    """Return the criterion of a noise fit; every parameter that is estimated carries a penalty.

    A parameter at a bound is estimated too: without its term the criterion would jump there.
    """
    low, high = noise.box
    terms = penalty_terms(fit.options.noise_spec.penalty, coordinates(noise.noise), low < high)
    return noise.solved.log_likelihood + terms.value
