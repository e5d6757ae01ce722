"""Processor time of every check of one effect with default settings: `python -m <this file>`."""

from __future__ import annotations

import json
import sys
from time import process_time

from analysis.inference.check import run_checks
from analysis.inference.check_registry import standard_checks
from tests.inference.check_made import made_fit

LIMIT_SECONDS = 3.0
CONTROLS = 20


def main() -> int:
    """Print one JSON line; fail over the limit."""
    fit = made_fit(1.0)
    checks = standard_checks("closure", [made_fit(0.0, seed).series for seed in range(CONTROLS)])
    run_checks(fit, checks)
    begun = process_time()
    results = run_checks(fit, checks)
    seconds = process_time() - begun
    report = {"checks": len(results), "months": len(fit.series), "seconds": round(seconds, 3)}
    sys.stdout.write(json.dumps(report | {"limit": LIMIT_SECONDS}) + "\n")
    return int(seconds > LIMIT_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
