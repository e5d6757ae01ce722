"""Interrupted time series from figures that are published over irregular, overlapping intervals.

Latent daily flow lambda = exp(x'b + u), u a stationary AR(1) over months. Every report is a total
over an interval of days, or a growth ratio on the same days one year before. Linearised in u it
is a row of the matrix A of flow shares, and

    z = h(b) + A u + e,    V = sigma^2 A R(rho) A' + diag(r^2/3 + tau^2),

with r the half-width of rounding and tau the disagreement between sources. Estimation is
Gauss-Newton generalised least squares for b given V and (restricted) maximum likelihood for the
noise, in turns until neither moves. With the identity link, regular totals and a fixed rho this
is the disaggregation regression of Chow & Lin (1971, Review of Economics and Statistics 53).
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.models.design import Design, DesignSpec, build_design
from analysis.models.interval_effects import coefficient_table, effects_of, without_numbers
from analysis.models.interval_errors import Errors
from analysis.models.interval_estimation import (
    Converged,
    Covariance,
    Options,
    constant_predictor,
    estimate,
)
from analysis.models.interval_identification import (
    Solution,
    Subspace,
    estimable_subspace,
    identify,
)
from analysis.models.interval_mean import linearise
from analysis.models.interval_results import FitState, IntervalFit
from analysis.models.interval_rows import IntervalRows, Link, interval_rows
from analysis.models.interval_small_sample import kenward_roger
from analysis.models.interval_words import convention, notes
from analysis.models.its_windows import whole_window


def fit_interval_series(
    observations: pd.DataFrame,
    design: DesignSpec,
    *,
    rho: float | Literal["reml", "ml"] = "reml",
    tau: float | None = None,
    level: float = 0.95,
    link: Link = "log",
    errors: Errors = "student_t",
    covariance: Covariance = "kenward_roger",
    penalised: bool = True,
) -> IntervalFit:
    """Estimate an interrupted series from published reports.

    Parameters
    ----------
    observations
        One row a statement: observation_id, report_id, kind (`level` or `growth`), start, end
        (both included), value, lower, upper; `upper` infinite for "at least `lower`".
    design
        Window, trend, seasonality, regressors and interventions.
    rho
        Monthly autocorrelation of the noise in [0, 1), or the criterion by which it is estimated.
    tau
        Disagreement between sources (standard deviation, log scale for the log link); None
        estimates it.
    errors
        `student_t` or `huber` let a report that contradicts the others weigh less; `gaussian`
        does not.
    covariance
        `kenward_roger` (first order) allows for the noise being estimated; `model` does not.
    penalised
        Whether a weak penalty keeps rho and tau off the edges of their range (`reml` only).

    Raises
    ------
    ModelError
        When an observation cannot be used, a parameter is out of range or the fit fails.
    """
    _check(rho, tau, level)
    _check_word("link", link, Link)
    _check_word("errors", errors, Errors)
    _check_word("covariance", covariance, Covariance)
    options = Options(
        rho=None if isinstance(rho, str) else float(rho),
        tau=tau,
        criterion="ml" if rho == "ml" else "reml",
        link=link,
        level=level,
        penalised=penalised,
        errors=errors,
        covariance=covariance,
    )
    built = build_design(whole_window(design))
    return fit_rows(interval_rows(observations, built.calendar, link), built, options)


def fit_rows(rows: IntervalRows, design: Design, options: Options) -> IntervalFit:
    """Estimate from rows and a design that are already laid out over the same periods."""
    predictor = constant_predictor(rows, design, options.link)
    linear = linearise(rows, predictor, options.link)
    subspace = estimable_subspace(linear.shares @ design.matrix)
    if len(rows) - int(rows.open_ended.sum()) <= subspace.rank:
        return _nothing(rows, design, options, subspace)
    return _assemble(estimate(rows, design, options, subspace))


def _check(rho: float | str, tau: float | None, level: float) -> None:
    allowed = "a number in [0, 1), 'reml' or 'ml'"
    if isinstance(rho, str):
        if rho not in ("reml", "ml"):
            raise ModelError(f"unknown rho '{rho}'", allowed=allowed)
    elif not 0 <= rho < 1:
        raise ModelError(f"rho is {rho}", allowed=allowed)
    if tau is not None and not (np.isfinite(tau) and tau >= 0):
        raise ModelError(f"tau is {tau}", allowed="a number of 0 or more, or None")
    if not 0 < level < 1:
        raise ModelError(f"the level is {level}", allowed="a number between 0 and 1")


def _check_word(name: str, word: str, kind: object) -> None:
    allowed = get_args(kind)
    if word not in allowed:
        raise ModelError(f"unknown {name} '{word}'", allowed=", ".join(allowed))


def state_of(fit: Converged) -> FitState:
    """Return the arrays of a settled fit, the small-sample covariance among them."""
    solved, basis = fit.noise.solved, fit.subspace.basis
    small = kenward_roger(fit.noise)
    spread = basis @ solved.spread @ basis.T
    adjusted = basis @ small.adjusted @ basis.T
    return FitState(
        design=fit.design,
        rows=fit.rows,
        link=fit.options.link,
        subspace=fit.subspace,
        shape=fit.regression.shape,
        noise=fit.noise.noise,
        coefficients=fit.coefficients,
        covariance=adjusted if fit.options.covariance == "kenward_roger" else spread,
        model_covariance=spread,
        sensitivity=fit.linear.shares @ fit.design.matrix,
        response=fit.stand_in.response,
        mean=fit.mean,
        precision=solved.precision,
        projection=solved.projection,
        covariance_slopes=basis @ small.slopes @ basis.T,
        noise_covariance=fit.noise.parameter_covariance,
        log_likelihood=solved.log_likelihood,
    )


def _assemble(fit: Converged) -> IntervalFit:
    state, options = state_of(fit), fit.options
    final = estimable_subspace(state.sensitivity)
    if final.rank < fit.subspace.rank:
        raise ModelError("the reports lose an effect at the estimate", remedy="fewer interventions")
    solution = Solution(state.precision, state.model_covariance)
    found = identify(state.design, state.rows, state.sensitivity, fit.subspace, solution)
    coefficients = coefficient_table(state, found, options.level)
    result = IntervalFit(
        effects=effects_of(state.design, coefficients, found, options.link, options.level),
        coefficients=coefficients,
        sigma=state.noise.sigma,
        rho=state.noise.rho,
        tau=state.noise.tau,
        level=options.level,
        reports=len(state.rows),
        df_residual=len(state.rows) - fit.subspace.rank,
        log_likelihood=state.log_likelihood,
        convention=convention(options, state.noise),
        notes=notes(fit.noise),
        found=found,
        state=state,
    )
    result.assert_finite()
    return result


def _nothing(
    rows: IntervalRows, design: Design, options: Options, subspace: Subspace
) -> IntervalFit:
    """Return a fit that says why it holds no number."""
    p = len(design.terms)
    blank = Solution(np.zeros((len(rows), len(rows))), np.zeros((p, p)))
    found = identify(design, rows, np.zeros((len(rows), p)), subspace, blank)
    coefficients = without_numbers(design, found)
    return IntervalFit(
        effects=effects_of(design, coefficients, found, options.link, options.level),
        coefficients=coefficients,
        sigma=None,
        rho=None,
        tau=None,
        level=options.level,
        reports=len(rows),
        df_residual=0,
        log_likelihood=None,
        convention="nothing is estimated",
        notes=("as many parameters as independent reports: nothing is identified",),
        found=found,
        state=None,
    )
