"""Print a replication report: what differs, the counts by verdict, the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from analysis.review.report import ReplicationReport, counts_by_verdict
from analysis.review.report_words import (
    change_words,
    difference_words,
    scope_words,
    software_words,
    source_words,
)
from analysis.review.verdicts import Verdict

STYLES: Final[Mapping[Verdict, str]] = {
    Verdict.FULL: "green",
    Verdict.MINOR: "cyan",
    Verdict.PARTIAL: "yellow",
    Verdict.NONE: "bold red",
}


def show_report(report: ReplicationReport, console: Console) -> None:
    """Print the report for a reader at a terminal."""
    if not report.build.complete:
        console.print(Text(report.build.problem, "red"))
    if report.moved:
        console.print(_moved(report))
    console.print(_counts(report))
    lines = (
        f"source: {source_words(report.build)}",
        f"software: {software_words(report.software)}",
        f"compared: {scope_words(report)}, in {report.compare_seconds:.1f} s",
    )
    for line in lines:
        console.print(Text(line))
    console.print(Text.assemble("verdict: ", (str(report.verdict), STYLES[report.verdict])))


def _moved(report: ReplicationReport) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("differs", no_wrap=True)
    for heading in ("verdict", "how", "largest difference"):
        table.add_column(heading, overflow="fold")
    for item in report.moved:
        largest = item.table.largest
        table.add_row(
            Text(item.target.name),
            Text(str(item.table.verdict), STYLES[item.table.verdict]),
            Text(difference_words(item.table)),
            Text(change_words(largest) if largest else ""),
        )
    return table


def _counts(report: ReplicationReport) -> Table:
    table = Table(box=None, pad_edge=False)
    exhibits, processed = (
        counts_by_verdict(items) for items in (report.exhibits, report.processed)
    )
    for heading in ("", *Verdict):
        table.add_column(str(heading), justify="left" if not heading else "right")
    for name, counts in (("exhibits", exhibits), ("processed tables", processed)):
        table.add_row(
            name, *(Text(str(number), "" if number else "dim") for number in counts.values())
        )
    return table
