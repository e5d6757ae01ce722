"""Coverage of a panel's intervals, and size of its test of equal effects, where truth is known.

The intervals of real reports are kept and their values drawn anew, so that the simulation speaks
about the calendars that a study has. Simulation tests the estimator; it is no finding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.models.arrays import Floats
from analysis.models.design import DesignSpec, build_design
from analysis.models.interval_covariance import autocorrelation
from analysis.models.interval_panel import IntervalPanel, fit_interval_panel
from analysis.models.its_windows import whole_window

DIGITS: Final = 4
COLUMNS: Final = ("replication", "place", "name", "truth", "estimate", "lower", "upper", "p_value")
EVERY: Final = "all"


@dataclass(frozen=True)
class PanelTruth:
    """The truth behind a panel.

    Attributes
    ----------
    level, trend
        Log flow a day at the start of the window, and its change a year, by place.
    effects
        Change of the log flow by intervention, the same at every place.
    sigma
        Standard deviation of the monthly noise of the log flow, by place.
    rho, common
        Autocorrelation of the noise from month to month, and the share of it in common.
    tau
        Disagreement between sources on the log scale.
    """

    level: Mapping[str, float]
    trend: Mapping[str, float]
    effects: Mapping[str, float]
    sigma: Mapping[str, float]
    rho: float
    common: float
    tau: float


def draw_panel(
    intervals: Mapping[str, pd.DataFrame],
    designs: Mapping[str, DesignSpec],
    truth: PanelTruth,
    rng: np.random.Generator,
) -> dict[str, pd.DataFrame]:
    """Draw the levels of every place over the intervals that its reports have.

    Parameters
    ----------
    intervals
        Observations by place; only start and end of the levels are used.
    """
    first = build_design(whole_window(next(iter(designs.values()))))
    factor = np.linalg.cholesky(autocorrelation(len(first.matrix), truth.rho))
    shock = rng.normal(size=len(factor))
    tables = {}
    for place, spec in designs.items():
        design = build_design(whole_window(spec))
        beta = np.array([_coefficient(truth, place, name) for name in design.names])
        mixed = np.sqrt(truth.common) * shock
        mixed += np.sqrt(1 - truth.common) * rng.normal(size=len(factor))
        flow = np.exp(design.matrix @ beta + truth.sigma[place] * (factor @ mixed))
        levels = intervals[place][intervals[place]["kind"] == "level"]
        start, end = (levels[side].to_numpy(dtype="datetime64[D]") for side in ("start", "end"))
        total = design.calendar.day_counts(start, end) @ flow
        said = total * np.exp(truth.tau * rng.normal(size=len(total)))
        tables[place] = _rounded(levels, said)
    return tables


def _coefficient(truth: PanelTruth, place: str, name: str) -> float:
    own = {"level": truth.level[place], "trend": truth.trend[place]}
    return own.get(name, truth.effects.get(name, 0.0))


def _rounded(levels: pd.DataFrame, said: Floats) -> pd.DataFrame:
    unit = 10 ** (np.floor(np.log10(said)) - DIGITS + 1)
    value = np.round(said / unit) * unit
    return levels.assign(value=value, lower=value - unit / 2, upper=value + unit / 2)


def simulate_panels(
    replications: int,
    seed: int,
    intervals: Mapping[str, pd.DataFrame],
    designs: Mapping[str, DesignSpec],
    truth: PanelTruth,
) -> pd.DataFrame:
    """Draw and estimate panels; return one row a replication, place and effect.

    Place `all` has the mean effect, and the p-value of the test that all places have one effect,
    which is true here; places next to each other are compared as well. Replication k draws from
    the k-th child of the seed; one whose fit does not settle has no row.

    Returns
    -------
    pandas.DataFrame
        Columns replication, place, name, truth, estimate, lower, upper (per cent), p_value (of
        no effect; for place `all`, of equal effects).
    """
    found: list[tuple[object, ...]] = []
    for k, child in enumerate(np.random.SeedSequence(seed).spawn(replications)):
        tables = draw_panel(intervals, designs, truth, np.random.default_rng(child))
        try:
            panel = fit_interval_panel(tables, designs)
        except ModelError:
            continue
        found += [(k, *row) for row in _rows(panel, truth)]
    return pd.DataFrame(found, columns=list(COLUMNS))


def _rows(panel: IntervalPanel, truth: PanelTruth) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for name, value in truth.effects.items():
        true = float(100 * np.expm1(value))
        for place in panel.places:
            own = panel.effect(place, name)
            if own is not None and own.estimate is not None:
                rows.append((place, name, true, own.estimate, own.lower, own.upper, own.p_value))
        rows += _compared(panel, name, true)
    return rows


def _compared(panel: IntervalPanel, name: str, true: float) -> list[tuple[object, ...]]:
    """Return the mean effect, and the differences of neighbours among the places."""
    rows: list[tuple[object, ...]] = []
    mean = panel.mean_effect(name)
    if mean is not None:
        rows.append((EVERY, name, true, mean.estimate, mean.lower, mean.upper, mean.p_value))
    for first, second in pairwise(panel.identified(name)):
        gap = panel.difference(name, first, second)
        numbers = (gap.estimate, gap.lower, gap.upper, gap.p_value)
        rows.append((f"{first} against {second}", name, 0.0, *numbers))
    return rows


def panel_coverage(results: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """Return by place and effect the share of intervals that hold truth, and of rejections.

    `rejected` is the size of the test for place `all` and for pairs, which are equal here, and
    the power of the test of no effect for single places.
    """
    inside = (results["lower"] <= results["truth"]) & (results["truth"] <= results["upper"])
    marked = results.assign(inside=inside, rejected=results["p_value"] < 1 - level)
    grouped = marked.groupby(["place", "name"], sort=False)
    table: pd.DataFrame = grouped.agg(
        intervals=("inside", "size"), coverage=("inside", "mean"), rejected=("rejected", "mean")
    ).reset_index()
    return table
