"""Build every figure and table of every study."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Annotated

from pytask import Product, task

from analysis.config import FIGURES, METHOD_FOLDER, PARAMETERS, study_names
from analysis.data_management.processed import PROCESSED_REGISTER
from analysis.exhibits.registry import (
    EXHIBITS,
    EXTENSIONS,
    METHOD_EXHIBITS,
    Exhibit,
    MethodExhibit,
)
from analysis.exhibits.write import write_exhibit, write_method_exhibit
from analysis.nodes import FileSet, file_set
from analysis.program import environment_sources, module_sources
from analysis.workers import in_worker


def exhibit_paths(study: str, exhibit: Exhibit | MethodExhibit) -> dict[str, Path]:
    """Return the files of an exhibit of a study, or of the method, by extension."""
    folder = FIGURES / study
    return {ending: folder / f"{exhibit.name}.{ending}" for ending in EXTENSIONS[exhibit.kind]}


def exhibit_program(exhibit: Exhibit | MethodExhibit) -> FileSet:
    """Return what makes an exhibit: its module with all that it imports, and the packages."""
    module = Path(inspect.getfile(exhibit.make))
    own = Path(__file__)
    files = {own, *module_sources(module), *module_sources(own.with_name("write.py"))}
    return file_set("the program", files | set(environment_sources()))


for _study in study_names():
    for _exhibit in EXHIBITS:

        @task(
            id=f"{_study}-{_exhibit.name}",
            name=f"task_{_exhibit.kind}",
            kwargs={"study": _study, "exhibit": _exhibit},
        )
        def task_exhibit(
            study: str,
            exhibit: Exhibit,
            tables: Path = PROCESSED_REGISTER,  # noqa: ARG001
            parameters: Path = PARAMETERS / f"{_study}.yaml",  # noqa: ARG001
            program: object = exhibit_program(_exhibit),  # noqa: ARG001
            products: Annotated[dict[str, Path], Product] = exhibit_paths(_study, _exhibit),
        ) -> None:
            """Make one exhibit and write all its files."""
            in_worker(write_exhibit, exhibit, study, products)


for _about_method in METHOD_EXHIBITS:

    @task(
        id=f"{METHOD_FOLDER}-{_about_method.name}",
        name=f"task_{_about_method.kind}",
        kwargs={"exhibit": _about_method},
    )
    def task_method_exhibit(
        exhibit: MethodExhibit,
        tables: Path = PROCESSED_REGISTER,  # noqa: ARG001
        program: object = exhibit_program(_about_method),  # noqa: ARG001
        products: Annotated[dict[str, Path], Product] = exhibit_paths(METHOD_FOLDER, _about_method),
    ) -> None:
        """Make one exhibit about the method and write all its files."""
        in_worker(write_method_exhibit, exhibit, products)
