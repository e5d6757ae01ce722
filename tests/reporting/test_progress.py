"""The table of a build says in words what ran, why it ran, and what was skipped or failed."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from analysis import nodes
from analysis.errors import BuildError, DataError
from analysis.reporting import build as building
from reporting.graphs import first_graph

STEPS = """
from pathlib import Path
from typing import Annotated

from pytask import Product

from analysis.errors import DataError
from analysis.nodes import file_set

HERE = Path(__file__).parent


def task_table(
    program: object = file_set("the program", HERE.glob("*.py")),
    source: Path = HERE / "source.txt",
    product: Annotated[Path, Product] = HERE / "upper.txt",
) -> None:
    text = source.read_text()
    if "fault" in text:
        raise DataError("the cell is wrong", file="source.txt", where="row 3")
    if "crash" in text:
        raise ZeroDivisionError("no reason")
    product.write_text(text.upper())


def task_figure(
    source: Path = HERE / "upper.txt",
    product: Annotated[Path, Product] = HERE / "longer.txt",
) -> None:
    product.write_text(source.read_text() * 2)
"""

Run = Callable[[], tuple[building.BuildSummary, str]]


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """Return a folder with two steps, which the build takes for the project."""
    (tmp_path / "pyproject.toml").write_text("[tool.pytask.ini_options]\n")
    (tmp_path / "task_made.py").write_text(STEPS)
    (tmp_path / "helper.py").write_text("x = 1\n")
    (tmp_path / "source.txt").write_text("text")
    for module in (building, nodes):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(building, "ANALYSIS", tmp_path)
    return tmp_path


@pytest.fixture
def run(project) -> Run:  # noqa: ARG001
    """Return a function that builds, and gives the summary and what was shown."""

    def build() -> tuple[building.BuildSummary, str]:
        console = recorder()
        with first_graph():
            summary = building.build(console, workers=1)
        return summary, console.export_text()

    return build


def recorder() -> Console:
    return Console(file=io.StringIO(), width=160, record=True)


def rewrite(path: Path, text: str) -> None:
    before = path.stat().st_mtime_ns
    path.write_text(text)
    os.utime(path, ns=(before + 10**9, before + 10**9))


def row(text: str, step: str) -> str:
    [line] = [line for line in text.splitlines() if line.strip().startswith(step)]
    return line


def test_a_first_run_says_so_and_a_second_one_shows_nothing(run, project):
    summary, text = run()
    assert summary.ran == ("table", "figure")
    for step in summary.ran:
        assert "first run here" in row(text, step)
        assert "done" in row(text, step)
    assert "2 of 2 steps; 0 up to date and skipped" in " ".join(text.split())
    assert (project / "longer.txt").read_text() == "TEXTTEXT"
    summary, text = run()
    assert summary.ran == ()
    assert sorted(summary.skipped) == ["figure", "table"]
    assert text.strip() == ""


def test_a_changed_file_of_a_set_is_the_reason_by_its_name(run, project):
    run()
    rewrite(project / "helper.py", "x = 2\n")
    summary, text = run()
    assert summary.ran == ("table",)
    assert "helper.py changed" in row(text, "table")
    assert "task_made.py changed" not in text
    assert "figure" not in text
    assert "1 up to date and skipped" in " ".join(text.split())


def test_a_changed_source_is_the_reason_and_what_follows_runs_too(run, project):
    run()
    rewrite(project / "source.txt", "other")
    summary, text = run()
    assert summary.ran == ("table", "figure")
    assert "source.txt changed" in row(text, "table")
    assert "upper.txt changed" in row(text, "figure")


def test_a_missing_product_is_the_reason_and_only_its_step_runs(run, project):
    run()
    (project / "longer.txt").unlink()
    summary, text = run()
    assert summary.ran == ("figure",)
    assert summary.skipped == ("table",)
    assert "longer.txt is missing" in row(text, "figure")


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        ("fault", DataError, ["source.txt, row 3: the cell is wrong"]),
        ("crash", BuildError, ["table", "ZeroDivisionError: no reason", "to do:"]),
    ],
)
def test_a_fault_of_a_step_is_one_message_and_what_follows_is_not_run(
    run, project, fault, error, words
):
    run()
    rewrite(project / "source.txt", fault)
    console = recorder()
    with first_graph(), pytest.raises(error) as caught:
        building.build(console, workers=1)
    for word in words:
        assert word in str(caught.value)
    text = console.export_text()
    assert "FAILED" in row(text, "table")
    assert "source.txt changed" in row(text, "table")
    assert "not run: an earlier step failed" in row(text, "figure")
    assert (project / "longer.txt").read_text() == "TEXTTEXT"
