"""Refresh the generated sections of README.md."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pytask import Product, task

from analysis.config import DATA_RAW, FIGURES, PARAMETERS, ROOT, study_names
from analysis.data_management.processed import PROCESSED_REGISTER
from analysis.exhibits.exhibit import module_file
from analysis.exhibits.registry import COMMON_EXHIBITS, EXHIBITS
from analysis.nodes import FileSet, file_set
from analysis.program import environment_sources, module_sources
from analysis.workers import in_worker

QUESTIONS = FIGURES / "synthesis" / "questions.csv"


def readme_inputs() -> FileSet:
    """Return what the generated sections say and what writes them."""
    studies = [PARAMETERS / f"{study}.yaml" for study in study_names()]
    raw = (path for path in DATA_RAW.iterdir() if path.is_file())
    own = Path(__file__)
    sources = (*module_sources(own), *module_sources(own.with_name("readme.py")))
    makers = [item.maker for item in EXHIBITS] + [item.maker for item in COMMON_EXHIBITS]
    stated = {
        own.with_name("measured_build.json"),
        ROOT / "requirements.in",
        ROOT / "pyproject.toml",
    }
    program = {*sources, *map(module_file, makers), *stated, *environment_sources()}
    return file_set("raw data, studies, program", {*raw, *studies, *program})


@task(id="sections")
def task_readme(
    tables: Path = PROCESSED_REGISTER,  # noqa: ARG001
    questions: Path = QUESTIONS,  # noqa: ARG001
    inputs: object = readme_inputs(),  # noqa: ARG001
    readme: Annotated[Path, Product] = ROOT / "README.md",
) -> None:
    """Write the sections between the markers anew; leave the prose alone."""
    in_worker("analysis.reporting.readme.refresh_readme", readme)
