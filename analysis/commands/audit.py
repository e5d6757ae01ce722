"""The command `audit`: the installed packages against the lock."""

from __future__ import annotations

from rich.console import Console

SHOWN = 20


def audit() -> None:
    """Check that what is installed is what is locked, file by file; needs no network."""
    from analysis.errors import BuildError
    from analysis.review.audit import NOT_CHECKED
    from analysis.review.audit import audit as audited

    result = audited()
    console = Console(soft_wrap=True)
    console.print(
        f"{result.pins} pins, {result.installed} installed packages, "
        f"{result.files} installed files checked"
    )
    for line in NOT_CHECKED:
        console.print(f"not checked: {line}", markup=False, highlight=False)
    if result.faults:
        more = len(result.faults) - SHOWN
        lines = [*result.faults[:SHOWN], *([f"and {more} more"] if more > 0 else [])]
        raise BuildError(
            "what is installed is not what is locked:\n  " + "\n  ".join(lines),
            file="requirements.lock",
            remedy="remove .venv and run make again; it installs the locked files by their hashes",
        )
    console.print("what is installed is what is locked")
