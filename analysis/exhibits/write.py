"""Make an exhibit and write its files; runs in a worker of the build."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from analysis.data_management.save import write_bytes_atomic
from analysis.exhibits.exhibit import CommonExhibit, Exhibit
from analysis.exhibits.figure import Figure
from analysis.exhibits.table import Table


def write_exhibit(exhibit: Exhibit, study: str, products: Mapping[str, Path]) -> None:
    """Make one exhibit of a study and write all its files."""
    _write(exhibit.make(exhibit.open(study)), products)


def write_common_exhibit(exhibit: CommonExhibit, products: Mapping[str, Path]) -> None:
    """Make one exhibit that belongs to no single study and write all its files."""
    _write(exhibit.make(exhibit.open()), products)


def contents(exhibit: Figure | Table) -> dict[str, bytes]:
    """Return every file of an exhibit by extension."""
    if isinstance(exhibit, Figure):
        texts = {"csv": exhibit.csv(), "alt.txt": f"{exhibit.alt}\n"}
        return exhibit.pictures() | {key: text.encode() for key, text in texts.items()}
    forms = {
        "csv": exhibit.csv(),
        "html": exhibit.html(),
        "tex": exhibit.latex(),
        "md": exhibit.markdown(),
    }
    return {key: text.encode() for key, text in forms.items()}


def _write(made: Figure | Table, products: Mapping[str, Path]) -> None:
    files = contents(made)
    for ending, path in products.items():
        write_bytes_atomic(path, files[ending])
