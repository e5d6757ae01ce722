"""What a build of this machine was: commit, time, Python, platform, and what each step used.

It stands in `.pytask/build_record.json`, apart from the outputs, which are the same bytes on every
machine; `analysis.provenance.sidecar` describes what can be committed.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import wraps
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from pytask import ExecutionReport, PTask, Session, TaskOutcome, hookimpl

from analysis.config import LOCK
from analysis.reporting.progress import task_label
from analysis.workers import Usage, noted_usage

FORM: Final = "1"
MEGABYTE: Final = 1_000_000
Record = dict[str, Any]


def record_path(root: Path) -> Path:
    """Return where the record of a project stands."""
    return root / ".pytask" / "build_record.json"


def read_record(root: Path) -> Record:
    """Return the record of the last build; empty where there is none, or none that can be read."""
    try:
        record = json.loads(record_path(root).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) and record.get("schema") == FORM else {}


@dataclass(frozen=True)
class Commit:
    """The state of the checkout; both are None outside one.

    Attributes
    ----------
    dirty
        Whether a tracked file differs from the commit, or an untracked one is not ignored.
    """

    commit: str | None
    dirty: bool | None


def commit_of(root: Path) -> Commit:
    """Ask git for the state of a checkout whose top is `root`."""
    top = _git(root, "rev-parse", "--show-toplevel")
    head = _git(root, "rev-parse", "HEAD")
    if top is None or head is None or Path(top).resolve() != root.resolve():
        return Commit(None, None)
    return Commit(head, bool(_git(root, "status", "--porcelain")))


def _git(root: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=root, capture_output=True, text=True, check=False
        )
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


@dataclass
class BuildRecorder:
    """pytask plug-in that measures every step that runs.

    Attributes
    ----------
    steps
        By label: seconds in the workers (of the whole step where it uses none), peak memory in
        megabytes of the largest process (None where it cannot be measured), and when it ended.
    """

    root: Path
    steps: dict[str, Record] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    commit: Commit | None = None
    _started: dict[str, float] = field(default_factory=dict)
    _measured: dict[str, Record] = field(default_factory=dict)

    @hookimpl(tryfirst=True)
    def pytask_execute_build(self, session: Session) -> None:
        """Wrap every step so that it is measured in the thread that runs it."""
        for task in session.tasks:
            self.known.add(task_label(task))
            task.function = self._measuring(task_label(task), task.function)

    @hookimpl(tryfirst=True)
    def pytask_execute_task(self, task: PTask) -> None:
        """Note the commit before the first step that runs can change an output."""
        self._started[task_label(task)] = time.perf_counter()
        if self.commit is None:
            self.commit = commit_of(self.root)

    @hookimpl
    def pytask_execute_task_log_end(self, report: ExecutionReport) -> None:
        """Keep what a step used if it came to its end; a cluster tells no more than the time."""
        label = task_label(report.task)
        if report.outcome == TaskOutcome.SUCCESS:
            elapsed = time.perf_counter() - self._started[label]
            self.steps[label] = self._measured.get(label) or _used((), elapsed)
            self.steps[label]["built_at"] = _now()

    def write(self, *, whole: bool) -> None:
        """Write the record, if any step ran, with what earlier builds say of the other steps.

        Parameters
        ----------
        whole
            Whether every step was looked at, so that steps which are no more can be forgotten.
        """
        if not self.steps:
            return
        text = json.dumps(self._record(whole), indent=1, sort_keys=True, ensure_ascii=False)
        path = record_path(self.root)
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        path.parent.mkdir(exist_ok=True)
        temporary.write_text(f"{text}\n", encoding="utf-8")
        temporary.replace(path)

    def _record(self, whole: bool) -> Record:
        earlier: Mapping[str, Record] = read_record(self.root).get("steps", {})
        kept = {name: step for name, step in earlier.items() if name in self.known or not whole}
        state = self.commit or Commit(None, None)
        return {
            "schema": FORM,
            "commit": state.commit,
            "dirty": state.dirty,
            "built_at": _now(),
            "python": platform.python_version(),
            "platform": platform.platform(),
            "processors": os.cpu_count(),
            "lock": sha256(LOCK.read_bytes()).hexdigest(),
            "steps": kept | self.steps,
        }

    def _measuring(self, label: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def run(*arguments: Any, **named: Any) -> Any:
            started = time.perf_counter()
            with noted_usage() as used:
                result = function(*arguments, **named)
            self._measured[label] = _used(used, time.perf_counter() - started)
            return result

        return run


def _used(calls: Sequence[Usage], elapsed: float) -> Record:
    peaks = [call.peak_memory for call in calls if call.peak_memory is not None]
    return {
        "seconds": round(sum(call.seconds for call in calls) if calls else elapsed, 2),
        "peak_memory_mb": round(max(peaks) / MEGABYTE, 1) if peaks else None,
    }


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
