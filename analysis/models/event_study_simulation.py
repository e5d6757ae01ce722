"""Bias and coverage of the event-study estimators on made panels with a known effect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.models.event_study import ESTIMATORS, fit_event_study
from analysis.models.event_study_panel import NEVER


@dataclass(frozen=True)
class StaggeredDesign:
    """A made panel with staggered adoption.

    Attributes
    ----------
    cohorts
        First treated period by cohort, counted from 1; 0 is never treated.
    units
        Units in each cohort.
    effect, growth
        Effect in the first treated period of the first cohort, and its growth in each further
        period and with each later cohort, in standard deviations of the noise.
    rho
        First-order autocorrelation of the noise.
    """

    cohorts: tuple[int, ...] = (0, 5, 7, 9)
    units: int = 6
    periods: int = 10
    effect: float = 1.0
    growth: float = 0.2
    rho: float = 0.5


def simulate_panel(design: StaggeredDesign, seed: int | np.random.SeedSequence) -> pd.DataFrame:
    """Draw one panel.

    Returns
    -------
    pandas.DataFrame
        Columns unit, time, first_treated, y and effect (the true one, zero where untreated).
    """
    rng = np.random.default_rng(seed)
    first = np.repeat(design.cohorts, design.units)
    time = np.arange(1, design.periods + 1)
    rank = np.repeat(np.arange(len(design.cohorts)), design.units)
    since = time - first[:, None]
    treated = (first[:, None] != NEVER) & (since >= 0)
    effect = np.where(treated, design.effect + design.growth * (since + rank[:, None]), 0.0)
    noise = np.empty(effect.shape)
    shock = rng.normal(size=effect.shape)
    noise[:, 0] = shock[:, 0]
    for t in range(1, design.periods):
        noise[:, t] = design.rho * noise[:, t - 1] + np.sqrt(1 - design.rho**2) * shock[:, t]
    level = rng.normal(scale=2.0, size=(len(first), 1)) + 0.1 * time
    unit = np.repeat([f"unit_{i:03d}" for i in range(len(first))], design.periods)
    return pd.DataFrame(
        {
            "unit": unit,
            "time": np.tile(time, len(first)),
            "first_treated": np.repeat(first, design.periods),
            "y": (level + effect + noise).ravel(),
            "effect": effect.ravel(),
        }
    )


def simulate_event_studies(
    replications: int,
    seed: int,
    *,
    design: StaggeredDesign | None = None,
    estimators: Sequence[str] = tuple(ESTIMATORS),
    level: float = 0.95,
) -> pd.DataFrame:
    """Measure bias, spread and coverage at event time 0, whose true value all estimators share.

    Returns
    -------
    pandas.DataFrame
        One row for each estimator: bias, sd (of the estimates), mean_error (mean standard error),
        coverage (share of intervals that hold the truth), replications.
    """
    made = design or StaggeredDesign()
    seeds = np.random.SeedSequence(seed).spawn(replications)
    rows = [row for one in seeds for row in _one(simulate_panel(made, one), estimators, level)]
    table = pd.DataFrame(rows, columns=["estimator", "error", "standard_error", "covered"])
    grouped = table.groupby("estimator", sort=False)
    summary = grouped.agg(
        bias=("error", "mean"),
        sd=("error", "std"),
        mean_error=("standard_error", "mean"),
        coverage=("covered", "mean"),
    )
    return summary.assign(replications=replications).reset_index()


def _one(
    panel: pd.DataFrame, estimators: Sequence[str], level: float
) -> list[tuple[str, float, float, bool]]:
    first = panel["time"] == panel["first_treated"]
    truth = float(panel.loc[first, "effect"].mean())
    rows = []
    for name in estimators:
        fit = fit_event_study(
            panel,
            outcome="y",
            unit="unit",
            time="time",
            first_treated="first_treated",
            estimator=name,
            level=level,
        )
        row = next(effect for effect in fit.effects if effect.event_time == 0)
        if row.estimate is None or row.standard_error is None:
            continue
        assert row.lower is not None
        assert row.upper is not None
        covered = row.lower <= truth <= row.upper
        rows.append((name, row.estimate - truth, row.standard_error, covered))
    return rows
