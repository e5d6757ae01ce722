"""The variance of a regression on pairs that share units."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.models.arrays import Floats

Integers = NDArray[np.integer]


def dyadic_meat(scores: Floats, first: Integers, second: Integers, units: int) -> Floats:
    """Return the sum of s_d s_e' over all observations d, e whose pairs share a unit.

    With S_u the sum of the scores of all observations with unit u, the sum of S_u S_u' counts
    two observations of the same pair twice, once for each unit; the sum of S_p S_p' over the
    pairs p takes them out once. Work and memory grow with the number of observations only.

    Parameters
    ----------
    scores
        Shape (n, k).
    first, second
        Units of each observation, from zero, shape (n,); first differs from second.
    units
        Number of units.

    Notes
    -----
    Fafchamps and Gubert (2007); Aronow, Samii and Assenova (2015); Cameron and Miller (2014).
    """
    low, high = np.minimum(first, second), np.maximum(first, second)
    _, pair = np.unique(low.astype(np.int64) * units + high, return_inverse=True)
    by_unit = sums_by(scores, first, units) + sums_by(scores, second, units)
    by_pair = sums_by(scores, pair, int(pair.max()) + 1)
    return np.asarray(by_unit.T @ by_unit - by_pair.T @ by_pair)


def carrying_units(data: Floats, first: Integers, second: Integers, units: int) -> Floats:
    """Return the number of units in whose pairs each column varies, shape (k,).

    The inverse Herfindahl index of the squares of the demeaned column, summed by unit: all units
    where every unit carries the same share, about six for a mark on the pairs among six units.
    """
    squares = data**2
    by_unit = sums_by(squares, first, units) + sums_by(squares, second, units)
    return np.asarray(by_unit.sum(axis=0) ** 2 / (by_unit**2).sum(axis=0))


def sums_by(values: Floats, codes: Integers, size: int) -> Floats:
    """Return the sum of each column by code, shape (size, k)."""
    columns = [np.bincount(codes, weights=column, minlength=size) for column in values.T]
    return np.column_stack(columns)
