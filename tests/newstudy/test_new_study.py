"""new-study writes what check understands, nothing elsewhere and nothing over what is there."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from analysis import __main__ as command_line
from analysis import config
from analysis.data_management.cards import read_card
from analysis.data_management.catalogue import open_vocabulary
from analysis.data_management.checksums import verify_checksums
from analysis.data_management.parts import PARTED, parts_of
from analysis.data_management.read_raw import read_joined
from analysis.errors import DataError, StudyError
from analysis.exhibits.zone_comparison import comparability_table, zone_differences_table
from analysis.newstudy.comparison import compared_studies, open_studies
from analysis.newstudy.comparison_notebook import EXHIBITS, comparison_notebook
from analysis.newstudy.create import Places, new_study
from analysis.newstudy.form import EXPLAINED
from analysis.settings.synthesis import parse_synthesis
from analysis.settings.zone_comparison import parse_zone_comparison
from analysis.study_yaml import read_yaml

TODAY = date(2026, 11, 24)


@pytest.fixture
def places(tmp_path) -> Places:
    raw = Path(shutil.copytree(config.DATA_RAW, tmp_path / "data_raw"))
    parameters = Path(shutil.copytree(config.PARAMETERS, tmp_path / "parameters"))
    return Places(parameters, raw)


def test_a_new_study_has_settings_tables_and_cards_that_are_registered(places):
    study, *files = new_study("hekou_laocai", "ruili_muse", TODAY, places)
    assert {path.name for path in files} == {
        f"{table}_hekou_laocai.{ending}" for table in PARTED for ending in ("csv", "card.yaml")
    }
    assert {path.name for path in files} <= set(verify_checksums(places.raw))
    for table in PARTED:
        [part] = [item for item in parts_of(table, places.raw) if item.study == "hekou_laocai"]
        header = (places.raw / f"{table}.csv").read_text(encoding="utf-8").splitlines()[0]
        assert (places.raw / part.file).read_text(encoding="utf-8") == f"{header}\n"
        assert read_card(places.raw / part.card).taken_on == TODAY
        assert len(read_joined(table, places.raw)) >= len(read_joined(table))
    lines = study.read_text(encoding="utf-8").splitlines()
    for key in read_yaml(study):
        at = next(n for n, line in enumerate(lines) if line.startswith(f"{key}:"))
        assert lines[at - 1].startswith("# "), key
        assert key in EXPLAINED


def test_the_settings_are_those_of_the_other_study_but_for_the_words(places):
    study, *_ = new_study("mine", "ruili_muse", TODAY, places)
    own, other = read_yaml(study), read_yaml(places.parameters / "ruili_muse.yaml")
    assert own["title"] == "CHANGE ME: mine"
    for key in set(other) - {"title", "question", "checked"}:
        assert own[key] == other[key], key


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("../mine", "cannot be the name of a study"),
        ("/tmp/mine", "cannot be the name of a study"),
        ("my border", "use my_border"),
        ("Hekou", "use hekou"),
        ("1st", "use my_border"),
        ("a" * 41, "at most 40"),
        ("", "cannot be the name of a study"),
        ("hekou\n", "cannot be the name of a study"),
        ("ruili_muse", "the name 'ruili_muse' is taken"),
        ("synthesis", "is taken (figures/synthesis)"),
        ("gates", "is taken"),
        ("common", "is taken"),
    ],
)
def test_a_name_that_cannot_be_used_is_refused_and_nothing_is_written(tmp_path, name, said):
    folder = tmp_path / "parameters"
    folder.mkdir()
    (folder / "ruili_muse.yaml").touch()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(StudyError) as caught:
        new_study(name, "ruili_muse", TODAY, Places(folder, tmp_path))
    assert said in str(caught.value)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_left_over_table_and_an_unknown_study_are_refused(tmp_path):
    (tmp_path / "ruili_muse.yaml").touch()
    (tmp_path / "reports_mine.csv").touch()
    with pytest.raises(StudyError, match=r"is taken \(reports_mine\.csv\)"):
        new_study("mine", "ruili_muse", TODAY, Places(tmp_path, tmp_path))
    with pytest.raises(StudyError, match="did you mean 'ruili_muse'"):
        new_study("other", "ruili_mus", TODAY, Places(tmp_path, tmp_path))


def test_nothing_is_written_while_data_disagree_with_the_register(places):
    (places.raw / "glossary.csv").write_text("changed", encoding="utf-8")
    with pytest.raises(DataError, match=r"glossary\.csv: the file was changed"):
        new_study("mine", "ruili_muse", TODAY, places)
    assert not (places.parameters / "mine.yaml").exists()
    assert not (places.raw / "reports_mine.csv").exists()


def test_a_build_waits_for_open_doubts(monkeypatch, capsys):
    from analysis.newstudy.doubt import Doubt

    doubt = Doubt("cumulative", "a.csv", "row R1 (line 2)", "R1", "odd", "why", "mend", "a.yaml")
    monkeypatch.setattr("analysis.newstudy.teacher.find_doubts", lambda *_: [doubt, doubt])
    built = []
    monkeypatch.setattr("analysis.reporting.build.build", lambda *parts, **_: built.append(parts))
    assert command_line.main(lambda: command_line.app(["reproduce"])) == 1
    assert built == []
    message = capsys.readouterr().err
    assert "a.csv, row R1 (line 2): odd [and 1 more" in message
    assert "- {row: R1, rule: cumulative" in message
    checked = CliRunner().invoke(command_line.app, ["check"])
    assert checked.exit_code == 0


def test_studies_named_on_the_command_line_are_compared_pair_by_pair():
    opened = open_studies("ruili_muse", "qingshuihe_chinshwehaw")
    judged = comparability_table(opened).frame.set_index(["first_label", "second_label"])
    assert judged.loc[("Muse total trade", "Chinshwehaw total trade"), "verdict"] == "comparable"
    refused = judged.loc[("Ruili port trade value", "Chinshwehaw total trade")]
    assert refused["verdict"] == "not comparable"
    assert {"basis", "currency or unit"} <= set(refused["differs_in"].split(", "))
    differences = zone_differences_table(opened).frame
    assert set(differences["event"]) == {"gates_shut", "reopening"}
    assert differences["estimate"].notna().all()


def test_studies_that_cannot_be_compared_are_refused_with_the_reasons():
    with pytest.raises(StudyError) as caught:
        open_studies("mohan_boten", "qingshuihe_chinshwehaw")
    text = str(caught.value)
    for word in ("scope: bilateral against port", "basis: ", "million CNY against million USD"):
        assert word in text


@pytest.mark.parametrize("names", [("ruili_muse",), ("ruili_muse", "ruili_muse"), ("ruili_mus",)])
def test_one_study_or_an_unknown_one_makes_no_comparison(names):
    with pytest.raises(StudyError, match="argument STUDY"):
        compared_studies(names)


def test_the_notebook_of_a_comparison_shows_every_exhibit():
    cells = comparison_notebook(("a_b", "c_d")).cells
    assert 'open_studies("a_b", "c_d")' in cells[1].source
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    for make in EXHIBITS.values():
        assert f"{make.__name__}(opened)" in code
    assert len({cell.id for cell in cells}) == len(cells)


def test_the_common_notebooks_take_a_third_study_by_their_settings(places):
    vocabulary = open_vocabulary()
    folder = places.parameters / "common"
    third = "studies: [mohan_boten, ruili_muse, qingshuihe_chinshwehaw]"
    for name in ("zone_comparison", "synthesis"):
        path = folder / f"{name}.yaml"
        text = path.read_text(encoding="utf-8")
        assert "studies: [mohan_boten, ruili_muse]" in text
        text = text.replace("studies: [mohan_boten, ruili_muse]", third).replace(
            "{mohan_boten: [port_value], ruili_muse: [muse_total, ruili_value]}",
            "{ruili_muse: [muse_total], qingshuihe_chinshwehaw: [gate_total]}",
        )
        path.write_text(text, encoding="utf-8")
    settings = parse_zone_comparison(folder / "zone_comparison.yaml", vocabulary)
    assert [study.name for study in settings.studies][-1] == "qingshuihe_chinshwehaw"
    assert ("qingshuihe_chinshwehaw", "gate_total") in settings.groups[0].members
    assert parse_synthesis(folder / "synthesis.yaml", vocabulary)
