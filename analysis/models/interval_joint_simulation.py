"""Made pairs of series with a common noise component, to check the intervals of a joint fit.

Both series are reported on the calendar of `interval_histories`. One event has one size in both,
the others a size of their own in each. Values are drawn; nothing here is a finding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from analysis.models.arrays import Floats
from analysis.models.design import Design, build_design
from analysis.models.interval_covariance import autocorrelation
from analysis.models.interval_estimation import Options
from analysis.models.interval_histories import INTERVALS, SPEC
from analysis.models.interval_joint import fit_joint_series
from analysis.models.interval_joint_results import JointFit

SHARED: Final = "border_controls"
COMPARED: Final = ("closure", "reopening")
EFFECTS: Final = (SHARED, *COMPARED)
DIGITS: Final = 3
COLUMNS: Final = ("replication", "series", "name", "truth", "estimate", "lower", "upper")


@dataclass(frozen=True)
class Pair:
    """The truth behind two series.

    Attributes
    ----------
    coefficients
        Log flow, log flow a year for the trend, in the order of the design of
        `interval_histories`, shape (5,) each.
    sigma
        Standard deviation of the monthly noise of the log flow.
    rho, common
        Autocorrelation of the noise, and the share of its variance that is common.
    tau
        Disagreement between sources on the log scale.
    """

    coefficients: Mapping[str, tuple[float, ...]]
    sigma: Mapping[str, float]
    rho: float = 0.5
    common: float = 0.5
    tau: float = 0.02


TRUTH: Final = Pair(
    {"imports": (2.6, 0.02, -0.2, -0.9, 0.4), "exports": (1.9, 0.05, -0.2, -0.5, 0.1)},
    {"imports": 0.25, "exports": 0.15},
)


def draw_pair(truth: Pair, rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    """Draw the reports of both series, rounded to three digits."""
    design = build_design(SPEC)
    factor = np.linalg.cholesky(autocorrelation(len(design.matrix), truth.rho))
    shock = rng.normal(size=len(factor))
    tables = {}
    for name, beta in truth.coefficients.items():
        own = rng.normal(size=len(factor))
        mixed = np.sqrt(truth.common) * shock + np.sqrt(1 - truth.common) * own
        log_flow = design.matrix @ np.array(beta) + truth.sigma[name] * (factor @ mixed)
        tables[name] = _reports(design, np.exp(log_flow), truth.tau, rng)
    return tables


def _reports(design: Design, flow: Floats, tau: float, rng: np.random.Generator) -> pd.DataFrame:
    start, end = (np.array(side, dtype="datetime64[D]") for side in zip(*INTERVALS, strict=True))
    total = design.calendar.day_counts(start, end) @ flow
    said = total * np.exp(tau * rng.normal(size=len(total)))
    unit = 10 ** (np.floor(np.log10(said)) - DIGITS + 1)
    value = np.round(said / unit) * unit
    names = [f"r{k:02d}" for k in range(len(value))]
    bounds = {"value": value, "lower": value - unit / 2, "upper": value + unit / 2}
    keys = {"observation_id": names, "report_id": names, "kind": "level"}
    return pd.DataFrame({**keys, "start": start, "end": end, **bounds})


def simulate_pairs(
    replications: int,
    seed: int,
    *,
    truth: Pair = TRUTH,
    options: Options | None = None,
    common: float | None = None,
) -> pd.DataFrame:
    """Draw and estimate pairs; return one row a replication, series and effect, in per cent.

    A shared effect has one row, series `both`; a difference has the series `difference`.
    Replication k draws from the k-th child of the seed.

    Parameters
    ----------
    common
        Share given to the estimator; None lets it estimate the share.
    """
    designs = dict.fromkeys(truth.coefficients, SPEC)
    found: list[tuple[object, ...]] = []
    for k, child in enumerate(np.random.SeedSequence(seed).spawn(replications)):
        tables = draw_pair(truth, np.random.default_rng(child))
        fit = fit_joint_series(tables, designs, options, common=common, shared=(SHARED,))
        found += [(k, *row) for row in _rows(fit, truth)]
    return pd.DataFrame(found, columns=list(COLUMNS)).dropna(subset=["estimate"])


def _rows(fit: JointFit, truth: Pair) -> list[tuple[object, ...]]:
    names = build_design(SPEC).names
    size = {name: dict(zip(names, b, strict=True)) for name, b in truth.coefficients.items()}
    first, second = truth.coefficients
    rows: list[tuple[object, ...]] = []
    for series, effects in (("both", (SHARED,)), (first, COMPARED), (second, COMPARED)):
        own = {e.name: e for e in fit.of(first if series == "both" else series).effects}
        for name in effects:
            true = _per_cent(size[first if series == "both" else series][name])
            rows.append((series, name, true, own[name].estimate, own[name].lower, own[name].upper))
    for name in COMPARED:
        gap = fit.difference(name, first, second)
        true = _per_cent(size[first][name] - size[second][name])
        rows.append(("difference", name, true, gap.estimate, gap.lower, gap.upper))
    return rows


def _per_cent(value: float) -> float:
    return float(100 * np.expm1(value))


def pair_coverage(results: pd.DataFrame) -> pd.DataFrame:
    """Return by series and effect how many intervals there are, and the share that hold truth."""
    inside = (results["lower"] <= results["truth"]) & (results["truth"] <= results["upper"])
    grouped = results.assign(inside=inside).groupby(["series", "name"], sort=False)["inside"]
    table: pd.DataFrame = grouped.agg(intervals="size", coverage="mean").reset_index()
    return table
