"""Event studies by regression: two-way fixed effects, Sun-Abraham, stacked, local projections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.models.arrays import Floats
from analysis.models.event_study_panel import REFERENCE_PERIOD, StaggeredPanel
from analysis.models.event_study_raw import (
    BY_OBSERVATION,
    CR1_ALL,
    CR1_NESTED,
    CovariateEffect,
    RawStudy,
    Window,
    all_cohorts,
    common_window,
    finite_rows,
    joint_covariance,
    library_columns,
    refuse_unbalanced,
    rows_of,
    standard_errors,
)
from analysis.models.library_calls import quietly

WITHIN = 1e-12  # tolerance of the within transformation, so that it adds no error that shows


def two_way_fixed_effects(panel: StaggeredPanel, window: Window | None) -> RawStudy:
    """Regress on event-time dummies with unit and period effects (pyfixest)."""
    del window
    event = panel.event_time.fillna(REFERENCE_PERIOD).astype(int)
    times = tuple(int(k) for k in np.setdiff1d(event, [REFERENCE_PERIOD]))
    fit = fit_dummies(panel.frame, event, times, panel.covariates)
    estimates, covariance = fit.estimates, fit.covariance
    weights = np.array([int(np.sum(event == k)) if k >= 0 else 0 for k in times], dtype=float)
    weights /= weights.sum()
    return RawStudy(
        overall=(
            float(weights @ estimates),
            float(np.sqrt(max(weights @ covariance @ weights, 0.0))),
        ),
        times=times,
        estimates=estimates,
        errors=standard_errors(covariance),
        covariance=covariance,
        covariance_times=times,
        df=float(panel.clusters - 1),
        convention="two-way fixed effects, the same path of effects assumed in every cohort; "
        f"{CR1_NESTED}; {BY_OBSERVATION}",
        cohorts=all_cohorts(panel),
        covariates=fit.covariates,
    )


@dataclass(frozen=True)
class DummyFit:
    """Coefficients (k,) and covariance (k, k) of the dummies, and of the covariates."""

    estimates: Floats
    covariance: Floats
    covariates: tuple[CovariateEffect, ...]


def fit_dummies(
    frame: pd.DataFrame, key: pd.Series, keys: Sequence[int], covariates: tuple[str, ...]
) -> DummyFit:
    """Regress y on dummies of `key` with unit and period effects, clustered by unit (pyfixest).

    Parameters
    ----------
    frame
        Columns y, unit, time and the covariates, shape (n, ...).
    key
        Event time, or cohort and event time in one number, of each row, shape (n,); rows outside
        `keys` are the reference.

    Raises
    ------
    ModelError
        When a dummy or covariate is absorbed by the unit and period effects.
    """
    import pyfixest as pf

    names = [f"event_{i}" for i in range(len(keys))]
    dummies = {name: (key == k).astype(float) for name, k in zip(names, keys, strict=True)}
    data = frame.assign(**dummies)
    formula = f"y ~ {' + '.join([*names, *covariates])} | unit + time"
    options = {"vcov": {"CRV1": "unit"}, "fixef_rm": "none", "fixef_tol": WITHIN}
    fit, _ = quietly(lambda: pf.feols(formula, data=data, **options))
    found = list(fit._coefnames)
    _refuse_absorbed([name for name in [*names, *covariates] if name not in found], names, keys)
    order = [found.index(name) for name in names]
    covariance = np.asarray(fit._vcov)
    rest = [(name, found.index(name)) for name in covariates]
    return DummyFit(
        np.asarray(fit._beta_hat)[order],
        covariance[np.ix_(order, order)],
        tuple(
            CovariateEffect(name, float(fit._beta_hat[i]), float(np.sqrt(covariance[i, i])))
            for name, i in rest
        ),
    )


def _refuse_absorbed(absorbed: list[str], names: list[str], keys: Sequence[int]) -> None:
    if absorbed:
        labels = dict(zip(names, (f"event time {k}" for k in keys), strict=True))
        raise ModelError(
            f"not identified: {', '.join(labels.get(name, name) for name in absorbed)} cannot be "
            "told apart from unit and period effects",
            allowed="terms that vary within units and periods",
        )


def sun_abraham(panel: StaggeredPanel, window: Window | None) -> RawStudy:
    """Interaction-weighted estimator of Sun and Abraham (2021) (diff-diff)."""
    del window
    from diff_diff import SunAbraham

    model = SunAbraham(cluster="unit", df_convention="cluster")
    fit, notes = quietly(lambda: model.fit(panel.frame, **library_columns(panel)))
    effects = pd.DataFrame.from_dict(fit.event_study_effects, orient="index")
    rows = finite_rows(effects["effect"], effects["se"])
    times = tuple(rows.index)
    return RawStudy(
        overall=(float(fit.overall_att), float(fit.overall_se)),
        times=times,
        estimates=rows["att"].to_numpy(),
        errors=rows["se"].to_numpy(),
        covariance=joint_covariance(fit.event_study_vcov, fit.event_study_vcov_index, times),
        covariance_times=times,
        df=float(panel.clusters - 1),
        convention="Sun-Abraham, cohorts weighted by observations, their shares taken as known; "
        f"{CR1_NESTED}; {BY_OBSERVATION}",
        cohorts=all_cohorts(panel),
        covariates=_saturated_covariates(panel),
        notes=notes,
    )


def _saturated_covariates(panel: StaggeredPanel) -> tuple[CovariateEffect, ...]:
    """Return the covariates of the saturated regression, which diff-diff does not return."""
    if not panel.covariates:
        return ()
    event = panel.event_time
    inside = event.notna() & (event != REFERENCE_PERIOD)
    span = 2 * panel.frame["time"].nunique()
    key = (panel.frame["first_treated"] * span + event.fillna(0)).where(inside).astype("Int64")
    keys = [int(k) for k in np.unique(key.dropna())]
    filled = key.fillna(-1).astype(int)
    return fit_dummies(panel.frame, filled, keys, panel.covariates).covariates


def stacked(panel: StaggeredPanel, window: Window | None) -> RawStudy:
    """Stacked regression of Wing, Freedman and Hollingsworth (2024) (diff-diff)."""
    refuse_unbalanced(panel, "stacked")
    if panel.covariates:
        raise ModelError(
            "the estimator 'stacked' takes no covariates",
            remedy="leave them out, or use another estimator",
        )
    from diff_diff import StackedDiD

    first, last = window or common_window(panel)
    model = StackedDiD(kappa_pre=-first, kappa_post=last, df_convention="cluster")
    columns = {key: value for key, value in library_columns(panel).items() if key != "covariates"}
    fit, notes = quietly(lambda: model.fit(panel.frame, **columns))
    surface = fit.aggregate("event_study")
    rows = rows_of(surface)
    times = tuple(rows.index)
    trimmed = {int(start) for start in fit.trimmed_groups}
    return RawStudy(
        overall=(float(fit.overall_att), float(fit.overall_se)),
        times=times,
        estimates=rows["att"].to_numpy(),
        errors=rows["se"].to_numpy(),
        covariance=joint_covariance(surface.vcov, surface.vcov_index, times),
        covariance_times=times,
        df=float(fit.n_clusters - 1),
        convention=f"stacked, event times {first} to {last}, cohorts weighted by units, controls "
        f"not treated within the window; {CR1_ALL}; average: mean of event times 0 to {last}",
        cohorts=tuple(start for start in all_cohorts(panel) if start not in trimmed),
        notes=notes,
    )


def local_projections(panel: StaggeredPanel, window: Window | None) -> RawStudy:
    """Local projections of Dube, Girardi, Jorda and Taylor (2025) (diff-diff)."""
    from diff_diff import LPDiD

    first, last = window or common_window(panel)
    treated = panel.event_time.ge(0).astype(int)
    model = LPDiD(pre_window=-first, post_window=last, reweight=True, cluster="unit")
    fit, notes = quietly(
        lambda: model.fit(
            panel.frame.assign(treated=treated),
            outcome="y",
            unit="unit",
            time="time",
            treatment="treated",
            covariates=list(panel.covariates) or None,
        )
    )
    table = fit.to_dataframe().set_index("horizon")
    rows = finite_rows(table["coefficient"], table["se"])
    return RawStudy(
        overall=(float(fit.att), float(fit.se)),
        times=tuple(rows.index),
        estimates=rows["att"].to_numpy(),
        errors=rows["se"].to_numpy(),
        covariance=None,
        covariance_times=(),
        df=float(fit.n_clusters - 1),
        convention="local projections, one regression of long differences for each event time, "
        f"controls not treated by its end, treated units weighted equally; {CR1_ALL}; average: "
        f"mean of event times 0 to {last} for units seen in all of them",
        cohorts=all_cohorts(panel),
        notes=notes,
    )
