"""Commands of the command line beside those of the build, one module each, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from analysis.commands.bundle import bundle
from analysis.commands.verify import verify
from analysis.commands.verify_bundle import verify_bundle

COMMANDS: Final[Mapping[str, Callable[..., Any]]] = {
    "bundle": bundle,
    "verify": verify,
    "verify-bundle": verify_bundle,
}
