"""A copy of the project in a temporary folder, and how to run its command line."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from xdist.scheduler import LoadFileScheduling

from analysis.config import ROOT

PARTS = ("analysis", "data_raw", "data_processed", "figures", "notebooks")
FILES = ("README.md", "pyproject.toml", "requirements.lock", "requirements.in")
OUTPUTS = ("data_processed", "figures", "notebooks", "README.md")
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", "*.tmp")

# Loaded by every Python of the copy: writes down each kernel that is started.
WATCH_KERNELS = """
import os, sys

def _watch(event, arguments):
    launched = event == "subprocess.Popen" and "ipykernel_launcher" in str(arguments)
    if launched or event == "analysis.kernel":
        with open(os.environ["KERNEL_LOG"], "a") as log:
            log.write("started\\n")

if "KERNEL_LOG" in os.environ:
    sys.addaudithook(_watch)
"""


@dataclass(frozen=True)
class Project:
    """A copy of the project that a test may change."""

    root: Path

    def run(
        self, *arguments: str, with_site: bool = False, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run `python -m analysis` in the copy; `reproduce` without the site unless asked."""
        if arguments[0] == "reproduce" and not with_site:
            arguments = (*arguments, "--no-site")
        return self.python("-m", "analysis", *arguments, **environment)

    def python(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the Python of the tests in the copy."""
        paths = {"PYTHONPATH": str(self.root), "KERNEL_LOG": str(self.root / "kernels.log")}
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env=os.environ | paths | {"COLUMNS": "300"} | environment,
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def kernels_started(self) -> int:
        """Number of kernels that were started in the copy."""
        log = self.root / "kernels.log"
        return len(log.read_text().splitlines()) if log.exists() else 0

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Bring outputs, settings and the memory of the build back to what they are now."""
        kept = self.root.with_name(f"{self.root.name}_as_it_was")
        shutil.copytree(self.root, kept)
        try:
            yield
        finally:
            shutil.rmtree(self.root)
            kept.rename(self.root)

    def outputs(self) -> dict[str, str]:
        """Return the hash of every output, by path."""
        found = {}
        for name in OUTPUTS:
            top = self.root / name
            for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
                if path.is_file() and "parameters" not in path.parts:
                    found[path.relative_to(self.root).as_posix()] = _hash(path)
        return found


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def copy_project(folder: Path) -> Project:
    """Copy the working tree without tests, caches and memory of earlier runs."""
    for part in PARTS:
        shutil.copytree(ROOT / part, folder / part, ignore=LEFT_OUT)
    for name in FILES:
        shutil.copy2(ROOT / name, folder / name)
    (folder / "sitecustomize.py").write_text(WATCH_KERNELS)
    return Project(folder)


# Files whose tests build the project or draw every exhibit: two processes begin with these.
LONGEST = (
    "test_crashes.py",
    "test_end_to_end.py",
    "test_verify_moves.py",
    "test_registry.py",
    "test_figure.py",
    "test_built_site.py",
    "test_faults.py",
    "test_interval_joint_simulation.py",
    "test_simulation_studies.py",
    "test_engine.py",
    "test_nbval.py",
)


# Tests that run in one process, by how their ids begin: those that share what is made once in a
# process, and long ones that must not wait for one another.
TOGETHER = {
    "tests/exhibits/": "exhibits",
    "tests/faults/test_crashes.py": "crashes",
    "tests/faults/test_campaign.py::test_all_faults_of_the_input": "damaged input",
    "tests/faults/": "a built copy",
}


class Together(LoadFileScheduling):
    """Keeps the tests of a file in one process, but for those of `TOGETHER`."""

    def _split_scope(self, nodeid: str) -> str:
        scopes = (scope for start, scope in TOGETHER.items() if nodeid.startswith(start))
        return next(scopes, None) or super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadFileScheduling | None:
    """Spread the tests by file and folder where `--dist loadfile` is asked for."""
    return Together(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start the longest files first, so that one process is not left alone with them."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.name, len(places)))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return a fresh copy of the project with its committed outputs."""
    return copy_project(tmp_path / "project")


@pytest.fixture(scope="module")
def shared_project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return one copy for the tests of a module that build on each other."""
    return copy_project(tmp_path_factory.mktemp("shared") / "project")
