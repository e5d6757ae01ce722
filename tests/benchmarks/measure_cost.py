"""Measure what a placebo universe costs against series, months, dates and workers.

`python -m tests.benchmarks.measure_cost` times each job in a process of its own on a Dask cluster
of one worker and of two, fits the model of cost to them, measures what Dask's scheduler takes for a
task, and reckons a larger cluster from both. It prints one JSON object. `--quick` runs small jobs,
to see that it works. The panels are made up: they show cost and nothing else.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import psutil  # type: ignore[import-untyped]

from analysis.engine import DASK, Engine
from analysis.inference.batch_results import BatchOptions
from analysis.models.design import DesignSpec
from analysis.universe.cost import (
    TERMS,
    Cluster,
    CostModel,
    Job,
    fit_cost,
    least_seconds,
    simulated_seconds,
)
from analysis.universe.panel import SERIES_A_BLOCK, write_panel
from analysis.universe.plan import UniversePlan
from analysis.universe.ranks import rank_in_universe, spans

JOBS = (
    *(Job(series, 120, 60) for series in (5_000, 10_000, 20_000, 40_000, 80_000)),
    *(Job(20_000, months, 30) for months in (60, 120, 240)),
    *(Job(20_000, 120, dates) for dates in (10, 20, 80)),
    Job(40_000, 240, 120),
)
QUICK = tuple(
    Job(*sizes) for sizes in ((1, 60, 5), (4, 60, 5), (2, 90, 5), (2, 60, 20), (2, 90, 9))
)
WORKERS = (1, 2)
REPEATS = 3
NOTHING = 2_000  # tasks that do nothing, whose mean time is that of the scheduler
CLUSTERS = (1, 2, 10, 50)
LARGE = Job(1_000_000, 120, 60)
FIRST = pd.Period("2000-01", "M")
COMMAND = (sys.executable, "-m", "tests.benchmarks.measure_cost")
ALONE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # read when NumPy is loaded


def blocks(job: Job) -> Iterator[pd.DataFrame]:
    """Yield series of noise, a block at a time."""
    months = pd.period_range(FIRST, periods=job.months, freq="M").to_timestamp().to_numpy()
    for first in range(0, job.series, SERIES_A_BLOCK):
        count = min(SERIES_A_BLOCK, job.series - first)
        noise = np.random.default_rng([20210708, first]).normal(size=count * job.months)
        names = [f"s{number:07d}" for number in range(first, first + count)]
        yield pd.DataFrame(
            {
                "series": np.repeat(names, job.months),
                "month": np.tile(months, count),
                "value": noise,
            }
        )


def plan_of(job: Job) -> UniversePlan:
    """Return a plan whose share without placebo dates leaves about as many as the job has."""
    spec = DesignSpec(str(FIRST), str(FIRST + job.months - 1), "linear", "fourier_2")
    middle = FIRST + job.months // 2
    trim = (1 - job.dates / job.months) / 2
    event = date(middle.year, middle.month, 1)
    return UniversePlan(spec, event, ("s0000007",), BatchOptions(bandwidth=6), trim)


@contextmanager
def memory_peak() -> Iterator[list[float]]:
    """Note the largest memory, in MB, of this process and all that it started, added up."""
    peak, done = [0.0], threading.Event()

    def watch() -> None:
        while not done.wait(0.05):
            peak[0] = max(peak[0], _memory())

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    yield peak
    done.set()
    thread.join()


def _memory() -> float:
    own = psutil.Process()
    total = 0
    for process in (own, *own.children(recursive=True)):
        try:
            total += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total / 1e6


def tell(file: Path, job: Job, workers: int) -> None:
    """Print the times of one job and its memory; the dates are those that the plan has."""
    plan, seconds = plan_of(job), []
    with Engine(DASK, workers).engaged() as client, memory_peak() as peak:
        assert client is not None
        client.wait_for_workers(workers)
        rank_in_universe(file, plan, workers)  # every worker loads the libraries
        for _ in range(REPEATS):
            begin = time.perf_counter()
            found = rank_in_universe(file, plan, workers)
            seconds.append(time.perf_counter() - begin)
    told = asdict(Job(job.series, job.months, found.dates)) | {"workers": workers}
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(
        json.dumps(told | {"seconds": min(seconds), "megabytes": peak[0], "caller_megabytes": own})
    )


def measured(jobs: Sequence[Job]) -> list[dict[str, float]]:
    """Measure every job on one worker and on two, each in a process of its own."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for job in jobs:
            file = Path(folder) / "panel.parquet"
            write_panel(blocks(job), file)
            for workers in WORKERS:
                sizes = map(str, (job.series, job.months, job.dates, workers))
                made = subprocess.run(
                    [*COMMAND, str(file), *sizes], capture_output=True, text=True, check=True
                )
                rows.append(json.loads(made.stdout))
    return rows


def seconds_of_a_task() -> float:
    """Return what Dask's scheduler takes for a task, from many that do nothing."""
    with Engine(DASK, max(WORKERS)).engaged() as client:
        assert client is not None
        client.wait_for_workers(max(WORKERS))
        client.gather(client.map(_nothing, range(NOTHING), pure=False))
        begin = time.perf_counter()
        client.gather(client.map(_nothing, range(NOTHING), pure=False))
        return (time.perf_counter() - begin) / NOTHING


def _nothing(number: int) -> int:
    return number


def on_clusters(job: Job, model: CostModel, hand_out: float) -> list[dict[str, float]]:
    """Reckon a job on clusters of several sizes, with the runs of blocks that they would get.

    The part of a run that is paid once stays with the calling process. A worker takes for a task,
    beside its work, as long as the scheduler; files are read from a place that all workers share.
    """
    count = -(-job.series // SERIES_A_BLOCK)
    a_block = (model.seconds(job) - model.prices[TERMS.index("run")]) / count
    rows = []
    for workers in CLUSTERS:
        tasks = [a_block * len(run) for run in spans(count, workers)]
        cluster = Cluster(workers, model.prices[TERMS.index("run")], hand_out, hand_out)
        seconds, least = simulated_seconds(tasks, cluster), least_seconds(tasks, cluster)
        rows.append({"workers": workers, "tasks": len(tasks), "seconds": seconds, "least": least})
    return rows


def report(jobs: Sequence[Job]) -> dict[str, object]:
    """Measure, fit and reckon."""
    rows = measured(jobs)
    hand_out = seconds_of_a_task()
    one = [row for row in rows if row["workers"] == 1]
    points = [Job(*(int(row[name]) for name in ("series", "months", "dates"))) for row in one]
    model = fit_cost(points, np.array([row["seconds"] for row in one]))
    return {
        "measured": rows,
        "prices": dict(zip(TERMS, model.prices, strict=True)),
        "r_squared": model.r_squared,
        "largest_relative_residual": max(map(abs, model.residuals)),
        "seconds_of_a_task": hand_out,
        "reckoned": asdict(LARGE),
        "reckoned_outside_what_was_measured": model.outside(LARGE),
        "reckoned_on": on_clusters(LARGE, model, hand_out),
        "load_before": os.getloadavg()[0],
    }


def main() -> int:
    """Print what was measured, or one job of it."""
    if not ALONE.items() <= os.environ.items():
        command = [*COMMAND, *sys.argv[1:]]
        return subprocess.run(command, env=os.environ | ALONE, check=False).returncode
    options = sys.argv[1:]
    if len(options) > 1:
        series, months, dates, workers = map(int, options[1:])
        tell(Path(options[0]), Job(series, months, dates), workers)
        return 0
    quick = [Job(1_000 * job.series, job.months, job.dates) for job in QUICK]
    print(json.dumps(report(quick if options == ["--quick"] else JOBS), indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
