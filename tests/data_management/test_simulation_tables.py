"""A table of simulation results needs one entry; everything else follows from it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pandera.errors import SchemaError

from analysis.data_management import checks, load, sources
from analysis.data_management.checksums import write_register
from analysis.data_management.load import load_table
from analysis.data_management.panel_checks import PANEL_CHECKS
from analysis.data_management.pipeline import KEYS
from analysis.data_management.processed_tables import PROCESSED, check_processed
from analysis.data_management.read_raw import read_table
from analysis.data_management.results import long_results, typed_results, write_results
from analysis.data_management.save import save_table
from analysis.data_management.simulation_schemas import (
    processed_schema,
    raw_schema,
    shares_possible,
)
from analysis.data_management.simulations import SIMULATIONS, SimulationTable
from analysis.errors import DataError

MADE = SimulationTable("made_up", {"method": "word", "clusters": "count", "correlation": "number"})


@pytest.fixture
def entered(folder, monkeypatch):
    """Enter a made-up table everywhere that an entry of `SIMULATIONS` reaches."""
    source = sources.Source(MADE.name, MADE.key, raw_schema(MADE))
    monkeypatch.setitem(sources.SOURCES, MADE.name, source)
    monkeypatch.setitem(checks._CHECKS, MADE.name, (shares_possible,))
    monkeypatch.setitem(load.DATES, MADE.name, ())
    monkeypatch.setitem(load.NUMBERS, MADE.name, MADE.numbers)
    monkeypatch.setitem(load.COUNTS, MADE.name, MADE.counts)
    monkeypatch.setitem(PROCESSED, MADE.name, processed_schema(MADE))
    return folder


@pytest.fixture
def wide() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "method": ["plain", "plain", "wild"],
            "clusters": [6, 30, 6],
            "correlation": [0.5, 0.5, -0.25],
            "rejection_rate": [0.1234567890123456, 0.055, 0.05],
            "bias": [-0.01, 0.0, 1e-7],
            "bias_error": [0.002, 0.001, 0.002],
            "done": [2000, 2000, 1999],
        }
    )


def tidy(wide) -> pd.DataFrame:
    measures = {"rejection_rate": ("rejection_rate", None), "bias": ("bias", "bias_error")}
    return long_results("size", wide, ["method", "clusters", "correlation"], measures, "done")


def test_entry_names_every_column():
    assert MADE.columns == (
        *("study", "method", "clusters", "correlation"),
        *("measure", "replications", "value", "monte_carlo_error"),
    )
    assert MADE.key == ("study", "method", "clusters", "correlation", "measure")
    assert MADE.counts == ("clusters", "replications")
    assert MADE.numbers == ("correlation", "value", "monte_carlo_error")


def test_every_entry_reaches_sources_checks_types_and_schemas():
    for name, table in SIMULATIONS.items():
        assert sources.SOURCES[name].key == table.key == KEYS[name]
        assert set(sources.SOURCES[name].schema.columns) == set(table.columns)
        assert tuple(PROCESSED[name].columns) == table.columns
        assert PANEL_CHECKS[name]
        assert name in load.DATES


def test_one_row_a_setting_and_measure(wide):
    df = tidy(wide)
    assert tuple(df.columns) == MADE.columns
    assert len(df) == 6
    shares = df[df["measure"] == "rejection_rate"]
    rate = wide["rejection_rate"]
    np.testing.assert_array_equal(
        shares["monte_carlo_error"], np.sqrt(rate * (1 - rate) / wide["done"])
    )
    assert df[df["measure"] == "bias"]["monte_carlo_error"].tolist() == [0.002, 0.001, 0.002]


def test_measure_without_an_error_is_refused(wide):
    with pytest.raises(DataError, match="'bias' comes without its Monte Carlo standard error"):
        long_results(
            "size", wide, ["method", "clusters", "correlation"], {"bias": ("bias", None)}, "done"
        )


def test_setting_without_a_measure_has_no_row(wide):
    wide.loc[1, "bias"] = np.nan
    df = tidy(wide)
    assert df["measure"].value_counts().to_dict() == {"rejection_rate": 3, "bias": 2}
    assert list(df.index) == list(range(5))


def test_label_may_be_any_text_but_empty():
    schema = raw_schema(SimulationTable("labelled", {"method": "text"}))
    row = {"study": "size", "method": "CR1, t(G - 1)", "measure": "power"}
    row |= {"replications": "10", "value": "0.5", "monte_carlo_error": "0.1"}
    schema.validate(pd.DataFrame([row], dtype="str"))
    with pytest.raises(SchemaError):
        schema.validate(pd.DataFrame([row | {"method": ""}], dtype="str"))


def test_missing_column_is_refused(wide):
    with pytest.raises(DataError, match="the result has no column 'powr'"):
        long_results("size", wide, ["method"], {"power": ("powr", None)}, 100)


def test_results_read_back_as_they_were_written(entered, wide, tmp_path):
    write_register(entered)
    write_results({MADE.name: tidy(wide)}, entered)
    built = check_processed(MADE.name, typed_results(MADE.name, read_table(MADE.name, entered)))
    assert built["clusters"].dtype == built["replications"].dtype == "int64"
    expected = tidy(wide).sort_values(list(MADE.key), ignore_index=True)
    pd.testing.assert_frame_equal(built, expected, rtol=1e-11)
    save_table(built, MADE.key, tmp_path / f"{MADE.name}.csv")
    pd.testing.assert_frame_equal(load_table(MADE.name, tmp_path), built, check_exact=True)


@pytest.mark.parametrize(
    ("column", "wrong", "said"),
    [
        ("value", 5.5, "a rejection_rate of 5.5 is not a share"),
        ("value", -0.1, "a rejection_rate of -0.1 is not a share"),
        ("value", np.nan, "the cell is empty"),
        ("monte_carlo_error", 0.2, "2000 replications cannot leave an error of 0.2"),
        ("monte_carlo_error", -0.2, "a number, zero or more"),
        ("replications", 0, "a result of no replication"),
        ("measure", "size", "coverage, power, rejection_rate"),
        ("method", "Wild bootstrap", "a word in lower-case letters"),
        ("clusters", 6.5, "a whole number, zero or more"),
        ("study", "", "the cell is empty"),
    ],
)
def test_result_that_breaks_the_contract_is_refused(entered, wide, column, wrong, said):
    write_register(entered)
    df = tidy(wide).astype({"clusters": object, "replications": object})
    df.loc[0, column] = wrong
    before = {path.name: path.read_bytes() for path in entered.iterdir()}
    with pytest.raises(DataError) as caught:
        write_results({MADE.name: df}, entered)
    assert said in str(caught.value)
    assert "data_raw/made_up.csv, row " in str(caught.value)
    assert {path.name: path.read_bytes() for path in entered.iterdir()} == before


def test_repeated_result_is_refused(entered, wide):
    write_register(entered)
    with pytest.raises(DataError, match="is already on line"):
        write_results({MADE.name: pd.concat([tidy(wide)] * 2)}, entered)


def test_bias_may_lie_outside_zero_to_one(entered, wide):
    write_register(entered)
    wide["bias"] = [-3.0, 2.0, 0.0]
    write_results({MADE.name: tidy(wide)}, entered)
    assert read_table(MADE.name, entered)["value"].astype(float).min() == -3
