"""Statistics of a break at each candidate date, for one or many responses at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.errors import ModelError
from analysis.models.arrays import Floats
from analysis.models.its_regression_data import RegressionData

DEPENDENT: Final = 1e-8  # share of a changing column that its partialled part must exceed


@dataclass(frozen=True)
class Candidates:
    """Candidate dates with what a change at each would add to the design.

    Attributes
    ----------
    before
        Number of values before each candidate break, shape (K,).
    basis
        Orthonormal basis of the changing columns after the break, net of the whole design,
        shape (K, n, q).
    within
        Orthonormal basis of the design, shape (n, p).
    """

    before: NDArray[np.int64]
    basis: Floats
    within: Floats

    @property
    def df(self) -> int:
        """Residual degrees of freedom with a break."""
        n, p = self.within.shape
        return int(n - p - self.basis.shape[2])

    def residuals(self, responses: Floats) -> Floats:
        """Residuals without a break, shape (n, R)."""
        return np.asarray(responses - self.within @ (self.within.T @ responses))


def candidates(data: RegressionData, changing: Sequence[str], trimming: float) -> Candidates:
    """Lay out the candidate breaks from floor(trimming n) to n - floor(trimming n) values before.

    Raises
    ------
    ModelError
        When the trimming leaves no date or a segment cannot identify the changing columns.
    """
    columns = [data.column(name) for name in changing]
    edge = int(np.floor(trimming * data.n))
    if not 0 < trimming < 0.5 or edge < len(columns) + 1 or data.df <= len(columns):
        raise ModelError(
            f"trimming {trimming:g} of {data.n} values leaves {edge} for a segment with "
            f"{len(columns)} changing coefficient(s)",
            allowed=f"a trimming below 0.5 that leaves {len(columns) + 1} values or more",
            remedy="raise the trimming or let fewer coefficients change",
        )
    before = np.arange(edge, data.n - edge + 1)
    after = np.arange(data.n)[None, :] >= before[:, None]
    scaled = data.rows[:, columns] / np.linalg.norm(data.rows[:, columns], axis=0)
    within = np.linalg.qr(data.rows)[0]
    added = after[:, :, None] * scaled[None, :, :]
    for _ in range(2):
        added = added - within @ (within.T @ added)
    basis, triangle = np.linalg.qr(added)
    _refuse_dependent(triangle, data, before)
    return Candidates(before, basis, within)


def _refuse_dependent(triangle: Floats, data: RegressionData, before: NDArray[np.int64]) -> None:
    smallest = np.abs(np.diagonal(triangle, axis1=1, axis2=2)).min(axis=1)
    bad = np.flatnonzero(smallest < DEPENDENT)
    if bad.size:
        raise ModelError(
            f"a break before {data.labels[before[bad[0]]]} is not identified: a segment does not "
            "tell the changing columns apart",
            remedy="raise the trimming or let fewer coefficients change",
        )


def f_statistics(dates: Candidates, responses: Floats) -> Floats:
    """Chow statistics (q times F) of each response at each date, shape (K, R).

    (RSS0 - RSS1) / (RSS1 / (n - p - q)): chi-squared with q degrees of freedom in large samples.

    Parameters
    ----------
    responses
        Shape (n, R).
    """
    residuals = dates.residuals(responses)
    k, n, q = dates.basis.shape
    loadings = dates.basis.transpose(0, 2, 1).reshape(k * q, n) @ residuals
    explained = np.square(loadings).reshape(k, q, -1).sum(axis=1)
    total = np.sum(residuals**2, axis=0)
    return np.asarray(explained / ((total - explained) / dates.df))


def robust_statistics(dates: Candidates, data: RegressionData, bandwidth: int) -> Floats:
    """Wald statistics with the Newey-West covariance at each date, shape (K,).

    Bartlett weights at calendar lags up to `bandwidth`, residuals of the model with the break,
    small-sample factor n / (n - p - q).
    """
    residuals = dates.residuals(data.response[:, None])[:, 0]
    loadings = np.einsum("knq,n->kq", dates.basis, residuals)
    errors = residuals[None, :] - np.einsum("knq,kq->kn", dates.basis, loadings)
    scores = np.moveaxis(dates.basis * errors[:, :, None], 1, 0)
    spread = np.moveaxis(data.on_calendar(scores, 0.0), 0, 1)
    covariance = spread.transpose(0, 2, 1) @ spread
    for lag in range(1, min(bandwidth, spread.shape[1] - 1) + 1):
        product = spread[:, lag:].transpose(0, 2, 1) @ spread[:, :-lag]
        weight = 1 - lag / (bandwidth + 1)
        covariance = covariance + weight * (product + product.transpose(0, 2, 1))
    solved = np.linalg.solve(covariance, loadings[:, :, None])[:, :, 0]
    return np.asarray(np.sum(loadings * solved, axis=1) * dates.df / data.n)


def summaries(statistics: Floats) -> Floats:
    """Sup, ave and exp of the statistics over the dates, shape (3, R) from (K, R).

    exp is log mean exp(statistic / 2) (Andrews and Ploberger 1994, Econometrica 62).
    """
    half = statistics / 2
    top = half.max(axis=0)
    exponential = top + np.log(np.mean(np.exp(half - top), axis=0))
    return np.stack([statistics.max(axis=0), statistics.mean(axis=0), exponential])


def normal_noise(data: RegressionData, rho: float, replications: int, seed: int) -> Floats:
    """Stationary AR(1) normal errors of variance 1 at the observed places, shape (n, R).

    Raises
    ------
    ModelError
        When rho is not inside (-1, 1).
    """
    if not -1 < rho < 1:
        raise ModelError(f"autocorrelation {rho:g} is not stationary", allowed="-1 < rho < 1")
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal((data.n, replications))
    keep = rho ** np.diff(data.positions).astype(float)
    for i, k in enumerate(keep, start=1):
        noise[i] = k * noise[i - 1] + np.sqrt(1 - k**2) * noise[i]
    return noise
