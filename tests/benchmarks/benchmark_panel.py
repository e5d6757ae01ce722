"""Panels of 1,000,000 rows against pyfixest called directly, on one core.

Seconds are processor time, so that other work on the machine does not count.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import numpy as np
import pandas as pd

from analysis.models.panel import fit_panel

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS", "MKL_NUM_THREADS")
UNITS, PERIODS, SEEN = 100_000, 10, 0.9
REPETITIONS = 5
SLOWEST_UNBALANCED = 1.2
LARGEST_UNBALANCED = 1.1
FASTER_BALANCED = 5.0
EQUAL = 1e-10
# pyfixest stops its projections at 1e-6 unless told otherwise, so that its estimates are this near.
PROJECTED = 1e-5


def panel(balanced: bool) -> pd.DataFrame:
    """Return a made panel with unit and period effects."""
    rng = np.random.default_rng(20240229)
    unit, time = np.repeat(np.arange(UNITS), PERIODS), np.tile(np.arange(PERIODS), UNITS)
    rows = UNITS * PERIODS
    x = rng.normal(size=rows) + rng.normal(size=UNITS)[unit]
    z = rng.normal(size=rows) + 0.1 * time
    y = 0.5 * x + 0.2 * z + rng.normal(size=UNITS)[unit] + 0.3 * time + rng.normal(size=rows)
    frame = pd.DataFrame({"y": y, "x": x, "z": z, "unit": unit, "time": time})
    return frame if balanced else frame[rng.uniform(size=rows) < SEEN].reset_index(drop=True)


def own(frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    fit = fit_panel(
        frame, outcome="y", regressors=["x", "z"], unit="unit", time="time", model="two_way"
    )
    return fit.estimates, np.array([item.standard_error for item in fit.coefficients])


def pyfixest(frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    from pyfixest import feols

    # The clustered effect is last: release 0.60 counts the effects correctly in this order only.
    fit = feols("y ~ x + z | time + unit", frame, vcov={"CRV1": "unit"})
    return fit.coef().to_numpy(), fit.se().to_numpy()


def timed(task: Callable[[pd.DataFrame], Any], frame: pd.DataFrame) -> float:
    begin = process_time()
    task(frame)
    return process_time() - begin


def peak(task: Callable[[pd.DataFrame], Any]) -> float:
    """Return the peak memory of one fit in a process of its own, in MB."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_peak_of, (task.__name__,))


def _peak_of(name: str) -> float:
    frame = panel(balanced=False)
    globals()[name](frame.head(1_000))  # loads the libraries
    Path("/proc/self/clear_refs").write_text("5")  # forgets the peak so far
    globals()[name](frame)
    status = Path("/proc/self/status").read_text()
    return float(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024


def two_way() -> dict[str, float]:
    found: dict[str, float] = {}
    for balanced in (True, False):
        frame = panel(balanced)
        ours, theirs = own(frame), pyfixest(frame)
        word = "balanced" if balanced else "unbalanced"
        for ours_part, theirs_part, part in zip(ours, theirs, ("estimate", "error"), strict=True):
            found[f"{word}_{part}_difference"] = float(np.abs(ours_part / theirs_part - 1).max())
        pairs = [(timed(own, frame), timed(pyfixest, frame)) for _ in range(REPETITIONS)]
        found[f"{word}_seconds"] = median(pair[0] for pair in pairs)
        found[f"{word}_pyfixest_seconds"] = median(pair[1] for pair in pairs)
    found["unbalanced_mb"], found["unbalanced_pyfixest_mb"] = peak(own), peak(pyfixest)
    return found


def verdicts(found: dict[str, float]) -> dict[str, bool]:
    ratio = found["unbalanced_seconds"] / found["unbalanced_pyfixest_seconds"]
    return {
        "unbalanced_time": ratio <= SLOWEST_UNBALANCED,
        "unbalanced_memory": found["unbalanced_mb"]
        <= LARGEST_UNBALANCED * found["unbalanced_pyfixest_mb"],
        "unbalanced_equal": found["unbalanced_estimate_difference"] <= PROJECTED
        and found["unbalanced_error_difference"] <= PROJECTED,
        "balanced_time": found["balanced_pyfixest_seconds"]
        >= FASTER_BALANCED * found["balanced_seconds"],
        "balanced_equal": max(
            found["balanced_estimate_difference"], found["balanced_error_difference"]
        )
        <= EQUAL,
    }


def main() -> int:
    """Print one JSON line; return 1 over a limit."""
    if any(os.environ.get(name) != "1" for name in THREADS):
        alone = os.environ | dict.fromkeys(THREADS, "1")
        return subprocess.run([sys.executable, __file__], env=alone, check=False).returncode
    found = two_way()
    verdict = verdicts(found)
    print(json.dumps({"passed": verdict, **found}))
    return 0 if all(verdict.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
