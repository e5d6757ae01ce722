"""Whether the site is up to date; everything heavy is imported only where it is built."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Final

from analysis.config import ANALYSIS, ROOT
from analysis.data_management.save import write_text_atomic
from analysis.program import environment_sources, module_sources

SITE: Final = "site"
WORK: Final = ".pytask/site"
_READ: Final = ("figures", "data_raw", "data_processed", "notebooks")
_RECORDS: Final = (".pytask/verify/verify.json", ".pytask/build_record.json")
_TEXTS: Final = frozenset({".md", ".html", ".css", ".svg"})


def bring_site_up_to_date(root: Path = ROOT) -> bool:
    """Build the site unless nothing that it is made from has changed.

    Returns
    -------
    bool
        True if it was built, False if it was up to date.

    Raises
    ------
    BuildError, DataError
        If a page cannot be made; an earlier site stays as it was.
    """
    state = state_of(root)
    remembered = root / WORK / "state"
    known = remembered.is_file() and remembered.read_text(encoding="utf-8") == state
    if known and (root / SITE / "index.html").is_file():
        return False
    from analysis.site.build import build_site
    from analysis.site.inputs import read_inputs

    build_site(read_inputs(root), root / SITE, root / WORK)
    write_text_atomic(remembered, state)
    return True


def state_of(root: Path) -> str:
    """Return a hash of everything that the site is made from, programs and packages included."""
    files = [path for part in _READ for path in (root / part).rglob("*") if path.is_file()]
    files += [root / name for name in _RECORDS if (root / name).is_file()]
    digest = sha256()
    for path in sorted({*files, *_programs()}):
        name = path.relative_to(root) if path.is_relative_to(root) else path
        digest.update(f"{name}\n".encode())
        digest.update(sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _programs() -> set[Path]:
    own = {path for path in (ANALYSIS / "site").rglob("*") if path.suffix in _TEXTS}
    makers = set((ANALYSIS / "exhibits").rglob("*.py"))
    build = module_sources(ANALYSIS / "site" / "build.py")
    return own | makers | set(build) | set(environment_sources())
