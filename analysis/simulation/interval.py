"""The study of the interval estimator; finished batches are kept, so that it can be resumed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from analysis.config import SIMULATION
from analysis.data_management.monte_carlo import SAMPLE, SUMMARY
from analysis.models import interval_simulation
from analysis.models.interval_simulation import (
    STANDARD,
    StudyPlan,
    coverage_table,
    run_study,
    sample_of,
)
from analysis.program import fingerprint


def interval(replications: int, seed: int, workers: int) -> Mapping[str, pd.DataFrame]:
    """Estimate made histories of reports; return the summary and the first replications."""
    plan = StudyPlan(replications=replications, seed=seed, workers=workers)
    folder = SIMULATION / fingerprint(Path(interval_simulation.__file__))
    results = run_study(plan, folder=folder)
    return {SUMMARY: coverage_table(results, STANDARD.level), SAMPLE: sample_of(results)}
