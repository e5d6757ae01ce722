"""What a gravity fit says: coefficients, effects in per cent, what was left out and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal

import pandas as pd

from analysis.errors import ModelError, spelling_hint
from analysis.models.arrays import Floats

Kind = Literal["log", "dummy", "level"]


@dataclass(frozen=True)
class GravityCoefficient:
    """One coefficient of a gravity equation and its effect on the flow.

    Attributes
    ----------
    kind
        `log`: the effect is the elasticity, per cent of the flow for one per cent of the variable.
        `dummy` and `level`: 100 (exp(b) - 1), per cent of the flow for one unit.
    estimate, standard_error, lower, upper
        On the scale of the log of the expected flow.
    effect, effect_lower, effect_upper
        In per cent, `effect_unit` says for what.
    """

    name: str
    kind: Kind
    estimate: float
    standard_error: float
    lower: float
    upper: float
    p_value: float
    effect: float
    effect_lower: float
    effect_upper: float
    effect_unit: str


@dataclass(frozen=True)
class Dropped:
    """Observations that the estimate does not use, for one reason.

    Attributes
    ----------
    reason
        `all-zero group`, `singleton` or `separated`.
    by
        The fixed effect that rules them out, or `regressors and fixed effects`.
    groups
        Names of the groups of that fixed effect; empty where no single effect is at fault.
    rows
        Positions of the rows in the frame that was handed over, from zero.
    """

    reason: str
    by: str
    groups: tuple[str, ...]
    rows: tuple[int, ...]

    @property
    def observations(self) -> int:
        """How many observations are left out."""
        return len(self.rows)

    def __str__(self) -> str:
        """Say how many, why and which."""
        which = f" ({', '.join(self.groups[:5])}{', …' if len(self.groups) > 5 else ''})"
        return (
            f"{self.observations} observations dropped: {self.reason}, {self.by}"
            f"{which if self.groups else ''}"
        )


@dataclass(frozen=True)
class GravityFit:
    """A gravity equation by Poisson pseudo-maximum likelihood.

    Attributes
    ----------
    covariance
        Covariance of the estimates in the order of `coefficients`, shape (k, k).
    fixed_effects
        Levels of each fixed effect in the estimation sample.
    clusters
        Number of clusters of each clustering dimension.
    df
        Degrees of freedom of the t intervals: the smallest number of clusters less one.
    factor
        Small-sample factor that multiplies the sandwich.
    convention
        Standard errors and intervals in words.
    """

    coefficients: tuple[GravityCoefficient, ...]
    covariance: Floats
    fixed_effects: Mapping[str, int]
    clusters: Mapping[str, int]
    observations: int
    df: int
    factor: float
    level: float
    deviance: float
    convention: str
    dropped: tuple[Dropped, ...]
    notes: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the regressors."""
        return tuple(item.name for item in self.coefficients)

    def coefficient(self, name: str) -> GravityCoefficient:
        """Return the coefficient of one regressor.

        Raises
        ------
        ModelError
            When no regressor has this name.
        """
        for item in self.coefficients:
            if item.name == name:
                return item
        raise ModelError(
            f"the gravity fit has no regressor '{name}'",
            allowed=", ".join(self.names),
            remedy=spelling_hint(name, self.names),
        )

    def table(self) -> pd.DataFrame:
        """Return one row a coefficient."""
        return pd.DataFrame([asdict(item) for item in self.coefficients])
