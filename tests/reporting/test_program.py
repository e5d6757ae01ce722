"""The program of a step is every source file that it imports, and no other."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from analysis.config import ANALYSIS, LOCK, NOTEBOOKS, ROOT
from analysis.program import environment_sources, module_sources, notebook_sources

SOURCES = sorted(ANALYSIS.rglob("*.py"))


def closure(module: str) -> set[str]:
    """Return the program of a module as paths from analysis/."""
    return {path.relative_to(ANALYSIS).as_posix() for path in module_sources(ANALYSIS / module)}


@pytest.mark.parametrize(
    ("module", "needs", "does_not_need"),
    [
        ("exhibits/table.py", ["exhibits/table.py"], ["exhibits/figure.py", "errors.py"]),
        (
            "exhibits/coverage.py",
            [
                "exhibits/coverage.py",
                "exhibits/figure.py",
                "exhibits/style.py",
                "exhibits/table.py",
            ],
            ["exhibits/zone_trade.py", "exhibits/audit.py", "nodes.py"],
        ),
        (
            "exhibits/effects.py",
            ["models/interval_series.py", "models/interval_mean.py", "models/design.py"],
            ["exhibits/coverage.py", "data_management/pipeline.py"],
        ),
        (
            "data_management/pipeline.py",
            ["data_management/rounding.py", "errors.py", "config.py"],
            ["models/design.py", "exhibits/table.py"],
        ),
        (
            "__main__.py",  # imports inside functions count as well
            ["reporting/build.py", "reporting/environment.py", "study_file.py"],
            ["exhibits/coverage.py"],
        ),
        ("models/interval_mean.py", ["models/arrays.py"], ["exhibits/style.py", "study_yaml.py"]),
    ],
)
def test_the_program_of_a_module_is_what_it_imports_and_no_more(module, needs, does_not_need):
    found = closure(module)
    assert set(needs) <= found
    assert not set(does_not_need) & found


def test_a_package_around_an_imported_module_is_part_of_the_program():
    assert {"__init__.py", "exhibits/__init__.py", "models/__init__.py"} <= closure(
        "exhibits/effects.py"
    )


def test_a_program_holds_the_program_of_everything_in_it():
    for module in ("exhibits/registry.py", "reporting/readme.py"):
        whole = closure(module)
        for part in whole:
            assert closure(part) <= whole, part


def test_a_program_is_sorted_has_its_module_and_lies_in_the_project():
    for path in SOURCES:
        files = module_sources(path)
        assert path in files
        assert list(files) == sorted(set(files))
        assert all(file.is_relative_to(ANALYSIS) and file.suffix == ".py" for file in files)


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def origin(value: object) -> str:
    """Return the module that a value comes from."""
    return str(
        value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", "")
    )


def test_all_that_a_module_holds_comes_from_its_program():
    """Names at run time, whatever the way in which they were imported."""
    modules = [path for path in SOURCES if not path.name.startswith(("task_", "__init__"))]
    found = 0
    for path in modules:
        module = importlib.import_module(name_of(path))
        names = {origin(value) for value in vars(module).values()}
        ours = {Path(sys.modules[name].__file__) for name in names if name.startswith("analysis.")}
        assert ours <= set(module_sources(path)), path
        found += len(ours)
    assert found > 100


def test_no_source_imports_relatively_or_all_names():
    """The closure reads absolute imports; another way of importing would escape it."""
    for path in SOURCES:
        lines = path.read_text(encoding="utf-8").splitlines()
        assert not [line for line in lines if line.startswith("from .") or "import *" in line], path


@pytest.mark.parametrize(
    ("notebook", "needs", "does_not_need"),
    [
        (
            "01_data_audit",
            ["exhibits/audit.py", "exhibits/coverage.py"],
            ["exhibits/zone_trade.py", "exhibits/context.py"],
        ),
        (
            "02_zone_trade",
            ["exhibits/zone_trade.py", "exhibits/effects.py", "models/interval_series.py"],
            ["exhibits/audit.py", "exhibits/coverage.py"],
        ),
    ],
)
def test_the_program_of_a_notebook_is_what_its_cells_import(notebook, needs, does_not_need):
    files = notebook_sources(NOTEBOOKS / f"{notebook}.ipynb")
    found = {path.relative_to(ANALYSIS).as_posix() for path in files}
    assert set(needs) <= found
    assert not set(does_not_need) & found


def test_only_code_cells_import(tmp_path):
    cells = [
        {"cell_type": "markdown", "source": ["import analysis.errors\n"]},
        {"cell_type": "code", "source": ["from analysis.models import arrays\n", "x = 1"]},
    ]
    path = tmp_path / "made.ipynb"
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    names = {file.relative_to(ANALYSIS).as_posix() for file in notebook_sources(path)}
    assert names == {"__init__.py", "models/__init__.py", "models/arrays.py"}


def test_the_packages_are_fixed_by_the_lock():
    assert environment_sources() == (LOCK,)
    assert LOCK.is_file()
