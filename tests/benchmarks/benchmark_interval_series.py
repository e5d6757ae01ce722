"""Time of one fit of 40 reports over 120 months on one core: `python -m <this file>`."""

from __future__ import annotations

from datetime import date
from statistics import median
from time import perf_counter

import numpy as np
import pandas as pd

from analysis.models.design import DesignSpec, build_design
from analysis.models.interval_estimation import Options
from analysis.models.interval_rows import interval_rows
from analysis.models.interval_series import fit_interval_series, fit_rows
from analysis.study import Intervention

REPETITIONS = 40
SPEC = DesignSpec(
    "2014-01",
    "2023-12",
    "linear",
    "none",
    (
        Intervention("closure", "Closure", "step", date(2020, 2, 1)),
        Intervention("reopening", "Reopening", "step", date(2023, 1, 8)),
    ),
)


def reports(seed: int) -> pd.DataFrame:
    """Return forty overlapping reports of one made flow, four a year."""
    rng = np.random.default_rng(seed)
    design = build_design(SPEC)
    noise = np.zeros(120)
    for month in range(1, 120):
        noise[month] = 0.6 * noise[month - 1] + rng.normal(scale=0.2)
    flow = np.exp(design.matrix @ np.array([2.5, 0.05, -0.6, 0.3]) + noise)
    start, end = _intervals(rng)
    total = design.calendar.day_counts(start, end) @ flow
    half = 10 ** (np.floor(np.log10(total)) - 2) / 2
    value = np.round(total / (2 * half)) * 2 * half
    names = [f"r{i:02d}" for i in range(len(value))]
    return pd.DataFrame(
        {
            "observation_id": names,
            "report_id": names,
            "kind": "level",
            "start": start,
            "end": end,
            "value": value,
            "lower": value - half,
            "upper": value + half,
        }
    )


def _intervals(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    opens = np.repeat(np.arange("2014", "2024", dtype="datetime64[Y]").astype("datetime64[D]"), 4)
    return opens, opens + rng.integers(40, 364, len(opens))


def seconds(task: object, tables: list[object]) -> float:
    """Return the median time of `task` over the tables."""
    times = []
    for table in tables:
        begin = perf_counter()
        task(table)  # type: ignore[operator]
        times.append(perf_counter() - begin)
    return median(times)


def main() -> None:
    """Print the medians."""
    tables = [reports(seed) for seed in range(REPETITIONS)]
    design = build_design(SPEC)
    rows = [interval_rows(table, design.calendar, "log") for table in tables]
    gaussian = seconds(lambda r: fit_rows(r, design, Options()), rows)
    student = seconds(lambda r: fit_rows(r, design, Options(errors="student_t")), rows)
    whole = seconds(lambda t: fit_interval_series(t, SPEC).monthly, tables)
    print(f"penalised REML, Kenward-Roger, normal disagreement:    {1000 * gaussian:6.1f} ms")
    print(f"penalised REML, Kenward-Roger, Student-t disagreement: {1000 * student:6.1f} ms")
    print(f"the same from the table of reports, with the curves:   {1000 * whole:6.1f} ms")


if __name__ == "__main__":
    main()
