"""Cold run against the bare cost of starting its kernels and importing its libraries.

Bare: one process imports what the build imports, and starts as many kernels as the build runs
notebooks, two at a time, each an interpreter of its own that imports what its notebook imports.
Cold: `python -m analysis reproduce` in a fresh copy of the project without any output or memory of
earlier runs.
Both run in turn, several times, on the same machine; the ratio of their medians is the result.

Only the notebooks that show published figures and the interval method take part: the others
compute for minutes, which is no cost of the build. What they add is measured beside, as `all`.

Run with `make benchmark` or `.venv/bin/python tests/benchmarks/benchmark_cold_run.py`.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 5
LIMIT = 1.5
NOTEBOOKS = ("01_data_audit", "02_zone_trade", "03_interval_method")
IMPORTS = ("from ", "import ")
BARE = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
import analysis.__main__
import analysis.data_management.catalogue, analysis.data_management.pipeline
import analysis.exhibits.registry, analysis.reporting.build
import analysis.exhibits.coverage, analysis.exhibits.zone_trade, analysis.exhibits.method
import nbformat, papermill
from analysis.reporting.notebooks import execute
jobs = [Path(name) for name in sys.argv[1:]]
with ThreadPoolExecutor(2) as pool:
    list(pool.map(lambda path: execute(path, {}), jobs))
"""


def copy_of_project(folder: Path) -> Path:
    """Copy the files that git tracks, without outputs, as a fresh checkout would have them."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in listed.stdout.splitlines():
        source, target = ROOT / name, folder / name
        if source.is_file() and not name.startswith(("data_processed/", "figures/")):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    return folder


def forget(project: Path) -> None:
    """Remove every output and every memory of earlier runs."""
    for name in ("data_processed", "figures", ".pytask"):
        shutil.rmtree(project / name, ignore_errors=True)
    for name in ("pytask.lock", "pytask.lock.journal"):
        (project / name).unlink(missing_ok=True)


def bare_notebooks(project: Path, folder: Path) -> list[Path]:
    """Write each notebook with its import lines only, as often as the build runs it."""
    studies = sorted((project / "notebooks" / "parameters").glob("*.yaml"))
    written = []
    for notebook in (project / "notebooks" / f"{name}.ipynb" for name in NOTEBOOKS):
        content = json.loads(notebook.read_text(encoding="utf-8"))
        code = [cell for cell in content["cells"] if cell["cell_type"] == "code"]
        lines = [line for cell in code for line in cell["source"] if line.startswith(IMPORTS)]
        code[0]["source"], code[0]["outputs"] = lines, []
        content["cells"] = code[:1]
        takes_study = any("parameters" in cell["metadata"].get("tags", []) for cell in code)
        for study in studies if takes_study else studies[:1]:
            path = folder / f"{study.stem}-{notebook.name}"
            path.write_text(json.dumps(content), encoding="utf-8")
            written.append(path)
    return written


def seconds(command: list[str], project: Path) -> float:
    """Return the wall time of a command in the project."""
    started = time.perf_counter()
    environment = os.environ | {"PYTHONPATH": str(project)}
    subprocess.run(command, cwd=project, env=environment, check=True, capture_output=True)
    return time.perf_counter() - started


def main() -> int:
    """Measure, print one line of JSON, and fail when the limit is passed."""
    with tempfile.TemporaryDirectory() as place:
        project = copy_of_project(Path(place) / "project")
        folder = Path(place) / "bare"
        folder.mkdir()
        notebooks = [str(path) for path in bare_notebooks(project, folder)]
        bare_command = [sys.executable, "-c", BARE, *notebooks]
        all_command = [sys.executable, "-m", "analysis", "reproduce"]
        chosen = [part for name in NOTEBOOKS for part in ("--notebook", name)]
        cold_command = [*all_command, *chosen]
        times: dict[str, list[float]] = {"bare": [], "cold": [], "nothing to do": [], "all": []}
        seconds(bare_command, project)  # compiles the modules of the copy, as an install does
        for _ in range(ROUNDS):
            forget(project)
            times["bare"].append(seconds(bare_command, project))
            times["cold"].append(seconds(cold_command, project))
        times["all"] = [seconds(all_command, project)]
        for _ in range(ROUNDS):
            times["nothing to do"].append(seconds(all_command, project))
    medians = {name: round(statistics.median(values), 2) for name, values in times.items()}
    ratio = statistics.median(c / b for c, b in zip(times["cold"], times["bare"], strict=True))
    result = {"kernels": len(notebooks), "seconds": medians, "ratio": round(ratio, 2)}
    print(json.dumps(result | {"limit": LIMIT}))
    return 0 if ratio <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
