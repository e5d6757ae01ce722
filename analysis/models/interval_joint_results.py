"""What a joint fit of several series carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from analysis.errors import ModelError
from analysis.models.arrays import Floats
from analysis.models.interval_curves import monthly_curves
from analysis.models.interval_effects import degrees_of_freedom, to_effect
from analysis.models.interval_findings import Effect
from analysis.models.interval_identification import Identification
from analysis.models.interval_stack import Indices
from analysis.models.interval_state import FitState


@dataclass(frozen=True)
class SharedEffect(Effect):
    """An effect with one coefficient in several series, judged on the reports of them all.

    Attributes
    ----------
    shared_by
        Names of these series.
    """

    shared_by: tuple[str, ...]


@dataclass(frozen=True)
class SeriesFit:
    """What a joint fit says of one series; `state` holds its block of every array."""

    name: str
    effects: tuple[Effect, ...]
    found: tuple[Identification, ...]
    sigma: float
    state: FitState
    level: float

    @property
    def monthly(self) -> pd.DataFrame:
        """The curves of the series by month, as in a fit of one series."""
        return monthly_curves(self.state, self.found, self.level)


@dataclass(frozen=True)
class Difference:
    """One effect in two series: how far apart they are, on the scale of the link."""

    name: str
    first: str
    second: str
    estimate: float | None
    lower: float | None
    upper: float | None
    p_value: float | None
    sentence: str


@dataclass(frozen=True)
class JointFit:
    """Several series with one noise.

    Attributes
    ----------
    rho, tau, common
        Autocorrelation, disagreement, and the share of the noise variance in common.
    whole
        The arrays of all series together.
    columns
        Places of the terms of each series in the arrays of the whole, shape (p_k,) each.
    shared
        Series of each effect that has one coefficient.
    convention
        Link, noise, covariance and common share in words.
    """

    series: tuple[SeriesFit, ...]
    rho: float
    tau: float
    common: float
    log_likelihood: float
    whole: FitState
    columns: Mapping[str, Indices]
    shared: Mapping[str, tuple[str, ...]]
    convention: str
    level: float

    def of(self, name: str) -> SeriesFit:
        """Return the fit of one series."""
        for item in self.series:
            if item.name == name:
                return item
        raise ModelError(
            f"the fit has no series '{name}'", allowed=", ".join(s.name for s in self.series)
        )

    def difference(self, effect: str, first: str, second: str) -> Difference:
        """Compare one effect in two series, in per cent of the second for the log link.

        Raises
        ------
        ModelError
            When the series share the effect, or there is no such series.
        """
        self._refuse_shared(effect)
        effects = [
            next((e for e in self.of(name).effects if e.name == effect), None)
            for name in (first, second)
        ]
        if any(e is None or e.estimate is None for e in effects):
            sentence = f"{effect}: {first} against {second} not identified."
            return Difference(effect, first, second, None, None, None, None, sentence)
        contrast = np.zeros(len(self.whole.coefficients))
        for name, sign in ((first, 1.0), (second, -1.0)):
            place = self.of(name).state.design.names.index(effect)
            contrast[self.columns[name][place]] = sign
        return _difference(self, (effect, first, second), contrast)

    def _refuse_shared(self, effect: str) -> None:
        if effect in self.shared:
            raise ModelError(
                f"'{effect}' has one coefficient in {', '.join(self.shared[effect])}: its "
                "difference is zero by assumption, not by estimate",
                remedy=f"leave '{effect}' out of `shared` to compare it between series",
            )


def _difference(joint: JointFit, names: tuple[str, str, str], contrast: Floats) -> Difference:
    state, (effect, first, second) = joint.whole, names
    value = float(contrast @ state.coefficients)
    spread = float(np.sqrt(contrast @ state.covariance @ contrast))
    df = float(degrees_of_freedom(state, contrast[None, :])[0])
    half = float(stdtrit(df, (1 + joint.level) / 2)) * spread
    low, middle, high = (to_effect(value + shift, state.link) for shift in (-half, 0.0, half))
    sentence = (
        f"{effect}: {first} against {second} {middle:+.1f} "
        f"({100 * joint.level:g} % interval {low:+.1f} to {high:+.1f})."
    )
    p_value = float(2 * stdtr(df, -abs(value) / spread))
    return Difference(effect, first, second, middle, low, high, p_value, sentence)
