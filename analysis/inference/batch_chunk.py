"""One chunk of series against every candidate: coefficients, sandwich, Wald tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from analysis.errors import ModelError
from analysis.inference.batch_kernel import (
    CANCELLED,
    bartlett,
    coefficients_of,
    direct_centres,
    expanded_centres,
    partialled,
    residuals_of,
    smallest_root,
)
from analysis.inference.batch_sample import Sample
from analysis.models.arrays import Bools, Floats

EXACT: Final = 1e-12  # residuals below this share of the series are rounding
PAIRS: Final = 2048  # pairs of series and date computed from residuals at a time


class ExactFitError(ModelError):
    """A series is reproduced exactly, so that its effects have no standard error."""


@dataclass(frozen=True)
class ChunkFit:
    """Numbers of C series.

    Attributes
    ----------
    estimates, standard_errors
        Shape (C, J, q).
    f_statistics
        Shape (C, J).
    recomputed
        Pairs whose variance came from residuals, because the expansion cancelled.
    """

    estimates: Floats
    standard_errors: Floats
    f_statistics: Floats
    recomputed: int


@dataclass
class _Moments:
    """Coefficients b (q, C, J), residual sums (C, J), centres (C, J, q, q) on the basis."""

    b: Floats
    squares: Floats
    centres: Floats


def fit_chunk(values: Floats, sample: Sample, names: tuple[str, ...]) -> ChunkFit:
    """Estimate C series with the same months, values of shape (C, n).

    Raises
    ------
    ModelError
        When a series is constant or reproduced exactly.
    """
    values = values - values[:, :1] if sample.has_level else values
    rest = partialled(values, sample.basis)
    size = np.linalg.norm(values, axis=1)
    _refuse_exact(np.linalg.norm(rest, axis=1) <= EXACT * size, names)
    series = np.zeros((len(rest), sample.length))
    series[:, sample.grid] = rest
    moments, spoilt = _moments(series, sample)
    _recompute(series, moments, spoilt, sample)
    exact = np.sqrt(moments.squares) <= EXACT * size[:, None]
    if sample.kernel is not None:
        exact |= ~(smallest_root(moments.centres) > EXACT * moments.squares)
    _refuse_exact_candidate(exact, names, sample)
    return _chunk_fit(moments, sample, int(spoilt.sum()))


def _moments(series: Floats, sample: Sample) -> tuple[_Moments, Bools]:
    b = coefficients_of(series, sample.candidates)
    whole = np.einsum("sg,sg->s", series, series)[:, None]
    squares = whole - (b**2).sum(axis=0)
    spoilt = squares <= CANCELLED * whole
    if sample.kernel is None:
        centres = np.empty((*squares.shape, len(b), len(b)))
    else:
        centres, cancelled = expanded_centres(series, b, sample.kernel)
        spoilt |= cancelled
    return _Moments(b, squares, centres), spoilt


def _recompute(series: Floats, moments: _Moments, spoilt: Bools, sample: Sample) -> None:
    """Replace the spoilt numbers by those from residuals."""
    weights = bartlett(sample.options.bandwidth)
    pairs = np.argwhere(spoilt)
    for first in range(0, len(pairs), PAIRS):
        place, day = pairs[first : first + PAIRS].T
        basis = sample.candidates.basis[:, day]
        residuals, b = residuals_of(series[place], moments.b[:, place, day], basis)
        moments.b[:, place, day] = b
        moments.squares[place, day] = np.einsum("pg,pg->p", residuals, residuals)
        if sample.kernel is not None:
            moments.centres[place, day] = direct_centres(residuals, basis, weights)


def _chunk_fit(moments: _Moments, sample: Sample, recomputed: int) -> ChunkFit:
    """Undo the orthonormal basis: beta = R^-1 b, variance R^-1 M R^-T."""
    b, centres = moments.b, _scaled_centres(moments, sample)
    if len(b) == 1:
        scale = sample.candidates.triangle[:, 0, 0]
        variance = centres[..., 0, 0]
        return ChunkFit(
            estimates=(b[0] / scale)[..., None],
            standard_errors=(np.sqrt(variance) / np.abs(scale))[..., None],
            f_statistics=b[0] ** 2 / variance,
            recomputed=recomputed,
        )
    inverse = np.linalg.inv(sample.candidates.triangle)
    half = np.einsum("jac,sjcd->sjad", inverse, centres)
    solved = np.linalg.solve(centres, np.moveaxis(b, 0, -1)[..., None])[..., 0]
    return ChunkFit(
        estimates=np.einsum("jac,csj->sja", inverse, b),
        standard_errors=np.sqrt(np.einsum("sjad,jad->sja", half, inverse)),
        f_statistics=np.einsum("asj,sja->sj", b, solved) / len(b),
        recomputed=recomputed,
    )


def _scaled_centres(moments: _Moments, sample: Sample) -> Floats:
    """Return the covariance on the orthonormal basis, shape (C, J, q, q)."""
    if sample.kernel is None:
        identity = np.eye(len(moments.b))
        return np.asarray((moments.squares / sample.df)[..., None, None] * identity)
    if not sample.options.small_sample:
        return moments.centres
    return np.asarray(moments.centres * (sample.observations / sample.df))


def _refuse_exact(exact: Bools, names: tuple[str, ...]) -> None:
    if exact.any():
        raise ExactFitError(
            f"series '{names[int(np.argmax(exact))]}' is constant or reproduced exactly by the "
            "base, so that no effect has a standard error",
            remedy="leave the series out",
        )


def _refuse_exact_candidate(exact: Bools, names: tuple[str, ...], sample: Sample) -> None:
    if exact.any():
        place, day = np.argwhere(exact)[0]
        raise ExactFitError(
            f"series '{names[place]}' is reproduced exactly by the base and the candidate at "
            f"{sample.design.dates[day]}, in all months or in those that the candidate rests on, "
            "so that the effect has no standard error",
            remedy="leave the series or the date out",
        )
