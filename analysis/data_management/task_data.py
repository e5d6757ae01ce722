"""Build the processed tables from the raw ones."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pytask import Product, task

from analysis.config import DATA_RAW
from analysis.data_management.catalogue import open_raw
from analysis.data_management.pipeline import KEYS, build_processed
from analysis.data_management.processed import processed_manifests, processed_paths
from analysis.data_management.save import save_table
from analysis.reporting.program import environment_sources, module_sources


def data_inputs() -> dict[str, Any]:
    """Return everything that the processed tables depend on: raw tables, cards, program."""
    raw = sorted(path for path in DATA_RAW.iterdir() if path.is_file())
    return {
        "raw": raw,
        "program": list(module_sources(Path(__file__))),
        "environment": list(environment_sources()),
    }


@task(id="tables")
def task_data(
    inputs: dict[str, Any] = data_inputs(),  # noqa: ARG001
    tables: Annotated[dict[str, Path], Product] = processed_paths(),
    manifests: Annotated[dict[str, Path], Product] = processed_manifests(),  # noqa: ARG001
) -> None:
    """Read, validate and process data_raw, and save every table with its manifest."""
    processed = build_processed(open_raw())
    for name, path in tables.items():
        save_table(getattr(processed, name), KEYS[name], path)
