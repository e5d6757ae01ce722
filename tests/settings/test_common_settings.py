"""Settings of common notebooks are typed values, or one message that a student can use."""

from __future__ import annotations

import copy
import shutil
from pathlib import Path

import pytest
import yaml

from analysis import __main__ as command_line
from analysis.config import COMMON, COMMON_FOLDERS, PARAMETERS
from analysis.data_management.processed import load_tables, vocabulary_of
from analysis.errors import StudyError
from analysis.settings import registry
from analysis.settings.registry import PARSERS, parse_common
from analysis.settings.zone_comparison import TRAITS, parse_zone_comparison
from analysis.study_yaml import read_yaml

VOCABULARY = vocabulary_of(load_tables(("series", "events", "context", "reports", "policy")))
FILE = "zone_comparison.yaml"
CONTENT = read_yaml(COMMON / FILE)


@pytest.fixture
def folder(tmp_path) -> Path:
    """Return a folder of common settings below a folder with the study files."""
    shutil.copytree(PARAMETERS, tmp_path / "parameters")
    return tmp_path / "parameters" / "common"


def refusal(folder: Path, content: dict) -> str:
    path = folder / FILE
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        parse_zone_comparison(path, VOCABULARY)
    return str(caught.value)


def changed(**parts: object) -> dict:
    return copy.deepcopy(CONTENT) | parts


def with_gates(**parts: object) -> dict:
    return changed(gates=copy.deepcopy(CONTENT["gates"]) | parts)


def gate(**parts: object) -> list[dict]:
    first, *others = copy.deepcopy(CONTENT["gates"]["members"])
    return [first | parts, *others]


def intervention(**parts: object) -> list[dict]:
    first, *others = copy.deepcopy(CONTENT["gates"]["interventions"])
    return [first | parts, *others]


# What is read


def test_every_file_of_common_settings_is_read_by_its_notebook():
    found = parse_common(VOCABULARY)
    assert set(found) == set(PARSERS) <= set(COMMON_FOLDERS)
    assert {path.stem for path in COMMON.glob("*.yaml")} == {COMMON_FOLDERS[n] for n in PARSERS}


def test_the_settings_become_typed_values():
    settings = parse_zone_comparison(COMMON / FILE, VOCABULARY)
    assert [study.name for study in settings.studies] == CONTENT["studies"]
    assert settings.percent_in_spite_of <= set(TRAITS)
    panel = settings.panel
    assert [item.name for item in panel.gates] == [x["name"] for x in CONTENT["gates"]["members"]]
    dates = {item.event_id: item.start for x in panel.gates for item in x.interventions}
    assert dates == {key: VOCABULARY.events[key].start for key in dates}
    assert panel.rho is None
    own = dict(settings.timeline)
    assert set(own) == {item["label"] for item in CONTENT["timeline"]}


def test_a_study_of_ones_own_can_be_a_third(folder):
    shutil.copy(folder.parent / "ruili_muse.yaml", folder.parent / "my_zone.yaml")
    content = changed(studies=["my_zone", "mohan_boten", "ruili_muse"])
    content["groups"].append(
        {
            "name": "own",
            "label": "My own",
            "outcomes": {"my_zone": ["muse_imports"], "mohan_boten": ["port_value"]},
        }
    )
    content["events"][0]["interventions"]["my_zone"] = "coup"
    path = folder / FILE
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    settings = parse_zone_comparison(path, VOCABULARY)
    assert [study.name for study in settings.studies] == ["my_zone", "mohan_boten", "ruili_muse"]
    assert settings.groups[-1].members == (
        ("my_zone", "muse_imports"),
        ("mohan_boten", "port_value"),
    )


# What is refused

FAULTS = [
    (changed(titel="x"), ["key titel", "not known", "did you mean 'title'"]),
    (changed(studies=["mohan_boten"]), ["key studies", "at least 2"]),
    (changed(studies=["mohan_boten", "ruili_mus"]), ["the study 'ruili_mus'", "'ruili_muse'"]),
    (changed(studies=["mohan_boten", "mohan_boten"]), ["key studies", "used twice"]),
    (changed(level=95), ["key level", "less than 1"]),
    (changed(percent_in_spite_of=["currency"]), ["key percent_in_spite_of.1", "unit"]),
    (
        changed(groups=[{"name": "a", "label": "A", "outcomes": {"mohan": ["port_value"]}}]),
        ["groups.a.outcomes", "the study 'mohan'", "did you mean 'mohan_boten'"],
    ),
    (
        changed(
            groups=[{"name": "a", "label": "A", "outcomes": {"mohan_boten": ["port_valu", "b"]}}]
        ),
        ["groups.a.outcomes.mohan_boten", "outcome of mohan_boten 'port_valu'", "'port_value'"],
    ),
    (
        changed(groups=[{"name": "a", "label": "A", "outcomes": {"gates": ["musee", "lweje"]}}]),
        ["groups.a.outcomes.gates", "'musee'", "did you mean 'muse'"],
    ),
    (
        changed(groups=[{"name": "a", "label": "A", "outcomes": {"mohan_boten": ["port_value"]}}]),
        ["groups.a.outcomes", "nothing to compare", "second outcome"],
    ),
    (
        changed(events=[{"name": "a", "label": "A", "interventions": {"mohan_boten": "railwy"}}]),
        ["events.a.interventions.mohan_boten", "'railwy'", "did you mean 'railway'"],
    ),
    (
        changed(events=[{"name": "a", "label": "A", "interventions": {"gates": "shut"}}]),
        ["events.a.interventions.gates", "'shut'", "gates_shut"],
    ),
    (changed(timeline=[{"label": "Z", "events": ["EV999"]}]), ["timeline.Z.events", "'EV999'"]),
    (
        with_gates(window={"start": "2024-12", "end": "2014-04"}),
        ["key gates.window", "before it starts"],
    ),
    (
        with_gates(members=gate(series="muse/port/trade_value/mm_commerce/usdd")),
        ["gates.members.muse.series", "did you mean 'muse/port/trade_value/mm_commerce/usd'"],
    ),
    (with_gates(members=gate(serie="x")), ["gates.members.1.serie", "did you mean 'series'"]),
    (
        with_gates(members=gate(interventions=["gates_shot"])),
        ["gates.members.muse.interventions", "did you mean 'gates_shut'"],
    ),
    (
        with_gates(interventions=intervention(event="EV999")),
        ["gates.interventions.gates_shut.event", "'EV999'"],
    ),
    (
        with_gates(interventions=intervention(shape="stepp")),
        ["gates.interventions.1.shape", "did you mean 'step'"],
    ),
    (
        with_gates(window={"start": "2014-04", "end": "2024-09"}),
        ["gates.members.lweje.interventions", "2024-10-18", "widen the window"],
    ),
]


@pytest.mark.parametrize(("content", "words"), FAULTS)
def test_a_fault_is_told_with_file_key_and_remedy(folder, content, words):
    message = refusal(folder, content)
    assert message.startswith(FILE)
    assert "to do:" in message
    for word in words:
        assert word in message


def test_a_fault_in_a_study_that_is_named_is_told_with_its_file(folder):
    path = folder.parent / "ruili_muse.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("EV037", "EV999"), encoding="utf-8")
    with pytest.raises(StudyError, match=r"ruili_muse\.yaml.*'EV999'"):
        parse_zone_comparison(folder / FILE, VOCABULARY)


def test_a_file_that_no_notebook_reads_is_refused(folder):
    (folder / FILE).rename(folder / "zone_comparisons.yaml")
    with pytest.raises(StudyError) as caught:
        parse_common(VOCABULARY, folder)
    assert "common/zone_comparisons.yaml: no notebook reads this file" in str(caught.value)
    assert "did you mean 'zone_comparison'" in str(caught.value)


def test_missing_settings_are_told(folder):
    (folder / FILE).unlink()
    with pytest.raises(StudyError, match=r"common/zone_comparison\.yaml.*missing"):
        parse_common(VOCABULARY, folder)


def test_check_stops_at_a_fault_in_the_common_settings(folder, monkeypatch, capsys):
    text = (folder / FILE).read_text(encoding="utf-8").replace("EV037", "EV999")
    (folder / FILE).write_text(text, encoding="utf-8")

    def faulty(vocabulary, *_):
        return parse_common(vocabulary, folder)

    monkeypatch.setattr(registry, "parse_common", faulty)
    status = command_line.main(command_line.check)
    assert status == 1
    told = capsys.readouterr().err
    assert "study error" in told
    assert FILE in told
    assert "EV999" in told
