"""The build writes every form of an exhibit, and knows which programs make it."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.config import ANALYSIS, FIGURES, LOCK
from analysis.exhibits.exhibit import EXTENSIONS
from analysis.exhibits.registry import EXHIBITS
from analysis.exhibits.task_exhibits import exhibit_paths, exhibit_program

EXHIBIT = {item.name: item for item in EXHIBITS}


def program_of(name: str) -> set[str]:
    """Return the programs of an exhibit under analysis/."""
    files = exhibit_program(EXHIBIT[name]).files
    return {
        path.relative_to(ANALYSIS).as_posix() for path in files if path.is_relative_to(ANALYSIS)
    }


def test_no_two_exhibits_write_the_same_file():
    paths = [path for item in EXHIBITS for path in exhibit_paths("muse", item).values()]
    assert len(set(paths)) == len(paths) == sum(len(EXTENSIONS[item.kind]) for item in EXHIBITS)
    assert {path.parent for path in paths} == {FIGURES / "muse"}


def test_a_file_is_named_after_its_exhibit_and_form():
    assert exhibit_paths("muse", EXHIBIT["coverage"]) == {
        ending: FIGURES / "muse" / f"coverage.{ending}"
        for ending in ("svg", "png", "csv", "alt.txt")
    }


@pytest.mark.parametrize("name", EXHIBIT)
def test_the_program_of_an_exhibit_is_what_makes_and_writes_it_and_the_packages(name):
    exhibit = EXHIBIT[name]
    own = Path(*exhibit.program.split(".")[1:-1]).with_suffix(".py").as_posix()
    writes = {"exhibits/task_exhibits.py", "exhibits/registry.py", "exhibits/table.py"}
    reads = {"exhibits/study_results.py", "study_file.py", "data_management/load.py"}
    models = {"models/interval_series.py", "models/design.py"}
    assert {own} | writes | reads | models <= program_of(name)
    assert LOCK in exhibit_program(exhibit).files


def test_what_no_exhibit_uses_is_not_its_program():
    apart = {"reporting/kernels.py", "reporting/readme.py", "data_management/pipeline.py"}
    assert not apart & program_of("effects")
