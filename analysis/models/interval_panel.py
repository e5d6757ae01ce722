"""Several places with reports of one kind: own levels, trends and effects, one common movement.

Each place is first estimated alone. A trend that a place cannot tell by its own reports is left
out of its model, and a place with too few reports for a model of its own is left out of the joint
one. The joint model is that of `interval_joint`: the noise of all places has one autocorrelation
and one disagreement of sources, and a share of its variance is common to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import fdtrc, stdtrit

from analysis.errors import ModelError
from analysis.models.arrays import Floats
from analysis.models.design import DesignSpec
from analysis.models.effect_difference import EffectDifference, effect_difference
from analysis.models.interval_estimation import Options
from analysis.models.interval_findings import Effect
from analysis.models.interval_joint import JointFit, fit_joint_series
from analysis.models.interval_results import IntervalFit
from analysis.models.interval_series import fit_interval_series


@dataclass(frozen=True)
class PlaceFit:
    """What one place says alone, and how it enters the joint model.

    Attributes
    ----------
    observations
        The reports that are used.
    spec
        The design that is estimated, alone and jointly.
    trend
        Why the design has the trend that it has.
    left_out
        Why the place is not in the joint model; empty if it is.
    """

    name: str
    observations: pd.DataFrame
    spec: DesignSpec
    alone: IntervalFit
    trend: str
    left_out: str


@dataclass(frozen=True)
class MeanEffect:
    """One intervention over several places: the mean effect, and whether they have one effect.

    Attributes
    ----------
    estimate, lower, upper
        Per cent of the flow at the mean of the log effects, every place counting alike.
    statistic, restrictions, df, p_value
        Welch's F test that all places have one effect.
    """

    name: str
    places: tuple[str, ...]
    estimate: float
    lower: float
    upper: float
    statistic: float
    restrictions: int
    df: float
    p_value: float


@dataclass(frozen=True)
class IntervalPanel:
    """Several places alone and together, every place with its own effects."""

    places: Mapping[str, PlaceFit]
    joint: JointFit

    def effect(self, place: str, name: str) -> Effect | None:
        """Return an effect of a place in the joint model; None where the place is not in it."""
        if self.places[place].left_out:
            return None
        return next((e for e in self.joint.of(place).effects if e.name == name), None)

    def identified(self, name: str) -> tuple[str, ...]:
        """Return the places whose own effect of an intervention is identified."""
        found = {place: self.effect(place, name) for place in self.places}
        return tuple(p for p, e in found.items() if e is not None and e.verdict == "identified")

    def difference(self, name: str, first: str, second: str) -> EffectDifference:
        """Compare one effect at two places of the joint model.

        The degrees of freedom rest on those of the two effects: those of the whole model, which
        the place with most reports lends to all, are too many for two places with few.

        Raises
        ------
        ModelError
            When a place does not identify the effect.
        """
        effects = [self.effect(place, name) for place in (first, second)]
        one, other = effects
        if one is None or other is None:
            raise ModelError(
                f"'{name}' has no effect at {first} or at {second}",
                allowed=f"two of {', '.join(self.identified(name))}",
            )
        joint = self.joint
        at = [_column(joint, name, place) for place in (first, second)]
        return effect_difference(
            one, other, joint.level, float(joint.whole.covariance[at[0], at[1]])
        )

    def mean_effect(self, name: str) -> MeanEffect | None:
        """Average an intervention over the places that identify it, and test their equality.

        The mean gives every place the same weight: weights from the estimated noise of places
        with few reports would favour those whose noise happens to look small. Its variance has
        the joint covariance, its degrees of freedom are those of Satterthwaite for a sum of
        variances that are known as well as those of the single effects. Equality is tested by
        Welch's statistic (1951, Biometrika 38) with those degrees of freedom, the places taken as
        independent.

        Returns
        -------
        MeanEffect or None
            None where fewer than two places identify the effect.
        """
        places = self.identified(name)
        return _mean_effect(self, name, places) if len(places) > 1 else None


def fit_interval_panel(
    observations: Mapping[str, pd.DataFrame],
    designs: Mapping[str, DesignSpec],
    *,
    rho: float | None = None,
    level: float = 0.95,
) -> IntervalPanel:
    """Estimate several places alone and together.

    Parameters
    ----------
    observations, designs
        By place, see `fit_interval_series`; the designs have one window.
    rho
        Monthly autocorrelation of the noise in [0, 1); None estimates it.

    Raises
    ------
    ModelError
        When fewer than two places have enough reports, or a fit fails.
    """
    given = "reml" if rho is None else rho
    places = {
        name: _place(name, observations[name], spec, given, level) for name, spec in designs.items()
    }
    joined = [name for name, place in places.items() if not place.left_out]
    if len(joined) < 2:
        raise ModelError(
            f"{len(joined)} of {len(places)} places have enough reports for a joint model",
            allowed="two or more",
            remedy="name more places, or fewer interventions in each",
        )
    tables = {name: observations[name] for name in joined}
    specs = {name: places[name].spec for name in joined}
    options = Options(rho=rho, level=level, errors="student_t")
    return IntervalPanel(places, fit_joint_series(tables, specs, options))


def _mean_effect(panel: IntervalPanel, name: str, places: tuple[str, ...]) -> MeanEffect:
    joint = panel.joint
    at = [_column(joint, name, place) for place in places]
    effects = joint.whole.coefficients[at]
    spread = joint.whole.covariance[np.ix_(at, at)]
    freedom = np.array([_freedom(panel.effect(place, name)) for place in places])
    own = np.diagonal(spread)
    df = float(own.sum() ** 2 / (own**2 / freedom).sum())
    half = float(stdtrit(df, (1 + joint.level) / 2) * np.sqrt(spread.mean()))
    mean = float(effects.mean())
    low, middle, high = (float(100 * np.expm1(mean + shift)) for shift in (-half, 0.0, half))
    test = welch_equality(effects, own, freedom)
    return MeanEffect(name, places, middle, low, high, *test)


def _column(joint: JointFit, name: str, place: str) -> int:
    return int(joint.columns[place][joint.of(place).state.design.names.index(name)])


def _freedom(effect: Effect | None) -> float:
    if effect is None or effect.df is None:
        raise ModelError("an effect that is not identified has no degrees of freedom")
    return effect.df


def welch_equality(
    effects: Floats, variances: Floats, freedom: Floats
) -> tuple[float, int, float, float]:
    """Test that independent estimates with unequal, estimated variances have one expectation.

    Parameters
    ----------
    effects, variances, freedom
        Estimates, their variances and the degrees of freedom of these, each of shape (k,).

    Returns
    -------
    tuple
        Statistic, first and second degrees of freedom, p-value (Welch 1951, Biometrika 38).
    """
    count = len(effects)
    weights = 1 / variances
    share = weights / weights.sum()
    centre = float(share @ effects)
    excess = float(((1 - share) ** 2 / freedom).sum())
    between = float(weights @ (effects - centre) ** 2) / (count - 1)
    statistic = between / (1 + 2 * (count - 2) / (count**2 - 1) * excess)
    df = (count**2 - 1) / (3 * excess)
    return statistic, count - 1, df, float(fdtrc(count - 1, df, statistic))


def _place(name: str, table: pd.DataFrame, spec: DesignSpec, rho: object, level: float) -> PlaceFit:
    fit = _alone(table, spec, rho, level)
    words: str = spec.trend
    if spec.trend != "none" and (verdict := _trend_verdict(fit)) != "identified":
        spec, words = replace(spec, trend="none"), f"left out: {verdict} by these reports alone"
        fit = _alone(table, spec, rho, level)
    left_out = "" if fit.sigma is not None else "too few reports for a model of its own"
    return PlaceFit(name, table, spec, fit, words, left_out)


def _alone(table: pd.DataFrame, spec: DesignSpec, rho: object, level: float) -> IntervalFit:
    return fit_interval_series(table, spec, rho=rho, level=level)  # type: ignore[arg-type]


def _trend_verdict(fit: IntervalFit) -> str:
    return next((e.verdict for e in fit.effects if e.shape == "trend"), "not identified")
