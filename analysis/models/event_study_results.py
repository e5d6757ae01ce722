"""An event study as frozen values; no number where a verdict is `not identified`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.models.arrays import Floats
from analysis.models.event_study_panel import Cohort
from analysis.models.event_study_raw import CovariateEffect
from analysis.models.interval_identification import Verdict


@dataclass(frozen=True)
class EventTimeEffect:
    """The effect at one event time; numbers are None where it is not identified.

    Attributes
    ----------
    event_time
        Periods since the first treated one (0 is the first period under treatment).
    estimate, standard_error, lower, upper
        In units of the outcome.
    units, cohorts
        Treated units and cohorts observed at this event time.
    """

    event_time: int
    estimate: float | None
    standard_error: float | None
    lower: float | None
    upper: float | None
    units: int
    cohorts: int
    verdict: Verdict
    reason: str


@dataclass(frozen=True)
class AverageEffect:
    """The average effect on the treated, in units of the outcome, with its interval."""

    estimate: float
    standard_error: float
    lower: float
    upper: float
    p_value: float
    verdict: Verdict
    reason: str


@dataclass(frozen=True)
class EventStudyFit:
    """An event study by one estimator.

    Attributes
    ----------
    estimator
        Key of `ESTIMATORS`.
    overall
        The average effect on the treated; `convention` says how it is averaged.
    effects
        One row for each event time but the reference.
    reference_period
        The event time to which all others are compared, -1.
    cohorts
        Every cohort of the panel, also those left out, with its verdict.
    controls
        Units that are not treated within the panel.
    df
        Degrees of freedom of the t intervals; None for normal intervals.
    covariance, covariance_times
        Joint covariance (m, m) of the estimates at these event times; None where the estimator
        gives none.
    covariates
        Coefficients of the covariates; empty where the estimator has no common one.
    convention
        Weights, standard errors, small-sample factor and reference distribution in words.
    """

    estimator: str
    outcome: str
    overall: AverageEffect
    effects: tuple[EventTimeEffect, ...]
    reference_period: int
    cohorts: tuple[Cohort, ...]
    controls: int
    units: int
    observations: int
    level: float
    df: float | None
    covariance: Floats | None
    covariance_times: tuple[int, ...]
    covariates: tuple[CovariateEffect, ...]
    convention: str
    notes: tuple[str, ...]

    @property
    def table(self) -> pd.DataFrame:
        """The effects as a frame, one row for each event time."""
        return pd.DataFrame([vars(effect) for effect in self.effects])

    @property
    def cohort_table(self) -> pd.DataFrame:
        """The cohorts as a frame: first treated period, units, periods, verdict, reason."""
        return pd.DataFrame([vars(cohort) for cohort in self.cohorts])

    def estimates_at(self, times: Sequence[int]) -> Floats:
        """Return the estimates at the given event times, shape (len(times),)."""
        found = {row.event_time: row.estimate for row in self.effects}
        return np.array([found[time] for time in times], dtype=float)
