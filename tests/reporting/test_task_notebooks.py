"""Every notebook is run from its own cells, into files of its own."""

from __future__ import annotations

from pathlib import Path

import pytask
import pytest
from _pytask.console import console

from analysis.config import (
    ANALYSIS,
    COMMITTED_STUDY,
    COMMON_FOLDERS,
    FIGURES,
    PARAMETERS,
    common_settings,
    study_names,
)
from analysis.exhibits.registry import COMMON_EXHIBITS, EXHIBITS
from analysis.nodes import takes_study
from analysis.program import notebook_sources
from analysis.reporting.task_notebooks import NOTEBOOK_FILES, executed_path, notebook_program
from reporting.graphs import first_graph


def runs_of(path: Path) -> tuple[str, ...]:
    """Return the folders for which a notebook is run: one a study, or that of the method."""
    return study_names() if takes_study(path) else (COMMON_FOLDERS[path.stem],)


@pytest.fixture(scope="module")
def steps(tmp_path_factory) -> dict[str, pytask.PTask]:
    """Return the steps of the notebooks as the build sees them, by name; nothing is run."""
    folder = tmp_path_factory.mktemp("graph")
    (folder / "pyproject.toml").write_text("[tool.pytask.ini_options]\n")
    was_quiet, console.quiet = console.quiet, True
    try:
        with first_graph():
            session = pytask.build(
                paths=[ANALYSIS / "reporting" / "task_notebooks.py"],
                config=folder / "pyproject.toml",
                database_url="sqlite://",
                capture="no",
                dry_run=True,
            )
    finally:
        console.quiet = was_quiet
    assert session.exit_code == 0
    return {task.name.rsplit("::", 1)[-1]: task for task in session.tasks}


def test_there_is_a_step_for_every_notebook_and_folder_and_one_for_every_refresh(steps):
    runs = {
        f"task_notebook[{name}-{path.stem}]" for path in NOTEBOOK_FILES for name in runs_of(path)
    }
    assert set(steps) == runs | {f"task_outputs[{path.stem}]" for path in NOTEBOOK_FILES}
    shown_in = {item.notebook for item in (*EXHIBITS, *COMMON_EXHIBITS)}
    assert {path.stem for path in NOTEBOOK_FILES} == shown_in


@pytest.mark.parametrize("path", NOTEBOOK_FILES, ids=lambda path: path.stem)
def test_a_step_reads_the_notebook_that_it_is_named_after_and_writes_that_one(steps, path):
    for name in runs_of(path):
        step = steps[f"task_notebook[{name}-{path.stem}]"]
        assert step.depends_on["template"].notebook == path
        assert step.produces["executed"].path == executed_path(name, path)
        own = (PARAMETERS / f"{name}.yaml",)
        study_files = own if takes_study(path) else common_settings(path.stem)
        assert step.depends_on["settings"].files == study_files
    refresh = steps[f"task_outputs[{path.stem}]"]
    shown = COMMITTED_STUDY if takes_study(path) else COMMON_FOLDERS[path.stem]
    assert refresh.depends_on["template"].notebook == path
    assert refresh.depends_on["executed"].path == executed_path(shown, path)
    assert refresh.produces["notebook"].path == path


@pytest.mark.parametrize("path", NOTEBOOK_FILES, ids=lambda path: path.stem)
def test_a_step_is_given_its_own_study(steps, path):
    for name in runs_of(path):
        given = steps[f"task_notebook[{name}-{path.stem}]"].depends_on["study"].value
        assert given == (name if takes_study(path) else "")


def test_executed_copies_are_kept_apart_by_study():
    paths = [executed_path(name, path) for path in NOTEBOOK_FILES for name in runs_of(path)]
    assert len(set(paths)) == len(paths) > len(NOTEBOOK_FILES)
    assert all(path.is_relative_to(FIGURES) for path in paths)


def test_the_program_of_a_notebook_is_its_imports_its_runner_and_the_packages():
    for path in NOTEBOOK_FILES:
        files = set(notebook_program(path).files)
        runner = {"notebooks.py", "kernels.py", "task_notebooks.py", "requirements.lock"}
        assert runner <= {file.name for file in files}
        assert set(notebook_sources(path)) <= files
