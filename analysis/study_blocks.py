"""The parts of a study file as they are written, with the type of every value."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from analysis.study import (
    Confidence,
    MonthlyCovariance,
    MonthlyEstimator,
    MonthlyLink,
    MonthlyMeasure,
    Seasonality,
    Shape,
    Trend,
)

MONTH_PATTERN = re.compile(r"^\d{4}-(0[1-9]|1[0-2])$")


def _month_text(value: object) -> object:
    """Accept 2012-01 (YAML text) and refuse a full date with a clear message."""
    if isinstance(value, str) and MONTH_PATTERN.match(value):
        return value
    raise ValueError(f"'{value}' is not a month; write YYYY-MM, for example 2012-01")


def _autocorrelation(value: object) -> object:
    """Accept a number in [0, 1) or the word reml."""
    number = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1
    if number or value == "reml":
        return value
    raise ValueError(f"'{value}' is not a number in [0, 1) or the word reml (estimate it)")


Month = Annotated[str, BeforeValidator(_month_text)]
Rho = Annotated[float | Literal["reml"], BeforeValidator(_autocorrelation)]


class Block(BaseModel):
    """A part of a study file: no unknown key, no silent change of type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Window(Block):
    """First and last month."""

    start: Month
    end: Month


class InterventionBlock(Block):
    """One event with the shape of its effect."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    event: str
    shape: Shape
    label: str
    until: str | None = None
    months: int | None = Field(default=None, ge=1, le=120)


class OutcomeBlock(Block):
    """One published series with what differs from the study's model."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: str
    series: str
    window: Window | None = None
    trend: Trend | None = None
    seasonality: Seasonality | None = None
    rho: Rho | None = None
    interventions: list[str] | None = None
    exclude: list[str] = []
    figure: bool = True


class MonthlyBlock(Block):
    """One regular monthly series with its model."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: str
    series: str
    window: Window
    measure: MonthlyMeasure = "value"
    trend: Trend = "linear"
    seasonality: Seasonality = "months"
    estimator: MonthlyEstimator = "auto"
    covariance: MonthlyCovariance = "model"
    link: MonthlyLink = "log"
    interventions: list[str] = Field(min_length=1)
    controls: list[str] = []


class PolicyBlock(Block):
    """Countries, provinces and policy indices to show."""

    units: list[str] = Field(min_length=1)
    indices: list[str] = Field(min_length=1)


class CheckedBlock(Block):
    """An outcome that looks like a mistake and is none: by which rule, and why it stays."""

    row: str = Field(min_length=1)
    rule: str = Field(min_length=1)
    why: str = Field(min_length=1)


class StudyBlock(Block):
    """A whole study file; `checked` answers the doubts that `check` raises."""

    title: str
    question: str
    places: list[str] = Field(min_length=1)
    window: Window
    trend: Trend
    seasonality: Seasonality
    rho: Rho
    confidence: list[Confidence] = Field(min_length=1)
    level: float = Field(gt=0.5, lt=1)
    seeds: dict[str, Annotated[int, Field(ge=0)]]
    interventions: list[InterventionBlock]
    outcomes: list[OutcomeBlock] = Field(min_length=1)
    comparison: list[str] = []
    context: list[str] = []
    events: list[str] = []
    monthly: list[MonthlyBlock] = []
    policy: PolicyBlock | None = None
    checked: list[CheckedBlock] = []
