"""What a fit of an interval series carries, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.models.arrays import Floats
from analysis.models.design import Design
from analysis.models.interval_covariance import NoiseParameters, NoiseShape
from analysis.models.interval_identification import Subspace, Verdict
from analysis.models.interval_rows import IntervalRows, Link


@dataclass(frozen=True)
class Coefficient:
    """One coefficient on the scale of the link; numbers are None where it is not identified."""

    name: str
    label: str
    role: str
    estimate: float | None
    standard_error: float | None
    df: float | None
    lower: float | None
    upper: float | None
    p_value: float | None
    verdict: Verdict
    reason: str


@dataclass(frozen=True)
class Effect:
    """The effect of one intervention, or the trend, in words and numbers.

    Attributes
    ----------
    estimate, lower, upper
        In `unit`: per cent of the flow (log link), per cent a year for slopes and the trend, or
        flow a day (identity link). None where the effect is not identified.
    standard_error_log, df, p_value
        Standard error on the scale of the link, degrees of freedom of the t interval, two-sided
        p-value of no effect. None where the effect is not identified.
    reports_before, reports_after
        Reports with a day before it sets in, and with a day under it.
    vif
        Variance inflation among whitened sensitivities.
    sentence
        The finding in words.
    """

    name: str
    label: str
    shape: str
    start: str
    unit: str
    estimate: float | None
    lower: float | None
    upper: float | None
    p_value: float | None
    standard_error_log: float | None
    df: float | None
    verdict: Verdict
    reason: str
    reports_before: int
    reports_after: int
    vif: float | None
    confounded_with: tuple[str, ...]
    sentence: str

    @property
    def estimate_percent(self) -> float | None:
        """The estimate where it is a percentage, otherwise None."""
        return self.estimate if self.unit.startswith("per cent") else None


@dataclass(frozen=True)
class FitState:
    """The arrays behind a fit, for prediction and simulation.

    Attributes
    ----------
    coefficients, covariance
        Shape (p,) and (p, p); zero along directions that the reports do not see.
    sensitivity
        Derivative of each report by each coefficient, shape (n, p).
    response, mean
        Reports and their fitted means on the scale of estimation, shape (n,).
    precision, projection
        V^-1 and P, shape (n, n).
    covariance_slopes
        Derivative of the covariance of the coefficients by each free noise parameter (k, p, p).
    noise_covariance
        Covariance of the free noise parameters, shape (k, k).
    """

    design: Design
    rows: IntervalRows
    link: Link
    subspace: Subspace
    shape: NoiseShape
    noise: NoiseParameters
    coefficients: Floats
    covariance: Floats
    sensitivity: Floats
    response: Floats
    mean: Floats
    precision: Floats
    projection: Floats
    covariance_slopes: Floats
    noise_covariance: Floats
    log_likelihood: float


@dataclass(frozen=True)
class IntervalFit:
    """A fitted interval series.

    Attributes
    ----------
    effects
        Interventions in the order of the design, then the trend if there is one.
    coefficients
        Every column of the design on the scale of the link.
    sigma, rho, tau
        Standard deviation and monthly autocorrelation of the noise, disagreement of sources.
        None where the reports are too few to estimate anything.
    monthly
        Long table: month, first_day, days, curve, rate, lower, upper. `curve` is `fitted`,
        `counterfactual` (all interventions off) or `without <name>` (one off); `rate` is the
        flow a day. A month of a curve that the reports do not identify has no row.
    residuals
        One row an observation: observed and fitted daily rate (or growth ratio), residual on the
        scale of estimation, standardised residual and weight.
    influence
        Long table, one row a report and effect: the estimate without that report, the change it
        makes, and Cook's distance of the report.
    essential
        Reports without which an effect is not identified: report_id, name.
    convention
        Link, noise, covariance and degrees of freedom in words.
    """

    effects: tuple[Effect, ...]
    coefficients: tuple[Coefficient, ...]
    sigma: float | None
    rho: float | None
    tau: float | None
    level: float
    reports: int
    df_residual: int
    log_likelihood: float | None
    monthly: pd.DataFrame
    residuals: pd.DataFrame
    influence: pd.DataFrame
    essential: pd.DataFrame
    convention: str
    notes: tuple[str, ...]
    state: FitState | None

    def effect(self, name: str) -> Effect:
        """Return the effect called `name`."""
        for effect in self.effects:
            if effect.name == name:
                return effect
        raise ModelError(
            f"the fit has no effect '{name}'",
            allowed=", ".join(effect.name for effect in self.effects),
        )

    def curve(self, name: str = "fitted") -> pd.DataFrame:
        """Return the months of one curve of `monthly`."""
        rows: pd.DataFrame = self.monthly[self.monthly["curve"] == name]
        return rows.reset_index(drop=True)

    def effects_table(self) -> pd.DataFrame:
        """Return the effects as a table; fields without a number are missing (pd.NA), not NaN."""
        numbers = ["estimate", "lower", "upper", "p_value", "standard_error_log", "df", "vif"]
        names = list(Effect.__dataclass_fields__)
        table = pd.DataFrame(
            [{n: getattr(e, n) for n in names} for e in self.effects], columns=names
        )
        table["confounded_with"] = [", ".join(e.confounded_with) for e in self.effects]
        return table.astype(dict.fromkeys(numbers, "Float64"))

    def assert_finite(self) -> None:
        """Raise ModelError if a number of the result is not finite."""
        items: list[Effect | Coefficient] = [*self.effects, *self.coefficients]
        numbers = [
            value
            for item in items
            for value in (item.estimate, item.lower, item.upper, item.df)
            if value is not None
        ]
        tables = (self.monthly, self.residuals, self.influence)
        values = [t.select_dtypes("number").to_numpy(dtype=float).ravel() for t in tables]
        if not np.isfinite(np.concatenate([np.array(numbers, dtype=float), *values])).all():
            raise ModelError("the fit holds a number that is not finite")
