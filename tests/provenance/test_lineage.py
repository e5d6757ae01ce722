"""The raw tables behind a processed one are those whose rows move it, no more and no fewer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import pandas as pd
import pytest

from analysis.config import DATA_PROCESSED, DATA_RAW
from analysis.data_management import pipeline
from analysis.data_management.load import DATES
from analysis.data_management.read_raw import RawTables, trusted_table
from analysis.data_management.sources import SOURCES
from analysis.data_management.zones import build_zones
from analysis.errors import BuildError
from analysis.provenance.lineage import raw_behind, raw_tables_of

Tables = Mapping[str, pd.DataFrame]
Build = Callable[[RawTables], Tables]
PARTS: Mapping[str, Build] = {
    "figures": pipeline._figures,
    "panels": pipeline._panels,
    "zones": lambda raw: build_zones(raw.tables),
    "simulations": pipeline._simulations,
}


@pytest.fixture(scope="module")
def raw() -> RawTables:
    return RawTables({name: trusted_table(name) for name in SOURCES})


def disjoint(tables: set[str]) -> list[set[str]]:
    """Share raw tables out so that no two of one lot stand behind the same processed table."""
    lots: list[tuple[set[str], set[str]]] = []
    for name in sorted(tables):
        moved = {table for table in DATES if name in raw_behind(table)}
        lot = next((lot for lot in lots if not lot[1] & moved), None)
        if lot is None:
            lots.append((set(), set()))
            lot = lots[-1]
        lot[0].add(name)
        lot[1].update(moved)
    return [names for names, _ in lots]


def changed(raw: RawTables, names: set[str]) -> RawTables:
    """Take rows away and make published values larger, but keep what a claim refers to."""
    claims = raw.tables["claims"].to_csv() if "claims" in raw.tables else ""
    named = frozenset(re.findall(r"\b[RP]\d+\b", claims))
    return RawTables({n: _changed(df, named) if n in names else df for n, df in raw.tables.items()})


def _changed(df: pd.DataFrame, named: frozenset[str]) -> pd.DataFrame:
    kept = df.iloc[:, 0].isin(named)
    fewer = df.iloc[:-1] if "value" in df else df.iloc[::2]
    rows = df[kept] if kept.any() else fewer
    if "value" not in rows:
        return rows
    return rows.assign(value=rows["value"].str.replace(r"^(?=\d)", "1", regex=True))


@pytest.mark.parametrize("part", PARTS)
def test_a_change_in_a_raw_table_moves_the_tables_that_are_said_to_be_made_of_it(raw, part):
    build = PARTS[part]
    before = build(raw)
    for names in disjoint({table for made in before for table in raw_behind(made)}):
        after = build(changed(raw, names))
        moved = {made for made in before if not before[made].equals(after[made])}
        filled = {name for name in names if len(raw[name])}  # an empty table cannot be changed
        assert moved == {made for made in before if filled & set(raw_behind(made))}, names


def test_every_processed_table_has_raw_tables_behind_it():
    assert all(set(raw_behind(table)) <= set(SOURCES) for table in DATES)


def test_a_table_of_which_nothing_is_known_is_an_error():
    with pytest.raises(BuildError, match="add a row to BEHIND"):
        raw_behind("unheard_of")


def test_files_lead_to_raw_tables_in_the_order_of_the_catalogue():
    files = [DATA_PROCESSED / "series.csv", DATA_RAW / "places.csv"]
    results = DATA_PROCESSED / "robustness" / "mohan_boten" / "checks.csv"
    assert raw_tables_of([*files, results]) == ("reports", "series", "places")
