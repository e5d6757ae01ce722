"""The list of a bundle's files with the SHA-256 of each, in the format of `sha256sum`."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

from analysis.errors import BuildError

MANIFEST: Final = "manifest-sha256.txt"
"""Named and written as in BagIt (RFC 8493); every file of the bundle but itself."""
HEX_DIGITS: Final = 64


def manifest_text(contents: Mapping[str, bytes]) -> str:
    """Return the manifest of files, sorted by path."""
    lines = (f"{sha256(contents[path]).hexdigest()}  {path}\n" for path in sorted(contents))
    return "".join(lines)


def parse_manifest(text: str) -> dict[str, str]:
    """Return path -> SHA-256.

    Raises
    ------
    BuildError
        If a line is not "hash, two spaces, path", or a path stands twice.
    """
    listed: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        digest, _, path = line.partition("  ")
        if len(digest) != HEX_DIGITS or not path or path in listed:
            raise BuildError(
                "a path stands twice" if path in listed else "this is not a line of sha256sum",
                file=MANIFEST,
                where=f"line {number}",
                allowed="64 hexadecimal digits, two spaces, a path",
                remedy="take the archive again from where it was published",
            )
        listed[path] = digest
    return listed


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return sha256(path.read_bytes()).hexdigest()


def compare_manifest(folder: Path, found: Mapping[str, str]) -> list[str]:
    """Return one line for each file that is not as the manifest of a folder says.

    Parameters
    ----------
    found
        Path -> SHA-256 of every file in the folder, the manifest left out.
    """
    listed = parse_manifest((folder / MANIFEST).read_text(encoding="utf-8"))
    missing = [f"{path} is missing" for path in listed if path not in found]
    extra = [f"{path} is not listed" for path in found if path not in listed]
    changed = [
        f"{path} was changed: listed {listed[path][:12]}, found {found[path][:12]}"
        for path in listed
        if path in found and listed[path] != found[path]
    ]
    return sorted(missing + extra + changed)
