"""The months of a window and the design matrix of an interrupted series over them.

Time is counted in months: position 0 is the first day of the window, and a day inside a month is
that fraction of the month. A shape is a function of time; its value in a month is its mean over
the month, so that a first month counts by the share of it that lies under the intervention.
"""

from __future__ import annotations

from calendar import month_name
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

import numpy as np

from analysis.errors import ModelError, require_known, spelling_hint
from analysis.models.arrays import Floats
from analysis.models.calendar import Calendar, build_calendar
from analysis.models.design_shapes import MONTHS_PER_YEAR, SHAPE_AREAS
from analysis.study import SHAPES_WITH_MONTHS, Intervention, Outcome, Seasonality

Role = Literal["intercept", "trend", "curvature", "season", "regressor", "intervention"]
TrendShape = Literal["none", "linear", "quadratic", "piecewise"]
Block = tuple[list["Term"], Floats]


@dataclass(frozen=True)
class Regressor:
    """An exogenous monthly or quarterly series that enters the linear predictor.

    Attributes
    ----------
    by_period
        Value by month (YYYY-MM) or by quarter (YYYYQn); a quarter holds for its three months.
    """

    name: str
    label: str
    by_period: Mapping[str, float]


@dataclass(frozen=True)
class DesignSpec:
    """What enters the linear predictor of a series.

    Attributes
    ----------
    start, end
        First and last month of the window, YYYY-MM.
    knots
        Months, YYYY-MM, from whose first day on a `piecewise` trend has another slope.
    left_out
        First and last months of the stretches that no estimation uses, both included.
    """

    start: str
    end: str
    trend: TrendShape = "linear"
    seasonality: Seasonality = "none"
    interventions: tuple[Intervention, ...] = ()
    regressors: tuple[Regressor, ...] = field(default=())
    knots: tuple[str, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Term:
    """One column of a design matrix: its name, its words and what it stands for."""

    name: str
    label: str
    role: Role
    intervention: Intervention | None = None

    @property
    def shape(self) -> str:
        """The shape of an intervention, otherwise the role."""
        return self.intervention.shape if self.intervention else self.role


@dataclass(frozen=True)
class Design:
    """A design matrix over months.

    Attributes
    ----------
    matrix
        Shape (M, p). Units of a coefficient: log flow (or flow, identity link) for the intercept,
        steps, pulses and the final effect of a ramp or phase-in; per year for trend, slopes and
        knots, per squared year for the squared trend; seasonal columns sum to zero over a year.
    centre
        The date at which the trend is zero, the middle of the window.
    """

    calendar: Calendar
    terms: tuple[Term, ...]
    matrix: Floats
    centre: date

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, shape (p,)."""
        return tuple(term.name for term in self.terms)

    def without(self, names: frozenset[str]) -> Floats:
        """Return the matrix with the named columns switched off, shape (M, p)."""
        kept = np.array([name not in names for name in self.names], dtype=float)
        return np.asarray(self.matrix * kept)


def design_of(outcome: Outcome) -> DesignSpec:
    """Return the design that a study file asks for."""
    return DesignSpec(
        start=outcome.start,
        end=outcome.end,
        trend=outcome.trend,
        seasonality=outcome.seasonality,
        interventions=outcome.interventions,
    )


def build_design(spec: DesignSpec) -> Design:
    """Turn a specification into a design matrix over the months of its window.

    Raises
    ------
    ModelError
        When two terms share a name, a shape lacks its length or end, or a regressor lacks a month.
    """
    calendar = build_calendar(spec.start, spec.end)
    blocks = [
        _intercept(calendar),
        _trend(calendar, spec),
        _season(calendar, spec.seasonality),
        *(_regressor(calendar, item) for item in spec.regressors),
        *(_intervention(calendar, item) for item in spec.interventions),
    ]
    terms = tuple(term for names, _ in blocks for term in names)
    _refuse_repeated([term.name for term in terms])
    matrix = np.hstack([columns for _, columns in blocks])
    return Design(calendar, terms, matrix, _centre(calendar))


def _refuse_repeated(names: list[str]) -> None:
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ModelError(f"two terms of the design are called {', '.join(repeated)}")


def _centre(calendar: Calendar) -> date:
    middle = len(calendar.months) // 2
    day: date = calendar.first_days[middle].astype(object)
    return day


def _intercept(calendar: Calendar) -> Block:
    return [Term("level", "Level", "intercept")], np.ones((len(calendar.months), 1))


def _trend(calendar: Calendar, spec: DesignSpec) -> Block:
    require_known(spec.trend, TRENDS, ModelError, f"unknown trend '{spec.trend}'")
    if bool(spec.knots) != (spec.trend == "piecewise"):
        raise ModelError(
            f"the trend is '{spec.trend}' and has {len(spec.knots)} knots",
            allowed="one knot or more with 'piecewise', none with the others",
        )
    return TRENDS[spec.trend](calendar, spec.knots)


def _no_trend(calendar: Calendar, _knots: tuple[str, ...]) -> Block:
    return [], np.empty((len(calendar.months), 0))


def _linear_trend(calendar: Calendar, _knots: tuple[str, ...]) -> Block:
    middle = np.arange(len(calendar.months)) + 0.5
    years = (middle - calendar.position(_centre(calendar))) / MONTHS_PER_YEAR
    return [Term("trend", "Trend", "trend")], years[:, None]


def _quadratic_trend(calendar: Calendar, knots: tuple[str, ...]) -> Block:
    terms, years = _linear_trend(calendar, knots)
    squared = Term("trend_squared", "Trend squared", "curvature")
    return [*terms, squared], np.hstack([years, years**2])


def _piecewise_trend(calendar: Calendar, knots: tuple[str, ...]) -> Block:
    terms, years = _linear_trend(calendar, knots)
    bends = [_intervention(calendar, _bend(calendar, knot))[1] for knot in knots]
    named = [Term(f"trend_from_{knot}", f"Trend from {knot}", "curvature") for knot in knots]
    return terms + named, np.hstack([years, *bends])


def _bend(calendar: Calendar, knot: str) -> Intervention:
    if knot not in calendar.months[1:]:
        raise ModelError(
            f"the knot {knot} is not inside the window",
            allowed=f"YYYY-MM, after {calendar.months[0]} and up to {calendar.months[-1]}",
        )
    return Intervention(knot, knot, "slope", date.fromisoformat(f"{knot}-01"))


TRENDS: Mapping[str, Callable[[Calendar, tuple[str, ...]], Block]] = {
    "none": _no_trend,
    "linear": _linear_trend,
    "quadratic": _quadratic_trend,
    "piecewise": _piecewise_trend,
}
FOURIER_PAIRS: Mapping[str, int] = {"fourier_1": 1, "fourier_2": 2}


def _season(calendar: Calendar, seasonality: Seasonality) -> Block:
    if seasonality == "none":
        return [], np.empty((len(calendar.months), 0))
    if seasonality == "months":
        return _month_effects(calendar)
    if seasonality in FOURIER_PAIRS:
        return _fourier(calendar, FOURIER_PAIRS[seasonality])
    allowed = ("none", "months", *FOURIER_PAIRS)
    raise ModelError(
        f"unknown seasonality '{seasonality}'",
        allowed=", ".join(allowed),
        remedy=spelling_hint(seasonality, allowed),
    )


def _month_effects(calendar: Calendar) -> Block:
    """Code eleven month effects as deviations that sum to zero over the year."""
    months = calendar.month_of_year[:, None]
    columns = (months == np.arange(1, MONTHS_PER_YEAR)).astype(float)
    columns -= months == MONTHS_PER_YEAR
    names = month_name[1:MONTHS_PER_YEAR]
    return [Term(f"month_{i:02d}", name, "season") for i, name in enumerate(names, 1)], columns


def _fourier(calendar: Calendar, pairs: int) -> Block:
    angle = 2 * np.pi * calendar.month_of_year / MONTHS_PER_YEAR
    terms, columns = [], []
    for k in range(1, pairs + 1):
        terms += [Term(f"sin_{k}", f"Season sin {k}", "season")]
        terms += [Term(f"cos_{k}", f"Season cos {k}", "season")]
        columns += [np.sin(k * angle), np.cos(k * angle)]
    return terms, np.column_stack(columns)


def _regressor(calendar: Calendar, regressor: Regressor) -> Block:
    values = [_value_in(month, regressor) for month in calendar.months]
    return [Term(regressor.name, regressor.label, "regressor")], np.array(values)[:, None]


def _value_in(month: str, regressor: Regressor) -> float:
    quarter = f"{month[:4]}Q{(int(month[5:]) + 2) // 3}"
    value = regressor.by_period.get(month, regressor.by_period.get(quarter))
    if value is None or not np.isfinite(value):
        raise ModelError(
            f"regressor '{regressor.name}' has no value for {month}",
            remedy="shorten the window or complete the regressor; nothing is filled in",
        )
    return float(value)


def _intervention(calendar: Calendar, item: Intervention) -> Block:
    start = calendar.position(item.start)
    edges = np.arange(len(calendar.months) + 1, dtype=float)
    duration = _duration(calendar, item)
    area = SHAPE_AREAS[item.shape](np.maximum(edges - start, 0.0), duration)
    return [Term(item.name, item.label, "intervention", item)], np.diff(area)[:, None]


def _duration(calendar: Calendar, item: Intervention) -> float:
    """Months that the shape lasts or takes; infinite where it has no end."""
    require_known(
        item.shape,
        SHAPE_AREAS,
        ModelError,
        f"intervention '{item.name}' has the unknown shape '{item.shape}'",
    )
    if item.shape in SHAPES_WITH_MONTHS:
        if item.months is None or item.months < 1:
            raise ModelError(
                f"intervention '{item.name}' ({item.shape}) needs `months` of 1 or more"
            )
        return float(item.months)
    if item.shape == "temporary":
        if item.end is None or item.end < item.start:
            raise ModelError(f"intervention '{item.name}' (temporary) needs an end after its start")
        return calendar.position(item.end + timedelta(days=1)) - calendar.position(item.start)
    return np.inf
