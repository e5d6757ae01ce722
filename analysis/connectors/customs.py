"""Import files of China's customs statistics by hand: read, check, compare, keep as a vintage."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pandas as pd

from analysis import config
from analysis.connectors.asked import require_unique
from analysis.connectors.customs_country import is_country_table, read_country_table
from analysis.connectors.customs_query import is_query_export, read_query_export
from analysis.connectors.customs_text import read_cells
from analysis.connectors.drift import counts
from analysis.connectors.drift_reports import compare_with_reports
from analysis.connectors.errors import SourceError
from analysis.connectors.vintage import DRIFT, EXTERNAL, Vintage, growing, settle

SOURCE: Final = "customs"
KEYS: Final = ("partner", "flow", "period")
COLUMNS: Final = (*KEYS, "value", "unit")
SAME: Final = 1e-9  # relative: two files that print the same figure in the same unit
ABOUT: Final = {
    "source": SOURCE,
    "title": "General Administration of Customs of China, trade by country and month",
    "terms": "statistics published by a government office; quote the publisher",
    "documentation": [
        "http://english.customs.gov.cn/statics/report/monthly.html",
        "http://www.customs.gov.cn/customs/302249/302274/302277/index.html",
        "http://stats.customs.gov.cn",
    ],
    "client": {"name": "analysis.connectors.customs", "version": "1"},
}


def import_customs(
    files: Sequence[Path],
    *,
    unit: str | None = None,
    flow: str | None = None,
    external: Path = EXTERNAL,
    data_raw: Path = config.DATA_RAW,
) -> Vintage:
    """Read country tables and query exports, compare with the reports and keep them.

    Parameters
    ----------
    unit
        Name of the unit (`customs_words.UNITS`) where a file does not state it.
    flow
        exports, imports or total, for query exports that do not say it.

    Raises
    ------
    SourceError
        When a file cannot be read, lacks a column, does not state what is not named, or
        contradicts another one; nothing is kept then.
    """
    contents = {file: _content(file) for file in files}
    pieces = [read_customs(content, file.name, unit, flow) for file, content in contents.items()]
    table = _together(pd.concat(pieces, ignore_index=True))
    drift = compare_with_reports(table, data_raw)
    with growing(SOURCE, external) as folder:
        answers = [
            _kept(folder, number, file, content)
            for number, (file, content) in enumerate(contents.items(), start=1)
        ]
        asked = {"unit": unit, "flow": flow}
        found = {"file": DRIFT, "table": "reports", "verdicts": counts(drift)}
        return settle(
            folder, table, drift, {**ABOUT, "asked": asked, "answers": answers, "drift": found}
        )


def read_customs(content: bytes, where: str, unit: str | None, flow: str | None) -> pd.DataFrame:
    """Return trade by partner, flow and month from one file of either kind.

    Raises
    ------
    SourceError
        When the file is of neither kind, or as the readers of the two kinds say.
    """
    cells = read_cells(content, where)
    if is_query_export(cells):
        return read_query_export(cells, unit, flow, where)[list(COLUMNS)]
    if is_country_table(cells):
        return read_country_table(cells, unit, where)[list(COLUMNS)]
    raise SourceError(
        f"neither a country table nor a query export; first row: {', '.join(cells[0][:8])}"
        if cells
        else "the file is empty",
        where=where,
        allowed="the monthly country table (2), or a download of stats.customs.gov.cn",
        remedy="save the table with its title and headers as CSV",
    )


def _together(df: pd.DataFrame) -> pd.DataFrame:
    """Return one row a key; the same figure in two files counts once, another one is refused."""
    currencies = sorted(df["unit"].unique())
    if len(currencies) > 1:
        raise SourceError(
            f"the files mix {' and '.join(currencies)}", remedy="import one currency at a time"
        )
    groups = df.groupby(list(KEYS))["value"]
    spread = groups.transform("max") - groups.transform("min")
    same = spread <= SAME * groups.transform("max").abs()
    kept = df[~(same & df.duplicated(list(KEYS)))]
    return require_unique(kept, KEYS, "the files together")


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise SourceError("the file cannot be read", file=file) from error


def _kept(folder: Path, number: int, file: Path, content: bytes) -> dict[str, Any]:
    kept = folder / "answers"
    kept.mkdir(exist_ok=True)
    name = f"{number:04d}{file.suffix.lower() or '.csv'}"
    (kept / name).write_bytes(content)
    return {
        "file": f"answers/{name}",
        "name": file.name,
        "address": "",
        "received": datetime.now(UTC).isoformat(timespec="seconds"),
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
