"""AR(1) noise over months as the values of a regular series see it.

The noise of two months d apart has correlation rho^d; a value over several months sees their mean.
Where every value covers one month the chain is Markov and whitening is a first difference with
rho^d, the first value of a series kept with its stationary variance (Prais & Winsten 1954). Else
the correlation of the means is A R A', A the shares of the months, and its Cholesky factor whitens.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular

from analysis.errors import ModelError
from analysis.models.arrays import Bools, Floats
from analysis.models.its_problem import Problem

Months = NDArray[np.int64]


@dataclass(frozen=True)
class MonthlyNoise:
    """Which months the values see: first month, months covered and series, each of shape (n,)."""

    first: Months
    spans: Months
    block: Months

    @cached_property
    def markov(self) -> bool:
        """Whether every value covers one month."""
        return bool((self.spans == 1).all())

    @cached_property
    def opens(self) -> Bools:
        """Tell which values are the first of their series, shape (n,)."""
        return np.concatenate([[True], np.diff(self.block) != 0])

    @cached_property
    def gaps(self) -> Floats:
        """Months since the value before, 1 at the first value of a series, shape (n,)."""
        since = np.concatenate([[1], np.diff(self.first)])
        return np.where(self.opens, 1, since).astype(float)

    @cached_property
    def _shares(self) -> tuple[Floats, Floats]:
        """Shares A of the covered months (n, E) and their distances (E, E), inf across series."""
        owner = np.repeat(np.arange(len(self.first)), self.spans)
        within = np.arange(len(owner)) - np.repeat(np.cumsum(self.spans) - self.spans, self.spans)
        month, series = self.first[owner] + within, self.block[owner]
        distance = np.abs(month[:, None] - month[None, :]).astype(float)
        distance[series[:, None] != series[None, :]] = np.inf
        shares = (owner == np.arange(len(self.first))[:, None]) / self.spans[:, None]
        return shares, distance

    def correlation(self, rho: float) -> Floats:
        """Return A R A', the covariance of the values at unit monthly variance, shape (n, n)."""
        shares, distance = self._shares
        far = np.isinf(distance)
        by_month = np.where(far, 0.0, np.power(rho, np.where(far, 0.0, distance)))
        return np.asarray(shares @ by_month @ shares.T)

    def whiten(self, matrix: Floats, rho: float) -> tuple[Floats, float]:
        """Return the matrix without correlation, and the log determinant of the correlation.

        Parameters
        ----------
        matrix
            Shape (n, q).

        Raises
        ------
        ModelError
            When the correlation is singular in the arithmetic.
        """
        if not self.markov:
            return self._whiten_means(matrix, rho)
        lag = np.where(self.opens, 0.0, np.power(rho, self.gaps))
        share = 1 - lag**2
        whitened = matrix.copy()
        whitened[1:] -= lag[1:, None] * matrix[:-1]
        return whitened / np.sqrt(share)[:, None], float(np.log(share).sum())

    def _whiten_means(self, matrix: Floats, rho: float) -> tuple[Floats, float]:
        try:
            factor = np.linalg.cholesky(self.correlation(rho))
        except np.linalg.LinAlgError as error:
            raise ModelError(f"the correlation of the values is singular at rho {rho}") from error
        whitened = solve_triangular(factor, matrix, lower=True)
        return whitened, 2 * float(np.log(np.diagonal(factor)).sum())

    @cached_property
    def neighbours(self) -> Months:
        """Values that follow another of one month directly, as positions, shape (m,)."""
        next_month = np.diff(self.first) == 1
        single = (self.spans[1:] == 1) & (self.spans[:-1] == 1)
        return np.flatnonzero(next_month & single & ~self.opens[1:]) + 1


def noise_of(problem: Problem) -> MonthlyNoise:
    """Return the noise that the values of a problem see."""
    return MonthlyNoise(problem.first, problem.spans, problem.block)
