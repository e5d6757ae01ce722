"""Notebooks are input too: what is wrong with one is said before a kernel starts."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from analysis.config import COMMON_FOLDERS, NOTEBOOKS
from analysis.errors import BuildError

NAME: Final = re.compile(r"[0-9]{2}_[a-z][a-z0-9_]*")
FORMAT: Final = 4
PARAMETERS_TAG: Final = "parameters"
_COMMAND: Final = re.compile(r"^\s*[%!?].*$", re.MULTILINE)  # lines for IPython, not for Python


class _Cell(BaseModel):
    id: str
    cell_type: str
    metadata: dict[str, Any]
    source: str | list[str]
    outputs: list[dict[str, Any]] = []

    @property
    def text(self) -> str:
        return "".join(self.source)

    @property
    def takes_parameters(self) -> bool:
        return PARAMETERS_TAG in self.metadata.get("tags", [])


class _Notebook(BaseModel):
    nbformat: int
    metadata: dict[str, Any]
    cells: list[_Cell]


def check_notebooks(folder: Path = NOTEBOOKS) -> int:
    """Check every notebook of a build and return their number.

    Raises
    ------
    BuildError
        On a notebook that is missing, is none, has a name that no step can carry, a cell that is
        no Python, or two cells with one id; the message says which.
    """
    paths = sorted(folder.glob("[0-9][0-9]*.ipynb"))
    for path in paths:
        _check(path, f"{folder.name}/{path.name}")
    missing = sorted(_needed() - {path.stem for path in paths})
    if missing:
        file = f"{folder.name}/{missing[0]}.ipynb"
        remedy = f"restore it with git checkout -- {file}"
        raise BuildError("the notebook is missing", file=file, remedy=remedy)
    return len(paths)


def _needed() -> set[str]:
    """Return the notebooks that show an exhibit or have a folder of their own."""
    from analysis.exhibits.registry import COMMON_EXHIBITS, EXHIBITS

    own = {item.notebook for item in EXHIBITS} | {item.notebook for item in COMMON_EXHIBITS}
    return own | COMMON_FOLDERS.keys()


def _check(path: Path, file: str) -> None:
    if not NAME.fullmatch(path.stem):
        allowed = "two digits and a name in small letters, digits and underscores: 02_zone_trade"
        problem = "no step of the build can have this name"
        raise BuildError(problem, file=file, allowed=allowed, remedy="rename the notebook")
    notebook = _read(path, file)
    _check_format(notebook, file)
    _check_cells(notebook, file)
    _check_parameters(notebook, path.stem, file)


def _read(path: Path, file: str) -> _Notebook:
    try:
        return _Notebook.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, RecursionError, OSError) as error:
        raise BuildError(
            f"this is not a notebook: {_reason(error)}",
            file=file,
            allowed="a Jupyter notebook, JSON in UTF-8",
            remedy=f"restore it with git checkout -- {file}",
        ) from error


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False)[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return str(error)


def _check_format(notebook: _Notebook, file: str) -> None:
    if notebook.nbformat != FORMAT:
        raise BuildError(
            f"the notebook has format {notebook.nbformat}",
            file=file,
            allowed=f"format {FORMAT}",
            remedy="open it in JupyterLab and save it anew",
        )


def _check_cells(notebook: _Notebook, file: str) -> None:
    times = Counter(cell.id for cell in notebook.cells)
    for number, cell in enumerate(notebook.cells, start=1):
        if times[cell.id] > 1:
            problem = f"{times[cell.id]} cells have the id '{cell.id}'"
            remedy = "give each its own; outputs are matched by id"
            raise BuildError(problem, file=file, where=f"cell {number}", remedy=remedy)
        if cell.cell_type == "code":
            _check_code(cell, f"cell {number} ({cell.id})", file)


def _check_code(cell: _Cell, where: str, file: str) -> None:
    try:
        ast.parse(_COMMAND.sub("", cell.text))
    except (SyntaxError, ValueError, RecursionError) as error:
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) else ""
        raise BuildError(
            f"this is not Python: {getattr(error, 'msg', None) or error}",
            file=file,
            where=f"{where}{line}",
            remedy="correct the cell in JupyterLab (make lab)",
        ) from error


def _check_parameters(notebook: _Notebook, name: str, file: str) -> None:
    takes_study = any(cell.takes_parameters for cell in notebook.cells)
    if takes_study == (name not in COMMON_FOLDERS):
        return
    raise BuildError(
        "the notebook is common to the studies and has a cell tagged 'parameters'"
        if takes_study
        else "the notebook has no cell tagged 'parameters'",
        file=file,
        allowed="a cell tagged 'parameters' in notebooks that run for each study, in no other",
        remedy=f"mend the tag, or restore the notebook with git checkout -- {file}",
    )
