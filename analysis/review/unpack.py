"""Unpack a bundle that may come from anywhere: nothing is written outside the folder."""

from __future__ import annotations

import stat
import zipfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Final

from analysis.errors import BuildError
from analysis.review.bundle import PLAIN, PROGRAM, REGULAR_FILE
from analysis.review.manifest import MANIFEST, compare_manifest, file_hash

LARGEST: Final = 2**31
"""Bytes of all files together; many times the size of the package."""
MANY: Final = 100_000
PRINTABLE_FROM: Final = 32
SHOWN: Final = 5


def unpack(archive: Path, folder: Path) -> dict[str, str]:
    """Unpack a bundle into an empty folder and check it against its manifest.

    Returns
    -------
    dict
        Path -> SHA-256 of every file, the manifest left out.

    Raises
    ------
    BuildError
        If the archive cannot be read, a member would leave the folder, is a link, stands twice,
        has a name that some system reads otherwise, or all are too large; nothing is written
        then. If a file is missing, changed or not listed.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = [entry for entry in opened.infolist() if not entry.is_dir()]
            _check_entries(archive, entries)
            for entry in entries:
                _write(opened, entry, folder)
    except (OSError, zipfile.BadZipFile) as error:
        raise BuildError(
            f"the archive cannot be read: {error}",
            file=archive.name,
            remedy="take it again, and compare its SHA-256 with the published one",
        ) from error
    return _checked(archive, folder, [entry.filename for entry in entries])


def _write(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path) -> None:
    path = folder / entry.filename
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(opened.read(entry))
    path.chmod(PROGRAM if (entry.external_attr >> 16) & stat.S_IXUSR else PLAIN)


def _check_entries(archive: Path, entries: Sequence[zipfile.ZipInfo]) -> None:
    times = Counter(entry.orig_filename.casefold() for entry in entries)
    for entry in entries:
        problem = _fault(entry, times[entry.orig_filename.casefold()])
        if problem:
            raise _refused(archive, problem, repr(entry.orig_filename))
    if len(entries) > MANY or sum(entry.file_size for entry in entries) > LARGEST:
        raise _refused(archive, f"the files are more than {MANY} or {LARGEST} bytes", None)


def _fault(entry: zipfile.ZipInfo, times: int) -> str | None:
    """Say what is wrong with a member of an archive; None if nothing is."""
    mode = entry.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in (0, REGULAR_FILE):
        return "it is a link or a device"
    if times > 1:
        return "the name stands twice, or differs from another only in case"
    return None if is_inner_path(entry.orig_filename) else "the name leads out of the folder"


def is_inner_path(name: str) -> bool:
    """Tell whether a name is a plain relative path on every system."""
    parts = name.split("/")
    plain = all(ord(sign) >= PRINTABLE_FROM for sign in name) and "\\" not in name
    inner = not PurePosixPath(name).is_absolute() and not PureWindowsPath(name).drive
    return plain and inner and not {"", ".", ".."} & {*parts} and ":" not in name


def _checked(archive: Path, folder: Path, names: Sequence[str]) -> dict[str, str]:
    if MANIFEST not in names:
        raise _refused(archive, "there is no manifest", MANIFEST)
    found = {name: file_hash(folder / name) for name in names if name != MANIFEST}
    faults = compare_manifest(folder, found)
    if faults:
        more = f"; and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
        raise _refused(archive, "; ".join(faults[:SHOWN]) + more, MANIFEST)
    return found


def _refused(archive: Path, problem: str, where: str | None) -> BuildError:
    return BuildError(
        problem,
        file=archive.name,
        where=where,
        allowed="an archive as `python -m analysis bundle` writes it",
        remedy="take it again, and compare its SHA-256 with the published one",
    )
