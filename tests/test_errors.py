"""An error is one message: where, what is wrong, what is allowed, what to do."""

from __future__ import annotations

import pickle
from pathlib import PurePosixPath

import pytest

from analysis.errors import (
    AnalysisError,
    BuildError,
    DataError,
    ModelError,
    StudyError,
    entry_of,
    nearest,
    require_known,
    spelling_hint,
)

WORDS = ("mohan_boten", "ruili_muse")
BOUNDARIES = {DataError: "data", StudyError: "study", ModelError: "model", BuildError: "build"}


def test_a_whole_message_has_place_problem_allowed_and_remedy_in_this_order():
    error = DataError(
        "the unit is not known",
        file=PurePosixPath("data_raw/reports.csv"),
        where="row R0001",
        allowed="USD, CNY",
        remedy="did you mean 'USD'?",
    )
    assert str(error).split("\n") == [
        "data_raw/reports.csv, row R0001: the unit is not known",
        "  allowed: USD, CNY",
        "  to do:   did you mean 'USD'?",
    ]


@pytest.mark.parametrize(
    ("parts", "lines"),
    [
        ({}, ["the problem"]),
        ({"file": "a.yaml"}, ["a.yaml: the problem"]),
        ({"where": "key rho"}, ["key rho: the problem"]),
        ({"file": "a.yaml", "where": "key rho"}, ["a.yaml, key rho: the problem"]),
        ({"allowed": "0 to 1"}, ["the problem", "  allowed: 0 to 1"]),
        ({"remedy": "run it"}, ["the problem", "  to do:   run it"]),
        ({"file": "", "allowed": "", "remedy": ""}, ["the problem"]),
    ],
)
def test_what_is_not_given_leaves_no_trace(parts, lines):
    assert str(AnalysisError("the problem", **parts)).split("\n") == lines


def test_the_parts_of_a_message_can_be_read_one_by_one():
    error = StudyError("wrong", file="a.yaml", where="key rho", allowed="0", remedy="mend it")
    parts = (error.problem, error.file, error.where, error.allowed, error.remedy)
    assert parts == ("wrong", "a.yaml", "key rho", "0", "mend it")


@pytest.mark.parametrize(("kind", "boundary"), BOUNDARIES.items())
def test_every_boundary_has_its_own_error_and_one_handler_catches_all(kind, boundary):
    with pytest.raises(AnalysisError) as caught:
        raise kind("wrong")
    assert caught.value.boundary == boundary


def test_no_boundary_catches_the_error_of_another():
    for kind in BOUNDARIES:
        assert not [other for other in BOUNDARIES if other is not kind and issubclass(kind, other)]


@pytest.mark.parametrize("kind", BOUNDARIES)
def test_an_error_survives_the_way_between_processes(kind):
    message = str(pickle.loads(pickle.dumps(kind("wrong", file="a.csv", remedy="mend it"))))
    assert "a.csv: wrong" in message


@pytest.mark.parametrize(
    ("word", "match"),
    [("mohan_botn", "mohan_boten"), ("muse", "ruili_muse"), ("mohan_boten", "mohan_boten")],
)
def test_the_nearest_word_is_proposed(word, match):
    assert nearest(word, iter(WORDS)) == match
    assert spelling_hint(word, WORDS) == f"did you mean '{match}'?"


@pytest.mark.parametrize("word", ["xyz", "", "1234567"])
def test_a_word_that_is_like_none_is_not_guessed(word):
    assert nearest(word, WORDS) is None
    assert spelling_hint(word, WORDS) == "use one of the allowed values"


def test_without_allowed_words_there_is_no_guess():
    assert nearest("muse", []) is None


def test_a_known_word_passes_and_any_other_is_refused_with_the_nearest():
    require_known("ruili_muse", WORDS, StudyError, "never said")
    with pytest.raises(StudyError) as refused:
        require_known("ruili_mus", WORDS, StudyError, "no study", file="a.yaml", where="key study")
    assert str(refused.value).split("\n") == [
        "a.yaml, key study: no study",
        "  allowed: mohan_boten, ruili_muse",
        "  to do:   did you mean 'ruili_muse'?",
    ]


def test_an_entry_of_a_registry_is_found_by_its_name_or_refused():
    assert entry_of({"ruili_muse": 1}, "ruili_muse", ModelError, "never said") == 1
    with pytest.raises(ModelError, match="no such model"):
        entry_of({"ruili_muse": 1}, "muse", ModelError, "no such model")
