"""Commands of the command line beside those of the build, one module each, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

COMMANDS: Final[Mapping[str, Callable[..., Any]]] = {}
