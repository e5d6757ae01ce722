"""Settings of the placebo universe: read as typed values, or refused with one message."""

from __future__ import annotations

import copy

import pytest
import yaml

from analysis.config import COMMON
from analysis.data_management.catalogue import open_vocabulary
from analysis.data_management.processed import load_tables, vocabulary_of
from analysis.errors import StudyError
from analysis.settings.placebo_universe import SERIES, parse_placebo_universe
from analysis.study_yaml import read_yaml

FILE = COMMON / "placebo_universe.yaml"
VOCABULARY = vocabulary_of(load_tables(("series", "events", "context", "reports", "policy")))


def refused(folder, keys, value) -> StudyError:
    content = copy.deepcopy(read_yaml(FILE))
    place = content
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    path = folder / FILE.name
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        parse_placebo_universe(path, VOCABULARY)
    return caught.value


def test_the_settings_of_the_project_are_read():
    settings = parse_placebo_universe(FILE, VOCABULARY)
    assert {item.panel for item in settings.questions} == {item.name for item in settings.panels}
    assert settings.panel("areas").measure == "log1p"


def test_months_of_policy_are_those_of_raw_and_of_processed_tables():
    assert open_vocabulary().policy_months == VOCABULARY.policy_months
    assert set(SERIES["provinces"](VOCABULARY, "stringency")) == {
        unit for unit in VOCABULARY.policy_units if unit.startswith("CHN-")
    }


@pytest.mark.parametrize(
    ("keys", "value", "where", "words"),
    [
        (("questions", 0, "panel"), "countrys", "key questions.1.panel", "'countries'?"),
        (("questions", 0, "event"), "EV999", "key questions.1.event", "'EV999'"),
        (("questions", 0, "event"), "EV055", "key questions.1.event", "outside the window"),
        (("questions", 0, "event"), "EV001", "key questions.1.event", "after 2020-07-01"),
        (("questions", 2, "event"), "EV032", "key questions", "used twice"),
        (("questions", 0, "targets", 0, "series"), "MMX", "key questions.1.targets", "'MM"),
        (("questions", 0, "targets", 0, "series"), "CHN-YN", "key questions.1.targets", "'CHN'?"),
        (("questions", 6, "targets", 0, "series"), "shan", "key questions.7.targets", "'shan'"),
        (("questions", 0, "targets"), [], "key questions.1.targets", "at least 1"),
        (("questions", 0, "target"), [], "key questions.1.target", "did you mean 'targets'"),
        (("panels", 0, "variable"), "strictness", "key panels.countries.variable", "stringency"),
        (("panels", 2, "variable"), "event", "key panels.areas.variable", "did you mean 'events'"),
        (("panels", 0, "table"), "country", "key panels.1.table", "countries"),
        (("panels", 0, "window", "end"), "2023-02", "key panels.countries.window", "2022-12"),
        (("panels", 0, "window", "end"), "2019-02", "key panels.countries.window", "before it"),
        (("panels", 0, "measure"), "logs", "key panels.1.measure", "log"),
        (("panels", 0, "bandwidth"), -1, "key panels.1.bandwidth", "greater"),
        (("panels", 1, "name"), "countries", "key panels", "used twice"),
        (
            ("panels", 2, "left_out", 0, "series"),
            "muse_50",
            "key panels.areas.left_out",
            "did you mean 'muse_50km'",
        ),
        (("panels", 2, "left_out", 0, "reason"), "", "key panels.3.left_out.1.reason", "at least"),
        (("trim",), 0.5, "key trim", "less than"),
        (("level",), 95, "key level", "less than 1"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_key(tmp_path, keys, value, where, words):
    error = refused(tmp_path, keys, value)
    assert error.where == where
    assert words in str(error)
    assert error.remedy
