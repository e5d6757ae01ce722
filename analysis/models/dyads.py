"""Regressions on pairs of units, with a variance that allows for the units they share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd
from scipy import linalg, stats

from analysis.errors import ModelError, require_known
from analysis.models.arrays import Floats
from analysis.models.dyads_frame import Codes, DyadFrame
from analysis.models.dyads_variance import carrying_units, dyadic_meat, sums_by

Effects = Literal["period", "none"]
COLLINEAR: Final = 1e-9
FEW_UNITS: Final = 50  # below it the simulated size is over 6 per cent, see dyads_simulation
SMALL_SAMPLE: Final[Mapping[str, str]] = {
    "units": "G/(G-1) (n-1)/(n-K), G units, K regressors and effects (Cameron and Miller 2014)",
    "none": "no small-sample factor (Aronow, Samii and Assenova 2015)",
}
EFFECTS: Final[Mapping[str, Callable[[DyadFrame], tuple[Codes, int]]]] = {
    "period": lambda frame: (frame.period, len(frame.periods)),
    "none": lambda frame: (np.zeros(len(frame), dtype=np.int32), 1),
}


@dataclass(frozen=True)
class DyadCoefficient:
    """One coefficient, in units of the outcome for one unit of the regressor."""

    name: str
    estimate: float
    standard_error: float
    lower: float
    upper: float
    p_value: float


@dataclass(frozen=True)
class DyadFit:
    """A regression on pairs of units.

    Attributes
    ----------
    covariance
        In the order of `coefficients`, shape (k, k).
    observations, pairs, units, periods
        What the regression stands on.
    df
        Degrees of freedom of the t intervals: units less one.
    factor
        Small-sample factor that multiplies the dyadic sandwich.
    convention
        Standard errors and intervals in words.
    notes
        Regressors whose standard errors rest on few units.
    """

    outcome: str
    coefficients: tuple[DyadCoefficient, ...]
    covariance: Floats
    observations: int
    pairs: int
    units: int
    periods: int
    df: int
    factor: float
    level: float
    effects: str
    convention: str
    notes: tuple[str, ...]

    def coefficient(self, name: str) -> DyadCoefficient:
        """Return the coefficient of one regressor.

        Raises
        ------
        ModelError
            When no regressor has this name.
        """
        names = [item.name for item in self.coefficients]
        require_known(name, names, ModelError, f"the regression on pairs has no regressor '{name}'")
        return self.coefficients[names.index(name)]

    def table(self) -> pd.DataFrame:
        """Return one row a coefficient."""
        return pd.DataFrame([asdict(item) for item in self.coefficients])


def fit_dyads(
    frame: DyadFrame,
    *,
    outcome: str,
    regressors: Sequence[str],
    effects: Effects = "period",
    small_sample: str = "units",
    level: float = 0.95,
) -> DyadFit:
    """Regress a dissimilarity of pairs by least squares.

    Parameters
    ----------
    outcome, regressors
        Columns of the frame.
    effects
        `period` takes out the mean of each period, `none` fits one constant.
    small_sample
        `units` or `none`, see `SMALL_SAMPLE`.
    level
        Coverage of the intervals.

    Raises
    ------
    ModelError
        When a column is absent, a regressor is absorbed or collinear, or a variance is not
        positive.

    Notes
    -----
    Two observations whose pairs share a unit may be related in any way, also across periods.
    Student's t with units less one degrees of freedom.
    """
    _check_options(effects, small_sample, level)
    if not regressors:
        raise ModelError("a regression on pairs needs at least one regressor")
    groups, levels = EFFECTS[effects](frame)
    names = [outcome, *regressors]
    data = _demeaned(np.column_stack([frame.column(name) for name in names]), groups, levels)
    estimates, inverse = _least_squares(data, names, frame, effects)
    scores = data[:, 1:] * (data[:, 0] - data[:, 1:] @ estimates)[:, None]
    meat = dyadic_meat(scores, frame.first, frame.second, len(frame.units))
    units = len(np.union1d(frame.first, frame.second))
    factor = _factor(small_sample, units, len(frame), len(regressors) + len(np.unique(groups)))
    covariance = factor * inverse @ meat @ inverse
    return DyadFit(
        outcome,
        _coefficients(regressors, estimates, covariance, units - 1, level),
        covariance,
        len(frame),
        len(np.unique(frame.pair)),
        units,
        len(np.unique(frame.period)),
        units - 1,
        factor,
        level,
        effects,
        _convention(units, small_sample, level),
        _notes(frame, regressors, data[:, 1:]),
    )


def _notes(frame: DyadFrame, regressors: Sequence[str], data: Floats) -> tuple[str, ...]:
    counts = carrying_units(data, frame.first, frame.second, len(frame.units))
    return tuple(
        f"'{name}' varies in pairs of about {count:.0f} units: its dyadic standard error is likely "
        "too small; compare groups by randomisation"
        for name, count in zip(regressors, counts, strict=True)
        if count < FEW_UNITS
    )


def _check_options(effects: str, small_sample: str, level: float) -> None:
    _require(effects, EFFECTS, "effects")
    _require(small_sample, SMALL_SAMPLE, "small-sample factor")
    if not 0 < level < 1:
        raise ModelError(f"level {level} is no coverage", allowed="between 0 and 1, as in 0.95")


def _demeaned(data: Floats, groups: Codes, levels: int) -> Floats:
    data = data.astype(float, copy=False)
    counts = np.maximum(np.bincount(groups, minlength=levels), 1)
    data -= (sums_by(data, groups, levels) / counts[:, None])[groups]
    return data


def _convention(units: int, small_sample: str, level: float) -> str:
    return (
        f"dyadic clusters of {units} units; {SMALL_SAMPLE[small_sample]}; "
        f"{100 * level:g} % intervals by Student's t with {units - 1} degrees of freedom"
    )


def _require(word: str, allowed: Mapping[str, object], what: str) -> None:
    require_known(word, allowed, ModelError, f"unknown {what} '{word}'")


def _least_squares(
    data: Floats, names: Sequence[str], frame: DyadFrame, effects: str
) -> tuple[Floats, Floats]:
    """Return estimates, shape (k,), and the inverse of X'X, shape (k, k), of demeaned columns."""
    triangle = linalg.qr(data[:, [*range(1, data.shape[1]), 0]], mode="r")[0]
    k = data.shape[1] - 1
    factor, right = triangle[:k, :k], triangle[:k, k]
    for j, name in enumerate(names[1:]):
        if abs(factor[j, j]) <= COLLINEAR * np.linalg.norm(frame.column(name).astype(float)):
            within = "its mean by period" if effects == "period" else "a constant"
            raise ModelError(
                f"regressor '{name}' is {within} or a combination of the regressors before it",
                remedy="leave it out",
            )
    inverse = linalg.solve_triangular(factor, np.eye(k))
    return np.asarray(linalg.solve_triangular(factor, right)), np.asarray(inverse @ inverse.T)


def _factor(small_sample: str, units: int, n: int, parameters: int) -> float:
    if small_sample == "none":
        return 1.0
    if n <= parameters:
        raise ModelError(f"{n} pair-periods for {parameters} parameters")
    return units / (units - 1) * (n - 1) / (n - parameters)


def _coefficients(
    names: Sequence[str], estimates: Floats, covariance: Floats, df: int, level: float
) -> tuple[DyadCoefficient, ...]:
    variances = np.diag(covariance)
    if (variances <= 0).any():
        raise ModelError(
            f"the dyadic variance of '{names[int(np.argmin(variances))]}' is not positive",
            remedy="too few units share pairs: use more units or compare groups by randomisation",
        )
    errors = np.sqrt(variances)
    reach = float(stats.t.ppf((1 + level) / 2, df)) * errors
    p_values = 2 * stats.t.sf(np.abs(estimates / errors), df)
    return tuple(
        DyadCoefficient(name, *(float(number) for number in numbers))
        for name, *numbers in zip(
            names, estimates, errors, estimates - reach, estimates + reach, p_values, strict=True
        )
    )
