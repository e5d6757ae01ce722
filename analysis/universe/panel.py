"""A panel of monthly series as one Parquet file, read a block of series at a time.

The file has the columns `series` (text), `month` (first day, date32) and `value` (double), sorted
by series and month. Each row group holds whole series, so that every block can be read alone, by
any worker, and memory does not grow with the number of series.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from analysis.errors import DataError
from analysis.models.arrays import Floats
from analysis.models.calendar import build_calendar

SERIES_A_BLOCK: Final = 1_000
SCHEMA: Final = pa.schema(
    [("series", pa.string()), ("month", pa.date32()), ("value", pa.float64())]
)


@dataclass(frozen=True)
class Block:
    """Some series of a panel over a window.

    Attributes
    ----------
    names
        Of the S series, sorted.
    numbers
        Shape (S, T), one column a month of the window; NaN where a month is missing.
    """

    names: tuple[str, ...]
    numbers: Floats


def write_panel(blocks: Iterable[pd.DataFrame], file: Path) -> int:
    """Write a panel; return the number of series.

    Parameters
    ----------
    blocks
        Tables with the columns series, month (first day) and value; each holds whole series, and
        all series of a block sort after those of the block before.

    Raises
    ------
    DataError
        When blocks are not in order or a month of a series stands twice; no file is left then.
    """
    temporary = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    count, last = 0, ""
    try:
        with pq.ParquetWriter(temporary, SCHEMA) as writer:
            for block in blocks:
                table = _sorted(block, file)
                first = str(table["series"][0])
                if count and first <= last:
                    raise DataError(
                        f"series '{first}' comes after '{last}'",
                        file=file,
                        allowed="blocks of whole series in alphabetical order",
                    )
                last = str(table["series"][-1])
                count += pc.count_distinct(table["series"]).as_py()
                writer.write_table(table, row_group_size=len(table))
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)
    return count


def _sorted(block: pd.DataFrame, file: Path) -> pa.Table:
    rows = block.sort_values(["series", "month"])
    repeated = rows.duplicated(["series", "month"])
    if repeated.any():
        row = rows[repeated].iloc[0]
        raise _twice(str(row["series"]), f"{row['month']:%Y-%m}", file)
    return pa.Table.from_pandas(rows[SCHEMA.names], schema=SCHEMA, preserve_index=False)


def _twice(series: str, month: str, file: Path) -> DataError:
    return DataError(
        f"series '{series}' has the month {month} twice",
        file=file,
        remedy="keep one value a month",
    )


def blocks_in(frame: pd.DataFrame, size: int = SERIES_A_BLOCK) -> Iterator[pd.DataFrame]:
    """Cut a table of series into blocks of whole series, in alphabetical order."""
    place = frame["series"].rank(method="dense").astype("int64") - 1
    for _, block in frame.groupby(place // size):
        yield block


def block_count(file: Path) -> int:
    """Return how many blocks a panel has.

    Raises
    ------
    DataError
        When the file is missing, no Parquet file, or has other columns.
    """
    return int(_opened(file).num_row_groups)


def block_ends(file: Path) -> list[tuple[str, str]]:
    """Return the first and the last series of each block, which the file tells unread.

    Raises
    ------
    DataError
        When the file is no panel or a series stands in two blocks, where it would count as two.
    """
    panel = _opened(file)
    ends = [_ends_of(panel, number) for number in range(panel.num_row_groups)]
    for (_, last), (first, _) in pairwise(ends):
        if first <= last:
            raise DataError(
                f"series '{first}' stands in or before the block of '{last}'",
                file=file,
                allowed="row groups of whole series in alphabetical order",
                remedy="write it with analysis.universe.panel.write_panel",
            )
    return ends


def _ends_of(panel: pq.ParquetFile, number: int) -> tuple[str, str]:
    told = panel.metadata.row_group(number).column(0).statistics
    if told is not None and told.has_min_max:
        return str(told.min), str(told.max)
    found = pc.min_max(panel.read_row_group(number, columns=["series"])["series"])
    return str(found["min"]), str(found["max"])


def read_block(file: Path, number: int, start: str, end: str) -> Block:
    """Read one block over a window of months, YYYY-MM, both included.

    Raises
    ------
    DataError
        When the file is no panel, or a series has a month twice.
    """
    table = _opened(file).read_row_group(number)
    months = table["month"].to_numpy().astype("datetime64[M]").astype(np.int64)
    calendar = build_calendar(start, end)
    first = calendar.first_days[0].astype("datetime64[M]").astype(np.int64)
    place = months - first
    encoded = table["series"].combine_chunks().dictionary_encode()
    names = encoded.dictionary.to_pylist()
    codes = encoded.indices.to_numpy()
    inside = (place >= 0) & (place < len(calendar.months))
    series, month = codes[inside], place[inside]
    values = np.full((len(names), len(calendar.months)), np.nan)
    values[series, month] = table["value"].to_numpy()[inside]
    rows = np.bincount(
        series * len(calendar.months) + month, minlength=len(names) * len(calendar.months)
    )
    if rows.max(initial=0) > 1:
        at, when = divmod(int(rows.argmax()), len(calendar.months))
        raise _twice(str(names[at]), calendar.months[when], file)
    return Block(tuple(names), values)


@cache
def _opened_once(file: Path, _changed_at: int) -> pq.ParquetFile:
    return pq.ParquetFile(file)


def _opened(file: Path) -> pq.ParquetFile:
    try:
        panel = _opened_once(file, file.stat().st_mtime_ns)
    except (OSError, pa.ArrowInvalid) as error:
        raise DataError(
            f"the panel cannot be read ({type(error).__name__})",
            file=file,
            allowed="a Parquet file with the columns series, month, value",
        ) from error
    if panel.schema_arrow != SCHEMA:
        found = ", ".join(f"{item.name} ({item.type})" for item in panel.schema_arrow)
        raise DataError(
            f"the panel has the columns {found}",
            file=file,
            allowed=", ".join(f"{item.name} ({item.type})" for item in SCHEMA),
            remedy="write it with analysis.universe.panel.write_panel",
        )
    return panel
