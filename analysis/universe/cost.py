"""What a placebo universe costs: a model of measured times, and the time on a simulated cluster.

The work of a series is reading and projecting its months, and one regression for each candidate
date over them. A cluster adds what cannot be shared: the work of the calling process, and a
scheduler that hands out one task at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heapreplace
from typing import Final

import numpy as np
from scipy.optimize import nnls

from analysis.errors import ModelError
from analysis.models.arrays import Floats

TERMS: Final = ("run", "series", "series_month", "series_month_date")
"""What is paid once, for each series, for each of its months, and for each month and date."""


@dataclass(frozen=True)
class Job:
    """Size of a universe: series, months of the window, candidate dates."""

    series: int
    months: int
    dates: int

    def terms(self) -> tuple[float, ...]:
        """Return how often each of `TERMS` is paid."""
        cells = float(self.series * self.months)
        return 1.0, float(self.series), cells, cells * self.dates


@dataclass(frozen=True)
class Prices:
    """Seconds of each thing that is paid, fitted to measured seconds.

    Attributes
    ----------
    prices
        Zero or more.
    lowest, highest
        Of each price, when one measurement after another is left out.
    r_squared
        Of seconds about their mean, over the jobs measured.
    residuals
        Measured over fitted time less one, by job.
    """

    prices: tuple[float, ...]
    lowest: tuple[float, ...]
    highest: tuple[float, ...]
    r_squared: float
    residuals: tuple[float, ...]


@dataclass(frozen=True)
class CostModel:
    """Seconds of a job.

    Attributes
    ----------
    fit
        Seconds of each of `TERMS`.
    within
        Smallest and largest series, months and dates that were measured, shape (3, 2).
    """

    fit: Prices
    within: tuple[tuple[int, int], ...]

    def seconds(self, job: Job) -> float:
        """Return the seconds that a job takes."""
        return float(np.dot(self.fit.prices, job.terms()))

    def once(self) -> float:
        """Return the seconds that a run pays once, whatever its size."""
        return self.fit.prices[TERMS.index("run")]

    def outside(self, job: Job) -> tuple[str, ...]:
        """Name the sizes of a job that no job measured reaches: there the model extrapolates."""
        sizes = {"series": job.series, "months": job.months, "dates": job.dates}
        ranges = zip(sizes.items(), self.within, strict=True)
        return tuple(name for (name, size), (low, high) in ranges if not low <= size <= high)


def fit_cost(jobs: Sequence[Job], seconds: Floats) -> CostModel:
    """Fit prices of `TERMS` to measured seconds; see `fit_prices`.

    Raises
    ------
    ModelError
        When a time is not positive, or the jobs are too few or too alike to tell the prices apart.
    """
    sizes = np.array([(job.series, job.months, job.dates) for job in jobs])
    return CostModel(
        fit=fit_prices(np.array([job.terms() for job in jobs]), seconds),
        within=tuple(zip(sizes.min(axis=0).tolist(), sizes.max(axis=0).tolist(), strict=True)),
    )


def fit_prices(terms: Floats, seconds: Floats) -> Prices:
    """Fit prices to measured seconds, each job weighted by one over its time.

    Errors of a time measurement grow with the time: so each job counts by its relative error.
    A price is not negative (non-negative least squares).

    Parameters
    ----------
    terms
        How often each thing is paid, shape (J, K), J more than K.
    seconds
        Shape (J,), more than zero.

    Raises
    ------
    ModelError
        When a time is not positive, or the jobs are too few or too alike to tell the prices apart.
    """
    if len(seconds) != len(terms) or not (np.isfinite(seconds) & (seconds > 0)).all():
        raise ModelError("a measured time is missing or not positive", allowed="seconds above 0")
    weighted, (jobs, prices) = terms / seconds[:, None], terms.shape
    scale = np.linalg.norm(weighted, axis=0)
    if jobs <= prices or np.linalg.matrix_rank(weighted / scale) < prices:
        raise ModelError(
            f"{jobs} jobs do not tell {prices} prices apart",
            remedy="measure jobs that differ in each of their sizes",
        )
    found = _paid(weighted, scale)
    less = np.array([_paid(np.delete(weighted, job, axis=0), scale) for job in range(jobs)])
    fitted = terms @ found
    lost = ((seconds - fitted) ** 2).sum() / ((seconds - seconds.mean()) ** 2).sum()
    return Prices(
        prices=tuple(found.tolist()),
        lowest=tuple(less.min(axis=0).tolist()),
        highest=tuple(less.max(axis=0).tolist()),
        r_squared=float(1 - lost),
        residuals=tuple((seconds / fitted - 1).tolist()),
    )


def _paid(weighted: Floats, scale: Floats) -> Floats:
    prices: Floats = nnls(weighted / scale, np.ones(len(weighted)))[0] / scale
    return prices


@dataclass(frozen=True)
class Cluster:
    """Workers, and what a run on them pays beside the work itself, in seconds.

    Attributes
    ----------
    alone
        Work of the calling process that no worker shares (the serial part of Amdahl's law).
    hand_out
        Time of the scheduler for one task; it handles one at a time.
    transfer
        Time of a worker for one task beside the work: to receive it and to send its counts.
    """

    workers: int
    alone: float = 0.0
    hand_out: float = 0.0
    transfer: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a cluster that cannot be."""
        if self.workers < 1 or min(self.alone, self.hand_out, self.transfer) < 0:
            raise ModelError("a cluster has at least one worker and no negative time")


def simulated_seconds(tasks: Sequence[float], cluster: Cluster) -> float:
    """Return the seconds of tasks, in their order, each on the worker that is free first."""
    free = [0.0] * cluster.workers
    heapify(free)
    handed = 0.0
    for task in tasks:
        handed = max(handed, free[0]) + cluster.hand_out
        heapreplace(free, handed + cluster.transfer + task)
    return cluster.alone + max(free)


def least_seconds(tasks: Sequence[float], cluster: Cluster) -> float:
    """Return a bound from below: all work shared evenly, or the scheduler never at rest.

    Amdahl's law with the scheduler as a second part that is not shared.
    """
    if not tasks:
        return cluster.alone
    each = [task + cluster.transfer for task in tasks]
    shared = (sum(each) + len(tasks) * cluster.hand_out) / cluster.workers
    queued = len(tasks) * cluster.hand_out + min(each)
    return cluster.alone + max(shared, queued, max(each) + cluster.hand_out)
