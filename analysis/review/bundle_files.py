"""Which files a bundle holds: those that git tracks, or a stated rule where there is no git."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from analysis.errors import BuildError
from analysis.provenance.crate import METADATA
from analysis.review.manifest import MANIFEST, file_hash, parse_manifest

FOLDERS: Final = (".ci", "analysis", "data_processed", "data_raw", "figures", "notebooks", "tests")
"""Without git and without a manifest: everything in these folders and the visible top files ..."""
NEVER: Final = ("__pycache__", ".ipynb_checkpoints", "pytask.lock", "pytask.lock.journal")
"""... but for these names, hidden files other than .gitignore, and links."""
HIDDEN_FILES: Final = (".gitignore",)
MADE_HERE: Final = (MANIFEST, METADATA)
LINK, SUBMODULE, EXECUTABLE = "120000", "160000", "100755"
SHOWN: Final = 5


@dataclass(frozen=True)
class Member:
    """One file of a bundle, its path from the root of the package with forward slashes."""

    path: str
    content: bytes
    executable: bool = False


def package_members(root: Path, worktree: bool = False) -> tuple[Member, ...]:
    """Return the files of a package, sorted by path.

    With git: the tracked files. Without git but with the manifest of a bundle: the files of the
    manifest. Otherwise: see FOLDERS and NEVER.

    Parameters
    ----------
    worktree
        Take the files as they are now, new ones included, even if they are not committed.

    Raises
    ------
    BuildError
        If files differ from what is committed and `worktree` is false, or a file is a link.
    """
    if _has_git(root):
        listed = _tracked(root, worktree)
        changed = [] if worktree else _changed_in_git(root)
    elif (root / MANIFEST).is_file():
        listed = dict.fromkeys(_in_manifest(root), "")
        changed = [] if worktree else _changed_since_manifest(root)
    else:
        listed, changed = dict.fromkeys(_by_rule(root), ""), []
    if changed:
        raise _uncommitted(changed)
    return tuple(_member(root, path, listed[path]) for path in sorted(set(listed) - {*MADE_HERE}))


def _member(root: Path, path: str, mode: str) -> Member:
    file = root / path
    if mode in (LINK, SUBMODULE) or file.is_symlink():
        raise BuildError(
            "the file is a link, which an archive does not keep on every machine",
            file=path,
            remedy="replace it with the file itself",
        )
    executable = mode == EXECUTABLE if mode else bool(file.stat().st_mode & 0o100)
    return Member(path, file.read_bytes(), executable)


def _has_git(root: Path) -> bool:
    """Tell whether the package is a work tree of its own, not a folder inside another one."""
    if shutil.which("git") is None or not (root / ".git").exists():
        return False
    return Path(_git(root, "rev-parse", "--show-toplevel").strip()).samefile(root)


def _git(root: Path, *arguments: str) -> str:
    result = subprocess.run(
        ["git", "-C", str(root), *arguments],
        env=os.environ | {"LC_ALL": "C"},
        capture_output=True,
        check=False,
    )
    if result.returncode:
        raise BuildError(
            f"git {arguments[0]} failed: {result.stderr.decode(errors='replace').strip()}",
            remedy="repair the checkout, or bundle a copy without its .git folder",
        )
    return result.stdout.decode("utf-8")


def _tracked(root: Path, worktree: bool) -> dict[str, str]:
    """Return path -> mode of the tracked files; with `worktree` also of new ones."""
    entries = _git(root, "ls-files", "--stage", "-z").split("\0")
    found = {path: head.split()[0] for head, _, path in (e.partition("\t") for e in entries if e)}
    if worktree:
        new = _git(root, "ls-files", "--others", "--exclude-standard", "-z").split("\0")
        found |= {path: "" for path in new if path}
        found = {path: mode for path, mode in found.items() if (root / path).exists()}
    return found


def _changed_in_git(root: Path) -> list[str]:
    """Return what `git status` lists; the old names of renamed files come without a sign."""
    entries = _git(root, "status", "--porcelain", "--no-renames", "-z").split("\0")
    return [entry[3:] for entry in entries if entry]


def _in_manifest(root: Path) -> list[str]:
    listed = parse_manifest((root / MANIFEST).read_text(encoding="utf-8"))
    return [path for path in listed if (root / path).exists()]


def _changed_since_manifest(root: Path) -> list[str]:
    """Return files that are not as the manifest says, as a tree without git is compared."""
    listed = parse_manifest((root / MANIFEST).read_text(encoding="utf-8"))
    changed = {
        path
        for path, digest in listed.items()
        if not (root / path).is_file() or file_hash(root / path) != digest
    }
    return sorted(changed | (set(_by_rule(root)) - set(listed) - {*MADE_HERE}))


def _by_rule(root: Path) -> Iterator[str]:
    for path in sorted(root.iterdir()):
        if path.is_file() and _is_kept(path):
            yield path.name
        elif path.name in FOLDERS:
            yield from _within(root, path)


def _within(root: Path, folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        inner = path.relative_to(folder).parts
        if path.is_file() and _is_kept(path) and not set(inner) & {*NEVER}:
            yield path.relative_to(root).as_posix()


def _is_kept(path: Path) -> bool:
    hidden = path.name.startswith(".") and path.name not in HIDDEN_FILES
    return not hidden and not path.is_symlink() and path.name not in NEVER


def _uncommitted(paths: Iterable[str]) -> BuildError:
    names = sorted(paths)
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return BuildError(
        f"{len(names)} files differ from what is committed: {', '.join(names[:SHOWN])}{more}",
        allowed="a clean work tree, so that the bundle is what the history holds",
        remedy="commit or remove them, or bundle the files as they are with --worktree",
    )
