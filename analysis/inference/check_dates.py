"""The same intervention at other dates: designs and statistics for placebo and random dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

import numpy as np

from analysis.errors import ModelError
from analysis.inference.batch import fit_batch
from analysis.inference.batch_design import BatchDesign, candidate_dates
from analysis.inference.batch_results import BatchOptions
from analysis.inference.check_ols import plug_in
from analysis.inference.check_problem import EffectRegression, part_of
from analysis.inference.check_tests import DateEngine, date_engine
from analysis.models.arrays import Bools, Floats
from analysis.models.calendar import Calendar
from analysis.models.design import Design, DesignSpec, build_design
from analysis.models.its_noise import MonthlyNoise
from analysis.models.its_problem import design_rows, independent_columns, usable_values
from analysis.models.its_results import ItsFit
from analysis.study import Intervention

SPARE: Final = 3  # residual degrees of freedom of a regression at a date


@dataclass(frozen=True)
class DatedWindow:
    """A window with candidate dates of an intervention.

    Attributes
    ----------
    inside
        Which values of the fit lie in the window, shape (n,).
    base
        Design without the intervention and what begins with it, over months, shape (M, k0).
    columns
        What each date adds over months, shape (M, J, q), the tested column last.
    """

    calendar: Calendar
    inside: Bools
    base: Floats
    dates: tuple[date, ...]
    columns: Floats


def spec_before(fit_spec: DesignSpec, tested: Intervention) -> DesignSpec:
    """Return the specification of the months before an intervention, with what happened in them.

    Raises
    ------
    ModelError
        When no month of the window lies before it.
    """
    last = np.datetime64(tested.start, "M") - 1
    if last < np.datetime64(fit_spec.start, "M"):
        raise ModelError(f"no month of the window lies before '{tested.name}'")
    earlier = tuple(i for i in fit_spec.interventions if np.datetime64(i.start, "M") <= last)
    knots = tuple(knot for knot in fit_spec.knots if knot <= str(last))
    trend = "linear" if fit_spec.trend == "piecewise" and not knots else fit_spec.trend
    return replace(fit_spec, end=str(last), interventions=earlier, knots=knots, trend=trend)


def dated_window(
    fit: ItsFit, spec: DesignSpec, tested: Intervention, trim: float, *, include: bool
) -> DatedWindow | str:
    """Return the window of a specification with its candidate dates, or why there are none.

    Interventions that begin on the day of the tested one move with it.

    Parameters
    ----------
    trim
        Share of the window without a date at each end.
    include
        Whether the date of the intervention itself is to be among the candidates.
    """
    together = [i for i in _interventions(fit) if i.start == tested.start and i != tested]
    others = tuple(i for i in spec.interventions if i.start != tested.start)
    plain = replace(spec, interventions=others)
    try:
        dates = set(candidate_dates(plain, trim)) | ({tested.start} if include else set())
        base = build_design(plain)
    except ModelError as error:
        return error.problem
    values = usable_values(fit.series, base, spec.left_out)
    kept = base.matrix[:, independent_columns(design_rows(fit.series.keep(values), base))]
    if int(values.sum()) < kept.shape[1] + len(together) + 1 + SPARE:
        return f"{int(values.sum())} values in the window are too few for its model"
    found = [
        (day, columns)
        for day in sorted(dates)
        if (columns := _columns(fit, base, kept, values, [*together, tested], day)) is not None
    ]
    if not found:
        return "no date can be told apart from the other terms"
    columns = np.stack([item[1] for item in found], axis=1)
    return DatedWindow(base.calendar, values, kept, tuple(item[0] for item in found), columns)


def _interventions(fit: ItsFit) -> tuple[Intervention, ...]:
    return tuple(term.intervention for term in fit.design.terms if term.intervention is not None)


def _columns(
    fit: ItsFit,
    base: Design,
    kept: Floats,
    values: Bools,
    items: Sequence[Intervention],
    day: date,
) -> Floats | None:
    """Return the columns of interventions moved to a day, None where they are not told apart."""
    moved = tuple(_moved(item, day) for item in items)
    months = base.calendar.months
    bare = DesignSpec(months[0], months[-1], trend="none", interventions=moved)
    added = build_design(bare).matrix[:, 1:]
    whole = replace(base, terms=(), matrix=np.hstack([kept, added]))
    rows = design_rows(fit.series.keep(values), whole)
    return added if independent_columns(rows).all() else None


def _moved(item: Intervention, day: date) -> Intervention:
    end = None if item.end is None else item.end + (day - item.start)
    return replace(item, start=day, end=end if end is None or end >= day else day + timedelta(1))


def gls_dates(problem: EffectRegression, window: DatedWindow, fit: ItsFit) -> DateEngine:
    """Factorise the regressions of the dates for generalised least squares."""
    noise = _noise(problem, window)
    weights = problem.weights[window.inside][:, None]
    base = _rows(fit, window, window.base) * weights
    added = [_rows(fit, window, window.columns[:, j]) * weights for j in range(len(window.dates))]
    return date_engine(base, added, noise)


def _noise(problem: EffectRegression, window: DatedWindow) -> MonthlyNoise:
    return part_of(problem.noise, window.inside)


def _rows(fit: ItsFit, window: DatedWindow, matrix: Floats) -> Floats:
    design = Design(window.calendar, (), matrix, date.min)
    return design_rows(fit.series.keep(window.inside), design)


def newey_west_dates(fit: ItsFit, window: DatedWindow, draws: Floats) -> tuple[Floats, Floats]:
    """Return estimates and standard errors by the batch engine, both (B, J).

    Parameters
    ----------
    draws
        Responses in the window, shape (B, n).

    Raises
    ------
    ModelError
        When a value covers several months.
    """
    series = fit.series.keep(window.inside)
    if (series.spans > 1).any():
        raise ModelError(
            "least squares at many dates takes one value a month",
            remedy="statistic='gls_ar1'",
        )
    months = window.calendar.months
    place = {month: i for i, month in enumerate(months)}
    grid = np.full((len(draws), len(months)), np.nan)
    grid[:, [place[month] for month in series.months]] = draws
    terms = tuple(f"term {i}" for i in range(window.columns.shape[2]))
    names = tuple(day.isoformat() for day in window.dates)
    design = BatchDesign(months, window.base, names, window.columns, terms)
    found = fit_batch(grid, design, BatchOptions(bandwidth=plug_in(len(series))))
    return found.estimates[..., -1], found.standard_errors[..., -1]
