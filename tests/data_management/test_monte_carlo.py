from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.data_management.catalogue import open_raw
from analysis.data_management.checksums import verify_checksums
from analysis.data_management.monte_carlo import (
    COLUMNS,
    SAMPLE,
    SAMPLE_COLUMNS,
    SUMMARY,
)
from analysis.data_management.read_raw import read_table
from analysis.data_management.results import typed_results, write_results
from analysis.errors import DataError
from analysis.models.interval_histories import HISTORIES, TRUTH
from analysis.models.interval_simulation import OWN, StudyPlan, coverage_table, run_study

FILES = {"monte_carlo.csv", "monte_carlo_sample.csv"}


def write_monte_carlo(summary, sample, folder) -> None:
    write_results({SUMMARY: summary, SAMPLE: sample}, folder)


@pytest.fixture(scope="module")
def results() -> pd.DataFrame:
    return run_study(StudyPlan(histories=("rho_0.9", "independent"), replications=12), quiet=True)


@pytest.fixture
def summary(results) -> pd.DataFrame:
    return coverage_table(results, 0.95)


@pytest.fixture
def sample(results) -> pd.DataFrame:
    return results[results["method"] == OWN]


def rounded(df: pd.DataFrame) -> pd.DataFrame:
    return df.map(lambda cell: float(f"{cell:.12g}") if isinstance(cell, float) else cell)


def test_what_is_written_reads_back_rounded_and_sorted(folder, summary, sample):
    write_monte_carlo(summary, sample, folder)
    built = typed_results("monte_carlo", read_table("monte_carlo", folder))
    expected = rounded(summary[list(COLUMNS)]).sort_values(["history", "method", "name"])
    pd.testing.assert_frame_equal(built, expected.reset_index(drop=True), check_exact=True)
    built = typed_results("monte_carlo_sample", read_table("monte_carlo_sample", folder))
    keys = ["history", "replication", "method", "name"]
    expected = rounded(sample[list(SAMPLE_COLUMNS)]).sort_values(keys)
    pd.testing.assert_frame_equal(built, expected.reset_index(drop=True), check_exact=True)
    replications = read_table("monte_carlo_sample", folder)["replication"].unique()
    assert list(replications) == [str(number) for number in range(12)]


def test_only_the_two_lines_of_the_register_change(folder, summary, sample):
    before = verify_checksums(folder)
    write_monte_carlo(summary, sample, folder)
    after = verify_checksums(folder)
    assert {name for name in after if after[name] != before[name]} == FILES
    assert set(after) == set(before)
    assert len(open_raw(folder)["monte_carlo"]) == len(summary)


def test_bytes_do_not_depend_on_the_order_of_work(folder, summary, sample):
    write_monte_carlo(summary, sample, folder)
    first = {name: (folder / name).read_bytes() for name in FILES}
    shuffled = (df.sample(frac=1.0, random_state=1)[df.columns[::-1]] for df in (summary, sample))
    write_monte_carlo(*shuffled, folder)
    assert {name: (folder / name).read_bytes() for name in FILES} == first


def test_damaged_results_are_replaced(folder, summary, sample):
    (folder / "monte_carlo.csv").write_text("cut sh")
    (folder / "monte_carlo_sample.csv").unlink()
    write_monte_carlo(summary, sample, folder)
    assert set(verify_checksums(folder)) >= FILES


def refused(folder, summary, sample) -> str:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(DataError) as caught:
        write_monte_carlo(summary, sample, folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert caught.value.remedy
    return str(caught.value)


def test_another_file_that_disagrees_is_refused(folder, summary, sample):
    with (folder / "monte_carlo.card.yaml").open("a") as stream:
        stream.write("\n")
    text = refused(folder, summary, sample)
    assert "data_raw/monte_carlo.card.yaml: the file was changed" in text


def test_an_unregistered_file_is_refused(folder, summary, sample):
    (folder / "more.csv").write_text("a\n")
    assert "data_raw/more.csv: the file is not registered" in refused(folder, summary, sample)


@pytest.mark.parametrize(
    ("column", "wrong", "said"),
    [
        ("bias", np.nan, "column bias: the cell is empty"),
        ("mean_length", np.inf, "'inf' is not allowed"),
        ("coverage", 1.5, "a coverage of 1.5 is not a share"),
        ("method", "Own way", "a word in lower-case letters"),
    ],
)
def test_a_result_that_breaks_the_contract_is_refused(folder, summary, sample, column, wrong, said):
    summary.loc[0, column] = wrong
    text = refused(folder, summary, sample)
    assert "data_raw/monte_carlo.csv, row " in text
    assert said in text


def test_a_repeated_row_is_refused(folder, summary, sample):
    text = refused(folder, summary, pd.concat([sample, sample.head(1)]))
    assert "data_raw/monte_carlo_sample.csv" in text
    assert "is already on line" in text


def test_a_missing_column_is_refused(folder, summary, sample):
    text = refused(folder, summary.drop(columns="spread"), sample)
    assert "data_raw/monte_carlo.csv: the result has no column 'spread'" in text


def test_one_replication_has_no_spread(folder, results, sample):
    alone = coverage_table(results[results["replication"] == 0], 0.95)
    write_monte_carlo(alone, sample, folder)
    assert typed_results("monte_carlo", read_table("monte_carlo", folder))["spread"].isna().all()


def test_registered_study_is_whole(processed):
    summary, sample = processed["monte_carlo"], processed["monte_carlo_sample"]
    assert set(summary["history"]) == set(sample["history"]) == set(HISTORIES)
    assert set(summary["name"]) == set(sample["name"]) == set(TRUTH)
    assert set(sample["method"]) == {OWN}
    assert sample["replication"].max() < summary["replications"].max()
    assert summary["replications"].dtype == sample["replication"].dtype == "int64"
