"""Sums of scores for panel covariances: clusters, Driscoll–Kraay, panel Newey–West.

Scores are the rows of the transformed design times the residuals, shape (n, k). Each function
returns the middle of the sandwich, shape (k, k), without small-sample factors.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from analysis.models.arrays import Floats

Integers = NDArray[np.int64]


def group_sums(values: Floats, codes: Integers, groups: int) -> Floats:
    """Sum rows by code, shape (groups, k)."""
    sums = np.empty((groups, values.shape[1]))
    for column in range(values.shape[1]):
        sums[:, column] = np.bincount(codes, weights=values[:, column], minlength=groups)
    return sums


def weighted_sums(weights: Floats, values: Floats, codes: Integers, groups: int) -> Floats:
    """Sum rows times their weights by code, shape (groups, k), without making the products."""
    rows = np.arange(len(codes) + 1)
    membership = sparse.csr_array((weights, codes, rows), shape=(len(codes), groups))
    return np.asarray(membership.T @ values)


def clustered(scores: Floats, codes: Integers) -> Floats:
    """Middle for one clustering (Liang and Zeger, 1986)."""
    sums = group_sums(scores, codes, int(codes.max()) + 1)
    return np.asarray(sums.T @ sums)


def intersection(first: Integers, second: Integers) -> Integers:
    """Codes of the pairs that occur in two clusterings, shape (n,)."""
    pairs = first * (second.max() + 1) + second
    return np.unique(pairs, return_inverse=True)[1].astype(np.int64)


def bartlett(bandwidth: int) -> Floats:
    """Weights 1 - j/(L + 1) of lags 1 to L, shape (L,)."""
    return 1.0 - np.arange(1, bandwidth + 1) / (bandwidth + 1.0)


def default_bandwidth(periods: int) -> int:
    """Return floor(4 (T/100)^(2/9)), the rule of Newey and West (1994)."""
    return int(4 * (periods / 100) ** (2 / 9))


def driscoll_kraay(scores: Floats, time: Integers, bandwidth: int) -> Floats:
    """Middle robust to dependence across units and over time (Driscoll and Kraay, 1998).

    Parameters
    ----------
    time
        Distance of each row from the first period; a period without rows counts as an empty sum.
    """
    sums = group_sums(scores, time, int(time.max()) + 1)
    middle = sums.T @ sums
    for lag, weight in enumerate(bartlett(bandwidth), 1):
        product = sums[lag:].T @ sums[:-lag]
        middle += weight * (product + product.T)
    return np.asarray(middle)


def newey_west(scores: Floats, unit: Integers, time: Integers, bandwidth: int) -> Floats:
    """Middle robust to autocorrelation within units.

    Rows of one unit that are j periods apart make lag j, also where a period between them is
    missing (plm and sandwich pair in this way; linearmodels and statsmodels count positions).
    Rows must be ordered by unit and period.
    """
    key = unit * (time.max() + bandwidth + 1) + time
    middle = scores.T @ scores
    for lag, weight in enumerate(bartlett(bandwidth), 1):
        later = np.minimum(np.searchsorted(key, key + lag), len(key) - 1)
        found = key[later] == key + lag
        product = scores[later[found]].T @ scores[found]
        middle += weight * (product + product.T)
    return np.asarray(middle)
