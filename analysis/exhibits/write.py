"""Make an exhibit and write its files; runs in a worker of the build."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from analysis.data_management.save import write_bytes_atomic
from analysis.exhibits.figure import Figure
from analysis.exhibits.registry import CommonExhibit, Exhibit, contents
from analysis.exhibits.study_results import opened_once
from analysis.exhibits.table import Table


def write_exhibit(exhibit: Exhibit, study: str, products: Mapping[str, Path]) -> None:
    """Make one exhibit of a study and write all its files."""
    _write(exhibit.make(opened_once(study)), products)


def write_common_exhibit(exhibit: CommonExhibit, products: Mapping[str, Path]) -> None:
    """Make one exhibit that belongs to no single study and write all its files."""
    _write(exhibit.make(exhibit.open()), products)


def _write(made: Figure | Table, products: Mapping[str, Path]) -> None:
    files = contents(made)
    for ending, path in products.items():
        write_bytes_atomic(path, files[ending])
