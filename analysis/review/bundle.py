"""Pack the package for a repository such as Zenodo: one archive, the same bytes each time.

The archive is a ZIP without compression. Zenodo shows the files inside a ZIP before it is taken
down, every desktop opens one, and RO-Crate prescribes it for a crate in one file. Compression is
left out because its bytes depend on the version of zlib: without it, anyone who has the commit can
make the archive again and compare one hash. The members are sorted, carry the release date of
CITATION.cff as their time and no owner, and are rw-r--r-- (rwxr-xr-x for programs).
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Final

from analysis.config import ROOT
from analysis.data_management.save import write_bytes_atomic, write_text_atomic
from analysis.errors import BuildError
from analysis.provenance.citation import Citation, read_citation
from analysis.provenance.crate import METADATA, crate_text
from analysis.review.bundle_checks import checked_package, registered_exhibits
from analysis.review.bundle_files import Member, package_members
from analysis.review.manifest import MANIFEST, manifest_text

FOLDER: Final = ROOT / "bundle"
NAME: Final = "borderlands"
UNIX: Final = 3  # the system that wrote the member, whatever system this is
REGULAR_FILE: Final = 0o100000
PLAIN, PROGRAM = 0o644, 0o755


@dataclass(frozen=True)
class Bundle:
    """An archive that was written.

    Attributes
    ----------
    files
        Number of files inside, manifest and metadata included.
    quoted
        Raw tables of which the publisher lets only single figures be quoted.
    """

    path: Path
    sha256: str
    files: int
    quoted: tuple[str, ...]


def write_bundle(
    root: Path = ROOT,
    folder: Path = FOLDER,
    worktree: bool = False,
    exhibits: Iterable[str] | None = None,
) -> Bundle:
    """Write `borderlands-<version>.zip` and its hash beside it.

    Parameters
    ----------
    worktree
        Pack the files as they are, even if they are not committed.
    exhibits
        `<folder>/<exhibit>` that must be there; default: every registered exhibit.

    Raises
    ------
    BuildError, DataError
        See `package_members` and `checked_package`; nothing is written then.
    """
    members = package_members(root, worktree)
    files = {member.path: member.content for member in members}
    chosen = registered_exhibits() if exhibits is None else exhibits
    package = checked_package(root, files, chosen)
    files[METADATA] = crate_text(package).encode()
    added = (
        Member(METADATA, files[METADATA]),
        Member(MANIFEST, manifest_text(files).encode()),
    )
    content = archive_bytes((*members, *added), package.citation)
    path = _archive_path(folder, package.citation)
    digest = sha256(content).hexdigest()
    write_bytes_atomic(path, content)
    write_text_atomic(path.with_suffix(".zip.sha256"), f"{digest}  {path.name}\n")
    cards = sorted(package.cards.items())
    quoted = tuple(table for table, card in cards if not card.terms.redistribution)
    return Bundle(path, digest, len(members) + len(added), quoted)


def written_bundle(folder: Path = FOLDER) -> Path:
    """Return the archive of this version.

    Raises
    ------
    BuildError
        If it has not been written.
    """
    path = _archive_path(folder, read_citation())
    if not path.is_file():
        raise BuildError("there is no archive yet", file=path.name, remedy="run `make bundle`")
    return path


def _archive_path(folder: Path, citation: Citation) -> Path:
    return folder / f"{NAME}-{citation.version}.zip"


def archive_bytes(members: Iterable[Member], citation: Citation) -> bytes:
    """Return the ZIP of members; the bytes depend on them and on the release date alone."""
    date = citation.date_released
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for member in sorted(members, key=lambda item: item.path):
            entry = zipfile.ZipInfo(member.path, (date.year, date.month, date.day, 0, 0, 0))
            entry.create_system = UNIX
            mode = PROGRAM if member.executable else PLAIN
            entry.external_attr = (REGULAR_FILE | mode) << 16
            archive.writestr(entry, member.content)
    return stream.getvalue()
