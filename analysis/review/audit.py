"""Audit the installed packages against the lock, as far as that is possible without a network."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Final

from analysis.config import LOCK

PIN: Final = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(\[[^\]]*\])?==(?P<version>[^\s;*]+)$")
HASH: Final = re.compile(r"--hash=sha256:[0-9a-f]{64}(?=\s|$)")
WITHDRAWN: Final = re.compile(r"#.*\byanked\b", re.IGNORECASE)
OPTION: Final = re.compile(r"^-")
OWN: Final = "borderlands"
TOOLS: Final = frozenset({OWN, "pip", "setuptools", "wheel"})
"""Installed beside the lock: the project itself and what makes a virtual environment."""
NOT_CHECKED: Final = (
    "published advisories: they are not at hand without a network; on a machine with one, run "
    "pip-audit on requirements.lock",
    "versions withdrawn after the lock was made: the index knows them, the lock does not",
    "what the packages do: a hash says that a file is the one that was locked, not that it is good",
)


@dataclass(frozen=True)
class LockedPin:
    """One line of the lock; `conditional` if a marker limits it to some machines."""

    name: str
    version: str
    conditional: bool


@dataclass(frozen=True)
class Audit:
    """What an audit looked at and found.

    Attributes
    ----------
    pins, installed, files
        How many lines of the lock, installed packages and installed files were checked.
    faults
        One line for each fault.
    """

    pins: int
    installed: int
    files: int
    faults: tuple[str, ...]


def audit(lock: Path = LOCK, found: Iterable[Distribution] | None = None) -> Audit:
    """Check the lock, the installed versions against it, and every installed file by its hash.

    Parameters
    ----------
    found
        Installed packages; default: those of the Python that runs.
    """
    installed = tuple(distributions() if found is None else found)
    text = lock.read_text(encoding="utf-8")
    pins = tuple(pin for pin in map(_pin_of, _requirements(text)) if pin)
    checked = [fault for item in installed for fault in _altered_files(item)]
    faults = [*lock_faults(text), *version_faults(pins, _versions(installed)), *checked]
    files = sum(1 for item in installed for _ in _hashed_files(item))
    return Audit(len(pins), len(installed), files, tuple(faults))


def lock_faults(text: str) -> list[str]:
    """Return what is wrong with the text of a lock.

    A requirement must be `name==version`, with a hash of each of its files, and no option may send
    pip to another place.
    """
    faults = [f"the lock marks a version as withdrawn: {line.strip()}" for line in _withdrawn(text)]
    for requirement in _requirements(text):
        head = requirement.split("--hash")[0].strip()
        if OPTION.match(head):
            faults.append(f"the lock has an option: {head}")
        elif _pin_of(requirement) is None:
            faults.append(f"the lock does not pin {head}")
        elif not HASH.search(requirement):
            faults.append(f"the lock has no hash of {head}")
    return faults


def version_faults(pins: Iterable[LockedPin], versions: Mapping[str, set[str]]) -> list[str]:
    """Return what differs between the lock and what is installed, by name.

    Parameters
    ----------
    versions
        Normalised name of a package -> versions of it that are installed.
    """
    locked: dict[str, set[str]] = {}
    needed = set()
    for pin in pins:
        locked.setdefault(pin.name, set()).add(pin.version)
        needed |= set() if pin.conditional else {pin.name}
    faults = [f"{name} is locked and not installed" for name in sorted(needed - set(versions))]
    for name, present in sorted(versions.items()):
        if len(present) > 1:
            faults.append(f"{name} is installed twice: {', '.join(sorted(present))}")
        if name not in locked and name not in TOOLS:
            faults.append(f"{name} is installed and not locked")
        elif name in locked and not present <= locked[name]:
            wanted = " or ".join(sorted(locked[name]))
            faults.append(f"{name} is {', '.join(sorted(present))}, locked {wanted}")
    return faults


def _withdrawn(text: str) -> list[str]:
    return [line for line in text.splitlines() if WITHDRAWN.search(line)]


def _requirements(text: str) -> list[str]:
    """Return each requirement with its hashes on one line, comments left out."""
    joined = text.replace("\\\n", " ")
    lines = (line.split(" #")[0].strip() for line in joined.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _pin_of(requirement: str) -> LockedPin | None:
    head, _, marker = requirement.split("--hash")[0].partition(";")
    match = PIN.match(head.strip())
    return LockedPin(_normal(match["name"]), match["version"], bool(marker)) if match else None


def _normal(name: str) -> str:
    """Return the name of a package as an index compares it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _versions(installed: Iterable[Distribution]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for item in installed:
        found.setdefault(_normal(item.metadata["Name"]), set()).add(item.version)
    return found


def _hashed_files(item: Distribution) -> Iterator[tuple[str, Path, str]]:
    """Return name, place and SHA-256 of each file that the package was installed with."""
    for file in item.files or ():
        if file.hash is not None and file.hash.mode == "sha256":
            yield str(file), Path(str(file.locate())), file.hash.value


def _altered_files(item: Distribution) -> Iterator[str]:
    for name, path, expected in _hashed_files(item):
        if not path.is_file():
            yield f"{item.metadata['Name']}: {name} is missing"
        elif _record_hash(path.read_bytes()) != expected:
            yield f"{item.metadata['Name']}: {name} was changed after it was installed"


def _record_hash(content: bytes) -> str:
    """Return a hash as the list of installed files writes it (PEP 376)."""
    return base64.urlsafe_b64encode(sha256(content).digest()).rstrip(b"=").decode()
