"""What an exhibit reads is found exactly, whatever a process has cached before."""

from __future__ import annotations

import os

import pytest

from analysis.config import DATA_PROCESSED, DATA_RAW
from analysis.data_management.load import load_table
from analysis.exhibits.inference_methods import open_simulations
from analysis.nodes import shown_path
from analysis.provenance import reads
from analysis.provenance.places import PlacedExhibit, placed_exhibits
from analysis.provenance.reads import files_read, reading_of, reads_by_itself, watched
from analysis.provenance.sidecar import read_sidecar
from analysis.workers import in_own_process


def placed(name: str) -> PlacedExhibit:
    return next(one for one in placed_exhibits() if one.name == name)


def test_the_loader_of_tables_is_seen_and_registers_are_not():
    with watched() as seen:
        load_table("glossary")
    load_table("places")
    assert seen == {DATA_PROCESSED / "glossary.csv"}


def test_a_table_that_is_read_past_the_loader_is_seen_too():
    with watched() as seen:
        descriptor = os.open(DATA_RAW / "events.csv", os.O_RDONLY)
        os.close(descriptor)
        (DATA_RAW / "events.card.yaml").read_bytes()
    assert seen == {DATA_RAW / "events.csv"}


def test_two_watchers_at_a_time_both_see():
    with watched() as outer, watched() as inner:
        load_table("glossary")
    assert outer == inner != set()


def test_an_opener_that_this_process_has_cached_is_still_traced(tmp_path):
    own = placed("inference_methods/dyads_size")
    open_simulations()
    with watched() as seen:
        open_simulations()
    assert seen == set()
    reading = reading_of(own)
    found = in_own_process("analysis.provenance.reads.files_read", reading, tmp_path)
    tables = {f"data_processed/{name}.csv" for name in open_simulations()}
    assert set(found) == tables
    assert files_read(reading, tmp_path) == found
    assert set(read_sidecar(own.sidecar).processed) == tables


def test_exhibits_with_one_opener_ask_one_question():
    asked = {
        reading_of(placed(f"mohan_boten/{name}")) for name in ("coverage", "effects", "monthly")
    }
    assert len(asked) == 1
    assert reading_of(placed("ruili_muse/effects")) not in asked
    assert reading_of(placed("mohan_boten/checks")) not in asked


def test_a_maker_that_opens_what_its_opener_does_not_is_run_as_well():
    alone = [one.name for one in placed_exhibits() if reads_by_itself(one)]
    assert "synthesis/questions" in alone
    assert "mohan_boten/effects" not in alone
    assert reading_of(placed("synthesis/questions")).maker.endswith(".open_questions")
    assert reading_of(placed("synthesis/findings")).maker == ""


def test_what_the_maker_of_the_questions_reads_is_in_its_sidecar_alone():
    questions = read_sidecar(placed("synthesis/questions").sidecar)
    findings = read_sidecar(placed("synthesis/findings").sidecar)
    assert set(findings.processed) < set(questions.processed)
    assert "data_processed/problem_indicators.csv" in questions.processed


@pytest.mark.parametrize("name", ["zones_frame/places", "mohan_boten/checks"])
def test_no_maker_of_a_notebook_reads_more_than_its_sidecar_says(name):
    """Run in a fresh process, since a cached maker reads nothing."""
    one = placed(name)
    makers = [
        other.exhibit.program for other in placed_exhibits() if reading_of(other) == reading_of(one)
    ]
    late = in_own_process(f"{__name__}.read_by_makers", one.opener, one.arguments, makers)
    assert set(late) <= set(read_sidecar(one.sidecar).processed)


def read_by_makers(opener: str, arguments: tuple[str, ...], makers: list[str]) -> list[str]:
    with watched() as seen:
        opened = reads.named(opener)(*arguments)
        for maker in makers:
            reads.named(maker)(opened)
    return sorted(map(shown_path, seen))
