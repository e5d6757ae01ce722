"""t statistics by least squares with Newey-West errors, for many draws at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.errors import ModelError
from analysis.inference.check_gls import Tested
from analysis.models.arrays import Floats
from analysis.models.its_noise import MonthlyNoise


@dataclass(frozen=True)
class NeweyWestEngine:
    """A regression factorised once.

    Attributes
    ----------
    basis, last
        Orthonormal basis of the regressors, shape (n, k), and the row of the solution that gives
        the tested coefficient, shape (n,).
    weights
        Bartlett weights by distance in the calendar, shape (n, n).
    factor
        n / (n - k), or 1.
    bandwidth
        Last lag with a weight.
    """

    basis: Floats
    last: Floats
    weights: Floats
    factor: float
    bandwidth: int

    def test(self, draws: Floats) -> Tested:
        """Estimate the last coefficient of each draw (B, n); rho is that of the residuals."""
        residuals = draws - (draws @ self.basis) @ self.basis.T
        scores = residuals * self.last
        variance = self.factor * ((scores @ self.weights) * scores).sum(axis=1)
        products = (residuals[:, 1:] * residuals[:, :-1]).sum(axis=1)
        rho = products / (residuals**2).sum(axis=1)
        return Tested(np.asarray(draws @ self.last), np.sqrt(variance), np.asarray(rho))


def plug_in(n: int) -> int:
    """Return the lag floor(4 (n / 100)^(2/9)) (Newey and West 1994)."""
    return int(np.floor(4 * (n / 100) ** (2 / 9)))


def newey_west_engine(
    rows: Floats, noise: MonthlyNoise, bandwidth: int | None = None, small_sample: bool = True
) -> NeweyWestEngine:
    """Factorise a regression, the tested column last.

    Parameters
    ----------
    rows
        Shape (n, k), of full rank.
    bandwidth
        Last lag with a weight; `plug_in` if left out.

    Raises
    ------
    ModelError
        When no residual degree of freedom is left.
    """
    n, k = rows.shape
    if n <= k:
        raise ModelError(f"{n} values for {k} coefficients", allowed=f"{k + 1} values or more")
    lag = plug_in(n) if bandwidth is None else bandwidth
    basis, triangle = np.linalg.qr(rows)
    middle = noise.first + (noise.spans - 1) / 2
    distance = np.abs(middle[:, None] - middle[None, :])
    return NeweyWestEngine(
        basis=basis,
        last=basis[:, -1] / triangle[-1, -1],
        weights=np.maximum(1 - distance / (lag + 1), 0.0),
        factor=n / (n - k) if small_sample else 1.0,
        bandwidth=lag,
    )
