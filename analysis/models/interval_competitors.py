"""Simpler ways to estimate an interrupted series from overlapping reports, to compare with.

independent: every report with its own independent error. differenced: cumulative reports of one
start turned into their increments, which are then taken for independent. annual: the complete
totals of calendar years, taken for independent. All three are least squares with t intervals of
n - r degrees of freedom.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
from scipy.special import stdtrit

from analysis.models.arrays import Bools, Days, Floats
from analysis.models.calendar import Calendar
from analysis.models.design import Design
from analysis.models.interval_histories import Drawn
from analysis.models.interval_mean import linearise, response, start_level
from analysis.models.interval_rows import IntervalRows

TURNS: Final = 50
SETTLED: Final = 1e-8
LONGEST_MOVE: Final = 2.0


@dataclass(frozen=True)
class Estimate:
    """Estimates and interval ends, shape (p,) each; NaN-free, `known` says which exist."""

    coefficients: Floats
    lower: Floats
    upper: Floats
    known: Bools


def differenced(rows: IntervalRows, calendar: Calendar) -> IntervalRows:
    """Turn cumulative reports of one start into their increments; growth stays as printed."""
    start, end, value = rows.start.copy(), rows.end.copy(), rows.value.copy()
    keep = np.ones(len(rows), dtype=bool)
    for first in np.unique(rows.start):
        members = np.flatnonzero((rows.start == first) & ~rows.growth)
        members = members[np.argsort(rows.end[members])]
        for before, after in pairwise(members):
            start[after] = rows.end[before] + np.timedelta64(1, "D")
            value[after] = rows.value[after] - rows.value[before]
            keep[after] = value[after] > 0 and start[after] <= end[after]
    days = np.where(rows.growth[:, None], rows.days, calendar.day_counts(start, end))
    return _kept(replace(rows, start=start, end=end, value=value, days=days), keep)


def _kept(rows: IntervalRows, keep: Bools) -> IntervalRows:
    names = tuple(name for name, stays in zip(rows.observation_id, keep, strict=True) if stays)
    return IntervalRows(
        names,
        names,
        rows.growth[keep],
        rows.value[keep],
        rows.lower[keep],
        rows.upper[keep],
        _days(rows.start, keep),
        _days(rows.end, keep),
        rows.days[keep],
        rows.days_before[keep],
    )


def _days(days: Days, keep: Bools) -> Days:
    return np.asarray(days[keep])


def least_squares(rows: IntervalRows, design: Design, level: float) -> Estimate:
    """Gauss-Newton least squares on log reports, each with its own independent error."""
    matrix = design.matrix
    nothing = np.zeros(matrix.shape[1])
    if len(rows) <= matrix.shape[1]:
        return Estimate(nothing, nothing, nothing, nothing > 0)
    coefficients = np.linalg.lstsq(
        matrix, np.full(len(matrix), start_level(rows, "log")), rcond=None
    )[0]
    for _ in range(TURNS):
        linear = linearise(rows, matrix @ coefficients, "log")
        sensitivity, residual = linear.shares @ matrix, response(rows, "log") - linear.mean
        if np.linalg.matrix_rank(sensitivity) < matrix.shape[1]:
            return Estimate(nothing, nothing, nothing, nothing > 0)
        move = np.linalg.lstsq(sensitivity, residual, rcond=None)[0]
        reach = float(np.abs(matrix @ move).max())
        coefficients = coefficients + move * min(1.0, LONGEST_MOVE / max(reach, SETTLED))
        if reach < SETTLED:
            break
    df = len(rows) - matrix.shape[1]
    spread = np.linalg.inv(sensitivity.T @ sensitivity) * float(residual @ residual) / df
    half = float(stdtrit(df, (1 + level) / 2)) * np.sqrt(np.diagonal(spread))
    return Estimate(coefficients, coefficients - half, coefficients + half, nothing == 0)


COMPETITORS: Final[Mapping[str, Callable[[Drawn, Design, float], Estimate]]] = {
    "independent": lambda drawn, design, level: least_squares(drawn.reports, design, level),
    "differenced": lambda drawn, design, level: least_squares(
        differenced(drawn.reports, design.calendar), design, level
    ),
    "annual": lambda drawn, design, level: least_squares(drawn.annual, design, level),
}
