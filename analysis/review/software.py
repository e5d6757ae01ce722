"""Which installed packages differ from requirements.lock, and the machine that says so."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.version import Version

from analysis.config import LOCK
from analysis.reporting.environment import locked_pins

NOT_INSTALLED: Final = "not installed"


@dataclass(frozen=True)
class PackageDifference:
    """A package whose installed version is not the locked one."""

    name: str
    locked: str
    installed: str


@dataclass(frozen=True)
class Software:
    """What numbers were computed with.

    Attributes
    ----------
    lock
        SHA-256 of requirements.lock.
    packages
        Number of packages that the lock pins for this machine.
    """

    lock: str
    python: str
    system: str
    packages: int
    differences: tuple[PackageDifference, ...]


def present_software(lock: Path = LOCK) -> Software:
    """Describe the Python that runs this, and how its packages differ from the lock.

    Raises
    ------
    BuildError
        When there is no lock, or no pin in it.
    """
    pins = pins_for_this_machine(locked_pins(lock))
    return Software(
        lock=hashlib.sha256(lock.read_bytes()).hexdigest(),
        python=platform.python_version(),
        system=platform.platform(),
        packages=len(pins),
        differences=package_differences(pins),
    )


def pins_for_this_machine(pins: Sequence[str]) -> tuple[Requirement, ...]:
    """Return the pins whose marker holds here."""
    parsed = map(Requirement, pins)
    return tuple(pin for pin in parsed if pin.marker is None or pin.marker.evaluate())


def package_differences(
    pins: Sequence[Requirement], installed: Callable[[str], str] = version
) -> tuple[PackageDifference, ...]:
    """Return the packages whose installed version is not the pinned one.

    Parameters
    ----------
    pins
        Requirements of the form `name==version`.
    installed
        Function from the name of a package to its version.
    """
    found = ((pin, _installed(pin.name, installed)) for pin in pins)
    return tuple(
        PackageDifference(pin.name, _locked(pin), present)
        for pin, present in found
        if present == NOT_INSTALLED or Version(present) != Version(_locked(pin))
    )


def _locked(pin: Requirement) -> str:
    return next(iter(pin.specifier)).version


def _installed(name: str, installed: Callable[[str], str]) -> str:
    try:
        return installed(name)
    except PackageNotFoundError:
        return NOT_INSTALLED
