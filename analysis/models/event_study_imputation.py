"""Event studies from group-time effects and from imputed untreated outcomes."""

from __future__ import annotations

from typing import Any

import numpy as np

from analysis.models.arrays import Floats
from analysis.models.event_study_panel import REFERENCE_PERIOD, StaggeredPanel
from analysis.models.event_study_raw import (
    BY_OBSERVATION,
    RawStudy,
    Window,
    all_cohorts,
    joint_covariance,
    library_columns,
    refuse_unbalanced,
    rows_of,
    standard_errors,
)
from analysis.models.event_study_regressions import fit_dummies
from analysis.models.library_calls import quietly

LEADS = (
    "before treatment: event-time dummies on untreated rows only, clustered by unit "
    "(Borusyak, Jaravel and Spiess 2024, equation 9)"
)


def callaway_santanna(panel: StaggeredPanel, window: Window | None) -> RawStudy:
    """Group-time effects of Callaway and Sant'Anna (2021), universal base period (diff-diff)."""
    del window
    refuse_unbalanced(panel, "callaway_santanna")
    from diff_diff import CallawaySantAnna

    model = CallawaySantAnna(
        control_group="not_yet_treated", estimation_method="reg", base_period="universal"
    )
    fit, notes = quietly(lambda: model.fit(panel.frame, **library_columns(panel)))
    surface = fit.aggregate("event_study")
    rows = rows_of(surface)
    times = tuple(rows.index)
    return RawStudy(
        overall=(float(fit.overall_att), float(fit.overall_se)),
        times=times,
        estimates=rows["att"].to_numpy(),
        errors=rows["se"].to_numpy(),
        covariance=joint_covariance(surface.vcov, surface.vcov_index, times),
        covariance_times=times,
        df=None,
        convention="Callaway-Sant'Anna, outcome regression on the base period's covariates, "
        "controls not yet treated, base period -1 for every effect; influence function by unit "
        "without a small-sample factor (R's did without bootstrap), normal intervals; "
        f"{BY_OBSERVATION}",
        cohorts=all_cohorts(panel),
        notes=notes,
    )


def imputation(panel: StaggeredPanel, window: Window | None) -> RawStudy:
    """Impute untreated outcomes (Borusyak, Jaravel and Spiess 2024) (diff-diff)."""
    del window
    from diff_diff import ImputationDiD

    model = ImputationDiD(cluster="unit", leave_one_out=True)
    fit, notes = quietly(lambda: model.fit(panel.frame, **library_columns(panel)))
    errors = (
        "conservative error of their theorem 3, clustered by unit, effects averaged by cohort and "
        "event time without the unit's own (their appendix A.9; R's didimputation keeps it and is "
        "smaller), no small-sample factor, normal intervals"
    )
    return _imputed(panel, fit, f"imputation; {errors}; {LEADS}; {BY_OBSERVATION}", notes)


def two_stage(panel: StaggeredPanel, window: Window | None) -> RawStudy:
    """Two-stage differences in differences (Gardner 2022) (diff-diff)."""
    del window
    from diff_diff import TwoStageDiD

    model = TwoStageDiD(cluster="unit")
    fit, notes = quietly(lambda: model.fit(panel.frame, **library_columns(panel)))
    errors = (
        "error of both stages together (GMM), clustered by unit, no small-sample factor (R's "
        "did2s), normal intervals"
    )
    return _imputed(panel, fit, f"two-stage; {errors}; {LEADS}; {BY_OBSERVATION}", notes)


def _imputed(panel: StaggeredPanel, fit: Any, convention: str, notes: tuple[str, ...]) -> RawStudy:
    """Put the leads of the untreated rows before the imputed effects."""
    surface, told = quietly(lambda: fit.aggregate("event_study"))
    rows = rows_of(surface)
    rows = rows.loc[rows.index >= 0]
    leads, estimates, covariance = lead_regression(panel)
    errors = standard_errors(covariance)
    return RawStudy(
        overall=(float(fit.overall_att), float(fit.overall_se)),
        times=(*leads, *rows.index),
        estimates=np.concatenate([estimates, rows["att"]]),
        errors=np.concatenate([errors, rows["se"]]),
        covariance=covariance if leads else None,
        covariance_times=leads,
        df=None,
        convention=convention,
        cohorts=all_cohorts(panel),
        notes=tuple(dict.fromkeys((*notes, *told))),
    )


def lead_regression(panel: StaggeredPanel) -> tuple[tuple[int, ...], Floats, Floats]:
    """Estimate the differences before treatment on untreated rows (pyfixest).

    Returns
    -------
    tuple
        Event times before -1, shape (k,), coefficients (k,) and covariance (k, k).
    """
    event = panel.event_time
    untreated = panel.frame.loc[~event.ge(0)].reset_index(drop=True)
    before = event.loc[~event.ge(0)].fillna(REFERENCE_PERIOD).astype(int).reset_index(drop=True)
    leads = tuple(int(k) for k in np.setdiff1d(before, [REFERENCE_PERIOD]))
    if not leads:
        return (), np.empty(0), np.empty((0, 0))
    fit = fit_dummies(untreated, before, leads, panel.covariates)
    return leads, fit.estimates, fit.covariance
