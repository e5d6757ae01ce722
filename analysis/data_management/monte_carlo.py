"""Results of the simulation study: how they come into data_raw, and their processed tables.

A simulation tests an estimator on histories that are made up; nothing in these tables is a finding.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd

from analysis import config
from analysis.data_management.checksums import write_registered
from analysis.data_management.load import COUNTS, NUMBERS
from analysis.data_management.read_raw import check_table
from analysis.data_management.sources import SOURCES
from analysis.errors import DataError

SUMMARY: Final = "monte_carlo"
SAMPLE: Final = "monte_carlo_sample"
COLUMNS: Final = tuple(SOURCES[SUMMARY].schema.columns)
SAMPLE_COLUMNS: Final = tuple(SOURCES[SAMPLE].schema.columns)
DIGITS: Final = 12
"""Significant digits that are kept; the last digits of a sum may differ between processors."""


def write_monte_carlo(
    summary: pd.DataFrame, sample: pd.DataFrame, folder: Path = config.DATA_RAW
) -> None:
    """Write the results of a simulation study into data_raw and renew their checksums.

    Parameters
    ----------
    summary
        One row a history, method and coefficient, with the columns `COLUMNS` in any order.
    sample
        One row a history, replication, method and coefficient, with the columns `SAMPLE_COLUMNS`.

    Raises
    ------
    DataError
        If a table lacks a column or breaks its contract, or if any other file of the folder
        disagrees with the register; nothing is written then.
    """
    tables = {SUMMARY: summary, SAMPLE: sample}
    write_registered(
        {SOURCES[name].file: _content(name, df, folder) for name, df in tables.items()}, folder
    )


def build_monte_carlo(raw: pd.DataFrame) -> pd.DataFrame:
    """Give the raw summary its types.

    Returns
    -------
    pandas.DataFrame
        Columns `COLUMNS`, sorted by history, method and name. `replications` counts those in which
        the method gave a number, `coverage` is the share of their intervals that hold the truth
        and `coverage_error` the Monte Carlo standard error of such a share at its nominal level;
        `bias`, `spread` (missing if there is one replication alone) and lengths are on the log
        scale.
    """
    return _typed(SUMMARY, raw)


def build_monte_carlo_sample(raw: pd.DataFrame) -> pd.DataFrame:
    """Give the raw single replications their types.

    Returns
    -------
    pandas.DataFrame
        Columns `SAMPLE_COLUMNS`, sorted by history, replication, method and name; estimate and
        ends of the interval are on the log scale.
    """
    return _typed(SAMPLE, raw)


def _typed(name: str, raw: pd.DataFrame) -> pd.DataFrame:
    numbers = {column: raw[column].replace("", "nan").astype("float64") for column in NUMBERS[name]}
    counts = {column: raw[column].astype("int64") for column in COUNTS[name]}
    source = SOURCES[name]
    df = raw.assign(**numbers, **counts)[list(source.schema.columns)]
    return df.sort_values(list(source.key)).reset_index(drop=True)


def _content(name: str, df: pd.DataFrame, folder: Path) -> bytes:
    source = SOURCES[name]
    columns, file = list(source.schema.columns), f"{folder.name}/{source.file}"
    missing = [column for column in columns if column not in df.columns]
    if missing:
        problem, allowed = f"the result has no column '{missing[0]}'", ", ".join(columns)
        raise DataError(problem, file=file, allowed=allowed, remedy="hand over the whole result")
    ordered = df[columns].sort_values(list(source.key))
    cells = {column: _cells(ordered[column], column in NUMBERS[name]) for column in columns}
    text = pd.DataFrame(cells, dtype="str", index=pd.RangeIndex(2, len(ordered) + 2, name="line"))
    check_table(name, text, file)
    return text.to_csv(index=False, lineterminator="\n").encode("utf-8")


def _cells(column: pd.Series[Any], is_number: bool) -> Sequence[str]:
    return [_number(value) if is_number else str(value) for value in column]


def _number(value: float) -> str:
    """Return the shortest text that reads back as the rounded number; none for a missing one."""
    return "" if pd.isna(value) else repr(float(f"{float(value) + 0.0:.{DIGITS}g}"))
