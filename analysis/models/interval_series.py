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

from typing import Literal

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.models.design import Design, DesignSpec, build_design
from analysis.models.interval_covariance import NoiseParameters
from analysis.models.interval_curves import monthly_curves, no_curves
from analysis.models.interval_effects import coefficient_table, effects_of, without_numbers
from analysis.models.interval_estimation import (
    Converged,
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
from analysis.models.interval_influence import influence_tables, no_residuals, residual_table
from analysis.models.interval_mean import linearise, response
from analysis.models.interval_noise import NoiseFit
from analysis.models.interval_results import FitState, IntervalFit
from analysis.models.interval_rows import IntervalRows, Link, interval_rows


def fit_interval_series(
    observations: pd.DataFrame,
    design: DesignSpec,
    *,
    rho: float | Literal["reml", "ml"] = "reml",
    tau: float | None = None,
    level: float = 0.95,
    link: Link = "log",
) -> IntervalFit:
    """Estimate an interrupted series from published reports.

    Parameters
    ----------
    observations
        One row a statement: observation_id, report_id, kind (`level` or `growth`), start, end
        (both included), value, lower, upper.
    design
        Window, trend, seasonality and interventions.
    rho
        Monthly autocorrelation of the noise in [0, 1), or the criterion by which it is estimated.
    tau
        Disagreement between sources (standard deviation, log scale for the log link); None
        estimates it.

    Raises
    ------
    ModelError
        When an observation cannot be used, a parameter is out of range or the fit fails.
    """
    options = _options(rho, tau, level, link)
    built = build_design(design)
    return fit_rows(interval_rows(observations, built.calendar, link), built, options)


def fit_rows(rows: IntervalRows, design: Design, options: Options) -> IntervalFit:
    """Estimate from rows and a design that are already laid out over the same periods."""
    if rows.open_ended.any():
        names = [n for n, o in zip(rows.observation_id, rows.open_ended, strict=True) if o]
        raise ModelError("a one-sided bound has no upper end", where=", ".join(names[:5]))
    predictor = constant_predictor(rows, design, options.link)
    linear = linearise(rows, predictor, options.link)
    subspace = estimable_subspace(linear.shares @ design.matrix)
    if len(rows) <= subspace.rank:
        return _nothing(rows, design, options, subspace)
    return _assemble(estimate(rows, design, options, subspace), options)


def _options(
    rho: float | Literal["reml", "ml"], tau: float | None, level: float, link: Link
) -> Options:
    if isinstance(rho, str) and rho not in ("reml", "ml"):
        raise ModelError(f"unknown rho '{rho}'", allowed="a number in [0, 1), 'reml' or 'ml'")
    if not isinstance(rho, str) and not 0 <= rho < 1:
        raise ModelError(f"rho is {rho}", allowed="a number in [0, 1), 'reml' or 'ml'")
    if tau is not None and not (np.isfinite(tau) and tau >= 0):
        raise ModelError(f"tau is {tau}", allowed="a number of 0 or more, or None")
    if not 0 < level < 1:
        raise ModelError(f"the level is {level}", allowed="a number between 0 and 1")
    if link not in ("log", "identity"):
        raise ModelError(f"unknown link '{link}'", allowed="log, identity")
    if isinstance(rho, str):
        return Options(None, tau, "ml" if rho == "ml" else "reml", link, level)
    return Options(float(rho), tau, "reml", link, level)


def _state(fit: Converged) -> FitState:
    solved, basis = fit.noise.solved, fit.subspace.basis
    sensitivity = fit.linear.shares @ fit.design.matrix
    spread = basis @ solved.covariance @ basis.T
    pull = spread @ sensitivity.T @ solved.precision
    inside = np.flatnonzero(fit.noise.interior)
    slopes = [pull @ fit.noise.slopes.covariance[i] @ pull.T for i in inside]
    information = fit.noise.slopes.information[np.ix_(inside, inside)]
    return FitState(
        design=fit.design,
        rows=fit.rows,
        link=fit.options.link,
        subspace=fit.subspace,
        shape=fit.regression.shape,
        noise=fit.noise.noise,
        coefficients=fit.coefficients,
        covariance=spread,
        sensitivity=sensitivity,
        response=response(fit.rows, fit.options.link),
        mean=fit.linear.mean,
        precision=solved.precision,
        projection=solved.projection,
        covariance_slopes=np.array(slopes).reshape(len(inside), *spread.shape),
        noise_covariance=np.asarray(np.linalg.pinv(information, hermitian=True), dtype=float),
        log_likelihood=solved.log_likelihood,
    )


def _assemble(fit: Converged, options: Options) -> IntervalFit:
    state = _state(fit)
    solution = Solution(state.precision, state.covariance)
    final = estimable_subspace(state.sensitivity)
    if final.rank < fit.subspace.rank:
        raise ModelError("the reports lose an effect at the estimate", remedy="fewer interventions")
    found = identify(state.design, state.rows, state.sensitivity, fit.subspace, solution)
    coefficients = coefficient_table(state, found, options.level)
    influence, essential = influence_tables(state, found)
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
        monthly=monthly_curves(state, found, options.level),
        residuals=residual_table(state),
        influence=influence,
        essential=essential,
        convention=_convention(options, state.noise),
        notes=_notes(fit.noise),
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
    influence, essential, residuals = no_residuals()
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
        monthly=no_curves(),
        residuals=residuals,
        influence=influence,
        essential=essential,
        convention="nothing is estimated",
        notes=("as many parameters as independent reports: nothing is identified",),
        state=None,
    )


def _convention(options: Options, noise: NoiseParameters) -> str:
    rho = f"rho {noise.rho:.3f} ({'given' if options.rho is not None else options.criterion})"
    tau = f"tau {noise.tau:.4g} ({'given' if options.tau is not None else options.criterion})"
    return (
        f"{options.link} link; sigma {noise.sigma:.4g} ({options.criterion}), {rho}, {tau}; "
        "model covariance of generalised least squares; "
        f"{100 * options.level:g} % t intervals with Satterthwaite degrees of freedom"
    )


def _notes(noise: NoiseFit) -> tuple[str, ...]:
    return tuple(
        f"{name} lies at a bound of its range and is held there" for name in noise.at_bound
    )
