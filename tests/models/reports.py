"""Small made series of reports for the tests of the interval model."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from analysis.models.design import DesignSpec, build_design
from analysis.study import Intervention

CLOSURE = Intervention("closure", "Closure", "step", date(2020, 2, 1))
REOPENING = Intervention("reopening", "Reopening", "step", date(2023, 1, 8))


def report(
    name: str, start: str, end: str, value: float, *, kind: str = "level", half: float = 0.0
) -> dict[str, object]:
    return {
        "observation_id": name,
        "report_id": name.split("_")[0],
        "kind": kind,
        "start": pd.Timestamp(start),
        "end": pd.Timestamp(end),
        "value": value,
        "lower": value - half,
        "upper": value + half,
        "confidence": "high",
    }


def frame(*rows: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame(list(rows))


def monthly_reports(start: str, end: str, log_flow: np.ndarray) -> pd.DataFrame:
    months = pd.period_range(start, end, freq="M")
    return frame(
        *(
            report(
                f"m{i:03d}",
                str(m.start_time.date()),
                str(m.end_time.date()),
                float(np.exp(x) * m.days_in_month),
            )
            for i, (m, x) in enumerate(zip(months, log_flow, strict=True))
        )
    )


def irregular_reports(
    spec: DesignSpec,
    coefficients: np.ndarray,
    noise: float = 0.05,
    seed: int = 1,
    half: float = 1e-3,
) -> pd.DataFrame:
    """Fiscal-year-to-date, quarterly and annual reports of one made flow."""
    rng = np.random.default_rng(seed)
    design = build_design(spec)
    flow = np.exp(design.matrix @ coefficients + rng.normal(scale=noise, size=len(design.matrix)))
    first, last = int(spec.start[:4]), int(spec.end[:4])
    spans = [(f"{y}-01-01", f"{y}-12-31") for y in range(first, last + 1)]
    spans += [(f"{y}-04-01", f"{y}-09-{10 + y % 7}") for y in range(first, last + 1)]
    spans += [(f"{y}-10-01", f"{y}-12-{10 + y % 9}") for y in range(first, last + 1)]
    start, end = (np.array(side, dtype="datetime64[D]") for side in zip(*spans, strict=True))
    totals = design.calendar.day_counts(start, end) @ flow
    return frame(
        *(
            report(f"r{i:02d}", s, e, float(v), half=half * float(v))
            for i, ((s, e), v) in enumerate(zip(spans, totals, strict=True))
        )
    )
