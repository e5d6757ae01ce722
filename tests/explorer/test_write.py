"""The button writes a study that check accepts and that runs, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.errors import StudyError
from analysis.exhibits import study_results
from analysis.exhibits.registry import AUDIT, EXHIBITS, ZONE_TRADE
from analysis.exhibits.write import contents
from analysis.explorer.choice import first_choice, open_ground
from analysis.explorer.panel import Explorer
from analysis.explorer.view import view_of
from analysis.explorer.write import write_choice
from analysis.newstudy.create import Places
from analysis.newstudy.form import EXPLAINED
from analysis.study_file import parse_study
from analysis.study_yaml import read_yaml
from analysis.validation import Places as Checked
from analysis.validation import validate

STUDY = "qingshuihe_chinshwehaw"
SERIES = "lweje/port/trade_value/mm_commerce/usd"
FEW = "wanding/port/trade_value/cn_port_office/cny"


def listed(places) -> list:
    return sorted(places.parameters.rglob("*"))


@pytest.fixture(scope="module")
def shared(ground) -> Explorer:
    return Explorer(ground, Places())


@pytest.fixture
def opened(shared, places) -> Explorer:
    """Return an explorer that writes into the copy of the study files."""
    shared.places = places
    return shared


@pytest.fixture
def changed(ground):
    """Return a choice that no study file makes."""
    first = first_choice(ground, STUDY, "gate_total")
    return replace(first, interventions=first.interventions[:1], trend="none", start="2016-01")


def test_the_button_writes_what_is_shown(ground, places, changed):
    opened = Explorer(ground, places)
    opened.choose(changed)
    opened.name.value = "my_gate"
    opened.button.click()
    assert "my_gate.yaml" in opened.told.value
    path = places.parameters / "my_gate.yaml"
    study = parse_study(path, ground.vocabulary)
    shown = view_of(changed, ground).opened.study
    assert replace(study, name=shown.name) == shown
    assert "my_gate" in dict(opened.study.options).values()
    assert opened.choice == changed
    fresh = open_ground(places.parameters)
    again = view_of(first_choice(fresh, "my_gate", "gate_total"), fresh)
    assert again.effects.csv() == view_of(changed, ground).effects.csv()
    text = path.read_text(encoding="utf-8")
    assert all(f"{key}:" in text for key in EXPLAINED if key in read_yaml(path))
    before = path.read_bytes()
    opened.button.click()
    assert "the name &#x27;my_gate&#x27; is taken" in opened.told.value
    assert path.read_bytes() == before


def test_check_itself_accepts_what_was_written(ground, places, changed, tmp_path):
    write_choice("my_gate", changed, ground, places=places)
    key = first_choice(ground, "ruili_muse", SERIES)
    write_choice("my_series", key, ground, places=places)
    few = first_choice(ground, "ruili_muse", FEW)
    write_choice("my_few", few, ground, "To show that it is too little.", places)
    common = places.parameters / "common"
    counts, doubts = validate(Checked(parameters=places.parameters, common=common, memory=tmp_path))
    assert counts["study files"] == len(ground.files) + 3
    assert doubts == []


def test_the_new_study_runs(ground, places, monkeypatch):
    """Every exhibit of the audit and of the models is made for it."""
    write_choice("my_series", first_choice(ground, "ruili_muse", SERIES), ground, places=places)
    monkeypatch.setattr(study_results, "PARAMETERS", places.parameters)
    opened = study_results.open_study("my_series")
    own = [item for item in EXHIBITS if item.notebook in (AUDIT, ZONE_TRADE)]
    made = {item.name: contents(item.make(opened)) for item in own}
    assert len(made) > 15
    assert b"Last gates shut" in made["effects"]["csv"]
    assert all(content for files in made.values() for content in files.values())


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("../mine", "cannot be the name of a study"),
        ("/tmp/mine", "cannot be the name of a study"),
        ("my border", "use my_border"),
        ("", "cannot be the name of a study"),
        ("mine\n", "cannot be the name of a study"),
        ("<b>", "&lt;b&gt;"),
        ("ruili_muse", "is taken"),
        ("synthesis", "is taken"),
        ("common", "is taken"),
    ],
)
def test_a_name_that_cannot_be_used_is_refused_and_nothing_is_written(opened, places, name, said):
    before = listed(places)
    opened.name.set_trait("value", name)
    opened.write()
    assert opened.told.value.startswith('<p role="alert">')
    assert said in opened.told.value
    assert listed(places) == before


def test_a_doubtful_choice_is_written_only_with_a_reason(ground, places):
    few = first_choice(ground, "ruili_muse", FEW)
    before = listed(places)
    for reason in ("", "   "):
        with pytest.raises(StudyError, match="say why in the field Reason"):
            write_choice("mine", few, ground, reason, places)
    assert listed(places) == before
    path = write_choice("mine", few, ground, " It is shown: as 'too little'. ", places)
    assert read_yaml(path)["checked"] == [
        {
            "row": "wanding_port_trade_value_cn_port_office_cny",
            "rule": "too_few_reports",
            "why": "It is shown: as 'too little'.",
        }
    ]


def test_the_answers_of_the_study_are_kept_where_their_question_is(ground, places):
    path = write_choice(
        "mine", first_choice(ground, "ruili_muse", "ruili_value"), ground, "", places
    )
    assert [item["rule"] for item in read_yaml(path)["checked"]] == ["too_few_reports"]
    path = write_choice(
        "other", first_choice(ground, "ruili_muse", "muse_imports"), ground, "unasked", places
    )
    assert read_yaml(path)["checked"] == []


def test_a_refused_choice_is_not_written(ground, places, changed):
    before = listed(places)
    for wrong in (replace(changed, start="2022-01"), replace(changed, end="2015-01")):
        with pytest.raises(StudyError):
            write_choice("mine", wrong, ground, places=places)
    assert listed(places) == before


def test_a_full_disk_leaves_nothing_half_written(opened, places, changed, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    opened.choose(changed)
    opened.name.value = "mine"
    before = listed(places)
    monkeypatch.setattr("pathlib.Path.replace", full)
    opened.button.click()
    assert "make room on the disk" in opened.told.value
    assert listed(places) == before
