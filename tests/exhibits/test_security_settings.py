"""Faults in the settings of the notebook on public security are told before anything runs."""

from __future__ import annotations

import copy

import pytest
import yaml

from analysis.config import COMMON
from analysis.data_management.processed import load_tables, vocabulary_of
from analysis.errors import StudyError
from analysis.settings.border_security import parse_border_security

FILE = "border_security.yaml"


@pytest.fixture(scope="module")
def vocabulary():
    return vocabulary_of(load_tables(("series", "events", "context", "reports", "policy")))


@pytest.fixture(scope="module")
def content():
    return yaml.safe_load((COMMON / FILE).read_text(encoding="utf-8"))


def changed(content, path, value):
    made = copy.deepcopy(content)
    place = made
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    return made


def refused(tmp_path, vocabulary, content) -> str:
    path = tmp_path / FILE
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        parse_border_security(path, vocabulary)
    return str(caught.value)


def test_the_settings_of_the_project_are_read(vocabulary):
    found = parse_border_security(COMMON / FILE, vocabulary)
    assert [item.name for item in found.conflict_events][1] == "coup"
    assert found.blocks.trade.lags == (0, 1)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("cuontries",), ["LAO"], "'countries'"),
        (("countries",), ["CHN", "LOA"], "LOA"),
        (("countries",), ["CHN", "LAO", "LAO", "MMR"], "used twice"),
        (("scores", "crime"), ["crime_criminality"], "crime_human_smuggling"),
        (("scores", "years"), [2023, 2021], "not in order"),
        (("governance", "indicators"), ["wgi_rule_of_laws"], "wgi_rule_of_law"),
        (("homicide", "flagged", 0, "country"), "USA", "country of this notebook"),
        (("seizures", "fewest_years"), 3, "seizures.fewest_years"),
        (("conflict", "areas", 0, "name"), "muse_100", "muse_100km"),
        (("conflict", "placebos", 0, "name"), "kachin", "its own placebo"),
        (("conflict", "window", "end"), "2024-03", "does not cover"),
        (("conflict", "estimator"), "ols", "negative_binomial"),
        (("conflict", "interventions", 0, "event"), "EV999", "EV999"),
        (("conflict", "interventions", 3, "event"), "EV069", "outside the window"),
        (("conflict", "interventions", 1, "shape"), "temporary", "until"),
        (("conflict", "breaks", "trimming"), 0.6, "conflict.breaks.trimming"),
        (("trade", "series"), "muse/port/trade_value/mm_commerce/cny", "mm_commerce/usd"),
        (("trade", "conflict"), "exchange_rate/MMR", "conflict series"),
        (("trade", "lags"), [0, 0], "used twice"),
        (("trade", "closure"), "gates", "gates_shut"),
        (("cooperation", "category"), "conflict", "security_cooperation"),
    ],
)
def test_a_fault_is_named_with_its_key_and_what_is_allowed(
    tmp_path, vocabulary, content, path, value, said
):
    message = refused(tmp_path, vocabulary, changed(content, path, value))
    assert FILE in message
    assert said in message


def test_a_key_that_is_missing_is_named(tmp_path, vocabulary, content):
    made = copy.deepcopy(content)
    del made["trade"]["closure"]
    assert "closure" in refused(tmp_path, vocabulary, made)
