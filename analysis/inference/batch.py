"""Many regular series times many candidate dates, by one factorisation of the shared base design.

Every pair of series and date gets the numbers that a regression of its own would give: the base is
factorised once, candidate columns and series are partialled out, and effects, Newey-West standard
errors and Wald tests follow from matrix products over chunks of series (see `batch_kernel`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.errors import ModelError
from analysis.inference.batch_chunk import fit_chunk
from analysis.inference.batch_design import BatchDesign
from analysis.inference.batch_results import BatchFit, BatchOptions, convention_of
from analysis.inference.batch_sample import Sample, sample_of
from analysis.models.arrays import Bools, Floats

CHUNK_BYTES: Final = 4_000_000  # working memory of a chunk, about what stays in cache


def fit_batch(
    values: Floats,
    design: BatchDesign,
    options: BatchOptions | None = None,
    names: Sequence[str] | None = None,
) -> BatchFit:
    """Estimate each candidate effect of each series by OLS.

    Parameters
    ----------
    values
        Series by months, shape (S, T); NaN where a month is missing. On the scale of the link: take
        logarithms first for relative effects.
    names
        Names of the series; numbered from 0 if left out.

    Returns
    -------
    BatchFit
        The numbers of `statsmodels` OLS with `cov_type="HAC"`, `use_correction=small_sample` and
        `use_t=True`, one fit a pair.

    Raises
    ------
    ModelError
        When shapes do not agree, a value is infinite, a month is missing and `missing` is
        `refuse`, a series is constant or reproduced exactly, months are too few, or a candidate is
        collinear with the base in the months of a series.
    """
    options = options or BatchOptions()
    values, labels = _checked(np.asarray(values, dtype=float), design, options, names)
    estimates = np.empty((len(values), len(design.dates), len(design.terms)))
    errors, tests = np.empty_like(estimates), np.empty(estimates.shape[:2])
    observations, df = np.zeros((2, len(values)), dtype=np.int64)
    recomputed = 0
    for rows, members in _groups(values):
        sample = sample_of(design, options, rows, labels[members[0]])
        observations[members], df[members] = sample.observations, sample.df
        for chunk in _chunks(members, sample):
            found = fit_chunk(values[np.ix_(chunk, rows)], sample, tuple(labels[i] for i in chunk))
            estimates[chunk], errors[chunk] = found.estimates, found.standard_errors
            tests[chunk] = found.f_statistics
            recomputed += found.recomputed
    return BatchFit(
        design=design,
        options=options,
        names=labels,
        estimates=estimates,
        standard_errors=errors,
        f_statistics=tests,
        observations=observations,
        df=df,
        recomputed=recomputed,
        convention=convention_of(options),
    )


def _checked(
    values: Floats, design: BatchDesign, options: BatchOptions, names: Sequence[str] | None
) -> tuple[Floats, tuple[str, ...]]:
    if values.ndim != 2 or values.shape[1] != len(design.months) or not len(values):
        raise ModelError(
            f"the series have the shape {values.shape}",
            allowed=f"(series, {len(design.months)}), one column a month of the design",
        )
    labels = tuple(names) if names is not None else tuple(map(str, range(len(values))))
    if len(labels) != len(values) or len(set(labels)) != len(labels):
        raise ModelError(f"{len(values)} series need as many different names")
    finite = np.isfinite(values)
    if not finite.all():
        _refuse(np.isinf(values), labels, design, "is infinite", "mend or remove the value")
        if options.missing == "refuse":
            remedy = "complete the series, or group series by their months (missing='group')"
            _refuse(~finite, labels, design, "is missing", remedy)
    return values, labels


def _refuse(
    faulty: Bools, labels: tuple[str, ...], design: BatchDesign, fault: str, remedy: str
) -> None:
    if faulty.any():
        series, month = np.argwhere(faulty)[0]
        raise ModelError(
            f"the value of series '{labels[series]}' in {design.months[month]} {fault}",
            allowed="finite numbers",
            remedy=remedy,
        )


def _groups(values: Floats) -> Iterator[tuple[Bools, NDArray[np.int64]]]:
    """Yield each pattern of months with a value, and the series that have it."""
    present = ~np.isnan(values)
    if present.all():
        yield present[0], np.arange(len(values))
        return
    packed = np.packbits(present, axis=1)
    _, first, group = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(group, kind="stable")
    for pattern, members in enumerate(np.split(order, np.cumsum(np.bincount(group))[:-1])):
        yield present[first[pattern]], members


def _chunks(members: NDArray[np.int64], sample: Sample) -> Iterator[NDArray[np.int64]]:
    terms, dates, grid = sample.candidates.basis.shape
    length = max(1, CHUNK_BYTES // (8 * (3 * grid + (6 + 3 * terms**2) * dates)))
    for first in range(0, len(members), length):
        yield members[first : first + length]
