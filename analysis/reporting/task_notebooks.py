"""Run every notebook for every study and refresh the outputs of the committed notebooks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pytask import Product, mark, task

from analysis.config import (
    COMMITTED_STUDY,
    COMMON_FOLDERS,
    FIGURES,
    NOTEBOOKS,
    PARAMETERS,
    common_settings,
    study_names,
)
from analysis.exhibits.registry import ROBUST
from analysis.exhibits.robustness_files import common_registers, robustness_register
from analysis.nodes import FileSet, NotebookSource, file_set, takes_study
from analysis.program import environment_sources, module_sources, notebook_sources
from analysis.workers import in_own_process, in_worker


def executed_path(study: str, notebook: Path) -> Path:
    """Return where the copy of a notebook that was run for a study is kept."""
    return FIGURES / study / "notebooks" / notebook.name


def notebook_program(notebook: Path) -> FileSet:
    """Return what runs a notebook: its imports, the runner, the packages."""
    runner = Path(__file__).with_name("run_notebook.py")
    modules = (*module_sources(Path(__file__)), *module_sources(runner))
    files = {*notebook_sources(notebook), *modules, *environment_sources()}
    return file_set("the program", files)


def notebook_settings(study: str, notebook: Path) -> FileSet:
    """Return the study file of a notebook that takes one, otherwise the settings of its own."""
    if takes_study(notebook):
        return file_set("the study file", [PARAMETERS / f"{study}.yaml"])
    return file_set("the settings", common_settings(notebook.stem))


def notebook_inputs(study: str, notebook: Path) -> tuple[Path, ...]:
    """Return the registers of the tables that a notebook reads."""
    if notebook.stem == ROBUST:
        return (robustness_register(study),)
    return common_registers(notebook.stem)


def folders_of(notebook: Path) -> tuple[str, ...]:
    """Return the folders under figures/ that hold an executed copy: one a study, or its own."""
    return study_names() if takes_study(notebook) else (COMMON_FOLDERS[notebook.stem],)


RUN = "analysis.reporting.run_notebook.run_notebook"
REFRESH = "analysis.reporting.run_notebook.refresh_outputs"
NOTEBOOK_FILES = tuple(sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")))

for _notebook in NOTEBOOK_FILES:
    _takes_study = takes_study(_notebook)

    for _study in folders_of(_notebook):

        @mark.try_first
        @task(id=f"{_study}-{_notebook.stem}", kwargs={"study": _study if _takes_study else ""})
        def task_notebook(
            study: str,
            template: Any = NotebookSource(_notebook),
            tables: tuple[Path, ...] = notebook_inputs(_study, _notebook),  # noqa: ARG001
            settings: object = notebook_settings(_study, _notebook),  # noqa: ARG001
            program: object = notebook_program(_notebook),  # noqa: ARG001
            executed: Annotated[Path, Product] = executed_path(_study, _notebook),
        ) -> None:
            """Run one notebook, for one study if it takes one."""
            in_own_process(RUN, template, {"study": study} if study else {}, executed)

    @task(id=_notebook.stem)
    def task_outputs(
        template: Any = NotebookSource(_notebook),
        executed: Path = executed_path(
            COMMITTED_STUDY if _takes_study else folders_of(_notebook)[0], _notebook
        ),
        notebook: Annotated[Path, Product] = _notebook,
    ) -> None:
        """Bring the outputs of the committed run into the committed notebook."""
        in_worker(REFRESH, template, executed, notebook)
