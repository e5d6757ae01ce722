"""Interrupted time series on regular series: one value a month, or one over a few months.

A value y over the months of its span follows link(y) = mean(x)'b + mean(u), x the design rows and
u the noise of its months. Nothing is put in place of a missing month: its row is absent, and
autocorrelation runs over distances in the calendar.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from analysis.errors import ModelError
from analysis.models.arrays import Bools, Floats
from analysis.models.design import Design, DesignSpec, build_design
from analysis.models.its_estimators import ESTIMATORS, UNDERESTIMATED, resolve
from analysis.models.its_findings import Scale, coefficients_of, effects_of_terms, identify_terms
from analysis.models.its_ols import Estimated
from analysis.models.its_options import ItsOptions
from analysis.models.its_problem import (
    Problem,
    check_enough,
    design_rows,
    independent_columns,
    offset_of,
    response_of,
    usable_values,
)
from analysis.models.its_results import ItsFit, assert_finite
from analysis.models.regular_series import RegularSeries

DEFAULT_OPTIONS = ItsOptions()


def fit_its(
    series: RegularSeries, spec: DesignSpec, options: ItsOptions = DEFAULT_OPTIONS
) -> ItsFit:
    """Estimate an interrupted time series.

    Parameters
    ----------
    spec
        Window, trend, seasonality, regressors, interventions and months to leave out.

    Raises
    ------
    ModelError
        When the series is constant or too short, an intervention lies outside the window, a
        value does not suit the link, or the estimator fails.
    """
    for item in spec.interventions:
        check_inside(item.name, item.start, spec)
    return _fit(series, build_design(spec), spec, options)


def fit_design(
    series: RegularSeries, design: Design, options: ItsOptions = DEFAULT_OPTIONS
) -> ItsFit:
    """Estimate with a design of one's own; see `fit_its`.

    Raises
    ------
    ModelError
        As `fit_its`, other than for interventions outside the window.
    """
    return _fit(series, design, None, options)


def check_inside(name: str, start: date, spec: DesignSpec) -> None:
    """Refuse an intervention that does not begin inside the window.

    Raises
    ------
    ModelError
        When no day of the window lies before it, or none on or after it.
    """
    opening, closing = (np.datetime64(month, "M") for month in (spec.start, spec.end))
    first, beyond = opening.astype("datetime64[D]"), (closing + 1).astype("datetime64[D]")
    if not first < np.datetime64(start, "D") < beyond:
        raise ModelError(
            f"the intervention '{name}' starts on {start}, outside the window",
            allowed=f"a day after {first} and before {beyond}",
            remedy="another window, or leave the intervention out",
        )


def _fit(
    series: RegularSeries, design: Design, spec: DesignSpec | None, options: ItsOptions
) -> ItsFit:
    used = series.keep(usable_values(series, design, spec.left_out if spec else ()))
    check_enough(used, len(design.terms))
    chosen = resolve(options, len(used))
    rows = design_rows(used, design)
    kept = independent_columns(rows)
    problem = Problem(
        rows=rows[:, kept],
        response=response_of(used, chosen),
        offset=offset_of(used, chosen),
        first=used.first,
        spans=used.spans,
        informative=np.array([term.role != "intercept" for term in design.terms])[kept],
        block=np.zeros(len(used), dtype=np.int64),
        options=chosen,
    )
    found = ESTIMATORS[chosen.estimator](problem)
    fit = _assemble((used, spec, design, options), rows, kept, problem, found)
    assert_finite(fit)
    return fit


def _assemble(
    asked: tuple[RegularSeries, DesignSpec | None, Design, ItsOptions],
    rows: Floats,
    kept: Bools,
    problem: Problem,
    found: Estimated,
) -> ItsFit:
    series, spec, design, options = asked
    estimates, covariance, whitened = placed(found, kept)
    df = np.full(len(kept), np.inf if options.distribution == "normal" else float(found.df))
    known = identify_terms(design, series, rows, whitened, covariance)
    coefficients = coefficients_of(design, known, estimates, covariance, df, options.level)
    percent = options.counts or options.link == "log"
    scale = Scale(series.unit, percent, options.level)
    return ItsFit(
        series=series,
        spec=spec,
        design=design,
        options=options,
        rows=rows,
        response=problem.response,
        offset=problem.offset,
        estimator=problem.options.estimator,
        estimates=estimates,
        covariance=covariance,
        df=df,
        fitted=found.fitted,
        residuals=problem.response - found.fitted,
        whitened_residuals=found.whitened_residuals,
        rho=found.rho,
        sigma=found.sigma,
        dispersion=found.dispersion,
        log_likelihood=found.log_likelihood,
        convention=convention_of(problem, found),
        notes=notes_of(options, found),
        coefficients=coefficients,
        effects=effects_of_terms(design.terms, coefficients, known, scale),
    )


def placed(found: Estimated, kept: Bools) -> tuple[Floats, Floats, Floats]:
    """Put estimates, covariance and whitened rows in the places of their columns, else zeros."""
    estimates = np.zeros(len(kept))
    covariance = np.zeros((len(kept), len(kept)))
    whitened = np.zeros((len(found.whitened_rows), len(kept)))
    estimates[kept] = found.estimates
    covariance[np.ix_(kept, kept)] = found.covariance
    whitened[:, kept] = found.whitened_rows
    return estimates, covariance, whitened


def convention_of(problem: Problem, found: Estimated) -> str:
    """Say link, estimator, covariance, intervals and the meaning of combined months."""
    options = problem.options
    link = "log" if options.counts else options.link
    if options.distribution == "normal":
        interval = "normal intervals"
    else:
        interval = f"t intervals with {found.df} degrees of freedom"
    words = f"{link} link; {found.words}; {100 * options.level:g} % {interval}"
    if (problem.spans > 1).any():
        exact = link == "identity"
        how = "exactly the mean" if exact else "to first order the mean on the log scale"
        words += f"; a value over several months is {how} of its months"
    return words


def notes_of(options: ItsOptions, found: Estimated) -> tuple[str, ...]:
    """Return what a reader must know about the estimate."""
    return ((UNDERESTIMATED,) if options.estimator == "auto" else ()) + found.notes
