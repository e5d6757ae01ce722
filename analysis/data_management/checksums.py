"""data_raw is immutable: every file has a registered SHA-256, checked at every run."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from analysis import config
from analysis.data_management.parts import PARTED
from analysis.data_management.save import write_bytes_atomic, write_text_atomic
from analysis.errors import DataError

REGISTER = "checksums.sha256"
REGISTER_COMMAND = "python -m analysis register"
SHORT = 12


def file_checksums(folder: Path = config.DATA_RAW) -> dict[str, str]:
    """Return the SHA-256 of every file in the folder, by name, without the register itself."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name != REGISTER and not path.name.startswith(".")
    }


def write_register(folder: Path = config.DATA_RAW) -> Path:
    """Record the present state of the folder, in the format of `sha256sum`; return the file."""
    return _write_entries(folder, file_checksums(folder))


def write_registered(contents: Mapping[str, bytes], folder: Path = config.DATA_RAW) -> None:
    """Write files of the folder and renew their lines of the register, and no other line.

    Parameters
    ----------
    contents
        File name -> bytes; whatever stood there before is replaced.

    Raises
    ------
    DataError
        If any other file disagrees with the register; nothing is written then.
    """
    others = verify_checksums(folder, renewed=frozenset(contents))
    for name, content in contents.items():
        write_bytes_atomic(folder / name, content)
    written = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    _write_entries(folder, others | written)


def _write_entries(folder: Path, entries: Mapping[str, str]) -> Path:
    lines = [f"{digest}  {name}\n" for name, digest in sorted(entries.items())]
    write_text_atomic(folder / REGISTER, "".join(lines))
    return folder / REGISTER


def verify_checksums(
    folder: Path = config.DATA_RAW, renewed: frozenset[str] = frozenset()
) -> dict[str, str]:
    """Compare every file with the register.

    Parameters
    ----------
    renewed
        Files that are about to be replaced and so need not agree.

    Returns
    -------
    dict
        File name -> SHA-256, all verified, without those of `renewed`.

    Raises
    ------
    DataError
        If a file was changed, is missing or is not registered; the message names the file, the
        two hashes and what to do.
    """
    registered, found = read_register(folder), file_checksums(folder)
    for name in sorted((registered.keys() | found.keys()) - renewed):
        if registered.get(name) != found.get(name):
            raise _mismatch(folder, name, registered.get(name), found.get(name))
    return {name: digest for name, digest in found.items() if name not in renewed}


def read_register(folder: Path = config.DATA_RAW) -> dict[str, str]:
    """Read checksums.sha256: file name -> SHA-256.

    Raises
    ------
    DataError
        If there is no register or a line is not "hash, two spaces, file name".
    """
    file = f"{folder.name}/{REGISTER}"
    try:
        lines = (folder / REGISTER).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError as error:
        remedy = f"restore it with git checkout -- {file}"
        raise DataError("the register is missing", file=file, remedy=remedy) from error
    except UnicodeDecodeError as error:
        remedy = f"restore it with git checkout -- {file}"
        raise DataError("the register is not text in UTF-8", file=file, remedy=remedy) from error
    entries: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        digest, _, name = line.partition("  ")
        if len(digest) != hashlib.sha256().digest_size * 2 or not name or name in entries:
            raise DataError(
                f"the file {name} is there twice"
                if name in entries
                else "this is not a line of sha256sum",
                file=file,
                where=f"line {number}",
                allowed="64 hexadecimal digits, two spaces, a file name",
                remedy=f"restore it with git checkout -- {file}, or run {REGISTER_COMMAND}",
            )
        entries[name] = digest
    return entries


def _brought_along(name: str) -> bool:
    """Tell whether a file holds rows or the card of a study's own part of a table."""
    stem = name.removesuffix(".csv").removesuffix(".card.yaml")
    return any(stem.startswith(f"{table}_") for table in PARTED)


def _mismatch(folder: Path, name: str, expected: str | None, found: str | None) -> DataError:
    file = f"{folder.name}/{name}"
    restore = f"restore it with git checkout -- {file}"
    if _brought_along(name):
        return DataError(
            "this file of a study is not as it was when it was last registered",
            file=file,
            why="figures must not change unnoticed, so every change is registered once",
            remedy=f"if you changed it, run {REGISTER_COMMAND}, then check again",
        )
    meant = f"if the change is meant, run {REGISTER_COMMAND} and record why in the card"
    if found is None:
        problem, remedy = "the registered file is missing", f"{restore}, or {meant}"
    elif expected is None:
        problem = f"the file is not registered (found {found[:SHORT]})"
        remedy = f"move it out of {folder.name}, or {meant}"
    else:
        problem = f"the file was changed: expected {expected[:SHORT]}, found {found[:SHORT]}"
        remedy = f"{restore}, or, {meant}"
    return DataError(problem, file=file, remedy=remedy)
