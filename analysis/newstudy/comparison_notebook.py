"""The notebook that compares the studies named on the command line, and its exhibits as files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from analysis import config
from analysis.data_management.save import write_bytes_atomic, write_text_atomic
from analysis.exhibits.figure import Figure
from analysis.exhibits.table import Table
from analysis.exhibits.write import contents
from analysis.exhibits.zone_comparison import (
    comparability_table,
    zone_differences_table,
    zone_effects_table,
    zone_phases_table,
)
from analysis.exhibits.zone_comparison_figures import effects_by_zone_figure
from analysis.exhibits.zone_comparison_results import OpenStudies
from analysis.newstudy.comparison import open_studies
from analysis.reporting.notebooks import execute, notebook_text

EXHIBITS: Final[Mapping[str, Callable[[OpenStudies], Figure | Table]]] = {
    "comparability": comparability_table,
    "effects_by_zone": effects_by_zone_figure,
    "zone_effects": zone_effects_table,
    "zone_differences": zone_differences_table,
    "zone_phases": zone_phases_table,
}
"""What a comparison writes, by name of the files."""
HEADINGS: Final[Mapping[str, str]] = {
    "comparability": "## What may be compared\n\nEvery pair of outcomes of one metric, judged by "
    "metric, scope, basis, currency or unit, reporting year and period.",
    "effects_by_zone": "## Effects\n\nFrom the model of each study. Standing below one another "
    "does not make two rows comparable: the table above decides.",
    "zone_effects": "",
    "zone_differences": "## Differences between comparable pairs\n\nTested only where both effects "
    "are identified and the pair is comparable.",
    "zone_phases": "## Daily rates by phase\n\nNo model: the rates of reports that lie wholly "
    "between the events.",
}
NOTEBOOK: Final = "comparison.ipynb"


def write_comparison(names: Sequence[str], figures: Path = config.FIGURES) -> Path:
    """Compare studies and write the notebook, run, with every table and figure; return the folder.

    Raises
    ------
    StudyError
        See `comparison.open_studies`; nothing is written then.
    """
    opened = open_studies(*names)
    folder = figures / f"comparison-{'-'.join(names)}"
    for name, make in EXHIBITS.items():
        for ending, content in contents(make(opened)).items():
            write_bytes_atomic(folder / f"{name}.{ending}", content)
    template = folder / f".{NOTEBOOK}"
    try:
        write_text_atomic(template, nbformat.writes(comparison_notebook(names)))
        executed = execute(template, {})
    finally:
        template.unlink(missing_ok=True)
    write_text_atomic(folder / NOTEBOOK, notebook_text(executed))
    return folder


def comparison_notebook(names: Sequence[str]) -> NotebookNode:
    """Return the notebook of a comparison, not yet run; cells have words as ids."""
    cells = [
        _cell("markdown", "title", f"# {', '.join(names)} compared"),
        _cell("code", "load", _load(names)),
    ]
    for name, make in EXHIBITS.items():
        if HEADINGS[name]:
            cells.append(_cell("markdown", f"{name}-text", HEADINGS[name]))
        code = f"from {make.__module__} import {make.__name__}\n\n{make.__name__}(opened)"
        cells.append(_cell("code", name.replace("_", "-"), code))
    return NotebookNode(new_notebook(cells=cells))


def _load(names: Sequence[str]) -> str:
    named = ", ".join(f'"{name}"' for name in names)
    call = f"opened = open_studies({named})\nopened"
    return f"from analysis.newstudy.comparison import open_studies\n\n{call}"


def _cell(kind: str, name: str, source: str) -> NotebookNode:
    made = new_markdown_cell if kind == "markdown" else new_code_cell
    return NotebookNode(made(source, id=name))  # type: ignore[no-untyped-call]
