"""The campaign of single faults: none is silent, and the committed table says what happens."""

from __future__ import annotations

import csv
import io

import pytest

from tests.faults.campaign import FAULTS, TABLE, lines_of, run, sample, text_of
from tests.faults.faults_state import STATE, run_state
from tests.faults.judge import HARMLESS, INERT, STOPPED

FEWEST = 100
SAMPLED = 20  # in about ten seconds


@pytest.fixture(scope="module")
def committed():
    return TABLE.read_text(encoding="utf-8")


def test_no_fault_of_the_table_is_silent(committed):
    rows = list(csv.DictReader(io.StringIO(committed, newline="")))
    assert len(rows) >= FEWEST
    assert {row["outcome"] for row in rows} == {STOPPED, HARMLESS, INERT}
    names = [(row["area"], row["fault"]) for row in rows]
    assert names == [(fault.area, fault.name) for fault in (*FAULTS, *STATE)]


def test_every_message_names_the_file_and_says_what_to_do(committed):
    for row in csv.DictReader(io.StringIO(committed, newline="")):
        if row["outcome"] == STOPPED:
            assert row["message"].count(" error ") == 1
            assert "to do:" in row["message"], row
            assert "." in row["message"].split(":")[0], row


def test_a_sample_comes_out_as_committed(committed, tmp_path):
    drawn = sample(SAMPLED)
    lines = text_of(run(drawn, tmp_path))
    table = {(row["area"], row["fault"]): row for row in csv.DictReader(io.StringIO(committed))}
    for row in csv.DictReader(io.StringIO(lines)):
        assert row == table[row["area"], row["fault"]]


@pytest.mark.faults
def test_all_faults_of_the_input_come_out_as_committed(committed, tmp_path):
    assert text_of(run(FAULTS, tmp_path)) == lines_of(committed, FAULTS)


@pytest.mark.faults
def test_all_faults_of_the_state_of_a_build_come_out_as_committed(committed, built):
    assert text_of(run_state(STATE, built)) == lines_of(committed, STATE)
