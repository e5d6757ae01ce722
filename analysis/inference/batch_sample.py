"""The design of series that have values in the same months, factorised once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.errors import ModelError
from analysis.inference.batch_design import BatchDesign
from analysis.inference.batch_kernel import (
    Candidates,
    Kernel,
    kernel_of,
    orthonormal,
    partialled,
)
from analysis.inference.batch_results import BatchOptions
from analysis.models.arrays import Bools, Floats

BASE_RANK: Final = 1e-10  # smallest relative singular value of a base that still has full rank
COLLINEAR: Final = 1e-6  # share of a candidate column that must lie outside the base
INSIDE: Final = 1e-12  # a column whose rest is below this share lies in the base


@dataclass(frozen=True)
class Sample:
    """The design in the n months of a pattern of missing values.

    Attributes
    ----------
    grid
        Place of each value on the grid on which lags are counted, shape (n,).
    basis
        Orthonormal basis of the base, shape (n, k).
    kernel
        What Newey-West needs; None for independent errors.
    has_level
        Whether the base can take up a constant.
    """

    design: BatchDesign
    options: BatchOptions
    grid: NDArray[np.int64]
    basis: Floats
    candidates: Candidates
    kernel: Kernel | None
    has_level: bool

    @property
    def observations(self) -> int:
        """Months with a value, n."""
        return len(self.grid)

    @property
    def df(self) -> int:
        """Months less the columns of the base and the terms of a candidate."""
        parameters: int = self.basis.shape[1] + len(self.design.terms)
        return self.observations - parameters

    @property
    def length(self) -> int:
        """Months of the grid, G."""
        return int(self.candidates.basis.shape[2])


def sample_of(design: BatchDesign, options: BatchOptions, rows: Bools, label: str) -> Sample:
    """Factorise the base and partial it out of the candidates, in the months with a value.

    Parameters
    ----------
    rows
        Which of the T months have a value.
    label
        A series with this pattern, for messages.

    Raises
    ------
    ModelError
        When values are too few, or the base or a candidate is collinear in these months.
    """
    count, parameters = int(rows.sum()), design.base.shape[1] + len(design.terms)
    if count <= parameters or options.bandwidth >= count:
        raise ModelError(
            f"series '{label}' has {count} values for {parameters} coefficients and a bandwidth "
            f"of {options.bandwidth}",
            allowed="more values than coefficients, and than the bandwidth",
            remedy="leave the series out, or take a smaller design",
        )
    basis = _basis(design.base[rows], label)
    months = np.flatnonzero(rows)
    grid = months - months[0] if options.lags == "calendar" else np.arange(count)
    candidates = _candidates(design, rows, basis, grid, label)
    robust = options.covariance == "newey_west"
    return Sample(
        design=design,
        options=options,
        grid=grid,
        basis=basis,
        candidates=candidates,
        kernel=kernel_of(candidates, options.bandwidth) if robust else None,
        has_level=bool(np.linalg.norm(partialled(np.ones((1, count)), basis)) < INSIDE * count),
    )


def _basis(base: Floats, label: str) -> Floats:
    if not base.shape[1]:
        return base
    basis, smallest = orthonormal(base)
    if smallest < BASE_RANK:
        raise ModelError(
            f"the columns of the base are collinear in the {len(base)} months of series '{label}'",
            remedy="drop a column, or leave out the series",
        )
    return basis


def _candidates(
    design: BatchDesign, rows: Bools, basis: Floats, grid: NDArray[np.int64], label: str
) -> Candidates:
    columns = np.moveaxis(design.columns[rows], 0, -1)  # (J, q, n)
    rest = partialled(columns.reshape(-1, len(grid)), basis).reshape(columns.shape)
    orthogonal, triangle = np.linalg.qr(np.swapaxes(rest, 1, 2))
    left = np.abs(np.diagonal(triangle, axis1=1, axis2=2))
    blurred = (left <= COLLINEAR * np.linalg.norm(columns, axis=-1)).any(axis=1)
    if blurred.any():
        raise ModelError(
            f"the candidate at {design.dates[int(np.argmax(blurred))]} cannot be told from the "
            f"base in the {len(grid)} months of series '{label}'",
            remedy="leave dates at the edges out (candidate_dates trims them), or the series",
        )
    spread = np.zeros((len(design.terms), len(design.dates), int(grid[-1]) + 1))
    spread[..., grid] = np.moveaxis(orthogonal, 2, 0)
    return Candidates(spread, triangle)
