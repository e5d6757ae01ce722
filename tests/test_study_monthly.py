"""Monthly series and policy indices of a study file: typed, or refused with one message."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from test_study_file import VOCABULARY, changed, valid, write

from analysis.errors import StudyError
from analysis.study_file import parse_study

RATE = "exchange_rate/MMR"
WIDER = replace(
    VOCABULARY,
    context_months={RATE: ("2010-01", "2024-12")},
    policy_units=frozenset({"CHN", "CHN-YN", "MMR"}),
    policy_indices=frozenset({"stringency", "containment_health"}),
)
SEEDS = {"bootstrap": 1, "robustness": 2}


def monthly(**parts: object) -> dict:
    block = {
        "name": "rate",
        "label": "Rate",
        "series": RATE,
        "window": {"start": "2013-01", "end": "2023-12"},
        "interventions": ["closure"],
    }
    return changed(monthly=[block | parts], seeds=SEEDS)


def refusal(folder: Path, content: dict) -> str:
    with pytest.raises(StudyError) as caught:
        parse_study(write(folder, content), WIDER)
    return str(caught.value)


def test_a_monthly_series_becomes_typed_with_the_defaults_of_the_house(tmp_path):
    [found] = parse_study(write(tmp_path, monthly()), WIDER).monthly
    assert (found.start, found.end, found.measure) == ("2013-01", "2023-12", "value")
    assert (found.estimator, found.covariance, found.link) == ("auto", "model", "log")
    assert [item.start for item in found.interventions] == [date(2021, 7, 8)]


def test_a_study_without_monthly_series_needs_no_seed_for_them(tmp_path):
    study = parse_study(write(tmp_path, valid()), WIDER)
    assert study.monthly == ()
    assert study.policy.units == ()


def test_policy_indices_become_typed(tmp_path):
    block = {"units": ["CHN", "MMR"], "indices": ["stringency"]}
    study = parse_study(write(tmp_path, changed(policy=block)), WIDER)
    assert (study.policy.units, study.policy.indices) == (("CHN", "MMR"), ("stringency",))


@pytest.mark.parametrize(
    ("content", "where", "words"),
    [
        (monthly(series="exchange_rate/MRM"), "key monthly.rate.series", "did you mean"),
        (monthly(interventions=["closur"]), "key monthly.rate.interventions", "'closure'"),
        (monthly(interventions=[]), "key monthly.1.interventions", "at least 1"),
        (monthly(estimator="olss"), "key monthly.1.estimator", "did you mean 'ols'"),
        (monthly(estimater="ols"), "key monthly.1.estimater", "did you mean 'estimator'"),
        (
            monthly(window={"start": "2009-12", "end": "2023-12"}),
            "key monthly.rate.window",
            "from 2010-01 to 2024-12",
        ),
        (
            monthly(window={"start": "2023-01", "end": "2013-12"}),
            "key monthly.rate.window",
            "months in order",
        ),
        (
            monthly(window={"start": "2021-07", "end": "2023-12"}),
            "key monthly.rate.interventions",
            "after 2021-07",
        ),
        (
            monthly(window={"start": "2013-01", "end": "2021-06"}),
            "key monthly.rate.interventions",
            "2021-07-08, outside the window",
        ),
        (monthly(controls=["exchange_rate/XXX"]), "key monthly.rate.controls", "not known"),
        (monthly(controls=[RATE]), "key monthly.rate.controls", "used twice"),
        (monthly(measure="growth"), "key monthly.rate.link", "link: identity"),
        (
            monthly(measure="growth", link="identity", estimator="quasi_poisson"),
            "key monthly.rate.link",
            "not for counts",
        ),
        (monthly() | {"seeds": {"bootstrap": 1}}, "key seeds", "add 'robustness: 1'"),
        (
            changed(policy={"units": ["CHN-YU"], "indices": ["stringency"]}),
            "key policy.units",
            "did you mean 'CHN-YN'",
        ),
        (
            changed(policy={"units": ["CHN"], "indices": ["stringent"]}),
            "key policy.indices",
            "did you mean 'stringency'",
        ),
    ],
)
def test_a_fault_is_named_with_its_key_and_its_remedy(tmp_path, content, where, words):
    message = refusal(tmp_path, content)
    assert message.startswith("muse.yaml, ")
    assert where in message
    assert words in message


def test_two_monthly_series_of_one_name_are_refused(tmp_path):
    content = monthly()
    content["monthly"] *= 2
    assert "used twice" in refusal(tmp_path, content)
