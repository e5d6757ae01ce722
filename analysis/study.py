"""Study, Outcome and Intervention: what a study file says, as typed values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, get_args

Shape = Literal["step", "slope", "pulse", "ramp", "phase_in", "temporary"]
Confidence = Literal["high", "medium", "low"]
Trend = Literal["none", "linear"]
Seasonality = Literal["none", "fourier_1", "fourier_2", "months"]
MonthlyEstimator = Literal[
    "auto",
    "ols",
    "prais_winsten",
    "cochrane_orcutt",
    "gls_ar1_reml",
    "gls_ar1_ml",
    "arima",
    "quasi_poisson",
    "negative_binomial",
]
MonthlyCovariance = Literal["model", "hc0", "hc1", "hc2", "hc3", "newey_west"]
MonthlyLink = Literal["identity", "log"]
MonthlyMeasure = Literal["value", "growth"]
SHAPES: tuple[str, ...] = get_args(Shape)
SHAPES_WITH_MONTHS = frozenset({"pulse", "ramp", "phase_in"})


@dataclass(frozen=True)
class Event:
    """One dated event of data_raw/events.csv."""

    event_id: str
    start: date
    end: date | None
    place: str
    category: str
    description: str
    day_known: bool


@dataclass(frozen=True)
class Intervention:
    """An event with the shape that it is given in a model.

    Attributes
    ----------
    start, end
        First day of the effect; last day for shape `temporary`.
    months
        Length of a pulse, ramp or phase-in in months.
    """

    name: str
    label: str
    shape: Shape
    start: date
    end: date | None = None
    months: int | None = None
    event_id: str = ""


@dataclass(frozen=True)
class Outcome:
    """One published series that a study estimates, with its model."""

    name: str
    label: str
    series: str
    start: str
    end: str
    trend: Trend
    seasonality: Seasonality
    rho: float | Literal["reml"]
    confidence: tuple[Confidence, ...]
    interventions: tuple[Intervention, ...]
    exclude: tuple[str, ...]
    figure: bool


@dataclass(frozen=True)
class MonthlyOutcome:
    """One regular monthly series that a study estimates around its events.

    Attributes
    ----------
    series
        Key of a series of data_processed/context.csv.
    measure
        The published value, or its growth in per cent from one month to the next.
    estimator, covariance, link
        See `analysis.models.its_options.ItsOptions`.
    controls
        Context series that the events did not touch, or less, as comparison and placebo.
    """

    name: str
    label: str
    series: str
    measure: MonthlyMeasure
    start: str
    end: str
    trend: Trend
    seasonality: Seasonality
    estimator: MonthlyEstimator
    covariance: MonthlyCovariance
    link: MonthlyLink
    interventions: tuple[Intervention, ...]
    controls: tuple[str, ...] = ()


@dataclass(frozen=True)
class PolicyView:
    """Which policy indices a study shows, and of which countries and provinces."""

    units: tuple[str, ...] = ()
    indices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """Why an outcome that looks like a usual mistake, by some rule, is none."""

    row: str
    rule: str
    why: str


@dataclass(frozen=True)
class Study:
    """One parsed study file: what to estimate, on which reports, with which seeds."""

    name: str
    title: str
    question: str
    places: tuple[str, ...]
    level: float
    seeds: Mapping[str, int]
    outcomes: tuple[Outcome, ...]
    comparison: tuple[str, ...]
    context: tuple[str, ...]
    events: tuple[str, ...]
    monthly: tuple[MonthlyOutcome, ...] = ()
    policy: PolicyView = PolicyView()
    checked: tuple[Answer, ...] = ()


@dataclass(frozen=True)
class Vocabulary:
    """Everything that a study file may refer to.

    Attributes
    ----------
    context_months
        First and last month of each context series, YYYY-MM.
    policy_units, policy_indices
        Countries and provinces with policy indices, and those indices.
    policy_months
        First and last month of the indices of each of those units, YYYY-MM.
    """

    series: frozenset[str]
    places: frozenset[str]
    events: Mapping[str, Event]
    context: frozenset[str]
    reports: frozenset[str]
    context_months: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    policy_units: frozenset[str] = frozenset()
    policy_indices: frozenset[str] = frozenset()
    policy_months: Mapping[str, tuple[str, str]] = field(default_factory=dict)
