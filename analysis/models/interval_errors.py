"""Protection against gross contradictions: reports that disagree beyond belief weigh less.

The disagreement of report i has variance tau^2 / w_i. Given the current fit its expected square,
in units of tau^2, is s_i = (d_i^2 + var d_i) / tau^2 with d = T P y and var d = T - T P T, T the
diagonal of disagreement. Then

    student_t: w_i = (nu + 1) / (nu + s_i), the EM step of a t error with nu degrees of freedom
               (Lange, Little & Taylor 1989, JASA 84);
    huber:     w_i = min(1, k / sqrt(s_i)) (Huber 1964);
    gaussian:  w_i = 1.

A report about which the others say nothing has s_i = 1 and keeps the weight 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal

import numpy as np

from analysis.models.arrays import Floats
from analysis.models.interval_covariance import NoiseShape
from analysis.models.interval_noise import NoiseFit

Errors = Literal["gaussian", "huber", "student_t"]

STUDENT_DF: Final = 4.0  # finite variance, tails heavy enough for figures that are wrong by half
HUBER_LIMIT: Final = 2.0  # in units of tau; an honest report passes it once in twenty
LEAST_WEIGHT: Final = 1e-6  # a weight of zero would take the report out of the likelihood


def update_weights(errors: Errors, shape: NoiseShape, fit: NoiseFit) -> Floats:
    """Return the weight of each report given the current fit, shape (n,)."""
    if errors == "gaussian" or fit.noise.tau == 0:
        return np.ones(len(shape.weights))
    return np.clip(WEIGHTS[errors](_expected_square(shape, fit)), LEAST_WEIGHT, None)


def _expected_square(shape: NoiseShape, fit: NoiseFit) -> Floats:
    own = fit.noise.tau**2 / shape.weights
    found = own * fit.solved.score
    spread = own - own**2 * np.diagonal(fit.solved.projection)
    return np.asarray((found**2 + spread) / fit.noise.tau**2)


def _student_t(squares: Floats) -> Floats:
    return np.asarray((STUDENT_DF + 1) / (STUDENT_DF + squares))


def _huber(squares: Floats) -> Floats:
    return np.minimum(1.0, HUBER_LIMIT / np.sqrt(squares))


WEIGHTS: Final[Mapping[Errors, Callable[[Floats], Floats]]] = {
    "student_t": _student_t,
    "huber": _huber,
}
