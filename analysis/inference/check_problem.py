"""The linear regression behind an effect, its tested column last, as the checks need it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analysis.inference.check import tested_effect
from analysis.models.arrays import Bools, Floats
from analysis.models.design import DesignSpec
from analysis.models.interrupted_series import fit_design, fit_its
from analysis.models.its_fit_data import plain_data
from analysis.models.its_noise import MonthlyNoise
from analysis.models.its_options import Covariance, ItsOptions
from analysis.models.its_problem import independent_columns
from analysis.models.its_results import ItsFit
from analysis.models.regular_series import RegularSeries


@dataclass(frozen=True)
class EffectRegression:
    """A regression whose last column is the effect.

    Attributes
    ----------
    response
        Shape (n,), on the scale of the link; for counts the working response of the last weighted
        step, times the root of its weight.
    rows
        Shape (n, k), of full rank, weighted like the response.
    noise
        Months that the values see.
    weights
        What a design row is multiplied by, shape (n,); 1 unless the values are counts.
    words
        What the response is.
    """

    response: Floats
    rows: Floats
    noise: MonthlyNoise
    weights: Floats
    words: str

    @property
    def n(self) -> int:
        """Number of values."""
        return len(self.response)


def effect_regression(fit: ItsFit, name: str) -> EffectRegression | str:
    """Return the regression behind an effect, or why there is none.

    Raises
    ------
    ModelError
        When the fit has no such intervention.
    """
    effect = tested_effect(fit, name)
    if effect.estimate is None:
        return f"the effect is not identified: {effect.reason}"
    place = fit.design.names.index(name)
    others = [j for j in range(len(fit.design.names)) if j != place]
    order = np.array([*others, place], dtype=np.int64)
    kept = order[independent_columns(fit.rows[:, order])]
    if kept[-1] != place:
        return "the effect is a combination of the other terms"
    data = plain_data(fit, kept)
    length = np.linalg.norm(data.rows, axis=1) / np.linalg.norm(fit.rows[:, kept], axis=1)
    noise = noise_of_series(fit.series)
    return EffectRegression(data.response, data.rows, noise, length, _words(fit))


def _words(fit: ItsFit) -> str:
    if fit.options.counts:
        return "the working regression of the last weighted step of the counts"
    return f"the regression on the scale of the {fit.options.link} link"


def noise_of_series(series: RegularSeries) -> MonthlyNoise:
    """Return the noise that the values of a series see."""
    return MonthlyNoise(series.first, series.spans, np.zeros(len(series), dtype=np.int64))


def part_of(noise: MonthlyNoise, values: slice | Bools) -> MonthlyNoise:
    """Return the noise of some of the values."""
    return MonthlyNoise(noise.first[values], noise.spans[values], noise.block[values])


def triangle_of(matrix: Floats) -> Floats:
    """Return the triangle of a QR factorisation, shape (k, k)."""
    return np.asarray(np.linalg.qr(matrix, mode="r"), dtype=float)


def regular_noise(n: int) -> MonthlyNoise:
    """Return the noise of n consecutive months."""
    months: NDArray[np.int64] = np.arange(n, dtype=np.int64)
    return MonthlyNoise(months, np.ones(n, dtype=np.int64), np.zeros(n, dtype=np.int64))


def refit(
    fit: ItsFit,
    *,
    spec: DesignSpec | None = None,
    series: RegularSeries | None = None,
    options: ItsOptions | None = None,
) -> ItsFit:
    """Estimate again with another specification, series or options; the rest stays.

    Raises
    ------
    ModelError
        As `fit_its`.
    """
    chosen, values = options or fit.options, series or fit.series
    design = spec or fit.spec
    if design is None:
        return fit_design(values, fit.design, chosen)
    return fit_its(values, design, chosen)


def with_estimator(fit: ItsFit) -> ItsOptions:
    """Return the options of a fit with the estimator that was used in place of `auto`."""
    if fit.options.estimator != "auto":
        return fit.options
    covariance: Covariance = "newey_west" if fit.estimator == "ols" else "model"
    return replace(fit.options, estimator=fit.estimator, covariance=covariance)
