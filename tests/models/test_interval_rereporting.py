"""A monthly series with a known break, told again as irregular statements, gives back its estimate.

The monthly series is the made one of tests/reference, whose break has been estimated elsewhere.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.models.design import DesignSpec, build_calendar
from analysis.models.interval_series import fit_interval_series
from analysis.study import Intervention
from tests.models.reports import frame, monthly_reports, report

REFERENCE = json.loads(
    (Path(__file__).parents[1] / "reference" / "interval_series.json").read_text()
)["monthly"]
BREAK = date(2020, 2, 1)
SPEC = DesignSpec(
    "2012-01",
    "2023-12",
    "linear",
    "fourier_1",
    (Intervention("law", "Law", "step", BREAK), Intervention("since", "Since", "slope", BREAK)),
)
STEP_SPEC = DesignSpec("2012-01", "2023-12", "linear", "none", SPEC.interventions[:1])


def retold(seed: int) -> pd.DataFrame:
    """Fiscal-year-to-date, quarterly and annual statements of the monthly series."""
    rng = np.random.default_rng(seed)
    calendar = build_calendar("2012-01", "2023-12")
    flow = np.exp(np.array(REFERENCE["log_y"]))
    spans = [(f"{year}-01-01", f"{year}-12-31") for year in range(2012, 2024)]
    for year in range(2012, 2023):
        spans += [(f"{year}-04-01", f"{year}-{rng.integers(6, 13):02d}-{rng.integers(3, 29):02d}")]
        quarter = 3 * int(rng.integers(0, 4))
        last = pd.Timestamp(year, quarter + 3, 1).days_in_month
        spans += [(f"{year}-{quarter + 1:02d}-01", f"{year}-{quarter + 3:02d}-{last}")]
    start, end = (np.array(side, dtype="datetime64[D]") for side in zip(*spans, strict=True))
    totals = calendar.day_counts(start, end) @ flow
    return frame(
        *(
            report(f"r{i:02d}", s, e, float(f"{v:.4g}"), half=0.0005 * v)
            for i, ((s, e), v) in enumerate(zip(spans, totals, strict=True))
        )
    )


def test_the_monthly_series_itself_gives_the_reference_break() -> None:
    months = monthly_reports("2012-01", "2023-12", np.array(REFERENCE["log_y"]))
    spec = DesignSpec("2012-01", "2023-12", "linear", "months", SPEC.interventions)
    fit = fit_interval_series(
        months, spec, rho=REFERENCE["gls_ar1_reml"]["rho"], tau=0.0, errors="gaussian"
    )
    coefficients = {item.name: item for item in fit.coefficients}
    since, error = REFERENCE["gls_ar1_reml"]["since"]
    assert coefficients["since"].estimate / 12 == pytest.approx(since, rel=1e-6)
    assert coefficients["since"].standard_error / 12 == pytest.approx(error, rel=1e-6)
    after = REFERENCE["gls_ar1_reml"]["after"][0] + since / 2
    assert coefficients["law"].estimate == pytest.approx(after, rel=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_retold_statements_give_back_the_monthly_estimate(seed: int) -> None:
    months = monthly_reports("2012-01", "2023-12", np.array(REFERENCE["log_y"]))
    direct = fit_interval_series(months, STEP_SPEC).effect("law")
    told = fit_interval_series(retold(seed), STEP_SPEC).effect("law")
    assert told.verdict == "identified"
    assert told.lower < direct.estimate < told.upper
    assert abs(told.estimate - direct.estimate) < 0.5 * (told.upper - told.lower)
