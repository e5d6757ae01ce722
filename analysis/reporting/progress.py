"""A live table of the build: what runs, what was skipped, and why a step ran again."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from _pytask.dag_utils import node_and_neighbors
from _pytask.state import get_node_change_info
from pytask import ExecutionReport, PNode, PPathNode, PTask, Session, TaskOutcome, hookimpl
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from analysis.nodes import FileSet, changed_files, shown_path

OUTCOMES: Final[Mapping[TaskOutcome, tuple[str, str]]] = {
    TaskOutcome.SUCCESS: ("done", "green"),
    TaskOutcome.SKIP_UNCHANGED: ("up to date", "dim"),
    TaskOutcome.FAIL: ("FAILED", "bold red"),
    TaskOutcome.SKIP_PREVIOUS_FAILED: ("not run: an earlier step failed", "red"),
}
REASONS: Final[Mapping[str, str]] = {
    "missing": "is missing",
    "not_in_db": "is new",
    "changed": "changed",
}
SHOWN_REASONS: Final = 2
FIRST_RUN: Final = "first run here"


@dataclass
class _Row:
    label: str
    status: str = "running"
    style: str = "cyan"
    why: str = ""
    started: float = field(default_factory=time.perf_counter)
    seconds: float | None = None


@dataclass
class BuildProgress:
    """pytask plug-in that keeps one row a step and prints the rows as a live table.

    Attributes
    ----------
    ran, skipped, failed
        Labels of the steps by outcome, in order of completion.
    prepare
        Called before the first step that has to run.
    broken
        The error that broke the build off between two steps.
    """

    console: Console
    prepare: Callable[[], None] = lambda: None
    rows: dict[str, _Row] = field(default_factory=dict)
    ran: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    failed: list[ExecutionReport] = field(default_factory=list)
    total: int = 0
    broken: Exception | None = None

    @property
    def error(self) -> BaseException | None:
        """What broke the build off or, if it ran to its end, what the first step failed with."""
        failures = (report.exc_info[1] for report in self.failed if report.exc_info)
        return self.broken or next(failures, None)

    def __rich__(self) -> Table:
        """Return the table as it stands."""
        table = Table(box=None, pad_edge=False, caption=self._caption(), caption_justify="left")
        for heading in ("step", "status", "time", "why"):
            table.add_column(heading, overflow="fold")
        for row in self.rows.values():
            if row.status != OUTCOMES[TaskOutcome.SKIP_UNCHANGED][0]:
                why = Text(row.why)
                table.add_row(Text(row.label), Text(row.status, row.style), _elapsed(row), why)
        return table

    def _caption(self) -> str:
        finished = len(self.ran) + len(self.skipped) + len(self.failed)
        return f"{finished} of {self.total} steps; {len(self.skipped)} up to date and skipped"

    @hookimpl(wrapper=True)
    def pytask_execute_build(self, session: Session) -> Generator[None, Any, Any]:
        """Show the table while the build runs."""
        self.total = len(session.tasks)
        with Live(self, console=self.console, refresh_per_second=4, transient=True):
            try:
                result = yield
            except Exception as error:
                self.broken = error
                raise
        if self.ran or self.failed:
            self.console.print(self)
        return result

    @hookimpl(tryfirst=True)
    def pytask_execute_task_log_start(self, task: PTask) -> None:
        """Open a row."""
        self.rows[task.signature] = _Row(task_label(task))

    @hookimpl(wrapper=True)
    def pytask_execute_task_setup(self, session: Session, task: PTask) -> Generator[None, Any, Any]:
        """Find out why a step has to run, once it is known not to be skipped."""
        result = yield
        if not any(row.why for row in self.rows.values()):
            self.prepare()
        self.rows[task.signature].why = _why(session, task)
        return result

    @hookimpl(tryfirst=True)
    def pytask_execute_task_log_end(self, report: ExecutionReport) -> None:
        """Close the row with its outcome."""
        row = self.rows[report.task.signature]
        row.status, row.style = OUTCOMES.get(report.outcome, (str(report.outcome), "yellow"))
        row.seconds = time.perf_counter() - row.started
        if report.outcome == TaskOutcome.SUCCESS:
            self.ran.append(row.label)
        elif report.outcome == TaskOutcome.SKIP_UNCHANGED:
            self.skipped.append(row.label)
        elif report.outcome == TaskOutcome.SKIP:
            del self.rows[report.task.signature]
            self.total -= 1
        else:
            self.failed.append(report)


def task_label(task: PTask) -> str:
    """Return the name of a step without its path, for example `figure[muse-coverage]`."""
    return task.name.rsplit("::", 1)[-1].removeprefix("task_")


def _elapsed(row: _Row) -> str:
    seconds = time.perf_counter() - row.started if row.seconds is None else row.seconds
    return f"{seconds:.1f} s"


def _why(session: Session, task: PTask) -> str:
    """Name the first things that changed since the last run of a step."""
    remembered = session.config["lockfile_state"]
    if not remembered.use_lockfile_for_skip:
        return FIRST_RUN
    reasons: list[str] = []
    for signature in node_and_neighbors(session.dag, task.signature):
        node = session.dag.nodes[signature]
        if not isinstance(node, PNode | PTask):
            continue
        changed, reason, details = get_node_change_info(
            session=session, task=task, node=node, state=node.state()
        )
        if changed and signature == task.signature and reason == "not_in_db":
            return FIRST_RUN
        if changed:
            reasons += _reasons(node, reason, details)
    more = f" and {len(reasons) - SHOWN_REASONS} more" if len(reasons) > SHOWN_REASONS else ""
    return ", ".join(reasons[:SHOWN_REASONS]) + more


def _reasons(node: PNode | PTask, reason: str, details: Mapping[str, str]) -> list[str]:
    if isinstance(node, FileSet) and "old_hash" in details:
        files = changed_files(details["old_hash"], details["new_hash"])
        return [f"{name} changed" for name in files]
    label = (
        shown_path(node.path)
        if isinstance(node, PPathNode) and isinstance(node.path, Path)
        else node.name
    )
    return [f"{label} {REASONS.get(reason, reason)}"]
