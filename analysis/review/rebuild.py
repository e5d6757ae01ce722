"""Reproduce a package from its bundle in another folder, and say which bytes came out otherwise."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from analysis.config import LOCK
from analysis.errors import BuildError
from analysis.review.manifest import MANIFEST, file_hash, parse_manifest
from analysis.review.unpack import unpack
from analysis.review.verdicts import ACCEPTED, Verdict, overall_verdict

OUTPUTS: Final = ("data_processed", "figures")
"""Folders that a build makes; they are removed first, so that nothing is taken over."""
LAST_LINES: Final = 15

Runner = Callable[[Sequence[str], Path, Mapping[str, str]], "subprocess.CompletedProcess[str]"]


@dataclass(frozen=True)
class Reproduction:
    """What a rebuild from a bundle gave.

    Attributes
    ----------
    files
        Number of files of the bundle that were checked against the manifest.
    rebuilt
        Number of files in the output folders that came back.
    faults
        One line for each file that is missing, differs from the manifest or is new.
    own_environment
        Whether packages were installed anew, since the locks differ.
    verdict
        How far the numbers came back where bytes differ, as `python -m analysis verify` says it.
    """

    files: int
    rebuilt: int
    faults: tuple[str, ...]
    own_environment: bool
    verdict: Verdict

    @property
    def is_accepted(self) -> bool:
        """Tell whether every number came back, in full or with minor differences."""
        return self.verdict in ACCEPTED


def run_command(
    command: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder and keep what it says."""
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def verify_bundle(archive: Path, folder: Path, run: Runner = run_command) -> Reproduction:
    """Unpack a bundle, check its manifest, build it anew and compare every byte.

    Parameters
    ----------
    folder
        An empty folder to work in.
    run
        What runs the build; given so that a test can watch it.

    Raises
    ------
    BuildError
        If the folder is not empty, the bundle is refused (see `unpack`) or the build fails.
    """
    if folder.exists() and any(folder.iterdir()):
        raise BuildError("the folder is not empty", file=folder, remedy="name a new folder")
    listed = unpack(archive, folder)
    for name in OUTPUTS:
        shutil.rmtree(folder / name, ignore_errors=True)
    same_lock = listed.get(LOCK.name) == file_hash(LOCK)
    _build(folder, same_lock, run)
    faults = _faults(folder)
    rebuilt = sum(1 for path in _built(folder))
    verdict = _verdict(archive, folder) if faults else Verdict.FULL
    return Reproduction(len(listed), rebuilt, tuple(faults), not same_lock, verdict)


def _verdict(archive: Path, rebuilt: Path) -> Verdict:
    """Compare the numbers of the rebuild with those of the archive, by the kind of each."""
    from analysis.review.targets import Selection
    from analysis.review.trees import compare_trees

    with TemporaryDirectory() as temporary:
        packed = Path(temporary) / "packed"
        unpack(archive, packed)
        compared = compare_trees(packed, rebuilt, Selection())
    return overall_verdict(item.table.verdict for item in compared)


def _build(folder: Path, same_lock: bool, run: Runner) -> None:
    here = [sys.executable, "-m", "analysis", "reproduce", "--no-site"]
    command = here if same_lock else ["make", "reproduce"]
    result = run(command, folder, os.environ | {"PYTHONPATH": str(folder)})
    if result.returncode:
        last = "\n".join((result.stdout + result.stderr).strip().splitlines()[-LAST_LINES:])
        raise BuildError(
            f"the build failed:\n{last}",
            file=folder.name,
            where=" ".join(["python", *command[1:]] if same_lock else command),
            remedy="the folder that --folder names keeps what was unpacked; run the command there",
        )


def _faults(folder: Path) -> list[str]:
    listed = parse_manifest((folder / MANIFEST).read_text(encoding="utf-8"))
    found = {path: file_hash(folder / path) for path in listed if (folder / path).is_file()}
    missing = [f"{path} was not built" for path in listed if path not in found]
    changed = [f"{path} differs" for path in found if found[path] != listed[path]]
    new = [f"{path} is new" for path in _built(folder) if path not in listed]
    return sorted(missing + changed + new)


def _built(folder: Path) -> list[str]:
    files = (path for name in OUTPUTS for path in (folder / name).rglob("*") if path.is_file())
    return sorted(path.relative_to(folder).as_posix() for path in files)
