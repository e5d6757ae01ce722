"""Results of simulation studies: how they come into data_raw, and their types.

A simulation tests an estimator on data that are made up; nothing in these tables is a finding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from analysis import config
from analysis.data_management.checksums import write_registered
from analysis.data_management.load import COUNTS, NUMBERS
from analysis.data_management.read_raw import check_table
from analysis.data_management.simulations import FIRST, MEASURED, SHARES, SIMULATIONS
from analysis.data_management.sources import SOURCES
from analysis.errors import DataError

RESULTS: Final = ("monte_carlo", "monte_carlo_sample", *SIMULATIONS)
"""Every table that a simulation study writes."""
DIGITS: Final = 12
"""Significant digits that are kept; the last digits of a sum may differ between processors."""


def write_results(tables: Mapping[str, pd.DataFrame], folder: Path = config.DATA_RAW) -> None:
    """Write the results of a simulation study into data_raw and renew their checksums.

    Parameters
    ----------
    tables
        Raw tables by name, each with the columns of its schema in any order.

    Raises
    ------
    DataError
        If a table lacks a column or breaks its contract, or if any other file of the folder
        disagrees with the register; nothing is written then.
    """
    contents = {SOURCES[name].file: _content(name, df, folder) for name, df in tables.items()}
    write_registered(contents, folder)


def typed_results(name: str, raw: pd.DataFrame) -> pd.DataFrame:
    """Give a raw table of results its types, sorted by its key."""
    numbers = {column: raw[column].replace("", "nan").astype("float64") for column in NUMBERS[name]}
    counts = {column: raw[column].astype("int64") for column in COUNTS[name]}
    source = SOURCES[name]
    df = raw.assign(**numbers, **counts)[list(source.schema.columns)]
    return df.sort_values(list(source.key)).reset_index(drop=True)


def long_results(
    study: str,
    wide: pd.DataFrame,
    settings: Sequence[str],
    measures: Mapping[str, tuple[str, str | None]],
    replications: str | int,
) -> pd.DataFrame:
    """Turn one row a setting into one row a setting and measure (see `SimulationTable`).

    Parameters
    ----------
    study
        Name of the simulation, a word.
    wide
        N rows with the settings and one column a measure.
    settings
        Columns of `wide` that identify a row.
    measures
        One of `simulations.MEASURES` -> column that holds it and column of its Monte Carlo
        standard error. In place of the second, None gives a share p the root of
        p (1 - p) / replications, which is an upper bound where p is a mean of shares.
    replications
        Column that counts the replications, or their number.

    Returns
    -------
    pandas.DataFrame
        N rows a measure, less those of settings for which the measure is missing.

    Raises
    ------
    DataError
        If a column is missing, or a measure that is no share comes without its error.
    """
    counted = [replications] if isinstance(replications, str) else []
    columns = [column for pair in measures.values() for column in pair if column]
    _check_columns(study, wide, [*settings, *columns, *counted])
    number = wide[replications] if isinstance(replications, str) else replications
    parts = [
        wide[list(settings)].assign(
            study=study,
            measure=measure,
            replications=number,
            value=wide[column],
            monte_carlo_error=_share_error(study, measure, wide[column], number)
            if error is None
            else wide[error],
        )
        for measure, (column, error) in measures.items()
    ]
    long = pd.concat(parts, ignore_index=True)[[FIRST, *settings, *MEASURED]]
    return long.dropna(subset="value").reset_index(drop=True)


def _share_error(
    study: str, measure: str, values: pd.Series[Any], replications: Any
) -> pd.Series[float]:
    if measure not in SHARES:
        raise DataError(
            f"the measure '{measure}' comes without its Monte Carlo standard error",
            where=f"study {study}",
            allowed="no error for " + ", ".join(SHARES),
            remedy="name the column that holds the error",
        )
    share = values.astype(float)
    return pd.Series(np.sqrt(share * (1 - share) / replications), index=values.index)


def _check_columns(study: str, wide: pd.DataFrame, wanted: Sequence[str]) -> None:
    missing = [column for column in wanted if column not in wide.columns]
    if missing:
        raise DataError(
            f"the result has no column '{missing[0]}'",
            where=f"study {study}",
            allowed=", ".join(wide.columns),
            remedy="hand over the whole result",
        )


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
