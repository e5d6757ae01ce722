"""Which raw rows stand behind a row of a processed table.

A raw row is found by its key, which the processed row holds under the names below. Every row that
is asked for must lead to some raw row; where one does not, that is an error and not an empty list.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from analysis.config import DATA_PROCESSED
from analysis.data_management.claims import YUAN
from analysis.data_management.sources import SOURCES
from analysis.errors import BuildError
from analysis.provenance.lineage import raw_behind
from analysis.provenance.raw_files import files_of

MONTH: Final = "month"
_ID: Final = re.compile(r"[A-Z]+\d+")
Rows = Mapping[str, frozenset[int]]
"""Rows of raw files, counted from zero, by stem of the file."""
Keys = Iterator[tuple[str, pd.DataFrame]]
"""Raw tables with the keys that are asked for; the index is that of the processed rows."""


@cache
def raw_rows(table: str, positions: tuple[int, ...]) -> Rows:
    """Return the raw rows behind some rows of a processed table.

    Raises
    ------
    BuildError
        When no raw row is found for one of them.
    """
    taken = _text_of(DATA_PROCESSED / f"{table}.csv").iloc[list(positions)]
    found: dict[str, set[int]] = {}
    met: set[int] = set()
    for name, keys in _keys(table, taken):
        for stem, raw in _files_of(name):
            places = keys.reset_index(names=ASKED).merge(raw, on=[*keys.columns])
            found.setdefault(stem, set()).update(places[AT])
            met.update(places[ASKED])
    lost = [place for place in positions if place not in met]
    if lost:
        raise BuildError(
            f"row {lost[0] + 2} of the processed table '{table}' leads to no raw row",
            file="analysis/provenance/row_lineage.py",
            remedy="say in KEYS by which columns its raw rows are found",
        )
    return {stem: frozenset(rows) for stem, rows in found.items()}


def _keys(table: str, taken: pd.DataFrame) -> Keys:
    if table in KEYS:
        yield from KEYS[table](taken)
    else:
        yield from _by_own_names(table, taken)


def _by_own_names(table: str, taken: pd.DataFrame) -> Keys:
    """Find raw rows by columns of their own names; raw months have no day."""
    months = {MONTH: taken[MONTH].str[:7]} if MONTH in taken else {}
    for name in raw_behind(table):
        yield name, taken.assign(**months)[list(SOURCES[name].key)]


def _of_series(taken: pd.DataFrame) -> Keys:
    """Find the series, and the reports that its row in the register counts."""
    yield "series", taken[["series"]]
    observed = _text_of(DATA_PROCESSED / "observations.csv")[["series", "report_id"]]
    of_series = taken.reset_index(names=ASKED).merge(observed, on="series").set_index(ASKED)
    yield "reports", of_series[["report_id"]]


def _of_agreement(taken: pd.DataFrame) -> Keys:
    yield "second_coding", taken[["coding_id"]]
    yield "reports", taken[["report_id"]]


def _of_overlaps(taken: pd.DataFrame) -> Keys:
    for column in ("report_id", "other_id"):
        yield "reports", taken[[column]].set_axis(["report_id"], axis=1)


def _of_contradictions(taken: pd.DataFrame) -> Keys:
    yield "reports", _ids_in(taken["reports"]).to_frame("report_id")


def _of_claims(taken: pd.DataFrame) -> Keys:
    """Find the claim, its figures, and the exchange rate where it converts."""
    yield "claims", taken[["claim_id"]]
    for column in ("source", "figures", "base"):
        ids = _ids_in(taken[column])
        yield "reports", ids.to_frame("report_id")
        yield "second_coding", ids.to_frame("coding_id")
    converted = taken[taken["kind"] == "exchange"]
    yield "macro_monthly", converted[[]].assign(series=YUAN)


def _of_pairs(taken: pd.DataFrame) -> Keys:
    for column in ("iso3_a", "iso3_b"):
        yield "countries", taken[[column]].set_axis(["iso3"], axis=1)
    for order in (["iso3_a", "iso3_b"], ["iso3_b", "iso3_a"]):
        yield "country_borders", taken[order].set_axis(["iso3", "neighbour"], axis=1)


def _of_all_readings(taken: pd.DataFrame) -> Keys:
    """Find every row of both readings, which a rate of agreement counts."""
    for name in ("reports", "second_coding"):
        yield name, taken[[]].assign(**{EVERY: ""})


def _ids_in(cells: pd.Series[str]) -> pd.Series[str]:
    return cells.str.findall(_ID).explode().dropna()


EVERY: Final = "(every row)"
ASKED: Final = "(asked)"
AT: Final = "(at)"
KEYS: Final[Mapping[str, Callable[[pd.DataFrame], Keys]]] = {
    "observations": lambda taken: iter([("reports", taken[["report_id"]])]),
    "series": _of_series,
    "overlaps": _of_overlaps,
    "contradictions": _of_contradictions,
    "agreement": _of_agreement,
    "agreement_summary": _of_all_readings,
    "claims": _of_claims,
    "country_pairs": _of_pairs,
}
"""Processed table -> how its raw rows are found, where columns of the same names do not tell."""


def _files_of(table: str) -> Iterator[tuple[str, pd.DataFrame]]:
    for path in files_of(table):
        df = _text_of(path)
        yield path.stem, df.assign(**{AT: np.arange(len(df)), EVERY: np.full(len(df), "")})


def _text_of(path: Path) -> pd.DataFrame:
    return _text_at(path, path.stat().st_mtime_ns)


@cache
def _text_at(path: Path, _changed_at: int) -> pd.DataFrame:
    return pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8")
