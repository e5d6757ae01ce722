"""How the effect depends on the autocorrelation, the shape, and the months before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy import stats
from scipy.interpolate import CubicSpline

from analysis.errors import ModelError
from analysis.inference.check import (
    CheckResult,
    Shown,
    Shows,
    cannot_say,
    result_of,
    untestable,
)
from analysis.inference.check_gls import GRID, gls_engine, whiteners_of
from analysis.inference.check_problem import (
    EffectRegression,
    effect_regression,
    refit,
    triangle_of,
    with_estimator,
)
from analysis.inference.check_report import (
    SAME_FINDING,
    same_finding,
    scale_of,
    signed_form,
    too_short,
    value_of,
)
from analysis.inference.multiplicity import rate_of
from analysis.models.its_findings import quantile, two_sided
from analysis.models.its_results import ItsFit
from analysis.models.its_windows import with_anticipation

RHOS: Final = tuple(round(0.05 * i, 2) for i in range(20))
FINE: Final = 2001  # points between the ends of the grid, for the interval of rho
ESTIMATES: Final = ("estimate", "lower", "upper", "p_value")
Row = dict[str, object]


def estimate_columns(form: str, *first: tuple[str, str, str]) -> Shown:
    """Return the columns of a table with an effect a row."""
    return (
        *first,
        ("estimate", "Effect", form),
        ("lower", "Lower", form),
        ("upper", "Upper", form),
        ("p_value", "p", "3"),
    )


@dataclass(frozen=True)
class AutocorrelationSensitivity:
    """The effect by generalised least squares with the autocorrelation held at given values.

    Table: `rho`, `estimate`, `lower`, `upper`, `p_value`, `plausible` (inside the interval of rho
    by the profiled restricted likelihood ratio, at the level of the fit).
    """

    effect: str
    rhos: Sequence[float] = RHOS
    name: str = "autocorrelation_sensitivity"
    title: str = "Autocorrelation held"

    def run(self, fit: ItsFit) -> CheckResult:
        """Estimate at every rho.

        Raises
        ------
        ModelError
            When the effect is unknown or a rho is out of range.
        """
        if not self.rhos or not all(-1 < rho < 1 for rho in self.rhos):
            raise ModelError(f"the rhos are {self.rhos}", allowed="numbers in (-1, 1)")
        problem = effect_regression(fit, self.effect)
        reason = problem if isinstance(problem, str) else too_short(problem)
        if isinstance(problem, str) or reason:
            return cannot_say(self, reason)
        low, high = rho_interval(problem, fit.options.level)
        table = pd.DataFrame([_at_rho(problem, fit, rho) for rho in self.rhos])
        table["plausible"] = np.where(table["rho"].between(low, high), "yes", "no")
        return self._told(fit, table, (low, high))

    def _told(self, fit: ItsFit, table: pd.DataFrame, bounds: tuple[float, float]) -> CheckResult:
        effect, rate = fit.effect(self.effect), rate_of(fit.options.level)
        inside = table[table["plausible"] == "yes"]
        clear = table[(table["p_value"] <= rate)]
        span = f"from {table['estimate'].min():+.3g} to {table['estimate'].max():+.3g}"
        sentence = (
            f"{effect.label}: with rho held from {min(self.rhos):g} to {max(self.rhos):g} the "
            f"effect goes {span} {effect.unit} and differs from zero at {len(clear)} of "
            f"{len(table)} values; the data allow rho from {bounds[0]:.2f} to {bounds[1]:.2f} "
            "(restricted likelihood ratio, generalised least squares)."
        )
        shows = Shows(
            table=table,
            columns=(
                *estimate_columns(signed_form(scale_of(fit)), ("rho", "rho", "2")),
                ("plausible", "Plausible rho", "text"),
            ),
            curve=table.rename(columns={"rho": "row", "plausible": "group"}),
            kind="estimates",
            sentence=sentence,
            holds=same_finding(fit, self.effect, inside) if len(inside) else None,
            rule=f"{SAME_FINDING} at every plausible rho",
        )
        return result_of(self, fit, shows)


def rho_interval(problem: EffectRegression, level: float) -> tuple[float, float]:
    """Return the ends of the rhos whose restricted likelihood ratio is not rejected."""
    deviance = gls_engine(problem.rows, whiteners_of(problem.noise)).deviances(problem.response)
    z = np.arctanh(GRID)
    fine = np.linspace(z[0], z[-1], FINE)
    between = CubicSpline(z, deviance)(fine)
    inside = np.tanh(fine[between <= between.min() + stats.chi2.ppf(level, 1)])
    return float(inside.min()), float(inside.max())


def _at_rho(problem: EffectRegression, fit: ItsFit, rho: float) -> Row:
    whole = np.column_stack([problem.rows, problem.response])
    whitened = problem.noise.whiten(whole, rho)[0]
    triangle = triangle_of(whitened)
    df = problem.n - problem.rows.shape[1]
    estimate = float(triangle[-2, -1] / triangle[-2, -2])
    error = float(abs(triangle[-1, -1]) / np.sqrt(df) / abs(triangle[-2, -2]))
    half, scale = quantile(float(df), fit.options.level) * error, scale_of(fit)
    return {
        "rho": rho,
        "estimate": value_of(estimate, scale),
        "lower": value_of(estimate - half, scale),
        "upper": value_of(estimate + half, scale),
        "p_value": two_sided(estimate / error, float(df)),
    }


@dataclass(frozen=True)
class Anticipation:
    """The effect with the months before it set apart by a pulse of their own.

    Table: `months` before, `estimate`, `lower`, `upper`, `p_value` of the effect, and
    `before`, `before_p` of the months before it; `reason` where there is none.
    """

    effect: str
    months: Sequence[int] = (1, 3, 6)
    name: str = "anticipation"
    title: str = "Anticipation"

    def run(self, fit: ItsFit) -> CheckResult:
        """Estimate with months before set apart.

        Raises
        ------
        ModelError
            When the effect is unknown.
        """
        if reason := untestable(fit, self.effect, needs_spec=True):
            return cannot_say(self, reason)
        table = pd.DataFrame([self._row(fit, months) for months in self.months])
        known = table.dropna(subset=["estimate", "before"])
        if not len(known):
            return cannot_say(self, "no months before it can be set apart")
        return self._told(fit, table, known)

    def _told(self, fit: ItsFit, table: pd.DataFrame, known: pd.DataFrame) -> CheckResult:
        effect, rate = fit.effect(self.effect), rate_of(fit.options.level)
        early = known.loc[known["before_p"] <= rate, "months"].tolist()
        found = f"differ in the last {', '.join(map(str, early))}" if early else "do not differ"
        span = f"between {known['estimate'].min():+.3g} and {known['estimate'].max():+.3g}"
        sentence = (
            f"{effect.label}: months before it {found} ({', '.join(map(str, known['months']))} "
            f"months tried, each on its own); with them set apart the effect lies {span} "
            f"{effect.unit}, {float(effect.estimate or 0.0):+.3g} in the fit."
        )
        form = signed_form(scale_of(fit))
        shows = Shows(
            table=table,
            columns=(
                *estimate_columns(form, ("months", "Months before", "count")),
                ("before", "Before it", form),
                ("before_p", "p before it", "3"),
                ("reason", "Reason", "text"),
            ),
            curve=known.rename(columns={"months": "row"}).assign(group="effect"),
            kind="estimates",
            sentence=sentence,
            holds=not early and same_finding(fit, self.effect, known),
            rule=f"no months before it differ at {rate:.3g}; {SAME_FINDING} with them set apart",
        )
        return result_of(self, fit, shows)

    def _row(self, fit: ItsFit, months: int) -> Row:
        nothing = dict.fromkeys((*ESTIMATES, "before", "before_p"), np.nan)
        row: Row = {"months": months}
        if fit.spec is None:
            return row | nothing | {"reason": "no specification"}
        try:
            spec = with_anticipation(fit.spec, self.effect, months)
            found = refit(fit, spec=spec, options=with_estimator(fit))
        except ModelError as error:
            return row | nothing | {"reason": error.problem}
        effect, early = found.effect(self.effect), found.effect(f"{self.effect}_anticipation")
        known = {key: getattr(effect, key) for key in ESTIMATES}
        before = {"before": early.estimate, "before_p": early.p_value}
        reason = {"reason": effect.reason or early.reason}
        numbers = {k: np.nan if v is None else v for k, v in (known | before).items()}
        return row | numbers | reason
