"""Verify a package: build it anew from its raw data and compare with what it shows."""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rich.console import Console

from analysis.config import ROOT
from analysis.errors import BuildError
from analysis.review.copy import OUTPUTS, copy_source, find_source
from analysis.review.fresh_build import check_raw_data, rebuild
from analysis.review.report import Build, ReplicationReport
from analysis.review.software import present_software
from analysis.review.targets import Selection
from analysis.review.trees import compare_trees

LOG: Final = "build.log"


def verify_source(
    console: Console,
    output: Path,
    selection: Selection,
    workers: int | None = None,
    worktree: bool = False,
) -> ReplicationReport:
    """Build the last commit, or the work tree, in a temporary folder and compare its outputs.

    Parameters
    ----------
    console
        Where progress is shown.
    output
        Folder for what the build prints.
    selection
        The part to build.
    workers
        Steps at a time; None as `reproduce` chooses.
    worktree
        Build the files as they stand instead of those of the last commit.

    Raises
    ------
    DataError
        When raw data differ from their register; nothing is built then.
    """
    source = find_source(worktree)
    console.print(f"verifying {source.words}", markup=False, highlight=False)
    with tempfile.TemporaryDirectory(prefix="verify-") as folder:
        copies = copy_source(source, Path(folder).resolve())
        check_raw_data(copies.rebuilt)
        built = rebuild(copies, selection, workers, output / LOG, console)
        build = Build(
            source.words, source.commit, source.dirty, built.complete, built.seconds, built.problem
        )
        return _report(copies.committed, copies.rebuilt, selection, build)


def verify_against(rebuilt: Path, selection: Selection) -> ReplicationReport:
    """Compare the outputs of the work tree with those of a tree that was built before.

    Raises
    ------
    BuildError
        When the folder does not hold the outputs of a build.
    """
    missing = [name for name in OUTPUTS if not (rebuilt / name).is_dir()]
    if missing:
        raise BuildError(
            f"the folder has no {missing[0]}/",
            file=rebuilt,
            allowed="a copy of the project in which `python -m analysis reproduce` has run",
            remedy="name such a folder, or leave --against out to build one",
        )
    source = find_source(worktree=True)
    build = Build(f"{source.words}, against {rebuilt}", source.commit, source.dirty)
    return _report(ROOT, rebuilt, selection, build)


def _report(
    committed: Path, rebuilt: Path, selection: Selection, build: Build
) -> ReplicationReport:
    software = present_software()
    started = time.perf_counter()
    compared = compare_trees(committed, rebuilt, selection)
    report = ReplicationReport(
        time="",
        build=build,
        selection=selection,
        software=software,
        compared=compared,
        compare_seconds=time.perf_counter() - started,
    )
    return replace(report, time=datetime.now(UTC).isoformat(timespec="seconds"))
