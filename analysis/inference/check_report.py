"""Words and tables that the checks share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from analysis.errors import ModelError, require_known
from analysis.inference.check import (
    Check,
    CheckResult,
    Shown,
    Shows,
    agreement_rule,
    agrees,
    result_of,
)
from analysis.inference.check_gls import Tested
from analysis.inference.check_measured import MEASURED
from analysis.inference.check_ols import newey_west_engine
from analysis.inference.check_problem import EffectRegression
from analysis.inference.check_tests import Engine, Regression, p_values, regression
from analysis.inference.multiplicity import rate_of
from analysis.models.arrays import Floats
from analysis.models.interval_findings import Effect
from analysis.models.its_findings import Scale, told
from analysis.models.its_results import ItsFit

FEWEST_DRAWS: Final = 19
FEWEST_DF: Final = 3
SAME_FINDING: Final = "p is on the side of the fit, and the sign too if that finds an effect,"
STATISTICS: Final = {
    "gls_ar1": "generalised least squares with AR(1) errors, rho by REML anew in every draw",
    "newey_west": "least squares with Newey-West errors at the plug-in bandwidth",
}


def check_draws(draws: int, statistic: str) -> None:
    """Refuse settings that no resampling check can use.

    Raises
    ------
    ModelError
        When draws are too few or the statistic is unknown.
    """
    if draws < FEWEST_DRAWS:
        raise ModelError(f"{draws} draws", allowed=f"{FEWEST_DRAWS} or more")
    check_statistic(statistic)


def check_statistic(statistic: str) -> None:
    """Refuse a statistic that is not known.

    Raises
    ------
    ModelError
        When it is none of `STATISTICS`.
    """
    require_known(statistic, STATISTICS, ModelError, f"unknown statistic '{statistic}'")


def scale_of(fit: ItsFit) -> Scale:
    """Return how coefficients of a fit are told."""
    return Scale(fit.series.unit, fit.log_scale, fit.options.level)


def value_of(coefficient: float, scale: Scale) -> float:
    """Turn a coefficient into per cent, or leave it in the unit of the series."""
    found = told(coefficient, scale)
    return coefficient if found is None else found


def values_of(coefficients: Floats, scale: Scale) -> Floats:
    """Turn coefficients into per cent, or leave them in the unit of the series."""
    return np.asarray(100 * np.expm1(coefficients) if scale.percent else coefficients)


def signed_form(scale: Scale) -> str:
    """Return the form of a table column that holds effects."""
    return "percent" if scale.percent else "significant"


def model_of(problem: EffectRegression, statistic: str) -> Regression:
    """Factorise the regression of an effect with the statistic that is asked for."""
    engine: Engine | None = None
    if statistic == "newey_west":
        engine = newey_west_engine(problem.rows, problem.noise)
    return regression(problem.rows, problem.noise, engine)


def too_short(problem: EffectRegression) -> str:
    """Say why a regression is too short for resampling; empty if it is not."""
    n, k = problem.rows.shape
    if n - k >= FEWEST_DF:
        return ""
    return f"{n} values for {k} coefficients leave fewer than {FEWEST_DF} degrees of freedom"


def with_statistic(name: str, statistic: str) -> str:
    """Name a test as the table of rejection rates does."""
    return name if statistic == "gls_ar1" else f"{name}, {statistic}"


@dataclass(frozen=True)
class Drawn:
    """What a test drew.

    Attributes
    ----------
    draws, rho
        t under no effect, shape (B,), and the autocorrelation behind it.
    free
        t of draws about the full model, for an interval; None for a test without one.
    """

    model: Regression
    draws: Floats
    rho: float
    free: Floats | None = None


def distribution_result(
    check: Check,
    fit: ItsFit,
    problem: EffectRegression,
    drawn: Drawn,
    words: tuple[str, str],
    settings: dict[str, float | int | str],
) -> CheckResult:
    """Return the result of a test that compares t with t under no effect.

    Parameters
    ----------
    words
        Name of the test in the table of rejection rates, and how draws were made.
    settings
        Further columns of the table.
    """
    draws = drawn.draws
    found = drawn.model.statistic.test(problem.response[None])
    t = float(found.t[0])
    p_value = float(p_values(np.abs(found.t), np.abs(draws)[None])[0])
    smallest = 1 / (len(draws) + 1)
    scale, effect = scale_of(fit), fit.effect(check.effect)
    row = _interval(drawn, found, scale) | {
        "t": t,
        "bound": float(np.quantile(np.abs(draws), scale.level)),
        "p_value": p_value,
        "smallest_p": smallest,
        "rho": drawn.rho,
        "draws": len(draws),
    }
    table = pd.DataFrame([row | settings])
    shows = Shows(
        table=table,
        columns=_columns(scale, table),
        curve=pd.DataFrame({"value": draws, "observed": t}),
        kind="distribution",
        sentence=_sentence(effect, (t, p_value, len(draws), drawn.rho), words[1], problem.words),
        holds=agrees(p_value, smallest, effect.p_value, fit.options.level),
        rule=agreement_rule(fit.options.level),
    )
    return result_of(
        check, fit, shows, observed=t, p_values=(p_value, smallest), trusted=MEASURED.get(words[0])
    )


def _interval(drawn: Drawn, found: Tested, scale: Scale) -> dict[str, float | int | str]:
    middle, error = float(found.estimates[0]), float(found.standard_errors[0])
    row: dict[str, float | int | str] = {"estimate": value_of(middle, scale)}
    if drawn.free is None:
        return row
    half = float(np.quantile(np.abs(drawn.free), scale.level)) * error
    ends = {"lower": value_of(middle - half, scale), "upper": value_of(middle + half, scale)}
    return row | ends


def _columns(scale: Scale, table: pd.DataFrame) -> tuple[tuple[str, str, str], ...]:
    form = signed_form(scale)
    known = {
        "estimate": ("Effect", form),
        "lower": ("Lower", form),
        "upper": ("Upper", form),
        "t": ("t", "2"),
        "bound": ("Bound of |t|", "2"),
        "p_value": ("p", "3"),
        "smallest_p": ("Smallest p", "3"),
        "rho": ("rho", "2"),
        "draws": ("Draws", "count"),
        "block": ("Block, months", "count"),
        "seed": ("Seed", "text"),
    }
    return tuple((str(key), *known[str(key)]) for key in table.columns)


def _sentence(
    effect: Effect, numbers: tuple[float, float, int, float], how: str, regression_words: str
) -> str:
    t, p_value, draws, rho = numbers
    return (
        f"{effect.label}: |t| = {abs(t):.2f} beside {draws} draws under no effect, "
        f"{p_words(p_value, draws)} ({how}; rho {rho:.2f}; {regression_words})."
    )


def finds_effect(fit: ItsFit, name: str) -> bool:
    """Tell whether a fit finds that an effect differs from zero, at its own level."""
    p_value = fit.effect(name).p_value
    return p_value is not None and p_value <= rate_of(fit.options.level)


def same_finding(fit: ItsFit, name: str, table: pd.DataFrame) -> bool:
    """Tell whether all rows of a table agree with a fit.

    Every `p_value` lies on the same side of 1 - level, and every `estimate` has the same sign if
    the fit finds an effect; the sign of no effect means nothing.
    """
    found = finds_effect(fit, name)
    sides = bool(((table["p_value"] <= rate_of(fit.options.level)) == found).all())
    return sides and (not found or same_sign(fit, name, table["estimate"]))


def same_sign(fit: ItsFit, name: str, estimates: pd.Series) -> bool:
    """Tell whether all estimates have the sign of that of a fit."""
    own = fit.effect(name).estimate
    return own is not None and bool((np.sign(estimates) == np.sign(own)).all())


def p_words(p_value: float, draws: int) -> str:
    """Write a p-value, with the least that the draws can give where it is reached."""
    least = 1 / (draws + 1)
    reached = " (the smallest possible)" if p_value <= least * (1 + 1e-9) else ""
    return f"p = {p_value:.3g}{reached}"


def placebo_columns(form: str, first: tuple[str, str, str]) -> Shown:
    """Return the columns of a table of placebo effects."""
    return (
        first,
        ("estimate", "Effect", form),
        ("lower", "Lower", form),
        ("upper", "Upper", form),
        ("t", "t", "2"),
        ("group", "Group", "text"),
    )
