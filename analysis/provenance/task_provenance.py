"""Say of every exhibit where it comes from: one step for each notebook and folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pytask import Product, task

from analysis.config import DATA_RAW, ROOT
from analysis.nodes import FileSet, file_set
from analysis.program import environment_sources, module_sources
from analysis.provenance.asking import answer_of, rows_of
from analysis.provenance.places import exhibits_of, shown_notebooks
from analysis.workers import in_worker

READINGS = "analysis.provenance.write.readings"
SELECTIONS = "analysis.provenance.write.selections"
WRITE = "analysis.provenance.write.write_sidecars"


def exhibit_files(folder: str, notebook: str) -> dict[str, tuple[Path, ...]]:
    """Return the files of every exhibit of a notebook."""
    return {placed.name: placed.files for placed in exhibits_of(folder, notebook)}


def sidecar_files(folder: str, notebook: str) -> dict[str, Path]:
    """Return the sidecar of every exhibit of a notebook."""
    return {placed.name: placed.sidecar for placed in exhibits_of(folder, notebook)}


def table_registers(folder: str, notebook: str) -> tuple[Path, ...]:
    """Return the registers of the tables that are read."""
    found = (path for placed in exhibits_of(folder, notebook) for path in placed.registers)
    return tuple(dict.fromkeys(found))


def settings_of(folder: str, notebook: str) -> FileSet:
    """Return the files that set what is shown."""
    files = {path for placed in exhibits_of(folder, notebook) for path in placed.settings}
    return file_set("the settings", files)


def raw_files() -> FileSet:
    """Return every file of data_raw."""
    return file_set("data_raw", (path for path in DATA_RAW.rglob("*") if path.is_file()))


def provenance_program(folder: str, notebook: str) -> FileSet:
    """Return what makes the exhibits and what writes their sidecars, and the packages."""
    own = Path(__file__)
    made = {file for placed in exhibits_of(folder, notebook) for file in placed.sources}
    written = {*module_sources(own), *module_sources(own.with_name("write.py"))}
    packages = {*environment_sources(), ROOT / "pyproject.toml"}
    return file_set("the program", made | written | packages)


for _folder, _notebook in shown_notebooks():

    @task(id=f"{_folder}-{_notebook}", kwargs={"folder": _folder, "notebook": _notebook})
    def task_provenance(
        folder: str,
        notebook: str,
        exhibits: dict[str, tuple[Path, ...]] = exhibit_files(_folder, _notebook),  # noqa: ARG001
        registers: tuple[Path, ...] = table_registers(_folder, _notebook),  # noqa: ARG001
        settings: object = settings_of(_folder, _notebook),  # noqa: ARG001
        raw: object = raw_files(),  # noqa: ARG001
        program: object = provenance_program(_folder, _notebook),  # noqa: ARG001
        sidecars: Annotated[dict[str, Path], Product] = sidecar_files(_folder, _notebook),  # noqa: ARG001
    ) -> None:
        """Find out what each exhibit reads and takes, then write its sidecar."""
        asked = in_worker(READINGS, folder, notebook)
        found = {one.opened: rows_of(one) for one in in_worker(SELECTIONS, folder, notebook)}
        read = {
            name: answer_of(reading) if reading.maker else found[reading.opened].files
            for name, reading in asked.items()
        }
        taken = {maker: rows for one in found.values() for maker, rows in one.rows.items()}
        in_worker(WRITE, folder, notebook, read, taken)
