"""Rank correlation of a few units, with the p-value of all orders.

Spearman's (1904) coefficient is the correlation of ranks, ties at their mean rank. If the two
values have nothing to do with each other, every order of the one beside the other is as likely;
with few units all orders can be gone through, and no approximation is needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import Final

import numpy as np
from scipy.stats import rankdata

from analysis.errors import ModelError
from analysis.models.arrays import Floats

FEWEST: Final = 4
MOST: Final = 8  # 40,320 orders
TIES: Final = 1e-12  # correlations this close are equal: they differ by rounding alone


@dataclass(frozen=True)
class RankCorrelation:
    """Spearman's coefficient with its exact p-value.

    Attributes
    ----------
    p_value
        Two-sided: share of the orders with as large an absolute coefficient.
    smallest_p
        The least that any order of these values could give.
    """

    rho: float
    p_value: float
    smallest_p: float
    units: int
    orders: int


def rank_correlation(x: Floats, y: Floats) -> RankCorrelation:
    """Return Spearman's coefficient of two values of the same units, tested over all orders.

    Parameters
    ----------
    x, y
        Finite, shape (n,), n from 4 to 8.

    Raises
    ------
    ModelError
        When the lengths differ, there are too few or too many units, a value is not finite, or
        all values are equal.
    """
    _check(x, y)
    n = len(x)
    first, second = (_standardised(rankdata(values)) for values in (x, y))
    orders = np.array(list(permutations(range(n))))
    null = np.abs(second[orders] @ first)
    rho = float(first @ second)
    return RankCorrelation(
        rho=rho,
        p_value=float(np.mean(null >= abs(rho) - TIES)),
        smallest_p=float(np.mean(null >= null.max() - TIES)),
        units=n,
        orders=len(orders),
    )


def _standardised(ranks: Floats) -> Floats:
    centred = ranks - ranks.mean()
    return np.asarray(centred / np.sqrt(centred @ centred))


def _check(x: Floats, y: Floats) -> None:
    if x.ndim != 1 or x.shape != y.shape:
        raise ModelError(f"values of the shapes {x.shape} and {y.shape}", allowed="one length")
    if not FEWEST <= len(x) <= MOST:
        raise ModelError(f"{len(x)} units", allowed=f"{FEWEST} to {MOST}")
    for name, values in (("first", x), ("second", y)):
        if not np.isfinite(values).all():
            raise ModelError(f"the {name} values are not all finite", remedy="leave the unit out")
        if np.ptp(values) == 0:
            raise ModelError(f"the {name} values are all equal, so that they have no order")
