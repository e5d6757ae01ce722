"""Build the processed tables from the raw ones."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pytask import Product, task

from analysis.config import DATA_RAW
from analysis.data_management.catalogue import open_raw
from analysis.data_management.pipeline import KEYS, build_processed
from analysis.data_management.processed import (
    PROCESSED_REGISTER,
    processed_manifests,
    processed_paths,
    register_text,
)
from analysis.data_management.save import save_table, write_text_atomic
from analysis.nodes import FileSet, file_set
from analysis.program import environment_sources, module_sources


def raw_files() -> FileSet:
    """Return every file of data_raw."""
    return file_set("data_raw", (path for path in DATA_RAW.iterdir() if path.is_file()))


def data_program() -> FileSet:
    """Return what processes the raw tables, and the packages."""
    return file_set("the program", {*module_sources(Path(__file__)), *environment_sources()})


@task(id="tables")
def task_data(
    raw: object = raw_files(),  # noqa: ARG001
    program: object = data_program(),  # noqa: ARG001
    tables: Annotated[dict[str, Path], Product] = processed_paths(),
    manifests: Annotated[dict[str, Path], Product] = processed_manifests(),  # noqa: ARG001
    register: Annotated[Path, Product] = PROCESSED_REGISTER,
) -> None:
    """Read, validate and process data_raw; save every table with its manifest and a register."""
    processed = build_processed(open_raw())
    for name, path in tables.items():
        save_table(processed[name], KEYS[name], path)
    write_text_atomic(register, register_text(tables.values()))
