"""The record of builds: what ran is measured, what was skipped is remembered."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from reporting.graphs import first_graph
from rich.console import Console

from analysis import nodes
from analysis.config import ROOT
from analysis.errors import BuildError
from analysis.reporting import build as building
from analysis.reporting.build_record import Commit, commit_of, read_record, record_path
from analysis.workers import in_own_process, in_worker, noted_usage

STEPS = """
from pathlib import Path
from typing import Annotated

from pytask import Product

from analysis.workers import in_own_process

HERE = Path(__file__).parent


def task_first(
    source: Path = HERE / "first.txt", product: Annotated[Path, Product] = HERE / "first.out"
) -> None:
    if "fault" in source.read_text():
        raise ZeroDivisionError
    in_own_process("time.sleep", 0.05)
    product.write_text(source.read_text())


def task_second(
    source: Path = HERE / "second.txt", product: Annotated[Path, Product] = HERE / "second.out"
) -> None:
    product.write_text(source.read_text())
"""


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """Return a folder with two steps, which the build takes for the project."""
    (tmp_path / "pyproject.toml").write_text("[tool.pytask.ini_options]\n")
    (tmp_path / "task_made.py").write_text(STEPS)
    for name in ("first", "second"):
        (tmp_path / f"{name}.txt").write_text("text")
    for module in (building, nodes):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(building, "ANALYSIS", tmp_path)
    return tmp_path


def build(root: Path) -> dict:
    with first_graph():
        building.build(Console(file=io.StringIO()), workers=1)
    return read_record(root)


def test_every_step_that_ran_is_measured_and_the_machine_is_named(project):
    record = build(project)
    assert set(record["steps"]) == {"first", "second"}
    assert record["steps"]["first"]["seconds"] >= 0.05
    assert record["steps"]["first"]["peak_memory_mb"] > 1
    assert record["steps"]["second"]["peak_memory_mb"] is None
    assert record["commit"] is None
    assert len(record["lock"]) == 64
    assert {"built_at", "python", "platform", "processors"} <= set(record)
    assert list(project.glob(".pytask/*.tmp")) == []


def test_a_build_with_nothing_to_do_leaves_the_record(project):
    build(project)
    before = record_path(project).read_bytes()
    build(project)
    assert record_path(project).read_bytes() == before


def test_what_was_skipped_keeps_its_record_and_what_is_no_more_loses_it(project):
    record = build(project)
    record["steps"]["second"]["seconds"] = 12.5
    record["steps"]["of another time"] = record["steps"]["second"]
    record_path(project).write_text(json.dumps(record))
    (project / "first.out").unlink()
    merged = build(project)["steps"]
    assert set(merged) == {"first", "second"}
    assert merged["second"]["seconds"] == 12.5


def test_steps_that_ended_before_a_failure_are_kept(project):
    (project / "first.txt").write_text("fault")
    with pytest.raises(BuildError):
        build(project)
    assert set(read_record(project)["steps"]) <= {"second"}


@pytest.mark.parametrize("text", ["{", "[]", '{"schema": "0"}'])
def test_a_record_that_cannot_be_read_is_begun_anew(project, text):
    record_path(project).parent.mkdir()
    record_path(project).write_text(text)
    assert read_record(project) == {}
    assert set(build(project)["steps"]) == {"first", "second"}


def test_the_commit_and_whether_the_checkout_is_clean(tmp_path):
    def git(*arguments: str) -> str:
        named = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        done = subprocess.run(
            ["git", *named, *arguments], cwd=tmp_path, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    git("init", "--quiet")
    (tmp_path / "file.txt").write_text("text")
    assert commit_of(tmp_path) == Commit(None, None)
    git("add", "file.txt")
    git("commit", "--quiet", "-m", "first")
    head = git("rev-parse", "HEAD")
    assert commit_of(tmp_path) == Commit(head, dirty=False)
    (tmp_path / "file.txt").write_text("other")
    assert commit_of(tmp_path) == Commit(head, dirty=True)
    (tmp_path / "inside").mkdir()
    assert commit_of(tmp_path / "inside") == Commit(None, None)


@pytest.mark.parametrize("run", [in_worker, in_own_process])
def test_what_a_call_uses_is_noted_in_the_thread_that_asks(run):
    with noted_usage() as used:
        assert run("math.sqrt", 9.0) == 3.0
        with noted_usage() as inner:
            run("math.sqrt", 4.0)
    run("math.sqrt", 16.0)
    assert (len(used), len(inner)) == (1, 1)
    assert used[0].seconds < 5


# In a process of its own: one that has had large children tells their memory from then on.
TWO_CALLS = """
from analysis.workers import measured_call
for call in (("builtins.bytearray", 80_000_000), ("math.sqrt", 4.0)):
    print(measured_call(*call)[1].peak_memory)
"""


def test_the_peak_is_that_of_the_call_and_not_of_an_earlier_one():
    told = subprocess.run(
        [sys.executable, "-c", TWO_CALLS], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout.split()
    if "None" in told:
        pytest.skip("this system does not tell the peak of a process")
    large, small = map(int, told)
    assert large - small > 60_000_000
