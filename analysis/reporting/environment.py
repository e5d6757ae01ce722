"""Keep environment.yml (conda users) in step with requirements.lock."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from analysis.config import LOCK, ROOT
from analysis.data_management.save import write_text_atomic
from analysis.errors import BuildError

ENVIRONMENT: Final = ROOT / "environment.yml"
PIN = re.compile(r"^(?P<pin>[A-Za-z0-9_.\-\[\]]+==[^\s;\\]+)(?:\s*;\s*(?P<marker>[^\\]+?))?\s*\\?$")
HEADER: Final = """\
# For conda users; written by `make lock` from requirements.lock, with the same pins.
#   conda env create --file environment.yml && conda activate borderlands
#   python -m analysis reproduce
name: borderlands
channels:
  - conda-forge
dependencies:
  - python=3.11
  - pip
  - pip:
      - --editable .
"""


def locked_pins(lock: Path = LOCK) -> tuple[str, ...]:
    """Return every pin of the lock file with its marker, without hashes.

    Raises
    ------
    BuildError
        When the file is missing or holds no pin.
    """
    if not lock.is_file():
        raise BuildError("the lock file is missing", file=lock.name, remedy="run `make lock`")
    found = (PIN.match(line) for line in lock.read_text(encoding="utf-8").splitlines())
    pins = tuple(_pin_text(match) for match in found if match)
    if not pins:
        raise BuildError("no pin was found", file=lock.name, remedy="run `make lock`")
    return pins


def environment_text(pins: tuple[str, ...]) -> str:
    """Return environment.yml for the given pins."""
    return HEADER + "".join(f'      - "{pin}"\n' for pin in pins)


def write_environment() -> Path:
    """Write environment.yml from the lock and return its path."""
    write_text_atomic(ENVIRONMENT, environment_text(locked_pins()))
    return ENVIRONMENT


def _pin_text(match: re.Match[str]) -> str:
    marker = match["marker"]
    return f"{match['pin']} ; {marker.strip()}" if marker else match["pin"]
