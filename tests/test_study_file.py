"""A study file is parsed into typed values, or refused with one message that a student can use."""

from datetime import date
from pathlib import Path

import pytest
import yaml

from analysis.errors import StudyError
from analysis.study import SHAPES, Event, Vocabulary
from analysis.study_file import parse_study

SERIES = "muse/port/trade_value/mm_commerce/usd"


class WithoutReferences(yaml.SafeDumper):
    """Write a list that stands in two places twice."""

    def ignore_aliases(self, _data):
        return True


def event(event_id: str, start: date, end: date | None = None) -> Event:
    return Event(event_id, start, end, "Muse", "border_closure", "made for a test", True)


VOCABULARY = Vocabulary(
    series=frozenset({SERIES, "muse/port/import_value/mm_commerce/usd"}),
    places=frozenset({"Muse", "Ruili"}),
    events={
        "EV1": event("EV1", date(2021, 7, 8)),
        "EV2": event("EV2", date(2023, 1, 8)),
        "EV3": event("EV3", date(2020, 9, 14), date(2020, 9, 21)),
    },
    context=frozenset({"exchange_rate/MMR"}),
    reports=frozenset({"R0001"}),
)


def valid() -> dict:
    return {
        "title": "Muse",
        "question": "What did the closure do?",
        "places": ["Muse"],
        "window": {"start": "2013-04", "end": "2024-03"},
        "trend": "linear",
        "seasonality": "none",
        "rho": 0.6,
        "confidence": ["high", "medium"],
        "level": 0.95,
        "seeds": {"bootstrap": 1},
        "interventions": [
            {"name": "closure", "event": "EV1", "shape": "step", "label": "Gates shut"},
            {"name": "reopening", "event": "EV2", "shape": "step", "label": "Reopening"},
        ],
        "outcomes": [{"name": "total", "label": "Total", "series": SERIES}],
    }


def write(folder: Path, content: dict | str) -> Path:
    path = folder / "muse.yaml"
    text = (
        content
        if isinstance(content, str)
        else yaml.dump(content, Dumper=WithoutReferences, sort_keys=False)
    )
    path.write_text(text, encoding="utf-8")
    return path


def changed(**parts: object) -> dict:
    return valid() | parts


def refusal(folder: Path, content: dict | str) -> str:
    with pytest.raises(StudyError) as caught:
        parse_study(write(folder, content), VOCABULARY)
    return str(caught.value)


def test_a_valid_file_becomes_typed_values(tmp_path):
    study = parse_study(write(tmp_path, valid()), VOCABULARY)
    outcome = study.outcomes[0]
    assert study.name == "muse"
    assert (outcome.start, outcome.end, outcome.trend) == ("2013-04", "2024-03", "linear")
    assert [item.start for item in outcome.interventions] == [date(2021, 7, 8), date(2023, 1, 8)]


def test_an_outcome_may_override_window_trend_rho_and_interventions(tmp_path):
    own = {
        "name": "total",
        "label": "Total",
        "series": SERIES,
        "window": {"start": "2018-10", "end": "2022-03"},
        "trend": "none",
        "rho": 0.3,
        "interventions": ["closure"],
        "exclude": ["R0001"],
    }
    outcome = parse_study(write(tmp_path, changed(outcomes=[own])), VOCABULARY).outcomes[0]
    assert (outcome.start, outcome.trend, outcome.rho) == ("2018-10", "none", 0.3)
    assert [item.name for item in outcome.interventions] == ["closure"]
    assert outcome.exclude == ("R0001",)


def test_a_month_and_a_date_stay_text(tmp_path):
    """YAML would turn 2013-04-01 into a date and drop the difference from 2013-04."""
    message = refusal(tmp_path, changed(window={"start": "2013-04-01", "end": "2024-03"}))
    assert "window.start" in message
    assert "YYYY-MM" in message


def test_a_misspelt_key_is_one_mistake_although_it_is_unknown_and_missing(tmp_path):
    content = {("tilte" if key == "title" else key): value for key, value in valid().items()}
    message = refusal(tmp_path, content)
    assert "key tilte" in message
    assert "did you mean 'title'" in message
    assert "more" not in message


def test_the_same_mistake_at_several_places_is_told_from_other_mistakes(tmp_path):
    twice = [item | {"shape": "stepp"} for item in valid()["interventions"]]
    assert "(1 more of the same)" in refusal(tmp_path, changed(interventions=twice))
    later = [item | {"trend": "quadratic"} for item in valid()["outcomes"]]
    both = changed(interventions=twice, outcomes=later)
    assert "1 more of the same, 1 more after this one" in refusal(tmp_path, both)
    assert "(1 more after this one)" in refusal(tmp_path, changed(rho="high", level="x"))


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"trendd": "linear"}, ["muse.yaml", "key trendd", "not known", "did you mean 'trend'"]),
        ({"trend": "quadratic"}, ["key trend", "none, linear"]),
        ({"rho": "high"}, ["key rho", "reml"]),
        ({"confidence": ["sure"]}, ["key confidence.1", "high, medium, low"]),
        ({"rho": 1.0}, ["key rho", "[0, 1)"]),
        ({"level": 95}, ["key level", "less than 1"]),
        ({"seeds": {"bootstrap": "now"}}, ["key seeds.bootstrap", "valid integer"]),
        ({"places": ["Musee"]}, ["key places", "'Musee'", "did you mean 'Muse'"]),
        ({"comparison": ["muse/port/trade"]}, ["key comparison", "did you mean"]),
        ({"context": ["exchange_rate/XYZ"]}, ["key context", "exchange_rate/MMR"]),
        ({"events": ["EV9"]}, ["key events", "'EV9'", "EV1"]),
        ({"outcomes": []}, ["key outcomes", "at least 1"]),
        ({"window": {"start": "2024-03", "end": "2013-04"}}, ["ends (2013-04)", "swap"]),
        (
            {
                "outcomes": [
                    {"name": "total", "label": "Total", "series": SERIES.replace("usd", "cny")}
                ]
            },
            ["outcomes.total.series", f"did you mean '{SERIES}'"],
        ),
        (
            {"outcomes": [{"name": "t", "label": "T", "series": SERIES, "exclude": ["R9"]}]},
            ["outcomes.t.exclude", "R0001"],
        ),
        (
            {
                "outcomes": [
                    {"name": "t", "label": "T", "series": SERIES, "interventions": ["clos"]}
                ]
            },
            ["outcomes.t.interventions", "did you mean 'closure'"],
        ),
        (
            {"outcomes": [{"name": "t", "label": "T", "series": SERIES}] * 2},
            ["key outcomes", "used twice"],
        ),
    ],
)
def test_a_fault_is_told_with_file_key_and_remedy(tmp_path, parts, words):
    message = refusal(tmp_path, changed(**parts))
    assert message.startswith("muse.yaml")
    assert "to do:" in message
    for word in words:
        assert word in message


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ({"event": "EV9", "shape": "step"}, ["interventions.x.event", "'EV9'"]),
        ({"event": "EV1", "shape": "stepp"}, ["interventions.1.shape", "did you mean 'step'"]),
        ({"event": "EV1", "shape": "ramp"}, ["interventions.x", "needs a length", "months"]),
        ({"event": "EV1", "shape": "temporary"}, ["needs an end", "until"]),
        ({"event": "EV2", "shape": "temporary", "until": "EV1"}, ["needs an end", "until"]),
        ({"event": "EV1", "shape": "step", "lable": "x"}, ["interventions.1.lable", "label"]),
    ],
)
def test_a_faulty_intervention_is_refused(tmp_path, item, words):
    content = changed(interventions=[{"name": "x", "label": "X"} | item])
    message = refusal(tmp_path, content)
    for word in words:
        assert word in message


def test_a_missing_parameter_is_named(tmp_path):
    content = valid()
    del content["seeds"]
    message = refusal(tmp_path, content)
    assert "key seeds" in message
    assert "missing" in message


def test_a_temporary_event_takes_the_end_of_the_event_or_of_another(tmp_path):
    own_end = {"name": "l", "label": "L", "event": "EV3", "shape": "temporary"}
    other = {"name": "c", "label": "C", "event": "EV1", "shape": "temporary", "until": "EV2"}
    study = parse_study(write(tmp_path, changed(interventions=[own_end, other])), VOCABULARY)
    ends = [item.end for item in study.outcomes[0].interventions]
    assert ends == [date(2020, 9, 21), date(2023, 1, 8)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["empty"]),
        ("title: [unclosed", ["not valid YAML", "line"]),
        ("title: a\ntitle: b\n", ["'title' is there twice", "line 2"]),
        ("- a\n- b\n", ["holds no keys"]),
    ],
)
def test_a_file_that_is_not_a_study_is_refused(tmp_path, text, words):
    message = refusal(tmp_path, text)
    for word in words:
        assert word in message


def test_an_unknown_study_names_those_that_exist(tmp_path):
    write(tmp_path, valid())
    with pytest.raises(StudyError, match="muse"):
        parse_study(tmp_path / "mohan.yaml", VOCABULARY)


def test_every_shape_is_drawn_by_the_design():
    from analysis.models.design import SHAPE_AREAS

    assert set(SHAPE_AREAS) == set(SHAPES)
