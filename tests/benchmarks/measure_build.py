"""Measure a whole cold build, for the computational requirements in README.md.

A copy of what git tracks is built without any output or memory of earlier runs. The result, what
kind of step takes how long and how much memory on which machine, goes into
`analysis/reporting/measured_build.json`, which is committed: README.md must not change from run to
run, so it is measured anew by hand, when the package has become notably faster or slower.

Run with `.venv/bin/python tests/benchmarks/measure_build.py`; with `--write` it replaces the
committed figures.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmark_cold_run import copy_of_project, forget

from analysis.reporting.build_record import read_record
from analysis.reporting.measured import MEASURED, Measured, summary_of


def cold_build(project: Path) -> float:
    """Build everything; return the seconds that it took."""
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "analysis", "reproduce"],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(project)},
        capture_output=True,
        check=True,
    )
    return time.perf_counter() - started


def measure() -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        project = copy_of_project(Path(folder) / "project")
        forget(project)
        busy = os.getloadavg()[0]
        seconds = cold_build(project)
        return summary_of(read_record(project), seconds, busy)


if __name__ == "__main__":
    measured = measure()
    print(json.dumps(measured.model_dump()))
    if "--write" in sys.argv:
        MEASURED.write_text(measured.text(), encoding="utf-8")
