"""Reports of several series in one estimation: whose months a report covers, and what is common.

The months of series k are a block of cells. The noise of two series is correlated,
Cov(u^k_m, u^l_j) = s_k s_l sigma^2 rho^|m-j| (c + (1 - c) [k = l]), a block-diagonal part and a
component with share c that all series have in common.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis.models.arrays import Floats
from analysis.models.interval_mean import Linearised


@dataclass(frozen=True)
class Layout:
    """Which report belongs to which series.

    Attributes
    ----------
    series
        Number of the series of each report, shape (n,).
    scale
        Standard deviation of the noise of each series, relative to sigma, shape (K,).
    common
        Share of the noise variance that all series have in common.
    """

    series: NDArray[np.int64]
    scale: Floats
    common: float

    @property
    def size(self) -> Floats:
        """Relative standard deviation of the noise behind each report, shape (n,)."""
        return np.asarray(self.scale[self.series])

    @cached_property
    def mixing(self) -> Floats:
        """Correlation of the noise behind two reports, shape (n, n)."""
        same = self.series[:, None] == self.series[None, :]
        return np.where(same, 1.0, self.common)

    def fold(self, linear: Linearised) -> Linearised:
        """Lay the blocks of cells of all series over the same months."""
        return Linearised(linear.mean, self._months(linear.shares), self._months(linear.earlier))

    def _months(self, cells: Floats) -> Floats:
        blocks = cells.reshape(len(cells), len(self.scale), -1)
        return np.asarray(blocks.sum(axis=1))
