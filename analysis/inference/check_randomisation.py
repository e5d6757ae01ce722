"""Randomisation inference for one series: where in time the noise happened to lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from analysis.errors import ModelError
from analysis.inference.check import CheckResult, cannot_say
from analysis.inference.check_bootstrap import Statistic
from analysis.inference.check_dates import dated_window, gls_dates
from analysis.inference.check_problem import EffectRegression, effect_regression
from analysis.inference.check_report import (
    STATISTICS,
    Drawn,
    check_statistic,
    distribution_result,
    model_of,
    too_short,
    with_statistic,
)
from analysis.inference.check_tests import Regression, shift_test
from analysis.models.arrays import Floats
from analysis.models.its_results import ItsFit


@dataclass(frozen=True)
class RandomisationInference:
    """t of the effect beside its t had time run otherwise; nothing is drawn, all cases are taken.

    `shifts`: the residuals of the model without the effect are shifted in a circle by every number
    of places. Shifts keep all autocorrelation but for the join and are exact for noise that looks
    the same from every place (Lehmann and Romano 2005, Testing Statistical Hypotheses, 15.2).
    `dates`: the intervention moves to every month that leaves the share `trim` at both ends. That
    is exact only if its date was drawn at random, and under a true effect dates near it have a
    part of it.

    Table: as for `MovingBlockBootstrap`, without interval, block and seed.
    """

    effect: str
    method: Literal["shifts", "dates"] = "shifts"
    trim: float = 0.15
    statistic: Statistic = "gls_ar1"
    name: str = "randomisation_inference"
    title: str = "Randomisation inference"

    def run(self, fit: ItsFit) -> CheckResult:
        """Compare t with its randomisation distribution.

        Raises
        ------
        ModelError
            When the effect or a setting is unknown.
        """
        check_statistic(self.statistic)
        if self.method not in {"shifts", "dates"}:
            raise ModelError(f"unknown method '{self.method}'", allowed="shifts, dates")
        if self.method == "dates" and self.statistic != "gls_ar1":
            raise ModelError("dates take the statistic 'gls_ar1'", allowed="gls_ar1")
        problem = effect_regression(fit, self.effect)
        reason = problem if isinstance(problem, str) else too_short(problem)
        if isinstance(problem, str) or reason:
            return cannot_say(self, reason)
        model = model_of(problem, self.statistic)
        if self.method == "dates":
            return self._dates(fit, problem, model)
        found = shift_test(model, problem.response[None])
        drawn = Drawn(model, found.draws[0], float(found.rho[0]))
        how = f"every circular shift of the residuals without it; {STATISTICS[self.statistic]}"
        words = (with_statistic(self.name, self.statistic), how)
        return distribution_result(self, fit, problem, drawn, words, {})

    def _dates(self, fit: ItsFit, problem: EffectRegression, model: Regression) -> CheckResult:
        found = self._at_dates(fit, problem)
        if isinstance(found, str):
            return cannot_say(self, found)
        rho = float(model.full.rho_of(problem.response[None])[0])
        how = f"at every other date of the window, trimmed by {self.trim:g} at both ends"
        words = (f"{self.name}, dates", how)
        return distribution_result(self, fit, problem, Drawn(model, found, rho), words, {})

    def _at_dates(self, fit: ItsFit, problem: EffectRegression) -> Floats | str:
        tested = fit.design.terms[fit.design.names.index(self.effect)].intervention
        if fit.spec is None or tested is None:
            return "the design was given as it is, without a specification to move dates in"
        window = dated_window(fit, fit.spec, tested, self.trim, include=False)
        if isinstance(window, str):
            return window
        estimates, errors = gls_dates(problem, window, fit).test(problem.response[None])
        others = np.array([day != tested.start for day in window.dates])
        if not others.any():
            return "no other date is left"
        return np.asarray((estimates / errors)[0, others])
