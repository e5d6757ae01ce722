"""The table of measured costs: what it refuses, and that the committed measurement is complete."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.config import DATA_RAW
from analysis.data_management.cards import read_card
from analysis.data_management.cost_schemas import COST_CHECKS
from analysis.data_management.cost_table import BOOTSTRAP, COST, NOTHING, SIZES, UNIVERSE
from analysis.data_management.read_raw import check_table, read_table
from analysis.data_management.results import typed_results
from analysis.data_management.sources import SOURCES
from analysis.errors import DataError

FILE = f"data_raw/{COST}.csv"


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return read_table(COST)


def last(table: pd.DataFrame, work: str) -> int:
    """Return the line of the last job of a kind of work, which is not the first of the table."""
    return int(table.index[table["work"] == work][-1])


@pytest.mark.parametrize(
    ("work", "column", "wrong", "said"),
    [
        (UNIVERSE, "work", "galaxy", "universe, bootstrap, nothing"),
        (UNIVERSE, "series", "0", "work of the kind universe with 0 series"),
        (UNIVERSE, "draws", "5", "work of the kind universe with 5 draws"),
        (BOOTSTRAP, "draws", "0", "work of the kind bootstrap with 0 draws"),
        (BOOTSTRAP, "dates", "7", "work of the kind bootstrap with 7 dates"),
        (NOTHING, "draws", "0", "work of the kind nothing with 0 draws"),
        (UNIVERSE, "months", "120.0", "a whole number, zero or more"),
        (UNIVERSE, "seconds", "0", "seconds of 0"),
        (UNIVERSE, "seconds", "-1.5", "a number, zero or more"),
        (UNIVERSE, "seconds", "", "the cell is empty"),
        (UNIVERSE, "megabytes", "0.0", "megabytes of 0.0"),
        (UNIVERSE, "repeats", "0", "repeats of 0"),
        (UNIVERSE, "workers", "64", "64 workers on"),
        (UNIVERSE, "workers", "0", "workers of 0"),
        (UNIVERSE, "processor", "another", "processor is 'another' here"),
        (UNIVERSE, "measured_on", "2026-13-01", "YYYY-MM-DD"),
        (UNIVERSE, "measured_on", "2020-01-01", "measured_on is '2020-01-01' here"),
        (UNIVERSE, "load", "-1", "a number, zero or more"),
        (UNIVERSE, "python", "three", "a release of Python"),
    ],
)
def test_a_wrong_cell_is_told(table, work, column, wrong, said):
    faulty, line = table.copy(), last(table, work)
    faulty.loc[line, column] = wrong
    with pytest.raises(DataError) as caught:
        check_table(COST, faulty, FILE)
    text = str(caught.value)
    assert said in text
    assert FILE in text
    assert caught.value.remedy


def test_a_job_that_misses_on_a_number_of_workers_is_told(table):
    line = last(table, UNIVERSE)
    with pytest.raises(DataError, match="not measured on every number of workers"):
        check_table(COST, table.drop(index=line), FILE)


def test_a_key_that_stands_twice_is_told(table):
    twice = pd.concat([table, table.tail(1).set_axis([999])])
    with pytest.raises(DataError, match="is already on line"):
        check_table(COST, twice, FILE)


def test_the_committed_table_has_no_fault(table):
    check_table(COST, table, FILE)
    assert not [fault for check in COST_CHECKS[COST] for fault in check(table)]


def test_the_committed_measurement_is_complete(table):
    """Every job on one worker and on two; each size at four values or more, months at three."""
    typed = typed_results(COST, table)
    assert set(typed["workers"]) == {1, 2}
    for _, rows in typed.groupby(["work", *SIZES]):
        assert sorted(rows["workers"]) == [1, 2]
    universe = typed[typed["work"] == UNIVERSE]
    assert {5_000, 10_000, 20_000, 40_000, 80_000} <= set(universe["series"])
    assert {60, 120, 240} <= set(universe["months"])
    assert universe["dates"].nunique() >= 5
    assert typed[typed["work"] == BOOTSTRAP]["draws"].nunique() >= 4
    assert (typed[typed["work"] == NOTHING]["draws"] >= 1_000).all()


def test_no_universe_holds_the_panel_in_memory(table):
    """All estimates of 80,000 series at 61 dates with their errors would take more than blocks."""
    assert (typed_results(COST, table)["megabytes"] < 2_000).all()


def test_the_card_names_the_day_of_the_measurement(table):
    assert {read_card(DATA_RAW / SOURCES[COST].card).taken_on.isoformat()} == set(
        table["measured_on"]
    )
