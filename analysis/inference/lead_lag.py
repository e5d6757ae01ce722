"""Which of two short series moves first: cross-correlations and two permutation tests.

Both tests break the link between the series and keep each series as it is over short stretches:
blocks of one series are put in another order (strongest correlation over all lags), or one series
is turned round against the other (difference between leading and lagging).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from analysis.errors import ModelError
from analysis.models.arrays import Floats

FEWEST: Final = 3  # pairs of values behind a correlation, besides the periods lost to the lag
TIES: Final = 1e-12


@dataclass(frozen=True)
class LeadLag:
    """Cross-correlations of two series.

    Attributes
    ----------
    lags, correlations
        Shape (2 L + 1,); at a positive lag the first series leads, its value of one period stands
        beside that of the second so many periods later.
    strongest_lag, strongest
        Lag with the largest absolute correlation, and that correlation.
    p_value
        Of the largest absolute correlation over all lags: share of block permutations with one as
        large, (b + 1)/(m + 1).
    bound
        The largest absolute correlation that `level` of the permutations stay below.
    lead
        Mean correlation where the first series leads, less that where the second leads.
    lead_p_value, lead_smallest_p
        Share of the circular shifts with a difference as large, the observed order included, and
        the least that so many periods can give.
    """

    periods: int
    lags: tuple[int, ...]
    correlations: Floats
    strongest_lag: int
    strongest: float
    p_value: float
    smallest_p: float
    bound: float
    lead: float
    lead_p_value: float
    lead_smallest_p: float
    level: float
    draws: int
    block: int
    seed: int


def lead_lag(
    first: ArrayLike,
    second: ArrayLike,
    *,
    largest_lag: int,
    block: int = 1,
    draws: int = 9_999,
    seed: int = 0,
    level: float = 0.95,
) -> LeadLag:
    """Measure and test lead and lag of two series of changes.

    Parameters
    ----------
    first, second
        Values of the same consecutive periods, shape (n,).
    largest_lag
        Lags from minus to plus this many periods.
    block
        Consecutive periods that stay together when the second series is permuted; one where
        values are not related over time.
    draws, seed
        Number and seed of the permutations.

    Raises
    ------
    ModelError
        When lengths differ, values are missing, a series never moves, or there are too few
        periods for the lag or the block.

    Notes
    -----
    Each correlation is that of the pairs of values at its lag, with means of their own. Common
    shocks make series correlated without either leading; take them out beforehand.
    """
    x, y = _checked(first, second, largest_lag, block, draws, level)
    lags = np.arange(-largest_lag, largest_lag + 1)
    observed = cross_correlations(x, y[None, :], largest_lag)[0]
    strongest = int(np.argmax(np.abs(observed)))
    null = np.abs(
        cross_correlations(x, _permuted(y, block, draws, np.random.default_rng(seed)), largest_lag)
    ).max(axis=1)
    as_large = int((null >= abs(observed[strongest]) - TIES).sum())
    turned = np.stack([np.roll(y, shift) for shift in range(len(y))])
    leads = _lead(cross_correlations(x, turned, largest_lag), largest_lag)
    return LeadLag(
        periods=len(x),
        lags=tuple(int(lag) for lag in lags),
        correlations=observed,
        strongest_lag=int(lags[strongest]),
        strongest=float(observed[strongest]),
        p_value=(as_large + 1) / (draws + 1),
        smallest_p=1 / (draws + 1),
        bound=float(np.quantile(null, level)),
        lead=float(leads[0]),
        lead_p_value=float(np.mean(np.abs(leads) >= abs(leads[0]) - TIES)),
        lead_smallest_p=1 / len(y),
        level=level,
        draws=draws,
        block=block,
        seed=seed,
    )


def cross_correlations(first: Floats, seconds: Floats, largest_lag: int) -> Floats:
    """Return the correlation at every lag, shape (m, 2 L + 1).

    Parameters
    ----------
    first
        Shape (n,).
    seconds
        Series to compare it with, shape (m, n). A stretch that does not move has correlation zero.
    """
    n = len(first)
    columns = []
    for lag in range(-largest_lag, largest_lag + 1):
        x = first[max(0, -lag) : n - max(0, lag)]
        y = seconds[:, max(0, lag) : n - max(0, -lag)]
        columns.append(_correlations(x, y))
    return np.column_stack(columns)


def _correlations(x: Floats, ys: Floats) -> Floats:
    dx, dy = x - x.mean(), ys - ys.mean(axis=1, keepdims=True)
    size = np.sqrt((dx @ dx) * (dy**2).sum(axis=1))
    return np.asarray(np.divide(dy @ dx, size, out=np.zeros(len(ys)), where=size > 0))


def _lead(correlations: Floats, largest_lag: int) -> Floats:
    behind, ahead = correlations[:, :largest_lag], correlations[:, largest_lag + 1 :]
    return np.asarray(ahead.mean(axis=1) - behind.mean(axis=1))


def _permuted(values: Floats, block: int, draws: int, rng: np.random.Generator) -> Floats:
    """Put blocks in random order, shape (draws, n); the blocks begin at a random period."""
    n = len(values)
    starts = rng.integers(n, size=draws)
    keys = rng.random((draws, -(-n // block)))
    labels = np.arange(n) // block
    # Sorting by the key of the block, then by the period, moves whole blocks.
    order = np.lexsort((np.broadcast_to(np.arange(n), (draws, n)), keys[:, labels]))
    turned = (np.arange(n) + starts[:, None]) % n
    return np.asarray(values[np.take_along_axis(turned, order, axis=1)])


def _checked(
    first: ArrayLike, second: ArrayLike, largest_lag: int, block: int, draws: int, level: float
) -> tuple[Floats, Floats]:
    x, y = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if x.ndim != 1 or x.shape != y.shape:
        raise ModelError(f"series of shapes {x.shape} and {y.shape} cannot be compared")
    for name, values in (("first", x), ("second", y)):
        if not np.isfinite(values).all():
            raise ModelError(
                f"the {name} series has {int((~np.isfinite(values)).sum())} gaps",
                allowed="a value in every period",
            )
        if np.ptp(values) == 0:
            raise ModelError(f"the {name} series never moves, so that it has no correlation")
    if largest_lag < 1 or len(x) < 2 * largest_lag + FEWEST:
        raise ModelError(
            f"{len(x)} periods for lags up to {largest_lag}",
            allowed=f"lags of 1 or more, and {2 * largest_lag + FEWEST} periods or more",
        )
    if not 1 <= block <= len(x) // 2:
        raise ModelError(f"blocks of {block} of {len(x)} periods", allowed=f"1 to {len(x) // 2}")
    if draws < 1 or not 0 < level < 1:
        raise ModelError(f"{draws} draws at level {level}", allowed="1 or more; 0 to 1")
    return x, y
