"""Write a replication report as JSON, Markdown and CSV, each in one move."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import pandas as pd

from analysis.data_management.save import write_text_atomic
from analysis.exhibits.table import Column, Table, csv_text
from analysis.review.kinds import FULL_PRECISION, TOLERANCES, Tolerance
from analysis.review.report import ReplicationReport, counts_by_verdict
from analysis.review.report_words import (
    change_words,
    difference_words,
    scope_words,
    software_words,
    source_words,
)
from analysis.review.trees import TargetComparison
from analysis.review.verdicts import MEANINGS

SCHEMA: Final = "1"
STEM: Final = "verify"
NOT_COMPARED: Final = (
    "Compared are the data of every figure and table, the words of tables and of alt texts, and "
    "the processed tables. Pictures are not compared by their pixels, and notebooks not at all: "
    "`pytest --nbval notebooks` does that."
)


def write_report(report: ReplicationReport, folder: Path) -> tuple[Path, ...]:
    """Write every form of the report into a folder; return the files."""
    written = []
    for ending, text in FORMS.items():
        path = folder / f"{STEM}.{ending}"
        write_text_atomic(path, text(report))
        written.append(path)
    return tuple(written)


def report_json(report: ReplicationReport) -> str:
    """Return everything as JSON, for programs."""
    content = {
        "schema": SCHEMA,
        "verdict": report.verdict,
        "time": report.time,
        "build": asdict(report.build),
        "selection": asdict(report.selection),
        "software": asdict(report.software),
        "compare_seconds": round(report.compare_seconds, 3),
        "counts": {
            "exhibits": counts_by_verdict(report.exhibits),
            "processed_tables": counts_by_verdict(report.processed),
        },
        "exhibits": [_record(item) for item in report.exhibits],
        "processed_tables": [_record(item) for item in report.processed],
        "tolerances": {kind: asdict(pair) for kind, pair in TOLERANCES.items()},
        "full_precision": asdict(FULL_PRECISION),
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def report_csv(report: ReplicationReport) -> str:
    """Return one line an exhibit and processed table, for spreadsheets."""
    return csv_text(pd.DataFrame([_line(item) for item in report.compared]))


def report_markdown(report: ReplicationReport) -> str:
    """Return the report for readers: verdict, source, what differs, the tolerances."""
    parts = [
        f"# Replication report: {report.verdict}",
        _facts(report),
        *([f"```\n{report.build.problem}\n```"] if report.build.problem else []),
        _counts_table(report),
        _moved_table(report) if report.moved else "Nothing differs.",
        _tolerance_table(),
        NOT_COMPARED,
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


FORMS: Final[Mapping[str, Callable[[ReplicationReport], str]]] = {
    "json": report_json,
    "md": report_markdown,
    "csv": report_csv,
}


def _record(item: TargetComparison) -> dict[str, Any]:
    place = {
        "name": item.target.name,
        "kind": item.target.kind,
        "data": item.target.data.as_posix(),
    }
    record = place | asdict(item.table)
    if item.table.largest is not None:
        record["largest"]["standing"] = item.table.largest.standing.name.lower()
    return record


def _line(item: TargetComparison) -> dict[str, object]:
    table, largest = item.table, item.table.largest
    return {
        "name": item.target.name,
        "kind": item.target.kind,
        "verdict": str(table.verdict),
        "cells": table.cells,
        "numbers": table.numbers,
        "within_tolerance": table.within,
        "minor": table.minor,
        "material": table.material,
        "missing_rows": len(table.missing_rows),
        "added_rows": len(table.added_rows),
        "largest_row": largest.row if largest else "",
        "largest_column": largest.column if largest else "",
        "before": largest.before if largest else "",
        "after": largest.after if largest else "",
        "relative_difference": largest.relative if largest else None,
        "words": difference_words(table),
    }


def _facts(report: ReplicationReport) -> str:
    cells = sum(item.table.cells for item in report.compared)
    lines = [
        f"Source: {source_words(report.build)}",
        f"Compared: {scope_words(report)}; {cells} cells in {report.compare_seconds:.1f} s",
        f"Software: {software_words(report.software)}; {report.software.system}",
        f"Time: {report.time}",
    ]
    return "\n".join(f"- {line}" for line in lines)


def _counts_table(report: ReplicationReport) -> str:
    exhibits, processed = (
        counts_by_verdict(items) for items in (report.exhibits, report.processed)
    )
    rows = [
        (str(verdict), str(exhibits[verdict]), str(processed[verdict]), meaning)
        for verdict, meaning in MEANINGS.items()
    ]
    return _markdown("By verdict", ("Verdict", "Exhibits", "Processed tables", "Meaning"), rows)


def _moved_table(report: ReplicationReport) -> str:
    rows = [
        (
            item.target.name,
            str(item.table.verdict),
            difference_words(item.table),
            change_words(item.table.largest) if item.table.largest else "",
        )
        for item in report.moved
    ]
    heads = ("Exhibit or table", "Verdict", "How it differs", "Largest difference")
    return _markdown("What differs", heads, rows)


def _tolerance_table() -> str:
    pairs = TOLERANCES.values()
    named = [item for pair in pairs for item in (pair.same, pair.minor)] + [FULL_PRECISION]
    rows = [_tolerance_row(item) for item in named]
    heads = ("Tolerance", "Absolute", "Relative", "Why")
    return _markdown("Tolerances; words, counts and published numbers are exact", heads, rows)


def _tolerance_row(item: Tolerance) -> tuple[str, ...]:
    return (item.name, f"{item.absolute:g}", f"{item.relative:g}", item.reason)


def _markdown(title: str, heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    frame = pd.DataFrame(list(rows), columns=list(heads), dtype="str")
    return Table(STEM, title, frame, tuple(Column(head, head) for head in heads)).markdown()
