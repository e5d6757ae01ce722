"""A copy of the project in which one notebook is built, and how that build is disturbed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import Project, copy_project

NOTEBOOK = "03_interval_method"
BUILD = ("reproduce", "--notebook", NOTEBOOK, "--no-site")
FOLDER = "figures/interval_method"
TABLE = "data_processed/overlaps.csv"
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
    """A project in which the notebook is built, and the bytes of all outputs."""

    project: Project
    outputs: dict[str, str]

    def disturb(self) -> None:
        """Delete what the next build has to make: a table, every exhibit and the executed copy."""
        shutil.rmtree(self.project.root / FOLDER)
        (self.project.root / TABLE).unlink()

    def start(self, *options: str, **environment: str) -> subprocess.Popen[str]:
        """Start a build in a process group of its own."""
        root = self.project.root
        paths = {"PYTHONPATH": str(root), "KERNEL_LOG": str(root / "kernels.log")}
        return subprocess.Popen(
            [sys.executable, "-m", "analysis", *BUILD, *options],
            cwd=root,
            env=os.environ | paths | {"COLUMNS": "300"} | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def rebuilt(self) -> subprocess.CompletedProcess[str]:
        """Run the build as anybody would."""
        return self.project.run(*BUILD)


def build_copy(folder: Path) -> Built:
    """Copy the project and build the notebook once."""
    project = copy_project(folder / "project")
    hook = project.root / "sitecustomize.py"
    hook.write_text(hook.read_text() + REFUSE_WRITING)
    result = project.run(*BUILD)
    assert result.returncode == 0, result.stderr
    return Built(project, project.outputs())
