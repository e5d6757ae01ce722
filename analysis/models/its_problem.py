"""The numbers that an estimator needs, laid out from a series and a design."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.errors import ModelError
from analysis.models.arrays import Bools, Floats
from analysis.models.design import Design
from analysis.models.its_options import ItsOptions
from analysis.models.regular_series import RegularSeries, month_numbers

SPARE_VALUES: Final = 2
DEPENDENT: Final = 1e-8  # part of a column, beside its length, that others leave: arithmetic
APART: Final = 1_000_000  # months between series that do not share noise


@dataclass(frozen=True)
class Problem:
    """Response and regressors of full rank, with the months that they belong to.

    Attributes
    ----------
    rows
        Shape (n, k).
    response, offset
        Shape (n,).
    first, spans
        First month of each value, and months that it covers, shape (n,).
    informative
        Columns other than the intercepts, shape (k,).
    block
        Number of the series of each value, shape (n,).
    """

    rows: Floats
    response: Floats
    offset: Floats
    first: NDArray[np.int64]
    spans: NDArray[np.int64]
    informative: Bools
    block: NDArray[np.int64]
    options: ItsOptions

    @cached_property
    def positions(self) -> Floats:
        """Middle of each value in months, series far apart, shape (n,)."""
        return np.asarray(self.first + (self.spans - 1) / 2 + self.block * APART)

    @property
    def df(self) -> int:
        """Values less coefficients, n - k."""
        return int(self.rows.shape[0] - self.rows.shape[1])


def usable_values(
    series: RegularSeries, design: Design, left_out: tuple[tuple[str, str], ...]
) -> Bools:
    """Tell which values lie inside the window and touch no month that is left out, shape (n,)."""
    opening, closing = month_numbers((design.calendar.months[0], design.calendar.months[-1]))
    last = series.first + series.spans - 1
    kept = (series.first >= opening) & (last <= closing)
    for start, end in left_out:
        first_out, last_out = _stretch(start, end)
        kept &= (last < first_out) | (series.first > last_out)
    return np.asarray(kept)


def _stretch(start: str, end: str) -> tuple[int, int]:
    try:
        first, last = month_numbers((start, end))
    except ValueError as error:
        raise ModelError(
            f"the months {start} to {end} that are left out cannot be read", allowed="YYYY-MM"
        ) from error
    if last < first:
        raise ModelError(f"the months left out end ({end}) before they start ({start})")
    return int(first), int(last)


def design_rows(series: RegularSeries, design: Design) -> Floats:
    """Return the design row of each value, the mean over its months, shape (n, p)."""
    opening = int(month_numbers((design.calendar.months[0],))[0])
    start = series.first - opening
    if (series.spans == 1).all():
        return design.matrix[start]
    months = np.arange(len(design.matrix))
    inside = (months >= start[:, None]) & (months < (start + series.spans)[:, None])
    return np.asarray(inside @ design.matrix / series.spans[:, None])


def independent_columns(rows: Floats) -> Bools:
    """Tell which columns are no combination of those to the left, shape (p,)."""
    norms = np.linalg.norm(rows, axis=0)
    scaled = rows / np.where(norms > 0, norms, 1.0)
    kept = np.abs(np.diagonal(np.linalg.qr(scaled, mode="r"))) > DEPENDENT
    return np.asarray(kept & (norms > 0))


def response_of(series: RegularSeries, options: ItsOptions) -> Floats:
    """Return the values on the scale of the link; counts stay counts, shape (n,).

    Raises
    ------
    ModelError
        When a value is not positive under the log link, or no count where counts are needed.
    """
    if options.counts:
        return _counts(series)
    if options.link == "identity":
        return series.a_month
    faulty = np.flatnonzero(series.values <= 0)
    if len(faulty):
        raise ModelError(
            f"{len(faulty)} values are not positive, the first in {series.months[faulty[0]]}",
            where=series.name,
            allowed="positive values under the log link",
            remedy="link='identity', or a count estimator where the values are counts",
        )
    return np.log(series.a_month)


def _counts(series: RegularSeries) -> Floats:
    faulty = np.flatnonzero((series.values < 0) | (series.values != np.round(series.values)))
    if len(faulty):
        raise ModelError(
            f"the value in {series.months[faulty[0]]} is no count",
            where=series.name,
            allowed="whole numbers of 0 or more",
            remedy="a linear estimator with the log or identity link",
        )
    if series.combined == "mean" and (series.spans > 1).any():
        raise ModelError("a count over several months must be their total", where=series.name)
    return series.values


def offset_of(series: RegularSeries, options: ItsOptions) -> Floats:
    """Return log(exposure * months) for counts, zero otherwise, shape (n,)."""
    if not options.counts:
        return np.zeros(len(series))
    exposure = np.ones(len(series)) if series.exposure is None else series.exposure
    return np.log(exposure * series.spans)


def check_enough(series: RegularSeries, parameters: int) -> None:
    """Refuse a series that is too short, or that does not move.

    Raises
    ------
    ModelError
        When there are fewer values than parameters + 2, or all are equal.
    """
    needed = parameters + SPARE_VALUES
    if len(series) < needed:
        raise ModelError(
            f"{len(series)} values inside the window for {parameters} coefficients",
            where=series.name,
            allowed=f"{needed} values or more",
            remedy="a longer window, or fewer terms",
        )
    if np.ptp(series.a_month) == 0:
        raise ModelError(
            f"all values are {series.a_month[0]:g}: a constant series has no variance to estimate",
            where=series.name,
        )
