"""What every event-study adaptor returns, and the steps that the adaptors share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.models.arrays import Floats
from analysis.models.event_study_panel import REFERENCE_PERIOD, StaggeredPanel

Window = tuple[int, int]
CR1_NESTED = (
    "clustered by unit, factor G/(G-1) x (N-1)/(N-K), unit effects not counted in K because they "
    "are nested in the clusters (fixest's default), t with G-1 degrees of freedom"
)
CR1_ALL = (
    "clustered by unit, factor G/(G-1) x (N-1)/(N-K) over the rows of the regression, "
    "t with G-1 degrees of freedom"
)
BY_OBSERVATION = "average: event times weighted by treated observations"


@dataclass(frozen=True)
class CovariateEffect:
    """Coefficient of a covariate and its standard error, in units of the outcome per unit of it."""

    name: str
    estimate: float
    standard_error: float


@dataclass(frozen=True)
class RawStudy:
    """What a library returned, before it is put into words.

    Attributes
    ----------
    overall
        Estimate and standard error of the average effect.
    times, estimates, errors
        Event times without the reference, estimates and standard errors, shape (k,).
    covariance, covariance_times
        Joint covariance (m, m) of the estimates at `covariance_times`; None where the method
        gives none.
    df
        Degrees of freedom of the t intervals; None for the normal.
    convention
        How estimates are averaged and errors computed.
    cohorts
        First treated periods that entered; the others do not reach across the window.
    covariates
        Coefficients of the covariates under their names in the panel, where there are any.
    notes
        What the library warned of.
    """

    overall: tuple[float, float]
    times: tuple[int, ...]
    estimates: Floats
    errors: Floats
    covariance: Floats | None
    covariance_times: tuple[int, ...]
    df: float | None
    convention: str
    cohorts: tuple[int, ...]
    covariates: tuple[CovariateEffect, ...] = ()
    notes: tuple[str, ...] = ()


Estimator = Callable[[StaggeredPanel, Window | None], RawStudy]


def all_cohorts(panel: StaggeredPanel) -> tuple[int, ...]:
    """Return the first treated periods that the panel estimates."""
    return tuple(cohort.first_treated for cohort in panel.kept)


def common_window(panel: StaggeredPanel) -> Window:
    """Return the longest span of event times over which every cohort is observed."""
    before = min(cohort.periods_before for cohort in panel.kept)
    after = min(cohort.periods_after for cohort in panel.kept)
    return -before, after - 1


def library_columns(panel: StaggeredPanel) -> dict[str, Any]:
    """Return the column names as the estimators of diff-diff ask for them."""
    names: dict[str, Any] = {"outcome": "y", "unit": "unit", "time": "time"}
    return names | {"first_treat": "first_treated", "covariates": list(panel.covariates) or None}


def finite_rows(estimates: pd.Series, errors: pd.Series) -> pd.DataFrame:
    """Return `att` and `se` by event time, sorted, where both are numbers and not the reference."""
    table = pd.DataFrame({"att": estimates, "se": errors}).astype(float)
    table.index = table.index.astype(int)
    usable = np.isfinite(table["att"]) & (table["se"] > 0) & (table.index != REFERENCE_PERIOD)
    kept: pd.DataFrame = table.loc[usable].sort_index()
    return kept


def rows_of(surface: Any) -> pd.DataFrame:
    """Return `att` and `se` by event time from diff-diff's event-study table."""
    table = surface.to_dataframe().set_index("event_time")
    return finite_rows(table["att"], table["se"])


def joint_covariance(matrix: Any, labels: Any, times: tuple[int, ...]) -> Floats:
    """Return the covariance of the estimates at `times`, shape (k, k)."""
    found = [int(label) for label in labels]
    order = [found.index(time) for time in times]
    return np.asarray(matrix, dtype=float)[np.ix_(order, order)]


def standard_errors(covariance: Floats) -> Floats:
    """Return the standard errors; zero where rounding left no variance, shape (k,)."""
    return np.sqrt(np.maximum(np.diagonal(covariance), 0.0))


def refuse_unbalanced(panel: StaggeredPanel, estimator: str) -> None:
    """Refuse a panel with missing unit-periods, naming the first."""
    if panel.is_balanced:
        return
    keys = pd.MultiIndex.from_frame(panel.frame[["unit", "time"]])
    every = pd.MultiIndex.from_product([keys.levels[0], keys.levels[1]])
    unit, time = every.difference(keys)[0]
    raise ModelError(
        f"unit {unit} is not observed in {time}: '{estimator}' needs every unit in every period",
        allowed="a balanced panel; two_way_fixed_effects, sun_abraham, imputation, two_stage "
        "take gaps",
    )
