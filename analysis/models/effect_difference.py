"""Compare one kind of effect in two fits, or in two series of one joint fit.

With a log link the difference of the coefficients b1 and b2 is the log ratio of the two factors
(delta method). Fits of different studies are independent by assumption, so its variance is the sum
of their variances; in a joint fit the covariance counts as well. The degrees of freedom are those
of Welch and Satterthwaite (Welch 1947, Biometrika 34).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.special import stdtr, stdtrit

from analysis.errors import ModelError
from analysis.models.interval_findings import Effect

INDEPENDENT: Final = (
    "fits taken as independent; difference of coefficients on the log scale, "
    "Welch–Satterthwaite degrees of freedom"
)
JOINT: Final = (
    "one joint model with the covariance between the two; difference of coefficients on the log "
    "scale, Welch–Satterthwaite degrees of freedom"
)


@dataclass(frozen=True)
class EffectDifference:
    """How far one factor exceeds another, in per cent of the second.

    Attributes
    ----------
    estimate, lower, upper
        100 ((1 + e1) / (1 + e2) - 1), where e1 and e2 are the effects as shares.
    """

    estimate: float
    lower: float
    upper: float
    p_value: float
    df: float
    convention: str


def effect_difference(
    first: Effect, second: Effect, level: float, covariance: float = 0.0
) -> EffectDifference:
    """Compare two effects in per cent.

    Parameters
    ----------
    covariance
        Of the two coefficients on the log scale; zero for independent fits. The degrees of
        freedom are those of independent ones all the same.

    Raises
    ------
    ModelError
        When an effect is not identified or is not in per cent of the flow.
    """
    b1, se1, df1 = _numbers(first)
    b2, se2, df2 = _numbers(second)
    df = (se1**2 + se2**2) ** 2 / (se1**4 / df1 + se2**4 / df2)
    value, spread = b1 - b2, float(np.sqrt(se1**2 + se2**2 - 2 * covariance))
    half = float(stdtrit(df, (1 + level) / 2)) * spread
    low, middle, high = (float(100 * np.expm1(value + shift)) for shift in (-half, 0.0, half))
    p_value = float(2 * stdtr(df, -abs(value) / spread))
    return EffectDifference(middle, low, high, p_value, df, JOINT if covariance else INDEPENDENT)


def at_level(effect: Effect, level: float) -> Effect:
    """Return an effect in per cent with the limits of another level; as it is without numbers."""
    if effect.estimate is None or effect.unit != "per cent":
        return effect
    value, spread, df = _numbers(effect)
    half = float(stdtrit(df, (1 + level) / 2)) * spread
    lower, upper = (float(100 * np.expm1(value + shift)) for shift in (-half, half))
    return replace(effect, lower=lower, upper=upper)


def _numbers(effect: Effect) -> tuple[float, float, float]:
    """Return coefficient, standard error and degrees of freedom on the log scale."""
    if effect.estimate is None or effect.standard_error_log is None or effect.df is None:
        raise ModelError(
            f"the effect '{effect.name}' is {effect.verdict}",
            remedy="compare only effects that are identified",
        )
    if effect.unit != "per cent":
        raise ModelError(
            f"the effect '{effect.name}' is in {effect.unit}",
            allowed="per cent",
            remedy="compare effects of fits with a log link",
        )
    return float(np.log1p(effect.estimate / 100)), effect.standard_error_log, effect.df
