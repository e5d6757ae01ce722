"""The effect without each value and without each year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.inference.check import CheckResult, Shows, cannot_say, result_of
from analysis.inference.check_problem import (
    EffectRegression,
    effect_regression,
    refit,
    with_estimator,
)
from analysis.inference.check_report import (
    SAME_FINDING,
    finds_effect,
    same_finding,
    same_sign,
    scale_of,
    signed_form,
    too_short,
    values_of,
)
from analysis.models.arrays import Bools, Floats
from analysis.models.its_results import ItsFit


@dataclass(frozen=True)
class LeaveOneOut:
    """The effect without each value (rho held) and without each calendar year (rho anew).

    Leaving one value out of generalised least squares is the same as a dummy for it, so that all
    estimates follow from one factorisation. Years are refitted with the estimator of the fit.

    Table: every year and the most influential values: `left_out`, `kind` (value or year),
    `estimate`, `lower`, `upper`, `p_value` (empty for values), `change` (in standard errors of the
    fit), `reason`. The curve holds all of them.

    Attributes
    ----------
    shown
        Values in the table.
    """

    effect: str
    shown: int = 5
    name: str = "leave_one_out"
    title: str = "Leave one out"

    def run(self, fit: ItsFit) -> CheckResult:
        """Estimate without each value and each year.

        Raises
        ------
        ModelError
            When the effect is unknown.
        """
        problem = effect_regression(fit, self.effect)
        reason = problem if isinstance(problem, str) else too_short(problem)
        if isinstance(problem, str) or reason:
            return cannot_say(self, reason)
        values, years = _values(fit, problem, self.effect), _years(fit, self.effect)
        return self._told(fit, values, years)

    def _told(self, fit: ItsFit, values: pd.DataFrame, years: pd.DataFrame) -> CheckResult:
        scale = scale_of(fit)
        whole = pd.concat([values, years], ignore_index=True)
        order = values["change"].abs().sort_values(ascending=False, kind="stable").index
        table = pd.concat([years, values.loc[order[: self.shown]]], ignore_index=True)
        form = signed_form(scale)
        known = years.dropna(subset=["estimate"])
        shows = Shows(
            table=table,
            columns=(
                ("left_out", "Left out", "text"),
                ("kind", "Kind", "text"),
                ("estimate", "Effect", form),
                ("lower", "Lower", form),
                ("upper", "Upper", form),
                ("p_value", "p", "3"),
                ("change", "Change, standard errors", "2"),
                ("reason", "Reason", "text"),
            ),
            curve=whole.rename(columns={"left_out": "row", "kind": "group"}),
            kind="estimates",
            sentence=_sentence(fit, self.effect, values, years),
            holds=_holds(fit, self.effect, values, known) if len(known) else None,
            rule=f"{SAME_FINDING} without every year, and the sign without every value",
        )
        return result_of(self, fit, shows)


def _values(fit: ItsFit, problem: EffectRegression, name: str) -> pd.DataFrame:
    """Return the effect without each value; rho is that of the fit, 0 without one."""
    estimates = without_each_value(problem, fit.rho or 0.0)
    full, error = _own(fit, name)
    whole = float(_solution(problem, fit.rho or 0.0) @ problem.response)
    change = estimates - whole
    return pd.DataFrame(
        {
            "left_out": list(fit.series.months),
            "kind": "value",
            "estimate": values_of(full + change, scale_of(fit)),
            "lower": np.nan,
            "upper": np.nan,
            "p_value": np.nan,
            "change": change / error,
            "reason": "",
        }
    )


def _own(fit: ItsFit, name: str) -> tuple[float, float]:
    found = fit.coefficient(name)
    if found.estimate is None or found.standard_error is None:
        raise ModelError(f"the effect '{name}' is not identified")
    return found.estimate, found.standard_error


def _solution(problem: EffectRegression, rho: float) -> Floats:
    """Return the row that gives the last coefficient from a response, shape (n,)."""
    whitener = problem.noise.whiten(np.eye(problem.n), rho)[0]
    q, r = np.linalg.qr(whitener @ problem.rows)
    return np.asarray(q[:, -1] @ whitener / r[-1, -1])


def without_each_value(problem: EffectRegression, rho: float) -> Floats:
    """Return the last coefficient by generalised least squares without each value, shape (n,).

    A value that determines its own fit leaves the coefficient as it is or undetermined; it then
    comes back as the estimate of all values.

    Parameters
    ----------
    rho
        Autocorrelation, held.
    """
    whitener = problem.noise.whiten(np.eye(problem.n), rho)[0]
    q, r = np.linalg.qr(whitener @ problem.rows)
    last = q[:, -1] @ whitener / r[-1, -1]
    free = whitener - q @ (q.T @ whitener)
    precision = free.T @ free
    room = np.diagonal(precision)
    usable = room > 1e-10 * np.diagonal(whitener.T @ whitener)
    dummies = np.where(usable, precision @ problem.response / np.where(usable, room, 1.0), 0.0)
    return np.asarray(last @ problem.response - last * dummies)


def _years(fit: ItsFit, name: str) -> pd.DataFrame:
    first = fit.series.first
    opens, closes = first // 12, (first + fit.series.spans - 1) // 12
    rows = []
    for year in range(int(opens.min()), int(closes.max()) + 1):
        kept = (opens > year) | (closes < year)
        if not kept.all():
            rows.append(_year(fit, name, str(1970 + year), kept))
    return pd.DataFrame(rows)


def _year(fit: ItsFit, name: str, year: str, kept: Bools) -> dict[str, object]:
    full, error = _own(fit, name)
    row: dict[str, object] = {"left_out": year, "kind": "year"}
    nothing = dict.fromkeys(("estimate", "lower", "upper", "p_value", "change"), np.nan)
    try:
        found = refit(fit, series=fit.series.keep(kept), options=with_estimator(fit))
    except ModelError as problem:
        return row | nothing | {"reason": problem.problem}
    effect, coefficient = found.effect(name), found.coefficient(name)
    if coefficient.estimate is None:
        return row | nothing | {"reason": effect.reason}
    return row | {
        "estimate": effect.estimate,
        "lower": effect.lower,
        "upper": effect.upper,
        "p_value": effect.p_value,
        "change": (coefficient.estimate - full) / error,
        "reason": "",
    }


def _holds(fit: ItsFit, name: str, values: pd.DataFrame, years: pd.DataFrame) -> bool:
    steady = not finds_effect(fit, name) or same_sign(fit, name, values["estimate"])
    return steady and same_finding(fit, name, years)


def _sentence(fit: ItsFit, name: str, values: pd.DataFrame, years: pd.DataFrame) -> str:
    effect = fit.effect(name)
    known = years.dropna(subset=["estimate"])
    most = values.iloc[int(np.argmax(values["change"].abs()))]
    held = f"rho held at {fit.rho:.2f}" if fit.rho is not None else "least squares"
    if len(known):
        span = f"between {known['estimate'].min():+.3g} and {known['estimate'].max():+.3g}"
        years_words = f"without one of {len(known)} years it lies {span}"
    else:
        years_words = "it cannot be estimated without any one year"
    lost = len(years) - len(known)
    without = f" ({lost} years cannot be left out)" if lost and len(known) else ""
    return (
        f"{effect.label}: {float(effect.estimate or 0.0):+.3g} {effect.unit}; {years_words}"
        f"{without}, and without one of {len(values)} values between "
        f"{values['estimate'].min():+.3g} and {values['estimate'].max():+.3g}, the most "
        f"influential {most['left_out']} ({held})."
    )
