"""The batch against a loop over statsmodels, and its growth with the series, on one core.

`python -m tests.benchmarks.benchmark_batch_its` prints one JSON line and ends with 1 if the batch
is less than 500 times faster, differs from the loop by more than 1e-10, or grows faster than the
series. The loop is timed on a random subset of the pairs and scaled to all of them.
"""

from __future__ import annotations

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read when NumPy is loaded
os.environ["OMP_NUM_THREADS"] = "1"

import json
import resource
import sys
from time import perf_counter

import numpy as np
import statsmodels.api as sm

from analysis.inference.batch import fit_batch
from analysis.inference.batch_design import BatchDesign, batch_design, candidate_dates
from analysis.inference.batch_results import BatchFit, BatchOptions
from analysis.models.design import DesignSpec

SPEC = DesignSpec("2014-01", "2023-12", "linear", "fourier_2")
OPTIONS = BatchOptions(bandwidth=6)
SERIES, DATES, SUBSET, REPETITIONS = 200, 60, 600, 5
SIZES = (6_250, 12_500, 25_000, 50_000)
FASTER = 500  # times
SAME = 1e-10  # relative
LINEAR = 1.25  # time a series at the largest over the smallest number of series


def walks(series: int, months: int, seed: int) -> np.ndarray:
    """Return autocorrelated series about a level of 5."""
    noise = np.random.default_rng(seed).normal(scale=0.3, size=(series, months))
    return 5 + noise.cumsum(axis=1)


def whole_batch(values: np.ndarray, design: BatchDesign) -> tuple[float, BatchFit]:
    """Return the seconds of a batch with its t statistics and p-values."""
    begin = perf_counter()
    fit = fit_batch(values, design, OPTIONS)
    _ = fit.p_values
    return perf_counter() - begin, fit


def one_at_a_time(values: np.ndarray, design: BatchDesign, pairs: np.ndarray) -> np.ndarray:
    """Return estimate, standard error, t and p of each pair from statsmodels."""
    found = np.empty((len(pairs), 4))
    lags = {"maxlags": OPTIONS.bandwidth, "use_correction": OPTIONS.small_sample}
    for number, (series, place) in enumerate(pairs):
        matrix = np.column_stack([design.base, design.columns[:, place]])
        fit = sm.OLS(values[series], matrix).fit(cov_type="HAC", cov_kwds=lags, use_t=True)
        found[number] = fit.params[-1], fit.bse[-1], fit.tvalues[-1], fit.pvalues[-1]
    return found


def compared(design: BatchDesign) -> dict[str, float]:
    """Time both on the same series and compare their numbers."""
    values = walks(SERIES, len(design.months), seed=1)
    batch = min(whole_batch(values, design)[0] for _ in range(REPETITIONS))
    fit = whole_batch(values, design)[1]
    every = np.random.default_rng(2).choice(SERIES * DATES, SUBSET, replace=False)
    pairs = np.column_stack(np.divmod(every, DATES))
    begin = perf_counter()
    found = one_at_a_time(values, design, pairs)
    loop = (perf_counter() - begin) * SERIES * DATES / SUBSET
    series, place = pairs.T
    ours = (fit.estimates, fit.standard_errors, fit.t_statistics)
    gaps = [np.abs(x[series, place, 0] / found[:, i] - 1).max() for i, x in enumerate(ours)]
    return {
        "batch_seconds": batch,
        "loop_seconds_scaled": loop,
        "loop_pairs_timed": SUBSET,
        "times_faster": loop / batch,
        "largest_relative_difference": float(max(gaps)),
        "recomputed": fit.recomputed,
    }


def growth(design: BatchDesign) -> dict[str, dict[str, float]]:
    """Time the batch for growing numbers of series; memory is the peak of the process so far."""
    found = {}
    for size in SIZES:
        values = walks(size, len(design.months), seed=3)
        seconds = min(whole_batch(values, design)[0] for _ in range(2))
        found[str(size)] = {
            "seconds": seconds,
            "microseconds_a_series": 1e6 * seconds / size,
            "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
    return found


def main() -> int:
    """Print the times; return 1 over a limit."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    design = batch_design(SPEC, candidate_dates(SPEC)[:DATES])
    result = compared(design)
    sizes = growth(design)
    slope = [sizes[str(size)]["microseconds_a_series"] for size in (SIZES[-1], SIZES[0])]
    result["cost_a_series_largest_over_smallest"] = slope[0] / slope[1]
    print(json.dumps({**result, "by_series": sizes}))
    good = result["times_faster"] >= FASTER and result["largest_relative_difference"] <= SAME
    return 0 if good and slope[0] / slope[1] <= LINEAR else 1


if __name__ == "__main__":
    sys.exit(main())
