"""Where the robustness results of a study are kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from analysis.config import ROBUSTNESS, SYNTHESIS, study_names
from analysis.data_management.load import REGISTER
from analysis.data_management.processed import PROCESSED_REGISTER
from analysis.data_management.save import manifest_path

KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "specifications": ("outcome", "name", "specification"),
    "failed": ("outcome", "specification"),
    "checks": ("outcome", "effect", "check"),
}
"""Table of results -> columns that identify a row."""


def robustness_paths(study: str) -> dict[str, Path]:
    """Return the file of every table of results of a study, by name."""
    return {name: ROBUSTNESS / study / f"{name}.csv" for name in KEYS}


def robustness_manifests(study: str) -> dict[str, Path]:
    """Return the manifest of every table of results of a study, by name."""
    return {name: manifest_path(path) for name, path in robustness_paths(study).items()}


def robustness_register(study: str) -> Path:
    """Return the file with the checksums of a study's results; what reads them watches it."""
    return ROBUSTNESS / study / REGISTER


def common_registers(notebook: str) -> tuple[Path, ...]:
    """Return the registers of the tables that a notebook of no single study reads."""
    studies = study_names() if notebook == SYNTHESIS else ()
    return (PROCESSED_REGISTER, *(robustness_register(study) for study in studies))
