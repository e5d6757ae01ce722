"""Faults in processed files and in the memory of earlier builds, each before a real build."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from analysis.errors import BuildError
from analysis.reporting.build_memory import check_memory
from tests.faults.builds import Built
from tests.faults.damage import (
    Damage,
    Fault,
    content,
    emptied,
    half,
    in_utf_16,
    linked,
    put,
    text,
    with_bom,
    with_crlf,
    without,
)
from tests.faults.judge import HARMLESS, SILENT, STOPPED, UNTOLD, Finding

REPORTS = "data_processed/reports.csv"
EXHIBIT = "figures/interval_method/monte_carlo.csv"
MEMORY = "pytask.lock"


def marked(found: bytes) -> bytes:
    return b"<<<<<<< HEAD\n" + found


def forgotten(file: str) -> Damage:
    return lambda root: (root / file).unlink(missing_ok=True)


PROCESSED = (
    ("one number changed", text(REPORTS, "43.34", "44.34")),
    ("cut in the middle", content(REPORTS, half)),
    ("empty", content(REPORTS, emptied)),
    ("UTF-16", content(REPORTS, in_utf_16)),
    ("Windows line ends", content(REPORTS, with_crlf)),
    ("byte order mark", content(REPORTS, with_bom)),
    ("missing", without(REPORTS)),
    ("link to nothing", linked(REPORTS, "nowhere.csv")),
    ("register missing", without("data_processed/checksums.sha256")),
    ("manifest missing", without("data_processed/reports.manifest.json")),
)
OUTPUTS = (
    ("exhibit with a number changed", text(EXHIBIT, "0.9", "0.8")),
    ("exhibit missing", without(EXHIBIT)),
    ("a half-written file left", put("figures/interval_method/.x.csv.1-2.tmp", b"ha")),
)
BUILD = (
    ("memory cut in the middle", content(MEMORY, half)),
    ("memory with marks of a merge", content(MEMORY, marked)),
    ("memory missing", without(MEMORY)),
    ("imports that are a list", put(".pytask/imports.json", b"[]")),
    ("hashes of files that are no JSON", put(".pytask/file_hashes.json", b"{")),
    ("times of steps that are no JSON", put(".pytask/runtimes.json", b"{")),
    ("record of the build that is no JSON", put(".pytask/build_record.json", b"{")),
    ("a lock with another process in it", put(".pytask/build.lock", b"1\n")),
    ("validated: other text", put(".pytask/validated", b"0" * 64)),
    ("all of it missing", forgotten(".pytask/validated")),
)
STATE = (
    *(Fault("processed files", name, damage) for name, damage in PROCESSED),
    *(Fault("outputs", name, damage) for name, damage in OUTPUTS),
    *(Fault("build state", name, damage) for name, damage in BUILD),
)


def run_state(faults: Iterable[Fault], built: Built) -> list[Finding]:
    """Build after each fault; afterwards the copy is as it was."""
    return [_judged(fault, built) for fault in faults]


def _judged(fault: Fault, built: Built) -> Finding:
    project = built.project
    kernels = project.kernels_started
    with _kept(built):
        fault.damage(project.root)
        result = built.rebuilt()
        finding = _verdict(fault, result.returncode, result.stderr.strip(), built)
        started = project.kernels_started - kernels
    if finding.outcome == STOPPED and started:
        return Finding(fault.area, fault.name, False, SILENT, "a kernel had started")
    return finding


def _verdict(fault: Fault, status: int, errors: str, built: Built) -> Finding:
    def say(outcome: str, message: str) -> Finding:
        return Finding(fault.area, fault.name, False, outcome, message)

    same = built.project.outputs() == built.outputs
    if "Traceback" in errors or (status and errors.count(" error ") != 1):
        return say(UNTOLD, errors[-300:])
    if not same:
        return say(SILENT, "the outputs are others")
    if status:
        return say(STOPPED, errors.replace(str(built.project.root), "<project>"))
    return say(HARMLESS, "the build makes the same bytes")


@contextmanager
def _kept(built: Built) -> Iterator[None]:
    """Bring the memory of the build back afterwards; outputs are whole already."""
    root = built.project.root
    memory = (root / MEMORY).read_bytes()
    yield
    try:
        check_memory(root / MEMORY)
    except BuildError:
        (root / MEMORY).write_bytes(memory)
