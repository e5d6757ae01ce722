"""Write files so that a reader never meets half of one, and tables so that they can be compared."""

from __future__ import annotations

import errno
import hashlib
import json
import math
import os
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pandas as pd

from analysis.errors import BuildError, DataError

REMEDIES: Final = {
    errno.ENOSPC: "make room on the disk",
    errno.EDQUOT: "make room in your quota",
    errno.EROFS: "mount the folder so that it can be written, or copy the project elsewhere",
    errno.EACCES: "get the right to write in the folder (ls -ld shows who has it)",
    errno.EPERM: "get the right to write in the folder (lsattr shows what is locked)",
}
"""What to do about a system's refusal to write."""
Summary = dict[str, str | float | int]
DIGITS = 10
"""Significant digits in a manifest; the last digits of a sum may differ between processors."""


def write_bytes_atomic(path: Path, content: bytes) -> bool:
    """Write a file in one move; leave it untouched, time stamp included, if nothing changes.

    Returns
    -------
    bool
        True if the file was written, False if it already held these bytes.

    Raises
    ------
    BuildError
        If the file cannot be written, for example on a full disk; what stood there stays.
    """
    if path.is_file() and path.read_bytes() == content:
        return False
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
    return True


def unwritable(path: Path | str, error: OSError) -> BuildError:
    """Return a system's refusal to write a file as a message that says what to do."""
    return BuildError(
        f"the file cannot be written: {error.strerror or error}",
        file=path,
        why="the output is as it was before, or missing if it was never built",
        remedy=REMEDIES.get(error.errno or 0, "mend the cause") + ", then run the same command",
    )


def write_text_atomic(path: Path, text: str) -> bool:
    """Write text as UTF-8 with the line ends it has; see `write_bytes_atomic`."""
    return write_bytes_atomic(path, text.encode("utf-8"))


def save_table(df: pd.DataFrame, keys: Sequence[str], path: Path) -> bool:
    r"""Save a table as CSV, sorted on its keys, with a manifest beside it.

    The bytes depend on the values alone: rows sorted on the keys, columns in the order of `df`,
    floats in the shortest form that reads back equal, dates as YYYY-MM-DD, lines ended by "\n".

    Parameters
    ----------
    df
        N rows; every key column present.
    keys
        Columns that together identify a row.
    path
        Target; the manifest is `<stem>.manifest.json` in the same folder.

    Returns
    -------
    bool
        True if the table was written, False if it already held these bytes.

    Raises
    ------
    DataError
        If a key column is missing, a key is empty or two rows share one.
    """
    _check_keys(df, keys, path)
    ordered = df.sort_values(list(keys), kind="stable").reset_index(drop=True)
    text = ordered.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d")
    content = text.encode("utf-8")
    written = write_bytes_atomic(path, content)
    summary = manifest(ordered, keys, content)
    text = json.dumps(summary, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    write_text_atomic(manifest_path(path), text)
    return written


def manifest_path(path: Path) -> Path:
    """Return the manifest of a table: `reports.csv` -> `reports.manifest.json`."""
    return path.with_suffix(".manifest.json")


def manifest(df: pd.DataFrame, keys: Sequence[str], content: bytes) -> dict[str, Any]:
    """Describe a table: hash of its bytes, number of rows, keys, and a summary of each column."""
    return {
        "sha256": hashlib.sha256(content).hexdigest(),
        "rows": len(df),
        "keys": list(keys),
        "columns": {name: _summary(df[name]) for name in df.columns},
    }


def _check_keys(df: pd.DataFrame, keys: Sequence[str], path: Path) -> None:
    missing = [key for key in keys if key not in df.columns]
    if missing or not keys:
        raise DataError(
            f"the table has no key column '{missing[0]}'" if missing else "the table has no key",
            file=path.name,
            allowed=", ".join(df.columns),
            remedy="name columns of the table that identify a row",
        )
    frame = df[list(keys)]
    empty = (frame.isna() | (frame == "")).any(axis=1)
    if empty.any():
        raise _key_error("a key is empty", frame[empty], path)
    repeated = frame.duplicated(keep=False)
    if repeated.any():
        raise _key_error("two rows share a key", frame[repeated], path)


def _key_error(problem: str, rows: pd.DataFrame, path: Path) -> DataError:
    first = ", ".join(f"{name} = {value}" for name, value in rows.iloc[0].items())
    return DataError(
        problem,
        file=path.name,
        where=first,
        allowed=f"unique values of {', '.join(rows.columns)}, none empty",
        remedy="drop or merge these rows, or add the column that tells them apart to the keys",
    )


def _summary(column: pd.Series[Any]) -> Summary:
    present = column.dropna()
    missing = len(column) - len(present)
    summary: Summary = {"dtype": _kind(column), "missing": missing}
    if pd.api.types.is_datetime64_any_dtype(column):
        if len(present):
            summary |= {"min": f"{present.min():%Y-%m-%d}", "max": f"{present.max():%Y-%m-%d}"}
    elif pd.api.types.is_numeric_dtype(column):
        summary |= _moments([float(value) for value in present])
    else:
        summary["missing"] = missing + int((present == "").sum())
        summary["distinct"] = int(present.nunique())
    return summary


def _kind(column: pd.Series[Any]) -> str:
    checks = (
        ("date", pd.api.types.is_datetime64_any_dtype),
        ("boolean", pd.api.types.is_bool_dtype),
        ("integer", pd.api.types.is_integer_dtype),
        ("float", pd.api.types.is_float_dtype),
    )
    return next((name for name, holds in checks if holds(column)), "text")


def _moments(values: list[float]) -> Summary:
    if not values:
        return {}
    scale = max(abs(value) for value in values) or 1.0
    shares = [value / scale for value in values]
    mean = math.fsum(shares) / len(shares)
    moments = {"mean": mean * scale, "min": min(values), "max": max(values)}
    if len(shares) > 1:
        squares = math.fsum((share - mean) ** 2 for share in shares)
        moments["sd"] = math.sqrt(squares / (len(shares) - 1)) * scale
    return {name: float(f"{value:.{DIGITS}g}") for name, value in moments.items()}
