"""Event studies of staggered adoption: one interface, one result, six families of estimators.

The estimators are those of pyfixest and diff-diff. This module checks the panel, chooses the
estimator, and puts what it returned into one frozen result that says where it cannot speak.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from analysis.errors import ModelError, entry_of
from analysis.models.event_study_assembly import effects, overall, reported_covariance, trimmed
from analysis.models.event_study_imputation import callaway_santanna, imputation, two_stage
from analysis.models.event_study_panel import (
    REFERENCE_PERIOD,
    build_panel,
)
from analysis.models.event_study_raw import Estimator, Window
from analysis.models.event_study_regressions import (
    local_projections,
    stacked,
    sun_abraham,
    two_way_fixed_effects,
)
from analysis.models.event_study_results import EventStudyFit

ESTIMATORS: Mapping[str, Estimator] = {
    "two_way_fixed_effects": two_way_fixed_effects,
    "sun_abraham": sun_abraham,
    "callaway_santanna": callaway_santanna,
    "imputation": imputation,
    "two_stage": two_stage,
    "stacked": stacked,
    "local_projections": local_projections,
}


def fit_event_study(
    frame: pd.DataFrame,
    *,
    outcome: str,
    unit: str,
    time: str,
    first_treated: str,
    estimator: str = "sun_abraham",
    covariates: Sequence[str] = (),
    window: Window | None = None,
    level: float = 0.95,
    minimum_cohort: int = 2,
) -> EventStudyFit:
    """Estimate the path of an effect around the first treated period.

    Parameters
    ----------
    frame
        One row for each unit and period.
    outcome, unit, time, first_treated
        Column names. `time` counts periods in whole numbers; `first_treated` is constant within
        a unit, 0 or missing for a unit that is never treated.
    estimator
        Key of `ESTIMATORS`.
    covariates
        Columns that enter with the same coefficient everywhere (or as the estimator says).
    window
        First and last event time, for example (-5, 4). Stacked regressions and local projections
        are estimated over it (by default the longest that all cohorts share); the others are
        reported over it.
    level
        Level of the intervals.
    minimum_cohort
        Cohorts with fewer units are left out and named.

    Raises
    ------
    ModelError
        When the panel breaks its contract, no cohort can be compared, or the estimator cannot
        take the panel.

    References
    ----------
    Sun and Abraham (2021); Callaway and Sant'Anna (2021); Borusyak, Jaravel and Spiess (2024);
    Gardner (2022); Wing, Freedman and Hollingsworth (2024); Dube, Girardi, Jorda and Taylor (2025).
    """
    fitter = _estimator(estimator)
    _refuse_bad_options(window, level, minimum_cohort)
    panel = build_panel(
        frame,
        outcome=outcome,
        unit=unit,
        time=time,
        first_treated=first_treated,
        covariates=covariates,
        minimum_cohort=minimum_cohort,
    )
    raw = fitter(panel, window)
    rows = effects(raw, panel, window, level)
    covariance, times = reported_covariance(raw, rows)
    return EventStudyFit(
        estimator=estimator,
        outcome=outcome,
        overall=overall(raw, panel, level),
        effects=rows,
        reference_period=REFERENCE_PERIOD,
        cohorts=panel.cohorts,
        controls=panel.controls,
        units=panel.clusters,
        observations=len(panel.frame),
        level=level,
        df=raw.df,
        covariance=covariance,
        covariance_times=times,
        covariates=tuple(
            replace(effect, name=covariates[int(effect.name[1:]) - 1]) for effect in raw.covariates
        ),
        convention=raw.convention,
        notes=(*panel.notes, *trimmed(raw, panel), *raw.notes),
    )


def compare_estimators(
    frame: pd.DataFrame, *, estimators: Sequence[str] = tuple(ESTIMATORS), **options: object
) -> pd.DataFrame:
    """Return the average effect by each estimator; one that refuses has its reason and no number.

    Parameters
    ----------
    options
        As in `fit_event_study`.
    """
    rows = []
    for name in estimators:
        try:
            fit = fit_event_study(frame, estimator=name, **options)  # type: ignore[arg-type]
        except ModelError as error:
            row = {"verdict": "not identified", "reason": error.problem}
        else:
            row = {**vars(fit.overall), "convention": fit.convention}
        rows.append({"estimator": name, **row})
    return pd.DataFrame(rows)


def _estimator(name: str) -> Estimator:
    return entry_of(ESTIMATORS, name, ModelError, f"there is no event-study estimator '{name}'")


def _refuse_bad_options(window: Window | None, level: float, minimum_cohort: int) -> None:
    if window is not None and not (window[0] <= REFERENCE_PERIOD and window[1] >= 0):
        raise ModelError(
            f"window {window} does not span the reference and the first treated period",
            allowed="a first event time of -1 or less and a last one of 0 or more",
        )
    if not 0.0 < level < 1.0:
        raise ModelError(f"level {level} is not a probability", allowed="between 0 and 1")
    if minimum_cohort < 2:
        raise ModelError(
            f"minimum_cohort is {minimum_cohort}",
            allowed="2 or more: the error of a single unit cannot be told from its effect",
        )
