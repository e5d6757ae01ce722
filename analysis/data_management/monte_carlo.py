"""The simulation study of the interval estimator: its two tables and how they are written.

In the summary, `replications` counts those in which the method gave a number, `coverage` is the
share of their intervals that hold the truth and `coverage_error` the Monte Carlo standard error of
such a share at its nominal level; `bias`, `spread` (missing if there is one replication alone) and
lengths are on the log scale, as are the estimates and ends of intervals in the sample.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd

from analysis import config
from analysis.data_management.results import write_results
from analysis.data_management.sources import SOURCES

SUMMARY: Final = "monte_carlo"
SAMPLE: Final = "monte_carlo_sample"
COLUMNS: Final = tuple(SOURCES[SUMMARY].schema.columns)
SAMPLE_COLUMNS: Final = tuple(SOURCES[SAMPLE].schema.columns)


def write_monte_carlo(
    summary: pd.DataFrame, sample: pd.DataFrame, folder: Path = config.DATA_RAW
) -> None:
    """Write both tables into data_raw and renew their checksums.

    Parameters
    ----------
    summary
        One row a history, method and coefficient, with the columns `COLUMNS` in any order.
    sample
        One row a history, replication, method and coefficient, with the columns `SAMPLE_COLUMNS`.

    Raises
    ------
    DataError
        See `results.write_results`.
    """
    write_results({SUMMARY: summary, SAMPLE: sample}, folder)
