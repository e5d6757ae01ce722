"""Several places with reports of one kind: own levels, trends and effects, one common movement.

Each place is first estimated alone. A trend that a place cannot tell by its own reports is left
out of its model, and a place with too few reports for a model of its own is left out of the joint
one. The joint model is that of `interval_joint`: the noise of all places has one autocorrelation
and one disagreement of sources, and a share of its variance is common to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from scipy.special import fdtrc

from analysis.errors import ModelError
from analysis.models.design import DesignSpec
from analysis.models.interval_effects import degrees_of_freedom
from analysis.models.interval_estimation import Options
from analysis.models.interval_findings import Effect
from analysis.models.interval_joint import JointFit, fit_joint_series
from analysis.models.interval_results import IntervalFit
from analysis.models.interval_series import fit_interval_series

SHARED_COVERAGE: Final = (
    "in simulation the 95 % interval of an effect with one coefficient in several series holds "
    "the truth in about 92 % of the cases: read it as approximate"
)


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
class Equality:
    """Test that one effect is the same in several places: F with (restrictions, df)."""

    name: str
    places: tuple[str, ...]
    statistic: float
    restrictions: int
    df: float
    p_value: float


@dataclass(frozen=True)
class IntervalPanel:
    """Several places alone and together.

    Attributes
    ----------
    joint
        Every place with its own effects.
    pooled
        One joint fit an intervention of `shared`, in which it has one coefficient in all places
        whose own effect is identified. Missing where fewer than two have one.
    """

    places: Mapping[str, PlaceFit]
    joint: JointFit
    pooled: Mapping[str, JointFit]

    def effect(self, place: str, name: str) -> Effect | None:
        """Return an effect of a place in the joint model; None where the place is not in it."""
        if self.places[place].left_out:
            return None
        return next((e for e in self.joint.of(place).effects if e.name == name), None)

    def identified(self, name: str) -> tuple[str, ...]:
        """Return the places whose own effect of an intervention is identified."""
        found = {place: self.effect(place, name) for place in self.places}
        return tuple(p for p, e in found.items() if e is not None and e.verdict == "identified")

    def equality(self, name: str) -> Equality | None:
        """Test whether an intervention has one effect in all places that identify it.

        Wald test on the scale of the link with the joint covariance. The statistic over its
        restrictions has an F distribution; its second degrees of freedom are the fewest among
        those of the single differences, which errs towards not rejecting.

        Returns
        -------
        Equality or None
            None where fewer than two places identify the effect.
        """
        places = self.identified(name)
        return _equality(self.joint, name, places) if len(places) > 1 else None


def fit_interval_panel(
    observations: Mapping[str, pd.DataFrame],
    designs: Mapping[str, DesignSpec],
    *,
    rho: float | None = None,
    level: float = 0.95,
    shared: tuple[str, ...] = (),
) -> IntervalPanel:
    """Estimate several places alone and together.

    Parameters
    ----------
    observations, designs
        By place, see `fit_interval_series`; the designs have one window.
    rho
        Monthly autocorrelation of the noise in [0, 1); None estimates it.
    shared
        Interventions that a further joint model each gives one coefficient in all places whose
        own effect is identified; see `SHARED_COVERAGE`. A place that cannot tell the effect
        alone stays out, since its few reports would move the common coefficient all the same.

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
    panel = IntervalPanel(places, fit_joint_series(tables, specs, options), {})
    return replace(panel, pooled=_pooled(panel, tables, options, shared))


def _pooled(
    panel: IntervalPanel,
    tables: Mapping[str, pd.DataFrame],
    options: Options,
    shared: tuple[str, ...],
) -> dict[str, JointFit]:
    fits = {}
    for name in shared:
        holders = panel.identified(name)
        if len(holders) > 1:
            own = {place: tables[place] for place in holders}
            specs = {place: panel.places[place].spec for place in holders}
            fits[name] = fit_joint_series(own, specs, options, shared=(name,))
    return fits


def _equality(joint: JointFit, name: str, places: tuple[str, ...]) -> Equality:
    at = [joint.columns[p][joint.of(p).state.design.names.index(name)] for p in places]
    contrast = np.zeros((len(places) - 1, len(joint.whole.coefficients)))
    contrast[:, at[0]] = 1.0
    contrast[np.arange(len(places) - 1), at[1:]] = -1.0
    gap = contrast @ joint.whole.coefficients
    spread = contrast @ joint.whole.covariance @ contrast.T
    statistic = float(gap @ np.linalg.solve(spread, gap)) / len(gap)
    df = float(degrees_of_freedom(joint.whole, contrast).min())
    return Equality(name, places, statistic, len(gap), df, float(fdtrc(len(gap), df, statistic)))


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
