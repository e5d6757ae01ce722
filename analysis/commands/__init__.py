"""Commands of the command line beside those of the build, one module each, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from analysis.commands.accessibility import accessibility
from analysis.commands.adopt import adopt
from analysis.commands.audit import audit
from analysis.commands.bundle import bundle
from analysis.commands.compare import compare
from analysis.commands.fetch import fetch
from analysis.commands.import_customs import import_customs
from analysis.commands.new_study import new_study_command
from analysis.commands.site import site
from analysis.commands.universe import universe
from analysis.commands.verify import verify
from analysis.commands.verify_bundle import verify_bundle

COMMANDS: Final[Mapping[str, Callable[..., Any]]] = {
    "adopt": adopt,
    "accessibility": accessibility,
    "audit": audit,
    "bundle": bundle,
    "compare": compare,
    "fetch": fetch,
    "import-customs": import_customs,
    "new-study": new_study_command,
    "site": site,
    "universe": universe,
    "verify": verify,
    "verify-bundle": verify_bundle,
}
