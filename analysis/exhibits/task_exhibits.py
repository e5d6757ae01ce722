"""Build every figure and table of every study."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pytask import Product, task

from analysis.config import FIGURES, PARAMETERS, common_settings, study_names
from analysis.data_management.processed import PROCESSED_REGISTER
from analysis.exhibits.exhibit import EXTENSIONS, CommonExhibit, Exhibit, module_file
from analysis.exhibits.registry import COMMON_EXHIBITS, EXHIBITS, ROBUST
from analysis.exhibits.robustness_files import common_registers, robustness_register
from analysis.nodes import FileSet, file_set
from analysis.program import environment_sources, module_sources
from analysis.workers import in_worker


def exhibit_paths(study: str, exhibit: Exhibit | CommonExhibit) -> dict[str, Path]:
    """Return the files of an exhibit of a study, or of the method, by extension."""
    folder = FIGURES / study
    return {ending: folder / f"{exhibit.name}.{ending}" for ending in EXTENSIONS[exhibit.kind]}


def exhibit_inputs(exhibit: Exhibit, study: str) -> Path:
    """Return the register of the tables that an exhibit of a study reads."""
    return robustness_register(study) if exhibit.notebook == ROBUST else PROCESSED_REGISTER


def exhibit_program(exhibit: Exhibit | CommonExhibit) -> FileSet:
    """Return what makes an exhibit: its modules with all they import, its entry, the packages."""
    own = Path(__file__)
    modules = (module_file(exhibit.maker), module_file(exhibit.opener), own.with_name("write.py"))
    entry = own.with_name("registry.py")
    files = {own, entry, *(file for module in modules for file in module_sources(module))}
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
            tables: Path = exhibit_inputs(_exhibit, _study),  # noqa: ARG001
            parameters: Path = PARAMETERS / f"{_study}.yaml",  # noqa: ARG001
            program: object = exhibit_program(_exhibit),  # noqa: ARG001
            products: Annotated[dict[str, Path], Product] = exhibit_paths(_study, _exhibit),
        ) -> None:
            """Make one exhibit and write all its files."""
            in_worker("analysis.exhibits.write.write_exhibit", exhibit, study, products)


for _common in COMMON_EXHIBITS:

    @task(
        id=f"{_common.folder}-{_common.name}",
        name=f"task_{_common.kind}",
        kwargs={"exhibit": _common},
    )
    def task_common_exhibit(
        exhibit: CommonExhibit,
        tables: tuple[Path, ...] = common_registers(_common.notebook),  # noqa: ARG001
        settings: object = file_set("the settings", common_settings(_common.notebook)),  # noqa: ARG001
        program: object = exhibit_program(_common),  # noqa: ARG001
        products: Annotated[dict[str, Path], Product] = exhibit_paths(_common.folder, _common),
    ) -> None:
        """Make one exhibit that belongs to no single study and write all its files."""
        in_worker("analysis.exhibits.write.write_common_exhibit", exhibit, products)
