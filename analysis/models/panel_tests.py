"""Tests of specification for panel regressions: Hausman, Mundlak, Breusch–Pagan; and the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Literal, get_args

import numpy as np
import pandas as pd

from analysis.errors import ModelError, require_known
from analysis.models.arrays import Floats
from analysis.models.panel import fit_panel
from analysis.models.panel_dependence import pesaran_cd, wooldridge_serial_correlation
from analysis.models.panel_estimators import MEAN_SUFFIX
from analysis.models.panel_results import PanelFit, SpecificationTest
from analysis.models.panel_test_words import chi_squared, judged, refuse_model
from analysis.models.panel_unit_roots import panel_unit_root

__all__ = [
    "breusch_pagan",
    "hausman",
    "mundlak_test",
    "panel_unit_root",
    "pesaran_cd",
    "wooldridge_serial_correlation",
]

Variance = Literal["random", "fixed", "own"]
Indefinite = Literal["refuse", "absolute"]
# Eigenvalues of a difference of covariances below this share of the largest are rounding.
POSITIVE = 1e-10


def hausman(
    fixed: PanelFit,
    random: PanelFit,
    *,
    variance: Variance = "random",
    indefinite: Indefinite = "refuse",
) -> SpecificationTest:
    """Test random against fixed effects by the difference of the estimates (Hausman, 1978).

    Parameters
    ----------
    fixed, random
        Fits of the same rows with unadjusted errors.
    variance
        Error variance in both covariances: that of the `random` fit (Stata: sigmamore) or of the
        `fixed` fit (sigmaless), for which the difference is positive definite; or each fit's
        `own` (Stata without an option; plm: phtest).
    indefinite
        What to do where the difference of the covariances is not positive definite: `refuse`, or
        go on with the `absolute` value of the quadratic form, as plm does. That number has no
        chi-squared distribution; it is there to be compared with what plm prints, and its name
        says so.

    Raises
    ------
    ModelError
        When a fit has another model or covariance, no slope is shared, or the difference of the
        covariances is not positive definite and `indefinite` is `refuse`.
    """
    _refuse_other_fits(fixed, random)
    require_known(variance, VARIANCES, ModelError, f"unknown variance '{variance}'")
    require_known(indefinite, get_args(Indefinite), ModelError, f"unknown way '{indefinite}'")
    names = [name for name in fixed.names if name in random.names]
    if not names:
        raise ModelError("the fixed and the random effects fit share no regressor")
    gap = np.array([fixed.coefficient(n).estimate - random.coefficient(n).estimate for n in names])
    scale_fixed, scale_random = VARIANCES[variance](_error_variance(fixed), _error_variance(random))
    difference = _block(fixed, names) * scale_fixed - _block(random, names) * scale_random
    statistic = float(gap @ np.linalg.solve(difference, gap))
    values = np.linalg.eigvalsh(difference)
    definite = bool(values.min() > POSITIVE * np.abs(values).max())
    if not definite and indefinite == "refuse":
        raise _not_definite(statistic)
    found = chi_squared(
        "Hausman",
        "unit effects are uncorrelated with the regressors (random effects are consistent)",
        abs(statistic),
        len(names),
        f"difference of fixed and random effects (Swamy–Arora), error variance: {variance}",
    )
    return found if definite else _as_printed(found, statistic)


def _as_printed(found: SpecificationTest, form: float) -> SpecificationTest:
    """Return a test whose words say that its number decides nothing."""
    why = (
        f"absolute value of {form:.10g}, the quadratic form of a difference of covariances that is "
        "not positive definite; plm prints it so, and it is no chi-squared statistic"
    )
    return replace(
        found,
        name="Hausman, absolute value",
        method=f"{found.method}; {why}",
        sentence=f"Hausman, absolute value: decides nothing ({why}).",
    )


def _not_definite(form: float) -> ModelError:
    return ModelError(
        "the difference of the two covariances is not positive definite, so its quadratic "
        f"form, {form:.10g}, is no chi-squared statistic",
        remedy="use variance='random' or mundlak_test",
    )


VARIANCES: Mapping[str, Callable[[float, float], tuple[float, float]]] = {
    "random": lambda fixed, random: (random / fixed, 1.0),
    "fixed": lambda fixed, random: (1.0, fixed / random),
    "own": lambda _fixed, _random: (1.0, 1.0),
}


def _error_variance(fit: PanelFit) -> float:
    return float(fit.residuals @ fit.residuals) / fit.coefficients[0].df


def _refuse_other_fits(fixed: PanelFit, random: PanelFit) -> None:
    for fit, model in ((fixed, "fixed"), (random, "random")):
        if fit.model != model or fit.covariance != "unadjusted":
            raise ModelError(
                f"the Hausman test got a '{fit.model}' fit with '{fit.covariance}' errors",
                allowed=f"a '{model}' fit with 'unadjusted' errors",
                remedy="refit, or use mundlak_test for errors that are robust",
            )
    if fixed.rows != random.rows or fixed.outcome != random.outcome:
        raise ModelError(
            f"the two fits differ in outcome or rows ({fixed.rows} and {random.rows})",
            allowed="fits of the same rows",
        )


def _block(fit: PanelFit, names: Sequence[str]) -> Floats:
    places = [fit.names.index(name) for name in names]
    return np.asarray(fit.covariance_matrix[np.ix_(places, places)])


def mundlak_test(
    frame: pd.DataFrame,
    *,
    outcome: str,
    regressors: Sequence[str],
    unit: str,
    time: str,
    clusters: Sequence[str] | None = None,
) -> SpecificationTest:
    """Test random against fixed effects with errors clustered by unit.

    The Wald test that the unit means add nothing to random effects: the artificial regression of
    Mundlak (1978) and Arellano (1993), the robust form of the Hausman test. F with the number of
    means and G - 1 degrees of freedom.

    Raises
    ------
    ModelError
        When no regressor varies both within and between units, or there are no more clusters
        than means.
    """
    fit = fit_panel(
        frame,
        outcome=outcome,
        regressors=regressors,
        unit=unit,
        time=time,
        model="correlated_random",
        covariance="clustered",
        clusters=clusters,
    )
    names = [name for name in fit.names if name.endswith(MEAN_SUFFIX)]
    if not names:
        raise ModelError(
            "no unit mean is left to test: no regressor varies both within and between units"
        )
    df = fit.coefficients[0].df
    if df < len(names):
        raise ModelError(
            f"{df + 1:g} clusters cannot test {len(names)} unit means together",
            remedy="test fewer regressors",
        )
    means = np.array([fit.coefficient(name).estimate for name in names])
    statistic = float(means @ np.linalg.solve(_block(fit, names), means)) / len(names)
    return judged(
        "Hausman, robust form (Mundlak)",
        "unit effects are uncorrelated with the regressors (unit means have no effect)",
        statistic,
        "F",
        (float(len(names)), df),
        f"Wald test of the unit means in random effects; {fit.convention}",
    )


def breusch_pagan(pooled: PanelFit) -> SpecificationTest:
    """Test for unit effects by the Lagrange multiplier of Breusch and Pagan (1980).

    For unbalanced panels the form of Baltagi and Li (1990); two-sided, chi-squared with one
    degree of freedom (plm: plmtest(type = "bp"); Stata: xttest0 is one-sided).

    Raises
    ------
    ModelError
        When the fit is not pooled or no unit is seen twice.
    """
    refuse_model(pooled, ("pooled",), "the Breusch–Pagan test")
    counts = np.bincount(pooled.unit_codes)
    sums = np.bincount(pooled.unit_codes, weights=pooled.residuals)
    pairs = float((counts.astype(float) ** 2).sum() - pooled.rows)
    if pairs == 0:
        raise ModelError("no unit is seen twice, so unit effects cannot be tested")
    excess = float(sums @ sums) / float(pooled.residuals @ pooled.residuals) - 1
    statistic = pooled.rows**2 * excess**2 / (2 * pairs)
    return chi_squared(
        "Breusch–Pagan LM",
        "there are no unit effects (their variance is zero)",
        statistic,
        1,
        "two-sided Lagrange multiplier on pooled residuals, Baltagi–Li form where unbalanced",
    )
