"""Settings of the notebook on country panels: read as typed values, or refused with one message."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from analysis.config import COMMON
from analysis.data_management.catalogue import open_vocabulary
from analysis.errors import StudyError
from analysis.settings.country_panels import parse_country_panels
from analysis.settings.registry import parse_common
from analysis.study_yaml import read_yaml

FILE = COMMON / "country_panels.yaml"


def refused(folder: Path, *keys: str, value: object) -> StudyError:
    """Return the error of the settings with one value changed."""
    content = read_yaml(FILE)
    place = content
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    path = folder / FILE.name
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        parse_country_panels(path, open_vocabulary())
    return caught.value


def test_the_settings_of_the_project_are_read_and_registered():
    settings = parse_common(open_vocabulary())["07_country_panels"]
    assert settings == parse_country_panels(FILE, open_vocabulary())
    assert settings.window.start == "2020-01"


@pytest.mark.parametrize(
    ("keys", "value", "where", "words"),
    [
        (("group",), ["CHN", "LAO", "THX"], "key group", "'THX'"),
        (("group",), ["CHN", "LAO"], "key group", "group of 2"),
        (("group",), ["CHN", "LAO", "LAO"], "key group", "used twice"),
        (("group",), ["CHN", "LAO", "CHN-YN"], "key group", "country 'CHN-YN'"),
        (("meeting",), "EV999", "key meeting", "'EV999'"),
        (("meeting",), "EV001", "key meeting", "not inside the window"),
        (("interior", "events"), ["EV001"], "key interior.events", "not inside the window"),
        (("interior", "province"), "LAO", "key interior.province", "province 'LAO'"),
        (("interior", "methods"), ["clasic"], "key interior.methods.1", "classic"),
        (("synchrony", "indices"), ["strictness"], "key synchrony.indices.1", "stringency"),
        (("synchrony", "draws"), 5, "key synchrony.draws", "greater than"),
        (("synchrony", "draw"), 999, "key synchrony.draw", "draws"),
        (("years", "start"), 2013, "key years", "not in order"),
        (("lead_lag", "starts"), ["2019-02"], "key lead_lag.starts", "2019-02"),
        (("lead_lag", "starts"), ["2020"], "key lead_lag.starts.1", "YYYY-MM"),
        (("level",), 95, "key level", "less than 1"),
    ],
)
def test_a_fault_is_told_with_its_key(tmp_path, keys, value, where, words):
    error = refused(tmp_path, *keys, value=value)
    assert error.where == where
    assert words in str(error)
    assert error.remedy
