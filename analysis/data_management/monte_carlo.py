"""The simulation study of the interval estimator: its two tables.

In the summary, `replications` counts those in which the method gave a number, `coverage` is the
share of their intervals that hold the truth and `coverage_error` the Monte Carlo standard error of
such a share at its nominal level; `bias`, `spread` (missing if there is one replication alone) and
lengths are on the log scale, as are the estimates and ends of intervals in the sample.
"""

from __future__ import annotations

from typing import Final

from analysis.data_management.sources import SOURCES

SUMMARY: Final = "monte_carlo"
SAMPLE: Final = "monte_carlo_sample"
COLUMNS: Final = tuple(SOURCES[SUMMARY].schema.columns)
SAMPLE_COLUMNS: Final = tuple(SOURCES[SAMPLE].schema.columns)
