"""Time of a power surface of 500 cells with 1,000 replications each, on two cores.

`python -m tests.benchmarks.benchmark_power [file.csv]` prints one JSON line, writes the surface to
the file if one is given, and ends with 1 if it took a minute or more.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from time import perf_counter

from analysis.inference.power import run_power
from analysis.inference.power_plan import PowerPlan

PLAN = PowerPlan(
    years_before=(2.0, 3.0, 5.0, 7.0, 10.0),
    years_after=(1.0, 2.0, 3.0, 5.0),
    rhos=(0.0, 0.2, 0.4, 0.6, 0.8),
    effects=(0.25, 0.5, 1.0, 1.5, 2.0),
    replications=1000,
)
WORKERS = 2
LIMIT = 60.0  # seconds


def main() -> int:
    """Print the time; return 1 over the limit."""
    begin = perf_counter()
    surface = run_power(PLAN, WORKERS)
    seconds = perf_counter() - begin
    gls = surface.table.query("estimator == 'gls_ar1_known'")
    distance = (gls["power"] - gls["closed_form"]) / gls["power_error"].clip(lower=0.003)
    if len(sys.argv) > 1:
        surface.table.to_csv(Path(sys.argv[1]), index=False)
    print(
        json.dumps(
            {
                "cells": len(PLAN.cells()),
                "replications": PLAN.replications,
                "estimators": list(PLAN.estimators),
                "workers": WORKERS,
                "seconds": seconds,
                "limit_seconds": LIMIT,
                "known_rho_minus_closed_form_in_standard_errors": {
                    "mean": float(distance.mean()),
                    "standard_deviation": float(distance.std()),
                    "largest": float(distance.abs().max()),
                },
            }
        )
    )
    return 0 if seconds < LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
