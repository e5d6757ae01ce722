"""Turn what a library returned into effects with intervals, units and verdicts."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from analysis.errors import ModelError
from analysis.models.arrays import Floats
from analysis.models.event_study_panel import FEW_UNITS, REFERENCE_PERIOD, StaggeredPanel
from analysis.models.event_study_raw import RawStudy, Window
from analysis.models.event_study_results import AverageEffect, EventTimeEffect
from analysis.models.interval_identification import Verdict


def effects(
    raw: RawStudy, panel: StaggeredPanel, window: Window | None, level: float
) -> tuple[EventTimeEffect, ...]:
    """Return one row for each event time of the window at which a treated unit is observed."""
    seen = _treated_at(panel, raw.cohorts)
    first, last = window or (min(raw.times), max(raw.times))
    numbers = dict(zip(raw.times, zip(raw.estimates, raw.errors, strict=True), strict=True))
    times = [k for k in seen.index if first <= k <= last and k != REFERENCE_PERIOD]
    treated = [(int(seen.loc[k, "units"]), int(seen.loc[k, "cohorts"])) for k in times]
    return tuple(
        _effect(int(k), numbers.get(k), counts, raw.df, level)
        for k, counts in zip(times, treated, strict=True)
    )


def _treated_at(panel: StaggeredPanel, cohorts: tuple[int, ...]) -> pd.DataFrame:
    """Return treated `units` and `cohorts` observed at each event time."""
    rows = panel.frame.assign(event_time=panel.event_time)
    rows = rows.loc[rows["first_treated"].isin(cohorts)]
    counts = rows.groupby(rows["event_time"].astype(int)).agg(
        units=("unit", "nunique"), cohorts=("first_treated", "nunique")
    )
    return counts.sort_index()


def _effect(
    k: int,
    number: tuple[float, float] | None,
    treated: tuple[int, int],
    df: float | None,
    level: float,
) -> EventTimeEffect:
    units = treated[0]
    if number is None or units < 2 or not number[1] > 0:
        reason = f"event time {k} has no standard error: {units} treated unit(s) observed there"
        return EventTimeEffect(k, None, None, None, None, *treated, "not identified", reason)
    estimate, error = (float(value) for value in number)
    verdict, reason = _strength(units)
    half = _quantile(df, level) * error
    return EventTimeEffect(
        k, estimate, error, estimate - half, estimate + half, *treated, verdict, reason
    )


def _strength(units: int) -> tuple[Verdict, str]:
    if units >= FEW_UNITS:
        return "identified", ""
    return "weak", f"{units} treated units: cluster-robust errors are too small"


def _quantile(df: float | None, level: float) -> float:
    tail = 0.5 + level / 2
    return float(stats.norm.ppf(tail) if df is None else stats.t.ppf(tail, df))


def overall(raw: RawStudy, panel: StaggeredPanel, level: float) -> AverageEffect:
    """Return the average effect with its interval.

    Raises
    ------
    ModelError
        When the library could give it no standard error.
    """
    estimate, error = raw.overall
    if not (np.isfinite(estimate) and np.isfinite(error) and error > 0):
        raise ModelError(
            "not identified: the average effect has no standard error",
            allowed="cohorts with two or more units whose outcomes differ",
        )
    units = sum(cohort.units for cohort in panel.kept if cohort.first_treated in raw.cohorts)
    half = _quantile(raw.df, level) * error
    ratio = abs(estimate / error)
    tail = stats.norm.sf(ratio) if raw.df is None else stats.t.sf(ratio, raw.df)
    lower, upper = estimate - half, estimate + half
    return AverageEffect(estimate, error, lower, upper, float(2 * tail), *_strength(units))


def reported_covariance(
    raw: RawStudy, rows: tuple[EventTimeEffect, ...]
) -> tuple[Floats | None, tuple[int, ...]]:
    """Keep the covariance of the event times that are reported with a number."""
    if raw.covariance is None:
        return None, ()
    reported = {effect.event_time for effect in rows if effect.estimate is not None}
    order = [i for i, k in enumerate(raw.covariance_times) if k in reported]
    times = tuple(raw.covariance_times[i] for i in order)
    return raw.covariance[np.ix_(order, order)], times


def trimmed(raw: RawStudy, panel: StaggeredPanel) -> tuple[str, ...]:
    """Name the cohorts that the estimator left out because the window reaches beyond them."""
    kept = [cohort.first_treated for cohort in panel.kept]
    lost = [start for start in kept if start not in raw.cohorts]
    return tuple(
        f"cohort {start} is not observed over the whole window; left out" for start in lost
    )
