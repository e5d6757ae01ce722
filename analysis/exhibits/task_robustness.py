"""Compute the robustness results of every study; its exhibits and its notebook read them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pytask import Product, task

from analysis.config import PARAMETERS, study_names
from analysis.data_management.processed import PROCESSED_REGISTER
from analysis.exhibits.robustness_files import (
    robustness_manifests,
    robustness_paths,
    robustness_register,
)
from analysis.nodes import FileSet, file_set
from analysis.program import environment_sources, module_sources
from analysis.workers import in_worker


def robustness_program() -> FileSet:
    """Return what computes the results, and the packages."""
    own = Path(__file__)
    sources = module_sources(own.with_name("robustness_results.py"))
    return file_set("the program", {own, *sources, *environment_sources()})


for _study in study_names():

    @task(id=f"{_study}-robustness", kwargs={"study": _study})
    def task_robustness(
        study: str,
        tables: Path = PROCESSED_REGISTER,  # noqa: ARG001
        parameters: Path = PARAMETERS / f"{_study}.yaml",  # noqa: ARG001
        program: object = robustness_program(),  # noqa: ARG001
        results: Annotated[dict[str, Path], Product] = robustness_paths(_study),
        manifests: Annotated[dict[str, Path], Product] = robustness_manifests(_study),  # noqa: ARG001
        register: Annotated[Path, Product] = robustness_register(_study),
    ) -> None:
        """Compute and save every table of results of one study, with a register."""
        in_worker("analysis.exhibits.robustness_results.write_robustness", study, results, register)
