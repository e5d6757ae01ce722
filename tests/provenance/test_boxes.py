"""Many rows are named in few words, and the words mean those rows and no other."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.provenance.boxes import boxes, rows_in, runs
from analysis.provenance.row_names import rows_meant, rows_named
from analysis.provenance.sidecar import Selection

UNITS = ("CHN", "KHM", "LAO", "MMR")
MONTHS = tuple(f"2020-{month:02d}" for month in range(1, 7))
GRID = pd.DataFrame(
    [(unit, month) for unit in UNITS for month in MONTHS], columns=["unit", "month"]
)


@settings(deadline=None)
@given(st.lists(st.booleans(), min_size=len(GRID), max_size=len(GRID)))
def test_boxes_mean_the_rows_that_were_chosen(chosen):
    picked = np.array(chosen)
    assert np.array_equal(rows_in(GRID, boxes(GRID, picked)), picked)


def test_a_product_is_one_box_and_runs_of_values_are_from_and_to():
    chosen = (
        GRID["unit"].isin(["CHN", "LAO"]) & GRID["month"].between("2020-02", "2020-05")
    ).to_numpy()
    assert boxes(GRID, chosen) == [
        {"unit": ["CHN", "LAO"], "month": {"from": "2020-02", "to": "2020-05"}}
    ]


def test_every_row_is_an_empty_box_and_no_row_is_no_box():
    assert boxes(GRID, np.ones(len(GRID), dtype=bool)) == [{}]
    assert boxes(GRID, np.zeros(len(GRID), dtype=bool)) == []


def test_numbers_follow_one_another_by_size():
    keys = pd.DataFrame({"before": ["9", "10", "24", "100"]})
    assert boxes(keys, np.array([True, True, True, False])) == [
        {"before": {"from": "9", "to": "24"}}
    ]


def test_groups_that_take_the_same_share_a_box():
    early = GRID["month"] < "2020-03"
    chosen = (early & (GRID["unit"] != "MMR")) | (~early & (GRID["unit"] == "MMR"))
    assert len(boxes(GRID, chosen.to_numpy())) == 2


def test_runs_are_first_and_last_of_what_stands_together():
    assert runs(np.array([True, True, False, True])) == [(0, 1), (3, 3)]
    assert runs(np.zeros(3, dtype=bool)) == []


@pytest.mark.parametrize(("taken", "named"), [((1,), ["b"]), ((0, 2), ["a", "c"])])
def test_few_rows_of_one_key_are_named_by_it(tmp_path, taken, named):
    path = tmp_path / "made.csv"
    path.write_text("key,value\na,1\nb,2\nc,3\n", encoding="utf-8")
    assert rows_named(path, ("key",), taken) == named
    assert np.flatnonzero(rows_meant(path, ("key",), named)).tolist() == list(taken)


@pytest.mark.parametrize("taken", [(), (0, 1, 2)])
def test_all_rows_and_none_are_said_by_their_number(tmp_path, taken):
    path = tmp_path / "made.csv"
    path.write_text("key,value\na,1\nb,2\nc,3\n", encoding="utf-8")
    named = rows_named(path, ("key",), taken)
    assert isinstance(named, Selection)
    assert (named.taken, named.rows) == (len(taken), 3)
    assert rows_meant(path, ("key",), named).sum() == len(taken)
