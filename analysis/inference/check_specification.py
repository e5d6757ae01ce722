"""The effect over all reasonable specifications at once, with a joint test.

Simonsohn, Simmons and Nelson (2020, Nature Human Behaviour 4): estimate every combination of
defensible choices, then ask how often a curve like it arises where there is no effect. Draws are
made from the model of the fit without the effect and put through every specification.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from scipy import stats

from analysis.inference.check import (
    CheckResult,
    Shown,
    Shows,
    agreement_rule,
    agrees,
    cannot_say,
    result_of,
)
from analysis.inference.check_draws import DrawPlan
from analysis.inference.check_problem import EffectRegression, effect_regression
from analysis.inference.check_report import (
    check_draws,
    model_of,
    p_words,
    scale_of,
    too_short,
    value_of,
    values_of,
)
from analysis.inference.check_specification_grid import (
    CHOICES,
    Choices,
    Specification,
    specifications,
)
from analysis.inference.check_tests import TIE, null_noise
from analysis.inference.multiplicity import rate_of
from analysis.models.arrays import Bools, Floats
from analysis.models.interval_findings import Effect
from analysis.models.its_results import ItsFit

JOINT: Final = {
    "median": "Median effect",
    "share": "Specifications of one sign that differ from zero",
    "mean_t": "Mean t",
}
JOINT_COLUMNS: Final[Shown] = (
    ("test", "Joint test", "text"),
    ("observed", "Observed", "significant"),
    ("under_null", "Mean under no effect", "significant"),
    ("p_value", "p", "3"),
    ("smallest_p", "Smallest p", "3"),
)


@dataclass(frozen=True)
class SpecificationCurve:
    """All combinations of trend, season, estimator, window and months set aside.

    Table: the joint tests, one row each: `test` (median effect; share of specifications of the
    majority sign that differ from zero; mean t), `observed`, `under_null` (mean of the draws),
    `p_value`, `smallest_p`. The curve holds every specification, sorted by its estimate: `rank`,
    `estimate`, `lower`, `upper`, `p_value` and one column a choice.

    The p-value is that of the median effect.

    Attributes
    ----------
    draws, seed
        Series from the model without the effect: its terms, and AR(1) noise with its innovations
        drawn anew.
    """

    effect: str
    draws: int = 299
    seed: int = 5
    choices: Choices = field(default=CHOICES)
    name: str = "specification_curve"
    title: str = "Specification curve"

    def run(self, fit: ItsFit) -> CheckResult:
        """Estimate every specification, for the series and for the draws.

        Raises
        ------
        ModelError
            When the effect or a setting is unknown.
        """
        check_draws(self.draws, "gls_ar1")
        problem = effect_regression(fit, self.effect)
        reason = problem if isinstance(problem, str) else too_short(problem)
        if isinstance(problem, str) or reason:
            return cannot_say(self, reason)
        if fit.spec is None:
            return cannot_say(self, "the design was given as it is, without a specification")
        found, lost = specifications(fit, problem, self.effect, self.choices)
        if len(found) < 2:
            return cannot_say(self, "fewer than two specifications can be estimated")
        return self._told(fit, found, lost, self._responses(problem))

    def _responses(self, problem: EffectRegression) -> Floats:
        """Return the series and then the draws, shape (1 + B, n)."""
        model = model_of(problem, "gls_ar1")
        response = problem.response[None]
        plan = DrawPlan("innovations", self.draws, 1, post_blacken=True)
        generator = np.random.default_rng(self.seed)
        noise, rho = null_noise(model, response, plan, generator, restricted=True)
        fitted = response - model.null.residuals(response, rho)
        return np.vstack([response, fitted + noise[0]])

    def _told(
        self, fit: ItsFit, found: Sequence[Specification], lost: int, responses: Floats
    ) -> CheckResult:
        effect, scale = fit.effect(self.effect), scale_of(fit)
        estimates, errors, bounds = _everywhere(found, responses, fit.options.level)
        clear = np.abs(estimates) > bounds * errors
        curve = _curve(found, fit, (estimates[0], errors[0], bounds))
        table = joint_tests(estimates, errors, clear)
        median = table.iloc[0]
        table.loc[0, ["observed", "under_null"]] = [
            value_of(float(median[key]), scale) for key in ("observed", "under_null")
        ]
        p_values = (float(median["p_value"]), 1 / (self.draws + 1))
        middle = value_of(float(np.median(estimates[0])), scale)
        share = share_agreeing(estimates[0], clear[0])
        shows = Shows(
            table=table,
            columns=JOINT_COLUMNS,
            curve=curve,
            kind="specification",
            sentence=self._sentence(effect, table, (len(found), lost, middle, share)),
            holds=agrees(*p_values, effect.p_value, fit.options.level),
            rule=agreement_rule(fit.options.level),
        )
        return result_of(self, fit, shows, observed=middle, p_values=p_values)

    def _sentence(
        self, effect: Effect, table: pd.DataFrame, numbers: tuple[int, int, float, float]
    ) -> str:
        count, lost, middle, share = numbers
        dropped = f"; {lost} more cannot be estimated" if lost else ""
        median, sharing = (p_words(float(p), self.draws) for p in table["p_value"].iloc[:2])
        return (
            f"{effect.label}: over {count} specifications the median effect is {middle:+.3g} "
            f"{effect.unit}, and {100 * share:.0f} % of them have one sign and differ from zero"
            f"{dropped}; under no effect a median so large has {median}, such a share {sharing} "
            f"({self.draws} series of AR(1) noise without the effect, seed {self.seed})."
        )


def _everywhere(
    found: Sequence[Specification], responses: Floats, level: float
) -> tuple[Floats, Floats, Floats]:
    """Return estimates and standard errors (1 + B, S), and t quantiles (S,)."""
    tested = [item.engine.test(responses[:, item.used]) for item in found]
    bounds = np.array([stats.t.isf(rate_of(level) / 2, item.df) for item in found])
    estimates = np.stack([item.estimates for item in tested], axis=1)
    return estimates, np.stack([item.standard_errors for item in tested], axis=1), bounds


def joint_tests(estimates: Floats, errors: Floats, clear: Bools) -> pd.DataFrame:
    """Test a curve against those of draws without an effect.

    Parameters
    ----------
    estimates, errors, clear
        Estimates, standard errors and whether they differ from zero, shape (1 + B, S), the series
        itself first.
    """
    measures = {
        "median": np.median(estimates, axis=1),
        "share": np.array([share_agreeing(*row) for row in zip(estimates, clear, strict=True)]),
        "mean_t": (estimates / errors).mean(axis=1),
    }
    draws = len(estimates) - 1
    rows = []
    for key, values in measures.items():
        size = np.abs(values)
        reached = int((size[1:] >= size[0] * (1 - TIE)).sum())
        rows.append(
            {
                "test": JOINT[key],
                "observed": values[0],
                "under_null": values[1:].mean(),
                "p_value": (1 + reached) / (draws + 1),
                "smallest_p": 1 / (draws + 1),
            }
        )
    return pd.DataFrame(rows)


def share_agreeing(estimates: Floats, clear: Bools) -> float:
    """Return the share that differs from zero with the sign of the majority, shape (S,)."""
    sign = 1.0 if (estimates > 0).sum() * 2 >= len(estimates) else -1.0
    return float((clear & (np.sign(estimates) == sign)).mean())


def _curve(
    found: Sequence[Specification], fit: ItsFit, numbers: tuple[Floats, Floats, Floats]
) -> pd.DataFrame:
    estimates, errors, bounds = numbers
    scale = scale_of(fit)
    df = np.array([item.df for item in found])
    table = pd.DataFrame([item.choices for item in found])
    table.insert(0, "estimate", values_of(estimates, scale))
    table.insert(1, "lower", values_of(estimates - bounds * errors, scale))
    table.insert(2, "upper", values_of(estimates + bounds * errors, scale))
    table.insert(3, "p_value", 2 * stats.t.sf(np.abs(estimates / errors), df))
    table = table.sort_values("estimate", kind="stable", ignore_index=True)
    table.insert(0, "rank", np.arange(1, len(table) + 1))
    return table
