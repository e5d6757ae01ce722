"""The command line says what it can do, checks before it runs, and fails in one message."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial

import pytest
from rich.console import Console
from typer.testing import CliRunner

from analysis import __main__ as command_line
from analysis.config import DATA_RAW, PARAMETERS, ROOT, study_names
from analysis.data_management.catalogue import open_vocabulary
from analysis.errors import DataError
from analysis.study_file import parse_study

app = command_line.app
LOADED_BY_HELP = """
import sys
from analysis.__main__ import app
try:
    app(["--help"])
except SystemExit:
    print([name for name in ("matplotlib", "pandas", "papermill", "pytask") if name in sys.modules])
"""


@pytest.fixture(autouse=True)
def wide(monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(command_line, "console", Console(width=200))


def run(*arguments: str):
    return CliRunner().invoke(app, list(arguments))


def test_help_names_every_command_and_how_to_make_a_study_of_ones_own():
    result = run("--help")
    assert result.exit_code == 0
    for word in ("reproduce", "check", "studies", "environment", "register"):
        assert word in result.output
    assert "notebooks/parameters/mohan_boten.yaml" in result.output


def test_without_a_command_the_help_is_shown():
    assert "reproduce" in run().output


def test_an_unknown_command_or_option_is_a_usage_error():
    assert run("reproduse").exit_code == 2
    assert run("check", "--no-such-option").exit_code == 2
    assert run("reproduce", "--workers", "0").exit_code == 2


def test_check_counts_what_it_checked():
    result = run("check")
    assert result.exit_code == 0
    rows = {line.split("  ")[-1].split(" ", 1)[1]: line for line in result.output.splitlines()}
    files = [DATA_RAW / "reports.csv", *DATA_RAW.glob("reports_*.csv")]
    lines = (line for path in files for line in path.read_text(encoding="utf-8").splitlines())
    reports = sum(1 for line in lines if line.startswith("R"))
    assert rows["reports"].split() == ["ok", str(reports), "reports"]
    assert rows["study files"].split() == ["ok", str(len(study_names())), "study", "files"]
    vocabulary = open_vocabulary()
    assert str(len(vocabulary.series)) in rows["series"].split()
    assert str(len(vocabulary.events)) in rows["events"].split()


def test_studies_lists_every_study_with_its_outcomes_and_interventions():
    result = run("studies")
    assert result.exit_code == 0
    shown = " ".join(result.output.split())
    vocabulary = open_vocabulary()
    for name in study_names():
        study = parse_study(PARAMETERS / f"{name}.yaml", vocabulary)
        assert name in shown
        for outcome in study.outcomes:
            assert outcome.name in shown


@pytest.mark.parametrize(
    ("name", "hint"),
    [("mohan_botn", "did you mean 'mohan_boten'?"), ("xyz", "use one of the allowed values")],
)
def test_an_unknown_study_is_one_message_with_the_nearest_name(capsys, name, hint):
    code = command_line.main(partial(app, ["reproduce", "--study", name]))
    captured = capsys.readouterr()
    assert code == 1
    assert captured.out == ""
    assert captured.err.splitlines() == [
        f"study error option --study: the study '{name}' is not known",
        f"  allowed: {', '.join(study_names())}",
        f"  to do:   {hint}",
    ]


def test_an_unknown_notebook_is_one_message_with_the_nearest_name(capsys):
    code = command_line.main(partial(app, ["reproduce", "--notebook", "02_zone_trad"]))
    captured = capsys.readouterr()
    assert code == 1
    assert captured.out == ""
    assert captured.err.startswith("study error option --notebook: the notebook '02_zone_trad'")
    assert "did you mean '02_zone_trade'?" in captured.err


def test_nothing_is_built_for_an_unknown_study_or_on_faulty_data(monkeypatch, capsys):
    built = []
    monkeypatch.setattr("analysis.reporting.build.build", lambda *parts, **_: built.append(parts))

    def faulty(*_):
        raise DataError("the unit is not known", file="data_raw/reports.csv")

    monkeypatch.setattr("analysis.data_management.catalogue.open_vocabulary", faulty)
    assert command_line.main(partial(app, ["reproduce", "--study", "muse"])) == 1
    assert command_line.main(partial(app, ["reproduce"])) == 1
    assert built == []
    assert "data error data_raw/reports.csv: the unit is not known" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("ran", "skipped", "words"),
    [
        (("a", "b"), ("c",), "Ran 2 steps, skipped 1 that were up to date"),
        ((), ("a", "b", "c"), "Nothing to do: all 3 steps are up to date"),
    ],
)
def test_reproduce_says_what_it_did_and_hands_over_its_options(monkeypatch, ran, skipped, words):
    from analysis.reporting.build import BuildSummary

    asked = []

    def build(_, studies, workers, notebooks, _engine, *, provenance):
        asked.append((studies, workers, notebooks, provenance))
        return BuildSummary(ran, skipped)

    monkeypatch.setattr("analysis.reporting.build.build", build)
    result = run("reproduce", "--study", "ruili_muse", "--study", "mohan_boten", "--workers", "3")
    assert result.exit_code == 0
    assert words in result.output
    assert run("reproduce", "--no-provenance").exit_code == 0
    assert asked == [(("ruili_muse", "mohan_boten"), 3, (), True), ((), None, (), False)]


def test_brackets_in_a_message_are_shown_and_not_taken_as_colours(capsys):
    def command():
        raise DataError("the value [red] is not [0, 1)", where="key [bold]rho[/bold]")

    assert command_line.main(command) == 1
    message = capsys.readouterr().err
    assert "key [bold]rho[/bold]: the value [red] is not [0, 1)" in message


def test_a_long_message_is_not_broken_by_the_width_of_the_screen(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "40")
    words = "a long sentence " * 20

    def command():
        raise DataError(words.strip())

    command_line.main(command)
    assert capsys.readouterr().err == f"data error {words.strip()}\n"


def test_a_fault_of_the_program_itself_is_not_hidden():
    def command():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        command_line.main(command)


def test_a_command_that_works_gives_exit_code_nought():
    assert command_line.main(lambda: None) == 0
    with pytest.raises(SystemExit) as caught:
        command_line.main(partial(app, ["check"]))
    assert caught.value.code == 0


def test_help_does_not_wait_for_the_libraries_of_the_analysis():
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", LOADED_BY_HELP]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert "reproduce" in result.stdout
    assert result.stdout.splitlines()[-1] == "[]"
