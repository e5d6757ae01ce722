"""Datasets that publishers hand out as one file: fetched by pooch, read, summed by month."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Final

import pandas as pd

from analysis.connectors import clients
from analysis.connectors.asked import Asked, require_columns, require_rows, require_unique
from analysis.connectors.errors import SourceError

LARGEST_UNPACKED: Final = 2_000_000_000  # bytes of one table inside an archive


def fetch_table(asked: Asked, path: str, needed: tuple[str, ...]) -> pd.DataFrame:
    """Fetch one CSV file, alone or in a zip archive, and return the needed columns as text.

    Raises
    ------
    SourceError
        When the checksum is wrong, the archive is damaged, or a column is missing.
    """
    file = clients.download(asked.session, path, asked.folder, asked.sha256)
    where = asked.session.answers[-1].address
    header = _read(file, where, nrows=0)
    require_columns(header.columns, needed, where)
    return require_rows(_read(file, where, usecols=list(needed)), where)


def _read(file: Path, where: str, **options: object) -> pd.DataFrame:
    try:
        if file.suffix != ".zip":
            return _text(file, **options)
        with zipfile.ZipFile(file) as archive:
            (table,) = [item for item in archive.infolist() if item.filename.endswith(".csv")]
            if table.file_size > LARGEST_UNPACKED:
                raise SourceError("the archive is too large", where=where)
            with archive.open(table) as stream:
                return _text(stream, **options)
    except (zipfile.BadZipFile, ValueError, EOFError) as error:
        raise SourceError(
            f"the file cannot be read: {error}",
            where=where,
            allowed="one CSV table in UTF-8, alone or in a zip archive",
            remedy="fetch again; nothing was kept",
        ) from error


def _text(source: object, **options: object) -> pd.DataFrame:
    read = pd.read_csv  # every cell as text: numbers are made where they are understood
    return read(source, dtype="str", keep_default_na=False, encoding="utf-8-sig", **options)  # type: ignore[call-overload, no-any-return]


def in_years(df: pd.DataFrame, month: str, asked: Asked) -> pd.DataFrame:
    """Return the rows whose month (YYYY-MM…) lies in the years asked for."""
    years = df[month].str[:4]
    wanted: pd.DataFrame = df[years.isin([str(year) for year in asked.years])]
    return wanted


def numbers(column: pd.Series, where: str) -> pd.Series:
    """Return numbers; an empty cell is missing, and any other text is refused.

    Raises
    ------
    SourceError
        Naming the column and the first cell that is no number.
    """
    read = pd.to_numeric(column.where(column != ""), errors="coerce")
    wrong = column[read.isna() & (column != "")]
    if len(wrong):
        raise SourceError(f"'{wrong.iloc[0]}' is no number", where=f"{where}, {column.name}")
    return read.astype(float)


def tidy(df: pd.DataFrame, keys: tuple[str, ...], where: str) -> pd.DataFrame:
    """Return key columns, value and unit, without missing values, one row a key."""
    kept = df.dropna(subset=["value"])[[*keys, "value", "unit"]]
    return require_unique(kept, keys, where)
