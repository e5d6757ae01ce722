"""Controlled interrupted time series: a treated series beside one or several comparison series.

The series are stacked. Each has a level, a trend and a season of its own; an intervention moves
all of them by the same amount (`<name>_common`) and the treated one by a further amount, the
effect that is reported under the name of the intervention (Lopez Bernal, Cummins & Gasparrini
2018, International Journal of Epidemiology 47).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from analysis.errors import ModelError
from analysis.models.arrays import Bools, Floats
from analysis.models.design import Design, DesignSpec, Term, build_design
from analysis.models.interrupted_series import check_inside, convention_of, notes_of, placed
from analysis.models.interval_findings import Coefficient, Effect
from analysis.models.its_estimators import ESTIMATORS, resolve
from analysis.models.its_findings import Scale, coefficients_of, effects_of_terms, identify_terms
from analysis.models.its_options import Estimator, ItsOptions
from analysis.models.its_problem import (
    Problem,
    check_enough,
    design_rows,
    independent_columns,
    offset_of,
    response_of,
    usable_values,
)
from analysis.models.regular_series import RegularSeries

DEFAULT_OPTIONS: Final = ItsOptions()
INDEPENDENT: Final = (
    "the noise of different series counts as independent, with one variance and, where there is "
    "one, one autocorrelation"
)


@dataclass(frozen=True)
class ControlledFit:
    """A fitted controlled series.

    Attributes
    ----------
    treated, controls
        The values that the fit uses.
    terms
        Columns of the stacked design, p of them.
    rows
        Shape (n, p), n the values of all series, the treated one first.
    estimates, covariance
        Shapes (p,) and (p, p); zeros for columns that the values do not determine.
    effects
        What the treated series did beyond the comparison series, by intervention.
    """

    treated: RegularSeries
    controls: tuple[RegularSeries, ...]
    spec: DesignSpec
    options: ItsOptions
    terms: tuple[Term, ...]
    rows: Floats
    response: Floats
    estimator: Estimator
    estimates: Floats
    covariance: Floats
    df: float
    fitted: Floats
    rho: float | None
    sigma: float | None
    dispersion: float | None
    log_likelihood: float | None
    convention: str
    notes: tuple[str, ...]
    coefficients: tuple[Coefficient, ...]
    effects: tuple[Effect, ...]


def fit_controlled_its(
    treated: RegularSeries,
    controls: Sequence[RegularSeries],
    spec: DesignSpec,
    options: ItsOptions = DEFAULT_OPTIONS,
    *,
    shared_season: bool = False,
) -> ControlledFit:
    """Estimate what a series did beyond its comparison series.

    Least squares takes HAC covariances within each series; generalised least squares takes one
    AR(1) process for each, independent of the others, with common parameters.

    Parameters
    ----------
    shared_season
        Whether all series have the same season instead of one each.

    Raises
    ------
    ModelError
        As `fit_its`; when there is no comparison series, two share a name, units differ under
        the identity link, or the estimator is `arima`.
    """
    _check(treated, controls, options)
    for item in spec.interventions:
        check_inside(item.name, item.start, spec)
    design = build_design(spec)
    kept = [one.keep(usable_values(one, design, spec.left_out)) for one in (treated, *controls)]
    for one in kept:
        check_enough(one, len(design.terms))
    chosen = resolve(options, len(kept[0]))
    terms, rows = _stack(design, kept, shared_season)
    columns = independent_columns(rows)
    problem = _problem(kept, terms, rows, columns, chosen)
    return _assemble((kept, spec, design, options), (terms, rows, columns), problem)


def _check(treated: RegularSeries, controls: Sequence[RegularSeries], options: ItsOptions) -> None:
    if not controls:
        raise ModelError("there is no comparison series", remedy="fit_its for a series alone")
    names = [one.name for one in (treated, *controls)]
    if len(set(names)) < len(names):
        raise ModelError(f"two of the series {', '.join(names)} share a name")
    units = sorted({one.unit for one in (treated, *controls)})
    if len(units) > 1 and options.link == "identity" and not options.counts:
        raise ModelError(
            f"the series have the units {', '.join(units)}",
            allowed="one unit under the identity link",
            remedy="link='log', under which effects are relative",
        )
    if options.estimator == "arima":
        raise ModelError(
            "ARIMA errors are for one series", allowed="the other estimators of `fit_its`"
        )


def _stack(
    design: Design, series: Sequence[RegularSeries], shared_season: bool
) -> tuple[tuple[Term, ...], Floats]:
    """Return the terms and the stacked design rows, shape (n, p)."""
    blocks = [design_rows(one, design) for one in series]
    owner = np.repeat(np.arange(len(series)), [len(block) for block in blocks])
    whole = np.vstack(blocks)
    terms: list[Term] = []
    columns: list[Floats] = []
    for j, term in enumerate(design.terms):
        if term.role == "intervention":
            common = replace(term, name=f"{term.name}_common", label=f"{term.label}, all series")
            terms += [common, term]
            columns += [whole[:, j], np.where(owner == 0, whole[:, j], 0.0)]
        elif term.role == "season" and shared_season:
            terms.append(term)
            columns.append(whole[:, j])
        else:
            terms += [_own(term, one) for one in series]
            columns += [np.where(owner == s, whole[:, j], 0.0) for s in range(len(series))]
    return tuple(terms), np.column_stack(columns)


def _own(term: Term, series: RegularSeries) -> Term:
    return replace(term, name=f"{term.name}:{series.name}", label=f"{term.label}, {series.label}")


def _problem(
    series: Sequence[RegularSeries],
    terms: tuple[Term, ...],
    rows: Floats,
    columns: Bools,
    options: ItsOptions,
) -> Problem:
    return Problem(
        rows=rows[:, columns],
        response=np.concatenate([response_of(one, options) for one in series]),
        offset=np.concatenate([offset_of(one, options) for one in series]),
        first=np.concatenate([one.first for one in series]),
        spans=np.concatenate([one.spans for one in series]),
        informative=np.array([term.role != "intercept" for term in terms])[columns],
        block=np.repeat(np.arange(len(series)), [len(one) for one in series]),
        options=options,
    )


def _assemble(
    asked: tuple[list[RegularSeries], DesignSpec, Design, ItsOptions],
    stacked: tuple[tuple[Term, ...], Floats, Bools],
    problem: Problem,
) -> ControlledFit:
    series, spec, design, options = asked
    terms, rows, columns = stacked
    found = ESTIMATORS[problem.options.estimator](problem)
    estimates, covariance, whitened = placed(found, columns)
    whole = Design(design.calendar, terms, rows, design.centre)
    known = identify_terms(whole, series[0], rows, whitened, covariance)
    df = np.inf if options.distribution == "normal" else float(found.df)
    each = np.full(len(terms), df)
    coefficients = coefficients_of(whole, known, estimates, covariance, each, options.level)
    percent = options.counts or options.link == "log"
    scale = Scale(series[0].unit, percent, options.level)
    names = {item.name for item in spec.interventions}
    effects = effects_of_terms(terms, coefficients, known, scale)
    return ControlledFit(
        treated=series[0],
        controls=tuple(series[1:]),
        spec=spec,
        options=options,
        terms=terms,
        rows=rows,
        response=problem.response,
        estimator=problem.options.estimator,
        estimates=estimates,
        covariance=covariance,
        df=df,
        fitted=found.fitted,
        rho=found.rho,
        sigma=found.sigma,
        dispersion=found.dispersion,
        log_likelihood=found.log_likelihood,
        convention=convention_of(problem, found),
        notes=(*notes_of(options, found), INDEPENDENT),
        coefficients=coefficients,
        effects=tuple(effect for effect in effects if effect.name in names),
    )
