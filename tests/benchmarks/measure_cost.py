"""Measure what a placebo universe and bootstrap draws cost, and what Dask takes for a task.

`python -m tests.benchmarks.measure_cost` times each job on a Dask cluster of one worker and of two
and prints the table of `analysis.data_management.cost_table` as CSV; `--write` puts it into
data_raw, where it is committed: exhibits must not change from run to run, so it is measured anew by
hand. `--quick` runs small jobs, to see that it works. The panels and series are made up: they show
cost and nothing else.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import psutil  # type: ignore[import-untyped]
from distributed import Client
from joblib import Parallel, delayed

from analysis.data_management.cost_table import (
    BOOTSTRAP,
    COST,
    COST_COLUMNS,
    NOTHING,
    UNIVERSE,
)
from analysis.data_management.results import write_results
from analysis.engine import DASK, Engine
from analysis.inference.batch_results import BatchOptions
from analysis.inference.check_bootstrap import MovingBlockBootstrap
from analysis.models.design import DesignSpec
from analysis.reporting.measured import this_machine
from analysis.universe.cost import Job
from analysis.universe.panel import SERIES_A_BLOCK, write_panel
from analysis.universe.plan import UniversePlan
from analysis.universe.ranks import rank_in_universe
from tests.inference.check_made import made_fit
from tests.models.its_made import MONTHS

JOBS = (
    *(Job(series, 120, 60) for series in (5_000, 10_000, 20_000, 40_000, 80_000)),
    *(Job(10_000, months, 30) for months in (60, 120, 240)),
    *(Job(10_000, 120, dates) for dates in (10, 20, 80)),
    Job(10_000, 240, 120),
)
QUICK = tuple(
    Job(*sizes) for sizes in ((1_000, 60, 5), (2_000, 90, 5), (2_000, 60, 20), (2_000, 90, 9))
)
DRAWS = (199, 499, 999, 1_999)
FEW_DRAWS = (99, 199)
TESTED = 8  # series with a bootstrap test each
WORKERS = (1, 2)
REPEATS = 5
TASKS = 1_000  # that do nothing, whose mean time is that of the scheduler
FEW_TASKS = 100
QUICKLY = "--quick"
TELL = "tell"
LISTENING = 3.0  # seconds, before and after a measurement
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


@dataclass(frozen=True)
class Timed:
    """Least seconds of some runs of one work, and the most memory of any of them."""

    seconds: float
    megabytes: float

    def row(self, work: str, workers: int, **sizes: int) -> dict[str, object]:
        none = dict.fromkeys(("series", "months", "dates", "draws"), 0)
        return (
            none
            | sizes
            | {
                "work": work,
                "workers": workers,
                "repeats": REPEATS,
                "seconds": round(self.seconds, 4),
                "megabytes": round(self.megabytes, 1),
            }
        )


def timed(work: Callable[[], object]) -> Timed:
    """Time some work after a first run, in which every worker loads the libraries."""
    with memory_peak() as peak:
        work()
        seconds = []
        for _ in range(REPEATS):
            begin = time.perf_counter()
            work()
            seconds.append(time.perf_counter() - begin)
    return Timed(min(seconds), peak[0])


def universe(file: Path, job: Job, workers: int) -> dict[str, object]:
    """Time one universe; the dates are those that its plan has."""
    plan, dates = plan_of(job), 0

    def ranked() -> None:
        nonlocal dates
        dates = rank_in_universe(file, plan, workers).dates

    found = timed(ranked)
    return found.row(UNIVERSE, workers, series=job.series, months=job.months, dates=dates)


def bootstrap(draws: int, workers: int) -> dict[str, object]:
    """Time one bootstrap test of each of some series."""
    fits = [made_fit(0.0, seed) for seed in range(TESTED)]
    check = MovingBlockBootstrap("closure", draws)
    found = timed(lambda: Parallel(workers, batch_size=1)(delayed(check.run)(fit) for fit in fits))
    return found.row(BOOTSTRAP, workers, series=TESTED, months=len(MONTHS), draws=draws)


def nothing(client: Client, workers: int, tasks: int) -> dict[str, object]:
    """Time tasks that do nothing."""
    found = timed(lambda: client.gather(client.map(_nothing, range(tasks), pure=False)))
    return found.row(NOTHING, workers, draws=tasks)


def _nothing(number: int) -> int:
    return number


def panel(folder: Path, job: Job) -> Path:
    return folder / f"{job.series}_{job.months}.parquet"


def tell(folder: Path, workers: int, quick: bool) -> None:
    """Print the rows of one cluster, small jobs first: memory once taken may stay taken."""
    jobs = sorted(QUICK if quick else JOBS, key=lambda job: (job.terms()[-1], job.series))
    with Engine(DASK, workers).engaged() as client:
        assert client is not None
        client.wait_for_workers(workers)
        rows = [nothing(client, workers, FEW_TASKS if quick else TASKS)]
        rows += [bootstrap(draws, workers) for draws in (FEW_DRAWS if quick else DRAWS)]
        rows += [universe(panel(folder, job), job, workers) for job in jobs]
    sys.stdout.write(json.dumps(rows))


def told(folder: Path, workers: int, quick: bool) -> list[dict[str, object]]:
    """Return what a process of its own tells."""
    command = [*COMMAND, TELL, str(folder), str(workers), *([QUICKLY] if quick else [])]
    made = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    rows: list[dict[str, object]] = json.loads(made.stdout)
    return rows


def busy_processors() -> float:
    """Return how many processors other work keeps busy, over some seconds."""
    return float(psutil.cpu_percent(LISTENING)) / 100 * (os.cpu_count() or 1)


def measured(quick: bool) -> pd.DataFrame:
    """Measure every job on one worker and on two, and name the machine."""
    record = {"processors": os.cpu_count(), "python": platform.python_version()}
    before = busy_processors()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for job in QUICK if quick else JOBS:
            if not panel(folder, job).exists():
                write_panel(blocks(job), panel(folder, job))
        rows = [row for workers in WORKERS for row in told(folder, workers, quick)]
    machine = this_machine(record, max(before, busy_processors()))
    return pd.DataFrame(rows).assign(
        processor=machine.processor,
        processors=machine.processors,
        platform=machine.platform,
        python=machine.python,
        measured_on=datetime.now(UTC).date().isoformat(),
        load=machine.load,
    )[list(COST_COLUMNS)]


def main() -> int:
    """Print what was measured, or what one process of it did."""
    if not ALONE.items() <= os.environ.items():
        command = [*COMMAND, *sys.argv[1:]]
        return subprocess.run(command, env=os.environ | ALONE, check=False).returncode
    options = sys.argv[1:]
    if options[:1] == [TELL]:
        tell(Path(options[1]), int(options[2]), QUICKLY in options)
        return 0
    table = measured(QUICKLY in options)
    sys.stdout.write(table.to_csv(index=False))
    if "--write" in options:
        write_results({COST: table})
    return 0


if __name__ == "__main__":
    sys.exit(main())
