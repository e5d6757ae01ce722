"""What a fit of an interval series carries."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.models.arrays import Floats
from analysis.models.interval_curves import contrasts, no_curves, one_curve
from analysis.models.interval_findings import Coefficient, Effect
from analysis.models.interval_identification import Identification
from analysis.models.interval_influence import (
    influence_tables,
    no_influence,
    no_residuals,
    residual_table,
)
from analysis.models.interval_state import FitState

__all__ = ["Coefficient", "Effect", "FitState", "IntervalFit"]


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
    convention: str
    notes: tuple[str, ...]
    found: tuple[Identification, ...]
    state: FitState | None

    @cached_property
    def monthly(self) -> pd.DataFrame:
        """The curves by month, made when first asked for."""
        if self.state is None:
            return no_curves()
        curves = [self.curve(name) for name in contrasts(self.state.design)]
        return pd.concat(curves, ignore_index=True)

    @cached_property
    def _curves(self) -> dict[str, pd.DataFrame]:
        """Curves that were asked for, by name."""
        return {}

    @cached_property
    def residuals(self) -> pd.DataFrame:
        """The residuals, made when first asked for."""
        return no_residuals() if self.state is None else _finite(residual_table(self.state))

    @cached_property
    def influence(self) -> pd.DataFrame:
        """The influence of each report, made when first asked for."""
        return _finite(self._influence_and_essential[0])

    @cached_property
    def essential(self) -> pd.DataFrame:
        """The reports that no effect can spare, made when first asked for."""
        return self._influence_and_essential[1]

    @cached_property
    def _influence_and_essential(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        return no_influence() if self.state is None else influence_tables(self.state, self.found)

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
        """Return the months of one curve of `monthly`, made when first asked for.

        Raises
        ------
        ModelError
            When the fit has no such curve.
        """
        if self.state is None:
            return no_curves()
        if name not in self._curves:
            self._curves[name] = _finite(one_curve(self.state, self.found, self.level, name))
        return self._curves[name].copy()

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
        _refuse_gaps(np.array(numbers, dtype=float))


def _finite(table: pd.DataFrame) -> pd.DataFrame:
    _refuse_gaps(table.select_dtypes("number").to_numpy(dtype=float))
    return table


def _refuse_gaps(numbers: Floats) -> None:
    if not np.isfinite(numbers).all():
        raise ModelError("the fit holds a number that is not finite")
