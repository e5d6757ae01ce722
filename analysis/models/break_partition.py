"""Best partitions of a series into segments, by dynamic programming (Bai and Perron 2003)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.errors import ModelError
from analysis.models.arrays import Floats
from analysis.models.its_regression_data import RegressionData

SINGULAR: Final = (
    1e-10  # smallest eigenvalue of a segment's cross products, of 1 a value on average
)
SETTLED: Final = 1e-10  # relative fall of the sum of squares at which the iteration ends
ROUNDS: Final = 100


@dataclass(frozen=True)
class Partition:
    """Segments and their residual sum of squares.

    Attributes
    ----------
    before
        Number of values before each break, increasing, shape (m,).
    rss
        Residual sum of squares of the whole regression.
    """

    before: tuple[int, ...]
    rss: float


@dataclass(frozen=True)
class Layout:
    """Which columns change and how long a segment is at least."""

    data: RegressionData
    changing: tuple[str, ...]
    shortest: int

    @property
    def moving(self) -> Floats:
        """Columns that change, shape (n, q)."""
        return self.data.rows[:, [self.data.column(name) for name in self.changing]]

    @property
    def fixed(self) -> Floats:
        """Columns that do not change, shape (n, p - q)."""
        kept = [i for i, name in enumerate(self.data.names) if name not in self.changing]
        return self.data.rows[:, kept]


def segment_sums(response: Floats, moving: Floats, shortest: int) -> Floats:
    """Residual sum of squares of every segment, shape (n + 1, n + 1), infinite where too short.

    Entry (i, j) belongs to the values i to j - 1. Cross products are accumulated from each start
    on columns made orthonormal over the series and on the residual of the whole regression, which
    changes no sum of squares and keeps the differences accurate.

    Raises
    ------
    ModelError
        When a segment does not tell the columns apart.
    """
    n = len(response)
    basis = np.linalg.qr(moving)[0] * np.sqrt(n)
    y = response - basis @ (basis.T @ response) / n
    squares, products = basis[:, :, None] * basis[:, None, :], basis * y[:, None]
    sums = np.full((n + 1, n + 1), np.inf)
    for i in range(n - shortest + 1):
        ends = slice(shortest - 1, None)
        gram = np.cumsum(squares[i:], axis=0)[ends]
        _refuse_singular(gram[0], i, shortest)
        moments = np.cumsum(products[i:], axis=0)[ends]
        slopes = np.linalg.solve(gram, moments[:, :, None])[:, :, 0]
        total = np.cumsum(y[i:] ** 2)[ends]
        sums[i, i + shortest :] = np.maximum(total - np.sum(moments * slopes, axis=1), 0.0)
    return sums


def _refuse_singular(gram: Floats, start: int, shortest: int) -> None:
    if np.linalg.eigvalsh(gram)[0] < SINGULAR:
        raise ModelError(
            f"the segment of values {start + 1} to {start + shortest} does not tell the changing "
            "columns apart",
            remedy="lengthen the shortest segment or let fewer coefficients change",
        )


def best_partitions(sums: Floats, most: int) -> list[tuple[int, ...]]:
    """Return the breaks of the best partition with 0, 1, ... `most` breaks."""
    n = len(sums) - 1
    costs, chosen = sums[0], []
    found: list[tuple[int, ...]] = [()]
    for _ in range(most):
        table = costs[:, None] + sums
        chosen.append(table.argmin(axis=0))
        costs = table.min(axis=0)
        found.append(_trace(chosen, n))
    return found


def _trace(chosen: Sequence[NDArray[np.int64]], n: int) -> tuple[int, ...]:
    end, breaks = n, []
    for table in reversed(chosen):
        end = int(table[end])
        breaks.append(end)
    return tuple(reversed(breaks))


def segmented(moving: Floats, before: Sequence[int]) -> Floats:
    """Columns of each segment side by side, shape (n, q (m + 1))."""
    edges = [0, *before, len(moving)]
    place = np.arange(len(moving))[:, None]
    parts = [moving * ((place >= a) & (place < b)) for a, b in pairwise(edges)]
    return np.hstack(parts)


def segment_rows(layout: Layout, before: Sequence[int]) -> Floats:
    """Whole design with the changing columns by segment, shape (n, q (m + 1) + p - q)."""
    return np.hstack([segmented(layout.moving, before), layout.fixed])


def fit_partition(layout: Layout, before: Sequence[int]) -> tuple[Floats, Floats]:
    """Coefficients and residuals of least squares with the given breaks."""
    rows = segment_rows(layout, before)
    estimates = np.asarray(np.linalg.lstsq(rows, layout.data.response, rcond=None)[0], dtype=float)
    return estimates, layout.data.response - rows @ estimates


def partition(layout: Layout, before: Sequence[int]) -> Partition:
    """Return the partition with its sum of squares."""
    return Partition(tuple(before), float(np.sum(fit_partition(layout, before)[1] ** 2)))


def partitions(layout: Layout, most: int) -> tuple[Partition, ...]:
    """Best partition for each number of breaks from 0 to `most`.

    Where only some columns change, dates and the constant coefficients are estimated in turn
    (Bai and Perron 2003, Journal of Applied Econometrics 18, section 3.3) from several starts; the
    result can be a local optimum, except with one break, where every date is tried.
    """
    if not layout.fixed.shape[1]:
        sums = segment_sums(layout.data.response, layout.moving, layout.shortest)
        return tuple(partition(layout, before) for before in best_partitions(sums, most))
    found = [partition(layout, ())]
    for m in range(1, most + 1):
        found.append(_single(layout) if m == 1 else _alternate(layout, m, found))
    return tuple(found)


def _single(layout: Layout) -> Partition:
    last = layout.data.n - layout.shortest
    tried = [partition(layout, (k,)) for k in range(layout.shortest, last + 1)]
    return min(tried, key=lambda item: item.rss)


def _alternate(layout: Layout, m: int, found: Sequence[Partition]) -> Partition:
    starts = [_settle(layout, m, item.before) for item in found]
    return min(starts, key=lambda item: item.rss)


def _settle(layout: Layout, m: int, before: tuple[int, ...]) -> Partition:
    """Take the constant coefficients and the dates in turn until the fit stops improving."""
    best = Partition((), np.inf)
    for _ in range(ROUNDS):
        estimates, _ = fit_partition(layout, before)
        fixed = estimates[len(estimates) - layout.fixed.shape[1] :]
        response = layout.data.response - layout.fixed @ fixed
        sums = segment_sums(response, layout.moving, layout.shortest)
        before = best_partitions(sums, m)[m]
        new = partition(layout, before)
        if new.rss >= best.rss * (1 - SETTLED):
            return min(best, new, key=lambda item: item.rss)
        best = new
    raise ModelError(
        f"the dates of {m} breaks did not settle in {ROUNDS} rounds",
        remedy="let all coefficients change or ask for fewer breaks",
    )
