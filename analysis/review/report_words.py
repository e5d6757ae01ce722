"""The words of a replication report that its forms share."""

from __future__ import annotations

from analysis.review.cells import Change
from analysis.review.comparison import TableComparison
from analysis.review.report import Build, ReplicationReport
from analysis.review.software import Software

EMPTY = "(empty)"
CELL_LENGTH = 60
NAMES_SHOWN = 3


def change_words(change: Change) -> str:
    """Return `lower at outcome = muse_total: 1.5 -> 1.6 (+6.25 %)`."""
    before, after = (_short(cell) or EMPTY for cell in (change.before, change.after))
    amount = ""
    if change.difference is not None and change.relative is not None:
        sign = "+" if change.difference > 0 else "-"
        amount = f" ({change.difference:+.4g}; {sign}{100 * change.relative:.3g} %)"
    return f"{change.column} at {change.row}: {before} -> {after}{amount}"


def difference_words(table: TableComparison) -> str:
    """Say in one sentence how an exhibit differs; nothing if no cell does."""
    parts = [table.reason] if table.reason else []
    changed = table.material + table.minor
    parts += [f"{changed} of {table.cells} cells differ"] if changed else []
    parts += [f"{table.within} cells differ within tolerance"] if table.within else []
    for names, what in (
        (table.missing_rows, "rows missing"),
        (table.added_rows, "rows new"),
        (table.missing_columns, "columns missing"),
        (table.added_columns, "columns new"),
    ):
        parts += [f"{len(names)} {what} ({_some(names)})"] if names else []
    parts += [f"words differ in {', '.join(table.texts)}"] if table.texts else []
    return "; ".join(parts)


def source_words(build: Build) -> str:
    """Say what was built and in what time."""
    took = "" if build.seconds is None else f", built in {build.seconds:.0f} s"
    failed = "" if build.complete else "; the build FAILED"
    return f"{build.source}{took}{failed}"


def software_words(software: Software) -> str:
    """Say on what it ran and whether the packages are the locked ones."""
    lock = f"lock {software.lock[:12]}"
    if not software.differences:
        return f"Python {software.python}; {lock}, all {software.packages} packages as locked"
    named = ", ".join(
        f"{item.name} {item.installed} (locked {item.locked})" for item in software.differences
    )
    differ = f"{len(software.differences)} of {software.packages} packages differ"
    return f"Python {software.python}; {lock}, {differ}: {named}"


def scope_words(report: ReplicationReport) -> str:
    """Say which part of the package was compared."""
    if report.selection.whole:
        return "the whole package"
    return " ".join(report.selection.arguments())


def _some(names: tuple[str, ...]) -> str:
    more = ", ..." if len(names) > NAMES_SHOWN else ""
    return "; ".join(names[:NAMES_SHOWN]) + more


def _short(text: str) -> str:
    return text if len(text) <= CELL_LENGTH else f"{text[: CELL_LENGTH - 1]}…"
