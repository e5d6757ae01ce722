"""Refresh the generated sections of README.md."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pytask import Product, task

from analysis.config import DATA_RAW, PARAMETERS, study_names
from analysis.data_management.processed import PROCESSED_REGISTER
from analysis.data_management.save import write_text_atomic
from analysis.exhibits.study_results import opened_once
from analysis.nodes import FileSet, file_set
from analysis.program import environment_sources, module_sources
from analysis.reporting.readme import README, generated_readme


def readme_inputs() -> FileSet:
    """Return what the generated sections say and what writes them."""
    studies = [PARAMETERS / f"{study}.yaml" for study in study_names()]
    program = {*module_sources(Path(__file__)), *environment_sources()}
    return file_set("cards, studies, program", {*DATA_RAW.glob("*.card.yaml"), *studies, *program})


@task(id="sections")
def task_readme(
    tables: Path = PROCESSED_REGISTER,  # noqa: ARG001
    inputs: object = readme_inputs(),  # noqa: ARG001
    readme: Annotated[Path, Product] = README,
) -> None:
    """Write the sections between the markers anew; leave the prose alone."""
    studies = [opened_once(name) for name in study_names()]
    write_text_atomic(readme, generated_readme(readme.read_text(encoding="utf-8"), studies))
