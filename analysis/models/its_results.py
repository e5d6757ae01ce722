"""What a fit of a regular interrupted series carries."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TypeVar

import numpy as np
import pandas as pd

from analysis.errors import ModelError, spelling_hint
from analysis.models.arrays import Floats
from analysis.models.design import Design, DesignSpec
from analysis.models.interval_findings import Coefficient, Effect
from analysis.models.its_curves import curve_table
from analysis.models.its_options import Estimator, ItsOptions
from analysis.models.regular_series import RegularSeries

Finding = TypeVar("Finding", Coefficient, Effect)


@dataclass(frozen=True)
class ItsFit:
    """A fitted regular series.

    Attributes
    ----------
    series
        The n values that the fit uses: inside the window, none of them left out.
    spec
        What the design was built from; None where it was given as such.
    rows
        Design row of each value, the mean over its months, shape (n, p).
    response
        On the scale of the link, shape (n,); the counts themselves for counts.
    offset
        Known part of the linear predictor, shape (n,); log(exposure * months) for counts.
    estimator
        The one that was used, never `auto`.
    estimates, covariance, df
        Shapes (p,), (p, p) and (p,). A column that the values do not determine holds zeros; its
        coefficient has no number. `df` is infinite for normal intervals.
    fitted, residuals
        On the scale of `response`, shape (n,).
    whitened_residuals
        Residuals without their autocorrelation, scaled to the marginal standard deviation
        (Pearson residuals for counts), shape (n,); (n - 1,) where the first value is dropped.
    rho, sigma
        Autocorrelation at one month, and marginal standard deviation of the monthly noise.
    dispersion
        Pearson dispersion of quasi-Poisson, alpha of the negative binomial (variance
        mu + alpha mu^2).
    effects
        Interventions in the order of the design, then the trend if there is one; `reports_before`
        and `reports_after` count values.
    """

    series: RegularSeries
    spec: DesignSpec | None
    design: Design
    options: ItsOptions
    rows: Floats
    response: Floats
    offset: Floats
    estimator: Estimator
    estimates: Floats
    covariance: Floats
    df: Floats
    fitted: Floats
    residuals: Floats
    whitened_residuals: Floats
    rho: float | None
    sigma: float | None
    dispersion: float | None
    log_likelihood: float | None
    convention: str
    notes: tuple[str, ...]
    coefficients: tuple[Coefficient, ...]
    effects: tuple[Effect, ...]

    def effect(self, name: str) -> Effect:
        """Return the effect of that name.

        Raises
        ------
        ModelError
            When the design has no such intervention or trend.
        """
        return _named(self.effects, name, "effect")

    def coefficient(self, name: str) -> Coefficient:
        """Return the coefficient of that name, on the scale of the link.

        Raises
        ------
        ModelError
            When the design has no such column.
        """
        return _named(self.coefficients, name, "coefficient")

    def effects_table(self) -> pd.DataFrame:
        """Return one row an effect, columns named as the fields of `Effect`."""
        return _table(self.effects, Effect)

    def coefficients_table(self) -> pd.DataFrame:
        """Return one row a coefficient, columns named as the fields of `Coefficient`."""
        return _table(self.coefficients, Coefficient)

    def curve(self, *, simultaneous: bool = False) -> pd.DataFrame:
        """Return the fitted and counterfactual curves, see `its_curves.curve_table`."""
        return curve_table(self, simultaneous=simultaneous)

    @property
    def log_scale(self) -> bool:
        """Whether effects are percentages."""
        return self.options.counts or self.options.link == "log"


def _named(items: tuple[Finding, ...], name: str, kind: str) -> Finding:
    for item in items:
        if item.name == name:
            return item
    names = [item.name for item in items]
    raise ModelError(
        f"there is no {kind} '{name}'",
        allowed=", ".join(names),
        remedy=spelling_hint(name, names),
    )


def _table(items: tuple[Coefficient, ...] | tuple[Effect, ...], kind: type) -> pd.DataFrame:
    columns = [item.name for item in fields(kind)]
    rows = [[getattr(item, column) for column in columns] for item in items]
    return pd.DataFrame(rows, columns=columns)


def assert_finite(fit: ItsFit) -> None:
    """Refuse a fit that holds a number that is none.

    Raises
    ------
    ModelError
        When an estimate or a variance is not finite.
    """
    if not (np.isfinite(fit.estimates).all() and np.isfinite(fit.covariance).all()):
        raise ModelError(
            f"the fit of '{fit.series.name}' holds numbers that are not finite",
            remedy="fewer terms, or another estimator",
        )
