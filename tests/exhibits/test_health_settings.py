"""Settings of the notebook on health security: read as typed values, or refused with a message."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import yaml

from analysis.config import COMMON
from analysis.data_management.processed import load_tables, vocabulary_of
from analysis.errors import StudyError
from analysis.settings.health_security import parse_health_security
from analysis.study_yaml import read_yaml

FILE = COMMON / "lancang_mekong_health.yaml"
VOCABULARY = vocabulary_of(load_tables(("series", "events", "context", "reports", "policy")))
CONTENT = read_yaml(FILE)


def refused(folder: Path, keys: tuple, value: object) -> StudyError:
    """Return the error of the settings with one value changed."""
    content = copy.deepcopy(CONTENT)
    place = content
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    path = folder / FILE.name
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        parse_health_security(path, VOCABULARY)
    return caught.value


def test_the_settings_of_the_project_are_read():
    settings = parse_health_security(FILE, VOCABULARY)
    assert settings.countries == ("CHN", "KHM", "LAO", "MMR", "THA", "VNM")
    assert settings.dengue.closure.event == "EV026"


@pytest.mark.parametrize(
    ("keys", "value", "where", "words"),
    [
        (("countries",), ["CHN", "LAO", "THX", "VNM"], "key countries", "'THX'"),
        (("countries",), ["CHN", "LAO", "LAO", "VNM"], "key countries", "used twice"),
        (("countries",), ["CHN", "LAO", "VNM"], "key countries", "3 countries"),
        (("countries",), ["CHN", "LAO", "VNM", "CHN-YN"], "key countries", "country 'CHN-YN'"),
        (("level",), 95, "key level", "less than 1"),
        (("colour",), "red", "key colour", "countries"),
        (("events", "mechanism", 0, "event"), "EV999", "key events.mechanism", "'EV999'"),
        (("events", "mechanism", 0, "event"), "EV021", "key events.mechanism", "Lancang-Mekong"),
        (("events", "mechanism", 0, "event"), "EV029", "key events.mechanism", "used twice"),
        (
            ("events", "mechanism"),
            [{"event": "EV008", "label": "x"}],
            "key events.mechanism",
            "EV011",
        ),
        (("events", "place"), "Lancang", "key events.place", "Lancang-Mekong"),
        (("events", "pandemic", 0, "event"), "EV001", "key events.pandemic", "outside the window"),
        (("events", "window", "end"), "2014-01", "key events.window", "end"),
        (("capacity", "indicators", 0, "name"), "ghs_overal", "key capacity.indicators.1.name", ""),
        (("capacity", "indicators", 0, "better"), "more", "key capacity.indicators.1.better", ""),
        (("capacity", "first_year"), 2023, "key capacity", "not in order"),
        (("burden", "caution"), "USA", "key burden.caution", "'USA'"),
        (("ranks", "year"), 2021, "key ranks.year", "before 2020"),
        (("ranks", "capacity"), ["uhc_capacity"], "key ranks.capacity", "'uhc_capacity'"),
        (("ranks", "without"), ["CHN", "LAO", "MMR"], "key ranks.without", "3 countries remain"),
        (("dengue", "closure", "event"), "EV26", "key dengue.closure.event", "EV026"),
        (("dengue", "closure", "last_month"), "2020-01", "key dengue.closure.last_month", "2020"),
        (("dengue", "other_last_months"), ["2022"], "key dengue.other_last_months.1", "YYYY-MM"),
        (("dengue", "estimator"), "ols", "key dengue.estimator", "negative_binomial"),
        (("dengue", "placebo_years", "last"), 2020, "key dengue.placebo_years", "before 2020"),
        (("dengue", "left_out", 0, "country"), "JPN", "key dengue.left_out", "'JPN'"),
        (("dengue", "draws"), 5, "key dengue.draws", "greater than"),
    ],
)
def test_a_fault_is_told_with_its_key(tmp_path, keys, value, where, words):
    error = refused(tmp_path, keys, value)
    assert error.where == where
    assert words in str(error)
    assert error.remedy
