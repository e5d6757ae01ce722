"""What effect the series could have shown at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from analysis.errors import ModelError
from analysis.inference.check import CheckResult, Shown, Shows, cannot_say, result_of
from analysis.inference.check_gls import gls_engine, whiteners_of
from analysis.inference.check_problem import EffectRegression, effect_regression, triangle_of
from analysis.inference.check_report import (
    finds_effect,
    scale_of,
    signed_form,
    too_short,
    value_of,
    values_of,
)
from analysis.inference.power_closed_form import closed_form_power
from analysis.models.arrays import Floats
from analysis.models.its_results import ItsFit

RHOS: Final = (0.0, 0.3, 0.6, 0.8)
FARTHEST: Final = 1e3  # standard deviations of the noise
POINTS: Final = 25


@dataclass(frozen=True)
class PowerAtHand:
    """The smallest effect that this design finds with a given power.

    Closed form of the two-sided GLS test at the autocorrelation and noise of the fit, on its own
    months and terms: noncentral t with n - k degrees of freedom.

    Table: one row a rho: `rho`, `at_hand` (whether it is that of the fit), `smallest_effect` and
    `smallest_loss` (the same coefficient with either sign), `noise_sd` (on the scale of the link).

    Attributes
    ----------
    power
        Probability that the effect is found.
    rhos
        Autocorrelations to compare with; the noise keeps its standard deviation.
    """

    effect: str
    power: float = 0.8
    rhos: Sequence[float] = RHOS
    name: str = "power_at_hand"
    title: str = "Power at hand"

    def run(self, fit: ItsFit) -> CheckResult:
        """Find the smallest effect.

        Raises
        ------
        ModelError
            When the effect is unknown or a setting is out of range.
        """
        if not 1 - fit.options.level < self.power < 1:
            raise ModelError(f"a power of {self.power}", allowed="above the error rate, below 1")
        if not all(-1 < rho < 1 for rho in self.rhos):
            raise ModelError(f"the rhos are {self.rhos}", allowed="numbers in (-1, 1)")
        problem = effect_regression(fit, self.effect)
        reason = problem if isinstance(problem, str) else too_short(problem)
        if isinstance(problem, str) or reason:
            return cannot_say(self, reason)
        return self._found(fit, problem)

    def _found(self, fit: ItsFit, problem: EffectRegression) -> CheckResult:
        own = fit.rho if fit.rho is not None else _estimated_rho(problem)
        deviation = noise_deviation(problem, own)
        rhos = sorted({own, *self.rhos})
        least = [self._least(problem, rho, deviation, fit.options.level) for rho in rhos]
        mine = least[rhos.index(own)]
        estimate = fit.coefficient(self.effect).estimate or 0.0
        scale = scale_of(fit)
        table = pd.DataFrame(
            {
                "rho": rhos,
                "at_hand": ["yes" if rho == own else "" for rho in rhos],
                "smallest_effect": values_of(np.array(least), scale),
                "smallest_loss": values_of(-np.array(least), scale),
                "noise_sd": deviation,
            }
        )
        shows = Shows(
            table=table,
            columns=_columns(signed_form(scale)),
            curve=_curve(problem, rhos, deviation, fit, max(mine, abs(estimate))),
            kind="surface",
            sentence=self._sentence(fit, problem, (own, mine, estimate)),
            holds=abs(estimate) >= mine if finds_effect(fit, self.effect) else None,
            rule=(
                f"the estimate is at least the smallest effect at {100 * self.power:g} % power; no "
                "verdict where the fit finds no effect"
            ),
        )
        return result_of(self, fit, shows)

    def _sentence(
        self, fit: ItsFit, problem: EffectRegression, numbers: tuple[float, float, float]
    ) -> str:
        effect, scale = fit.effect(self.effect), scale_of(fit)
        rho, least, estimate = numbers
        word = "larger" if abs(estimate) >= least else "smaller"
        return (
            f"{effect.label}: with {problem.n} values and rho {rho:.2f} the design finds "
            f"{value_of(least, scale):+.3g} or {value_of(-least, scale):+.3g} {effect.unit} with a "
            f"probability of {100 * self.power:g} % (the estimate, "
            f"{value_of(estimate, scale):+.3g}, is {word}; closed form, GLS at this rho, "
            f"{problem.words})."
        )

    def _least(
        self, problem: EffectRegression, rho: float, deviation: float, level: float
    ) -> float:
        rows = whitened_rows(problem, rho)

        def short(effect: float) -> float:
            return closed_form_power(rows, 0.0, effect, level) - self.power

        upper = 1.0
        while short(upper) < 0:
            upper *= 2
            if upper > FARTHEST:
                raise ModelError(f"no effect up to {FARTHEST:g} standard deviations is found")
        return float(brentq(short, 0.0, upper)) * deviation


def _estimated_rho(problem: EffectRegression) -> float:
    engine = gls_engine(problem.rows, whiteners_of(problem.noise))
    return float(engine.rho_of(problem.response[None])[0])


def _columns(form: str) -> Shown:
    return (
        ("rho", "rho", "2"),
        ("at_hand", "As fitted", "text"),
        ("smallest_effect", "Smallest rise", form),
        ("smallest_loss", "Smallest fall", form),
        ("noise_sd", "Noise, standard deviation", "3"),
    )


def whitened_rows(problem: EffectRegression, rho: float) -> Floats:
    """Return the regressors without autocorrelation, shape (n, k)."""
    return problem.noise.whiten(problem.rows, rho)[0]


def noise_deviation(problem: EffectRegression, rho: float) -> float:
    """Return the standard deviation of the noise of a month, n - k degrees of freedom."""
    whole = np.column_stack([problem.rows, problem.response])
    whitened = problem.noise.whiten(whole, rho)[0]
    corner = triangle_of(whitened)[-1, -1]
    return float(abs(corner) / np.sqrt(problem.n - problem.rows.shape[1]))


def _curve(
    problem: EffectRegression, rhos: Sequence[float], deviation: float, fit: ItsFit, reach: float
) -> pd.DataFrame:
    effects = np.linspace(0, 1.5 * reach, POINTS)
    scale = scale_of(fit)
    pieces = []
    for rho in rhos:
        rows = whitened_rows(problem, rho)
        power = [closed_form_power(rows, 0.0, e / deviation, fit.options.level) for e in effects]
        told = values_of(effects, scale)
        pieces.append(pd.DataFrame({"effect": told, "rho": rho, "power": power}))
    return pd.concat(pieces, ignore_index=True)
