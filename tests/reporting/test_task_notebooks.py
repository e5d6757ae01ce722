"""Every notebook is run from its own cells, into files of its own."""

from __future__ import annotations

import pytask
import pytest
from _pytask.console import console

from analysis.config import ANALYSIS, FIGURES, NOTEBOOKS, study_names
from analysis.exhibits.registry import EXHIBITS
from analysis.reporting.task_notebooks import NOTEBOOK_FILES, executed_path, notebook_program
from reporting.graphs import first_graph


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


def test_there_is_a_step_for_every_notebook_and_study_and_one_for_every_refresh(steps):
    runs = {f"task_notebook[{s}-{p.stem}]" for p in NOTEBOOK_FILES for s in study_names()}
    assert set(steps) == runs | {f"task_outputs[{p.stem}]" for p in NOTEBOOK_FILES}
    assert {path.stem for path in NOTEBOOK_FILES} >= {item.notebook for item in EXHIBITS}


@pytest.mark.parametrize("path", NOTEBOOK_FILES, ids=lambda path: path.stem)
def test_a_step_reads_the_notebook_that_it_is_named_after_and_writes_that_one(steps, path):
    for study in study_names():
        step = steps[f"task_notebook[{study}-{path.stem}]"]
        assert step.depends_on["template"].notebook == path
        assert step.produces["executed"].path == executed_path(study, path)
        assert step.depends_on["parameters"].path == NOTEBOOKS / "parameters" / f"{study}.yaml"
    refresh = steps[f"task_outputs[{path.stem}]"]
    assert refresh.depends_on["template"].notebook == path
    assert refresh.produces["notebook"].path == path
    assert refresh.depends_on["executed"].path.name == path.name


def test_executed_copies_are_kept_apart_by_study():
    paths = {executed_path(study, path) for study in study_names() for path in NOTEBOOK_FILES}
    assert len(paths) == len(study_names()) * len(NOTEBOOK_FILES)
    assert all(path.is_relative_to(FIGURES) for path in paths)


def test_the_program_of_a_notebook_is_its_imports_its_runner_and_the_packages():
    for path in NOTEBOOK_FILES:
        names = {file.name for file in notebook_program(path).files}
        assert {"study_results.py", "notebooks.py", "kernels.py", "requirements.lock"} <= names
