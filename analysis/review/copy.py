"""A copy of the project in a folder of its own, without outputs, to build again from data_raw."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from analysis.config import ROOT
from analysis.errors import BuildError

COMMITTED: Final = "committed"
REBUILT: Final = "rebuilt"
OUTPUTS: Final = ("figures", "data_processed")
MEMORY: Final = (".pytask", "pytask.lock", "pytask.lock.journal")
NOT_COPIED: Final = shutil.ignore_patterns(
    ".git", ".venv", ".pytask*", "pytask.lock*", ".simulation", "__pycache__", ".ipynb_checkpoints",
    ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis", ".coverage", "site", ".*.tmp",
)  # fmt: skip


@dataclass(frozen=True)
class Source:
    """What is verified.

    Attributes
    ----------
    words
        What a reader is told: `commit 1a2b3c4` or why it is the work tree.
    commit
        The commit, in full; empty where there is no git repository.
    dirty
        Whether the work tree differs from that commit.
    archive
        Whether the files of the commit are taken, and not those of the work tree.
    """

    words: str
    commit: str
    dirty: bool
    archive: bool


@dataclass(frozen=True)
class Copies:
    """Two trees: the outputs as they were, and the project without them, to be built."""

    committed: Path
    rebuilt: Path


def find_source(worktree: bool, root: Path = ROOT) -> Source:
    """Tell what there is to verify: the last commit, or the work tree where that is asked for.

    A folder that is not the top of a git repository, such as an unpacked archive, is verified as it
    stands.
    """
    commit = _commit(root)
    if not commit:
        return Source("the files as they stand (no git repository)", "", False, False)
    changed = bool(_git(root, "status", "--porcelain").strip())
    short = commit[:10]
    if worktree:
        state = "with changes that are not committed" if changed else "without changes"
        return Source(f"the work tree on commit {short}, {state}", commit, changed, False)
    note = "; changes that are not committed are left out" if changed else ""
    return Source(f"commit {short}{note}", commit, changed, True)


def copy_source(source: Source, folder: Path, root: Path = ROOT) -> Copies:
    """Copy the project and set its outputs aside, so that a build starts from data_raw alone.

    Parameters
    ----------
    folder
        Where the two trees are made.
    """
    copies = Copies(folder / COMMITTED, folder / REBUILT)
    if source.archive:
        _extract_commit(source.commit, copies.rebuilt, root)
    elif source.commit:
        _copy_known_files(copies.rebuilt, root)
    else:
        shutil.copytree(root, copies.rebuilt, ignore=NOT_COPIED)
    _set_outputs_aside(copies)
    return copies


def _set_outputs_aside(copies: Copies) -> None:
    copies.committed.mkdir(parents=True)
    for name in OUTPUTS:
        if (copies.rebuilt / name).is_dir():
            (copies.rebuilt / name).rename(copies.committed / name)
    for name in MEMORY:
        path = copies.rebuilt / name
        if path.is_dir():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)


def _extract_commit(commit: str, target: Path, root: Path) -> None:
    target.mkdir(parents=True)
    archive = target.with_suffix(".tar")
    _git(root, "archive", "--format=tar", f"--output={archive}", commit)
    with tarfile.open(archive) as files:
        files.extractall(target, filter="data")
    archive.unlink()


def _copy_known_files(target: Path, root: Path) -> None:
    """Copy what git knows of or would add; neither caches nor environments."""
    listed = _git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in sorted({name for name in listed.split("\0") if name}):
        if (root / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, target / name)


def _commit(root: Path) -> str:
    """Return the last commit if `root` is the top of a git repository, otherwise nothing."""
    if shutil.which("git") is None:
        return ""
    try:
        top = _git(root, "rev-parse", "--show-toplevel").strip()
        return _git(root, "rev-parse", "HEAD").strip() if Path(top) == root.resolve() else ""
    except BuildError:
        return ""


def _git(root: Path, *arguments: str) -> str:
    result = subprocess.run(
        ["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False
    )
    if result.returncode != 0:
        raise BuildError(
            f"git {arguments[0]} failed: {result.stderr.strip()}",
            remedy="mend the repository, or verify the files as they stand with --worktree",
        )
    return result.stdout
