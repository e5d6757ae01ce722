"""The placebo universe at full size: time, memory, growth with the series, and a second worker.

`python -m tests.benchmarks.benchmark_universe` prints one JSON line and ends with 1 over a limit.
The panel is made up; it shows cost and nothing else. One worker is the peer of two: a process of
its own that is sent its work, as each of the two is. The loop without Dask is told beside them.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from operator import itemgetter
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd
from joblib.externals.loky import get_reusable_executor

from analysis.engine import DASK, Engine
from analysis.inference.batch_results import BatchOptions
from analysis.models.design import DesignSpec
from analysis.universe.panel import SERIES_A_BLOCK, write_panel
from analysis.universe.plan import UniversePlan
from analysis.universe.ranks import Universe, rank_in_universe

MONTHS = pd.date_range("2014-01-01", "2023-12-01", freq="MS")
SPEC = DesignSpec("2014-01", "2023-12", "linear", "fourier_2")
TRIM = 0.25  # leaves 60 dates and one
PLAN = UniversePlan(SPEC, date(2021, 7, 1), ("s0000007",), BatchOptions(bandwidth=6), TRIM)
SERIES = 40_000
SIZES = (20_000, 40_000, 80_000, 160_000)
LARGE = 160_000  # long enough that handing out the blocks does not count
COMMAND = (sys.executable, "-m", "tests.benchmarks.benchmark_universe")
ALONE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # read when NumPy is loaded
MOST_SECONDS, MOST_GIGABYTES, LEAST_FIT, LEAST_GAIN = 60.0, 2.0, 0.99, 1.7


def blocks(series: int) -> Iterator[pd.DataFrame]:
    """Yield autocorrelated series, a block at a time."""
    for first in range(0, series, SERIES_A_BLOCK):
        count = min(SERIES_A_BLOCK, series - first)
        noise = np.random.default_rng([20210708, first]).normal(size=(count, len(MONTHS)))
        for month in range(1, len(MONTHS)):
            noise[:, month] += 0.5 * noise[:, month - 1]
        names = np.repeat([f"s{number:07d}" for number in range(first, first + count)], len(MONTHS))
        months = np.tile(MONTHS.to_numpy(), count)
        yield pd.DataFrame({"series": names, "month": months, "value": noise.ravel()})


def made(folder: Path, series: int) -> Path:
    file = folder / f"{series}.parquet"
    write_panel(blocks(series), file)
    return file


def timed(file: Path, workers: int) -> tuple[float, Universe]:
    begin = perf_counter()
    found = rank_in_universe(file, PLAN, workers)
    return perf_counter() - begin, found


def alone(file: Path) -> dict[str, float]:
    """Run the full size in a process of its own, with two workers, and tell its memory."""
    made = subprocess.run(
        [*COMMAND, str(file)], env=os.environ | ALONE, capture_output=True, text=True, check=True
    )
    found: dict[str, float] = json.loads(made.stdout)
    return found


def tell_alone(file: Path) -> None:
    """Print time and memory of one run with two workers."""
    seconds, found = timed(file, 2)
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    get_reusable_executor().shutdown(wait=True)
    workers = 2 * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    told = {
        "series": found.series,
        "months": len(MONTHS),
        "dates": found.dates,
        "regressions": found.regressions,
        "seconds_two_workers": seconds,
        "peak_gigabytes_all_processes": (own + workers) / 1024**2,
    }
    sys.stdout.write(json.dumps(told))


def growth(folder: Path) -> dict[str, object]:
    """Time growing numbers of series on one worker; fit a line."""
    files = {size: made(folder, size) for size in SIZES}
    seconds = [min(timed(files[size], 1)[0] for _ in range(3)) for size in SIZES]
    fit = np.corrcoef(SIZES, seconds)[0, 1] ** 2
    slope, _ = np.polyfit(SIZES, seconds, 1)
    return {
        "seconds_by_series": dict(zip(map(str, SIZES), seconds, strict=True)),
        "r_squared_of_the_line": float(fit),
        "microseconds_a_series": 1e6 * float(slope),
    }


def second_worker(file: Path) -> dict[str, object]:
    """Compare one Dask worker with two on the same panel."""
    found: dict[int, tuple[float, Universe]] = {}
    for workers in (1, 2):
        with Engine(DASK, workers).engaged() as client:
            assert client is not None
            client.wait_for_workers(workers)
            small = file.with_name(f"{SIZES[0]}.parquet")
            client.run(rank_in_universe, small, PLAN)  # every worker loads the libraries
            found[workers] = min((timed(file, workers) for _ in range(2)), key=itemgetter(0))
    loop, _ = timed(file, 1)
    one, two = found[1], found[2]
    return {
        "dask_series": one[1].series,
        "dask_seconds_one_worker": one[0],
        "dask_seconds_two_workers": two[0],
        "dask_gain": one[0] / two[0],
        "seconds_without_dask": loop,
        "dask_same": one[1].table.equals(two[1].table)
        and bool((one[1].counts == two[1].counts).all()),
    }


def main() -> int:
    """Print one JSON line; return 1 over a limit."""
    if len(sys.argv) > 1:
        tell_alone(Path(sys.argv[1]))
        return 0
    if not ALONE.items() <= os.environ.items():
        return subprocess.run(COMMAND, env=os.environ | ALONE, check=False).returncode
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        found = growth(folder) | alone(folder / f"{SERIES}.parquet")
        found |= second_worker(folder / f"{LARGE}.parquet")
    passed = {
        "time": found["seconds_two_workers"] <= MOST_SECONDS,
        "memory": found["peak_gigabytes_all_processes"] <= MOST_GIGABYTES,
        "linear": found["r_squared_of_the_line"] >= LEAST_FIT,
        "second_worker": found["dask_gain"] >= LEAST_GAIN,
        "same": found["dask_same"],
    }
    print(json.dumps({"passed": passed, **found}))
    return 0 if all(passed.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
