"""The campaign of single faults: `python -m tests.faults.campaign` writes campaign.csv anew.

Every fault is done to a fresh copy of the input, and the copy is checked as a build checks it.
What stops says so in one message; what does not stop must leave everything equal that a build
computes from.
"""

from __future__ import annotations

import csv
import io
import random
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import astuple, fields
from pathlib import Path

from tests.faults.builds import build_copy
from tests.faults.damage import Fault
from tests.faults.faults_notebooks import NOTEBOOKS
from tests.faults.faults_raw import RAW
from tests.faults.faults_settings import SETTINGS
from tests.faults.faults_state import STATE, run_state
from tests.faults.judge import (
    SILENT,
    UNTOLD,
    Finding,
    copy_input,
    judged,
    state_of,
)
from tests.read_once import unchanged_files_read_once

FAULTS = (*RAW, *SETTINGS, *NOTEBOOKS)  # of the input; those of the state of a build are STATE
TABLE = Path(__file__).with_name("campaign.csv")
SEED = 20261124


def run(faults: Iterable[Fault], folder: Path) -> list[Finding]:
    """Judge faults one by one in a folder."""
    with unchanged_files_read_once():
        copy_input(folder / "undamaged")
        undamaged = state_of(folder / "undamaged")
        return [
            judged(fault, folder / f"{number:03}", undamaged) for number, fault in enumerate(faults)
        ]


def whole(folder: Path) -> list[Finding]:
    """Judge all faults, those of the state of a build by builds."""
    return [*run(FAULTS, folder), *run_state(STATE, build_copy(folder / "build"))]


def lines_of(text: str, faults: Iterable[Fault]) -> str:
    """Return the part of a table as CSV text that tells of some faults."""
    asked = {(fault.area, fault.name) for fault in faults}
    found = csv.DictReader(io.StringIO(text, newline=""))
    return _csv(tuple(row.values()) for row in found if (row["area"], row["fault"]) in asked)


def sample(number: int, seed: int = SEED) -> list[Fault]:
    """Draw some of the faults, the same for the same seed."""
    return random.Random(seed).sample(FAULTS, number)


def text_of(findings: Iterable[Finding]) -> str:
    """Return findings as CSV text."""
    return _csv(astuple(finding) for finding in findings)


def _csv(rows: Iterable[tuple[object, ...]]) -> str:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([field.name for field in fields(Finding)])
    writer.writerows(rows)
    return stream.getvalue()


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        findings = whole(Path(folder))
    TABLE.write_text(text_of(findings), encoding="utf-8", newline="")
    silent = [finding for finding in findings if finding.outcome in (SILENT, UNTOLD)]
    print(f"{len(findings)} faults, {len(silent)} silent or with a traceback")
    for finding in silent:
        print(f"  {finding.area}: {finding.fault}: {finding.message}")
    return int(bool(silent))


if __name__ == "__main__":
    sys.exit(main())
