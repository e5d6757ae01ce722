from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from raw_files import write_rows

from analysis import config
from analysis.data_management.pipeline import ProcessedTables, build_processed
from analysis.data_management.read_raw import RawTables, read_raw
from analysis.data_management.reports import process_reports
from tests.read_once import unchanged_files_read_once

Edit = Callable[[str, str, str, str], None]
REPORT = {
    "report_id": "R0001",
    "place": "Mohan",
    "counterpart": "Laos (Boten)",
    "scope": "port",
    "metric": "trade_value",
    "basis": "cn_port_office",
    "start": "2020-01-01",
    "end": "2020-12-31",
    "value": "100",
    "value_to": "",
    "unit": "CNY million",
    "qualifier": "exact",
    "growth_percent": "",
    "growth_qualifier": "",
    "publisher": "Gazette",
    "title": "",
    "url": "",
    "published": "",
    "confidence": "high",
    "availability": "no_url",
    "note": "",
}


@pytest.fixture(scope="session", autouse=True)
def unchanged() -> Iterator[None]:
    """Read what a test has not damaged once."""
    with unchanged_files_read_once():
        yield


@pytest.fixture(scope="session")
def raw() -> RawTables:
    return read_raw()


@pytest.fixture(scope="session")
def processed(raw) -> ProcessedTables:
    return build_processed(raw)


@pytest.fixture
def folder(tmp_path) -> Path:
    """Return a copy of data_raw that a test may damage."""
    return Path(shutil.copytree(config.DATA_RAW, tmp_path / "data_raw"))


@pytest.fixture
def edit(folder) -> Edit:
    """Return a function that changes one cell: table, key, column, new text."""

    def change(table: str, key: str, column: str, text: str) -> None:
        path = folder / f"{table}.csv"
        rows = list(csv.DictReader(path.open(encoding="utf-8", newline="")))
        [row] = [row for row in rows if next(iter(row.values())) == key]
        row[column] = text
        write_rows(path, rows)

    return change


@pytest.fixture
def make_reports() -> Callable[..., pd.DataFrame]:
    """Return a function that builds processed reports from the cells that differ from REPORT."""

    def make(*rows: dict[str, str]) -> pd.DataFrame:
        numbered = [REPORT | {"report_id": f"R{n:04d}"} | row for n, row in enumerate(rows, 1)]
        return process_reports(pd.DataFrame(numbered, dtype="str"))

    return make
