"""Shapes of an intervention over time, each as its integral over the months since its start.

step: 1 from the start on. slope: years since the start. pulse: 1 for `length` months. ramp: rises
in a straight line to 1 after `length` months and stays. phase_in: 1 - 0.05^(elapsed/length), the
gradual permanent effect of Box & Tiao (1975, JASA 70), 95 per cent of it reached after `length`
months. temporary: 1 from the start to the end date.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from analysis.models.arrays import Floats

MONTHS_PER_YEAR = 12
PHASE_IN_REACHED = 0.95  # share of the final effect that a phase-in has reached after `length`


def _step(elapsed: Floats, _length: float) -> Floats:
    return elapsed


def _slope(elapsed: Floats, _length: float) -> Floats:
    return np.asarray(elapsed**2 / (2 * MONTHS_PER_YEAR))


def _pulse(elapsed: Floats, length: float) -> Floats:
    return np.minimum(elapsed, length)


def _ramp(elapsed: Floats, length: float) -> Floats:
    beyond = np.maximum(elapsed - length, 0.0)
    return np.asarray((elapsed**2 - beyond**2) / (2 * length))


def _phase_in(elapsed: Floats, length: float) -> Floats:
    rate = -np.log(1 - PHASE_IN_REACHED) / length
    return np.asarray(elapsed + np.expm1(-rate * elapsed) / rate)


SHAPE_AREAS: Mapping[str, Callable[[Floats, float], Floats]] = {
    "step": _step,
    "slope": _slope,
    "pulse": _pulse,
    "ramp": _ramp,
    "phase_in": _phase_in,
    "temporary": _pulse,
}
