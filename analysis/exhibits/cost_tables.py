"""Tables on cost: what was measured, the prices fitted to it, and larger clusters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from analysis.data_management.cost_table import BOOTSTRAP, COST_KEY, NOTHING, UNIVERSE
from analysis.exhibits.cost_results import (
    BOOTSTRAP_TERMS,
    MADE,
    OpenCost,
    bootstrap_terms,
    jobs_of,
)
from analysis.exhibits.table import Column, Table
from analysis.universe.cost import TERMS, Job, Prices
from analysis.universe.panel import SERIES_A_BLOCK
from analysis.universe.reckoning import on_cluster

KINDS: Final[Mapping[str, str]] = {
    UNIVERSE: "placebo universe",
    BOOTSTRAP: "bootstrap tests",
    NOTHING: "tasks that do nothing",
}
PAID: Final[Mapping[str, str]] = {
    "run": "once a run",
    "series": "each series",
    "series_month": "each month of a series",
    "series_month_date": "each month of a series and date",
    "series_draw": "each draw of a series",
}
NANO: Final = 1e9
CLUSTERS: Final = (1, 2, 10, 50)
USUAL, LARGE = 40_000, 1_000_000  # series of the universes that are reckoned


def cost_measured_table(opened: OpenCost) -> Table:
    """Return every measured job with its seconds, fitted seconds and memory."""
    parts = [part for workers in opened.workers for part in _fitted(opened, workers)]
    frame = pd.concat(parts).sort_values(list(COST_KEY)).reset_index(drop=True)
    frame["work"] = frame["work"].map(KINDS)
    sizes = ("series", "months", "dates", "draws")
    frame[list(sizes)] = frame[list(sizes)].astype("Int64").where(frame[list(sizes)] > 0)
    return Table(
        name="cost_measured",
        title="Measured time and memory, by size of the job and number of workers",
        frame=frame,
        columns=(
            Column("work", "Work"),
            *(Column(size, size.capitalize(), "count") for size in sizes),
            Column("workers", "Workers", "count"),
            Column("seconds", "Seconds", "2"),
            Column("fitted", "By the model", "2"),
            Column("residual_percent", "Off by, %", "percent"),
            Column("megabytes", "Memory, MB", "count"),
        ),
        note=(
            f"{opened.machine()} Seconds: least of {opened.table['repeats'].min()} runs after a "
            "first one, on a Dask cluster with one thread a worker. Memory: the most that calling "
            "process, scheduler and workers held together; jobs follow each other in the same "
            "processes, small ones first. Draws of tasks that do nothing are their number; they "
            f"have no model. {MADE}"
        ),
    )


def _fitted(opened: OpenCost, workers: int) -> Iterator[pd.DataFrame]:
    """Yield the rows of each kind of work, with fitted seconds where there is a model."""
    keep = [*COST_KEY, "seconds", "megabytes"]
    universe, bootstrap = (opened.of(work, workers) for work in (UNIVERSE, BOOTSTRAP))
    model = opened.models[workers]
    told = [model.seconds(job) for job in jobs_of(universe)]
    yield universe[keep].assign(fitted=told, residual_percent=_percent(model.fit))
    prices = opened.draws[workers]
    told = (bootstrap_terms(bootstrap) @ np.array(prices.prices)).tolist()
    yield bootstrap[keep].assign(fitted=told, residual_percent=_percent(prices))
    yield opened.of(NOTHING, workers)[keep].assign(fitted=np.nan, residual_percent=np.nan)


def _percent(prices: Prices) -> list[float]:
    return [100 * residual for residual in prices.residuals]


def cost_model_table(opened: OpenCost) -> Table:
    """Return the prices of both models on each number of workers."""
    rows = [row for workers in opened.workers for row in _prices(opened, workers)]
    return Table(
        name="cost_model",
        title="The model of cost: what is paid for what",
        frame=pd.DataFrame(rows),
        columns=(
            Column("work", "Work"),
            Column("workers", "Workers", "count"),
            Column("paid", "Paid"),
            Column("nanoseconds", "Nanoseconds", "significant"),
            Column("lowest", "At least", "significant"),
            Column("highest", "At most", "significant"),
            Column("r_squared", "R²", "3"),
            Column("largest_percent", "Largest residual, %", "1"),
            Column("jobs", "Jobs", "count"),
        ),
        note=(
            "Seconds are the sum of the prices, each times how often it is paid. Fitted by "
            "least squares of relative errors; no price is negative, and one of 0 cannot be told "
            "from the others. At least and at most: the range of the price when one job after "
            "another is left out. R² is that of seconds. "
            f"{opened.machine()} {MADE}"
        ),
    )


def _prices(opened: OpenCost, workers: int) -> Iterator[dict[str, Any]]:
    fits = (
        (UNIVERSE, TERMS, opened.models[workers].fit),
        (BOOTSTRAP, BOOTSTRAP_TERMS, opened.draws[workers]),
    )
    for work, terms, fit in fits:
        for at, term in enumerate(terms):
            yield {
                "work": KINDS[work],
                "workers": workers,
                "paid": PAID[term],
                "nanoseconds": NANO * fit.prices[at],
                "lowest": NANO * fit.lowest[at],
                "highest": NANO * fit.highest[at],
                "r_squared": fit.r_squared,
                "largest_percent": 100 * max(map(abs, fit.residuals)),
                "jobs": len(fit.residuals),
            }


def cost_cluster_table(opened: OpenCost) -> Table:
    """Return reckoned seconds of a usual and of a large universe on clusters of several sizes."""
    usual = _usual(opened)
    jobs = (usual, Job(LARGE, usual.months, usual.dates))
    rows = [_on(opened, job, workers) for job in jobs for workers in CLUSTERS]
    return Table(
        name="cost_cluster",
        title="What larger clusters would take, by simulation of the scheduler",
        frame=pd.DataFrame(rows).astype({"workers": "int64"}),
        columns=(
            Column("series", "Series", "count"),
            Column("workers", "Workers", "count"),
            Column("tasks", "Tasks", "count"),
            Column("seconds", "Simulated, s", "2"),
            Column("least", "Not below, s", "2"),
            Column("times_faster", "Times as fast as one", "1"),
            Column("measured", "Measured, s", "2"),
            Column("beyond", "Extrapolated in"),
        ),
        note=(
            f"{usual.months} months, {usual.dates} dates. Assumptions: the prices of one worker "
            f"hold on every worker (no shared memory or cache, files in a place all can read); "
            f"blocks of {SERIES_A_BLOCK:,} series in runs as the engine cuts them; what a run pays "
            "once is not shared; the scheduler hands out one task at a time, "
            f"{1000 * opened.hand_out:.2f} ms each, measured with tasks that do nothing, and a "
            "worker takes as long to receive one. Not below: all work shared evenly, or the "
            "scheduler never at rest. More workers than were measured, and what is named under "
            "extrapolated, "
            f"is reckoned and not measured. {opened.machine()} {MADE}"
        ),
    )


def _usual(opened: OpenCost) -> Job:
    """Return the measured universe whose number of series is nearest to the usual one."""
    jobs = jobs_of(opened.along("series"))
    return min(jobs, key=lambda job: abs(job.series - USUAL))


def _on(opened: OpenCost, job: Job, workers: int) -> dict[str, Any]:
    model, one = opened.models[opened.workers[0]], opened.workers[0]
    found = on_cluster(job, model, opened.hand_out, workers)
    alone = on_cluster(job, model, opened.hand_out, one)
    rows = opened.of(UNIVERSE, workers)
    same = np.array([each == job for each in jobs_of(rows)])
    beyond = [*found.outside, *([] if workers in opened.workers else ["workers"])]
    return {
        "series": job.series,
        "workers": workers,
        "tasks": found.tasks,
        "seconds": found.seconds,
        "least": found.least,
        "times_faster": alone.seconds / found.seconds,
        "measured": rows.loc[same, "seconds"].iloc[0] if same.any() else np.nan,
        "beyond": ", ".join(beyond),
    }
