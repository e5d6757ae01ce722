"""Copies of the project that are up to date, and what is taken from them to be built again."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import Project, copy_project

NOTEBOOK = "03_interval_method"
BUILD = ("reproduce", "--notebook", NOTEBOOK, "--no-site")
WHOLE = ("reproduce", "--no-site")
FOLDER = "figures/interval_method"
TABLE = "data_processed/overlaps.csv"
ONE_OF_A_KIND = (
    TABLE,
    "data_processed/robustness/qingshuihe_chinshwehaw/checks.csv",
    f"{FOLDER}/monte_carlo.csv",
    f"{FOLDER}/monte_carlo.provenance.json",
    f"{FOLDER}/notebooks/{NOTEBOOK}.ipynb",
)
KINDS = ("data", "robustness", "table", "provenance", "notebook", "outputs", "readme")
REFUSED, REFUSAL = "REFUSED", "REFUSAL"

# Loaded by every Python of the copy: no file whose path begins with REFUSED can be written.
REFUSE_WRITING = f"""
def _refuse(event, arguments):
    if event == "open" and isinstance(arguments[0], str) and isinstance(arguments[2], int):
        writes = arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if writes and arguments[0].startswith(os.environ["{REFUSED}"]):
            number = int(os.environ["{REFUSAL}"])
            raise OSError(number, os.strerror(number), arguments[0])

if "{REFUSED}" in os.environ:
    sys.addaudithook(_refuse)
"""


@dataclass(frozen=True)
class Built:
    """A project in which everything that a command makes is built, and the bytes of all outputs."""

    project: Project
    command: tuple[str, ...]
    spoil: Callable[[Path], None]
    outputs: dict[str, str]

    def disturb(self) -> None:
        """Take away what the next build has to make again."""
        self.spoil(self.project.root)

    def made(self) -> int:
        """Count the files of ONE_OF_A_KIND that are there."""
        return sum((self.project.root / file).is_file() for file in ONE_OF_A_KIND)

    def start(self, *options: str, **environment: str) -> subprocess.Popen[str]:
        """Start a build in a process group of its own."""
        root = self.project.root
        paths = {"PYTHONPATH": str(root), "KERNEL_LOG": str(root / "kernels.log")}
        return subprocess.Popen(
            [sys.executable, "-m", "analysis", *self.command, *options],
            cwd=root,
            env=os.environ | paths | {"COLUMNS": "300"} | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def rebuilt(self) -> subprocess.CompletedProcess[str]:
        """Run the build as anybody would."""
        return self.project.run(*self.command)


def build_copy(folder: Path) -> Built:
    """Copy the project and build one notebook with all that it shows."""
    project = _copy(folder)
    result = project.run(*BUILD)
    assert result.returncode == 0, result.stderr
    return Built(project, BUILD, _spoil_notebook, project.outputs())


def whole_copy(folder: Path) -> Built:
    """Copy the project, take its outputs as up to date, and build one step of every kind.

    Where an output is missing nothing can be taken so, and the build makes everything (minutes).
    """
    project = _copy(folder)
    project.python("-m", "pytask", "lock", "accept", "--yes")
    _spoil_every_kind(project.root)
    result = project.run(*WHOLE)
    assert result.returncode == 0, result.stderr
    made = set(re.findall(r"^([a-z]+)\b.* done ", result.stdout, re.MULTILINE))
    assert made >= set(KINDS), result.stdout
    return Built(project, WHOLE, _spoil_every_kind, project.outputs())


def _copy(folder: Path) -> Project:
    project = copy_project(folder / "project")
    hook = project.root / "sitecustomize.py"
    hook.write_text(hook.read_text() + REFUSE_WRITING)
    return project


def _spoil_notebook(root: Path) -> None:
    """Delete a processed table, every exhibit of the notebook and its executed copy."""
    shutil.rmtree(root / FOLDER)
    (root / TABLE).unlink()


def _spoil_every_kind(root: Path) -> None:
    """Take away one output of every kind of step."""
    for file in ONE_OF_A_KIND:
        (root / file).unlink()
    readme = root / "README.md"
    section = re.compile("(<!-- begin studies -->).*?(<!-- end studies -->)", re.DOTALL)
    readme.write_text(section.sub(r"\1\n\2", readme.read_text("utf-8")), "utf-8")
    notebook = root / "notebooks" / f"{NOTEBOOK}.ipynb"
    said = json.loads(notebook.read_text("utf-8"))
    for cell in said["cells"]:
        cell.update({"outputs": []} if cell["cell_type"] == "code" else {})
    notebook.write_text(json.dumps(said, ensure_ascii=False), "utf-8")
