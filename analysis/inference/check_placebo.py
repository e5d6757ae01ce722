"""The same effect where there was no event: at earlier dates, and in other series."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.inference.check import (
    CheckResult,
    Shows,
    agreement_rule,
    agrees,
    cannot_say,
    result_of,
)
from analysis.inference.check_bootstrap import Statistic
from analysis.inference.check_dates import (
    DatedWindow,
    dated_window,
    gls_dates,
    newey_west_dates,
    spec_before,
)
from analysis.inference.check_draws import DrawPlan
from analysis.inference.check_measured import MEASURED
from analysis.inference.check_problem import (
    EffectRegression,
    effect_regression,
)
from analysis.inference.check_report import (
    STATISTICS,
    check_draws,
    model_of,
    p_words,
    placebo_columns,
    scale_of,
    signed_form,
    too_short,
    values_of,
    with_statistic,
)
from analysis.inference.check_tests import Regression, null_noise, p_values, placebo_sizes
from analysis.models.arrays import Floats
from analysis.models.interval_findings import Effect
from analysis.models.its_findings import quantile
from analysis.models.its_results import ItsFit

FEWEST_PLACEBOS: Final = 5
Row = dict[str, object]


@dataclass(frozen=True)
class PlaceboInTime:
    """The intervention at dates before it, estimated on the months before it alone.

    The size of the effect is its |t| beside the root mean square of t at the placebo dates. Dates
    next to each other share most of their months, so that a rank among them is no p-value of its
    own: the p-value refers the size to that of series of AR(1) noise with the innovations of the
    model without the effect, put through the same dates.

    Table: one row a date: `date`, `estimate`, `lower`, `upper` (t intervals), `t`, `group` (effect
    or placebo).

    Attributes
    ----------
    trim
        Share of the months before it that lie on either side of every placebo date, at least.
    statistic
        `gls_ar1`, rho by REML without the placebo; or `newey_west` through the batch engine.
    """

    effect: str
    draws: int = 999
    seed: int = 4
    trim: float = 0.15
    statistic: Statistic = "gls_ar1"
    name: str = "placebo_in_time"
    title: str = "Placebo dates"

    def run(self, fit: ItsFit) -> CheckResult:
        """Compare the effect with those at placebo dates.

        Raises
        ------
        ModelError
            When the effect or a setting is unknown.
        """
        check_draws(self.draws, self.statistic)
        problem = effect_regression(fit, self.effect)
        reason = problem if isinstance(problem, str) else too_short(problem)
        if isinstance(problem, str) or reason:
            return cannot_say(self, reason)
        window = _before(fit, self.effect, self.trim)
        if isinstance(window, str):
            return cannot_say(self, window)
        if len(window.dates) < FEWEST_PLACEBOS:
            few = f"{len(window.dates)} placebo dates before it, fewer than {FEWEST_PLACEBOS}"
            return cannot_say(self, few)
        return self._compared(fit, problem, window)

    def _compared(self, fit: ItsFit, problem: EffectRegression, window: DatedWindow) -> CheckResult:
        model = model_of(problem, self.statistic)
        measure = _Measure(fit, problem, window, model, self.statistic)
        observed = measure(problem.response[None])
        plan = DrawPlan("innovations", self.draws, 1, post_blacken=True)
        generator = np.random.default_rng(self.seed)
        noise, rho = null_noise(model, problem.response[None], plan, generator, restricted=True)
        size = observed.sizes
        p_value = float(p_values(size, measure(noise[0]).sizes[None])[0])
        smallest = 1 / (self.draws + 1)
        effect = fit.effect(self.effect)
        table = _placebo_table(fit, effect, window, observed)
        shows = Shows(
            table=table,
            columns=placebo_columns(signed_form(scale_of(fit)), ("date", "Date", "day")),
            curve=table.rename(columns={"date": "row"}),
            kind="estimates",
            sentence=self._sentence(effect, observed, p_value, float(rho[0])),
            holds=agrees(p_value, smallest, effect.p_value, fit.options.level),
            rule=agreement_rule(fit.options.level),
        )
        return result_of(
            self,
            fit,
            shows,
            observed=float(size[0]),
            p_values=(p_value, smallest),
            trusted=MEASURED.get(with_statistic(self.name, self.statistic)),
        )

    def _sentence(self, effect: Effect, found: _Measured, p_value: float, rho: float) -> str:
        own, placebos = abs(float(found.effect_t[0])), np.abs(found.t[0])
        rank = 1 + int((placebos >= own).sum())
        return (
            f"{effect.label}: |t| = {own:.2f} ranks {rank} of {len(placebos) + 1} among "
            f"{len(placebos)} placebo dates before it (smallest p of a rank "
            f"{1 / (len(placebos) + 1):.3g}), {found.sizes[0]:.2f} times their root mean square; "
            f"{p_words(p_value, self.draws)} by {self.draws} series of AR(1) noise, rho "
            f"{rho:.2f}, seed {self.seed} ({STATISTICS[self.statistic]})."
        )


def _before(fit: ItsFit, name: str, trim: float) -> DatedWindow | str:
    tested = fit.design.terms[fit.design.names.index(name)].intervention
    if fit.spec is None or tested is None:
        return "the design was given as it is, without a specification to move dates in"
    try:
        earlier = spec_before(fit.spec, tested)
    except ModelError as error:
        return error.problem
    return dated_window(fit, earlier, tested, trim, include=False)


@dataclass(frozen=True)
class _Measured:
    """t of the effect (B,), and estimates and standard errors at the dates (B, J)."""

    effect_t: Floats
    estimates: Floats
    errors: Floats

    @property
    def t(self) -> Floats:
        return np.asarray(self.estimates / self.errors)

    @property
    def sizes(self) -> Floats:
        return placebo_sizes(self.effect_t, self.t)


class _Measure:
    """Puts draws through the effect and through the dates."""

    def __init__(
        self,
        fit: ItsFit,
        problem: EffectRegression,
        window: DatedWindow,
        model: Regression,
        statistic: Statistic,
    ) -> None:
        self.fit, self.window, self.model = fit, window, model
        self.dates = gls_dates(problem, window, fit) if statistic == "gls_ar1" else None

    def __call__(self, draws: Floats) -> _Measured:
        inside = draws[:, self.window.inside]
        if self.dates is None:
            found = newey_west_dates(self.fit, self.window, inside)
        else:
            found = self.dates.test(inside)
        return _Measured(self.model.statistic.test(draws).t, *found)


def _placebo_table(
    fit: ItsFit, effect: Effect, window: DatedWindow, found: _Measured
) -> pd.DataFrame:
    scale = scale_of(fit)
    df = int(window.inside.sum()) - window.base.shape[1] - window.columns.shape[2]
    half = quantile(float(df), fit.options.level) * found.errors[0]
    middle = found.estimates[0]
    placebos = pd.DataFrame(
        {
            "date": [day.isoformat() for day in window.dates],
            "estimate": values_of(middle, scale),
            "lower": values_of(middle - half, scale),
            "upper": values_of(middle + half, scale),
            "t": found.t[0],
            "group": "placebo",
        }
    )
    own = (effect.start, effect.estimate, effect.lower, effect.upper, found.effect_t[0], "effect")
    row = pd.DataFrame([own], columns=placebos.columns)
    return pd.concat([placebos, row], ignore_index=True)
