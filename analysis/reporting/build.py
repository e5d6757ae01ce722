"""Run the build graph with pytask: only what changed, two steps at a time."""

from __future__ import annotations

import gc
import os
import sys
import tomllib
import typing
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING

import pytask
import pytask_parallel.execute
from _pytask.cli import DEFAULTS_FROM_CLI
from _pytask.config_utils import normalize_programmatic_config
from _pytask.console import console as pytask_console
from _pytask.pluginmanager import get_plugin_manager, storage
from pytask import ExitCode
from pytask_parallel import backends
from rich.console import Console

from analysis.config import ANALYSIS, COMMITTED_STUDY, ROOT
from analysis.engine import LOCAL, Engine
from analysis.errors import AnalysisError, BuildError
from analysis.exhibits.registry import COMMON_EXHIBITS, EXHIBITS
from analysis.nodes import held_file_sets
from analysis.program import remember_imports
from analysis.reporting.build_memory import MEMORY, check_memory
from analysis.reporting.build_record import BuildRecorder
from analysis.reporting.progress import BuildProgress, task_label
from analysis.workers import EVERYTHING, PRELOADED, warm_up

if TYPE_CHECKING:
    from distributed import Client

PAUSES_SECONDS = [0.001, 0.004, 0.02]  # the first where steps are skipped, the last where they run
RETRIES = 2  # of a step whose worker was lost; steps write to a temporary file and rename
HERE = Engine()
STEPS = "task_*.py"
NO_SIDECAR = "not task_provenance"
RARE_COLLECTIONS = 200_000  # new objects between two collections


@dataclass(frozen=True)
class BuildSummary:
    """What a build did: labels of the steps that ran and that were up to date."""

    ran: tuple[str, ...]
    skipped: tuple[str, ...]


def build(
    console: Console,
    studies: Iterable[str] = (),
    workers: int | None = None,
    notebooks: Iterable[str] = (),
    engine: Engine = HERE,
    *,
    provenance: bool = True,
) -> BuildSummary:
    """Bring every output up to date.

    Parameters
    ----------
    console
        Where progress is shown.
    studies
        Names of the studies to build; all studies if empty.
    notebooks
        Stems of the notebooks to build, with the exhibits that they show; all if empty.
    workers
        Steps at a time. If None, twice the processors and one more (at most 9): as many notebooks
        as there are processors run at a time, others wait for their turn, and one step is left
        for the tables and figures, which share this process.
    engine
        Where steps run: here, or as tasks of a Dask cluster that sees the same folder.
    provenance
        Whether to write the sidecars of the exhibits.

    Raises
    ------
    BuildError
        When a step fails or a cluster goes away; earlier outputs of the step are untouched, and
        the next build goes on from the steps that had ended.
    """
    chosen = [_of_studies(tuple(studies)), _of_notebooks(tuple(notebooks))]
    chosen += [] if provenance else [NO_SIDECAR]
    expression = " and ".join(f"({part})" for part in chosen if part)
    with _rare_collections(), _parsed_once():
        check_memory()
        return _built(console, expression, workers, engine)


def _built(console: Console, expression: str, workers: int | None, engine: Engine) -> BuildSummary:
    here = engine.name == LOCAL  # workers of a cluster have servers of their own
    prepare = partial(warm_up, PRELOADED if MEMORY.exists() else EVERYTHING)
    progress = BuildProgress(console, prepare) if here else BuildProgress(console)
    recorder = BuildRecorder(ROOT)
    with engine.engaged() as client:
        steps = workers or _usual_workers(client)
        session = _run((progress, recorder), expression, steps, client)
        loss = engine.loss(client, progress.error)
    recorder.write(whole=not expression)
    if loss:
        raise loss
    if progress.failed:
        raise _failure(progress)
    if session.exit_code != ExitCode.OK:
        raise BuildError(
            f"the build could not be laid out or remembered (pytask says {session.exit_code.name})",
            remedy="see that the disk has room; `.venv/bin/pytask collect` shows a step at fault",
        )
    return BuildSummary(tuple(progress.ran), tuple(progress.skipped))


def _usual_workers(client: Client | None) -> int:
    """Return how many steps are handed out at a time."""
    if client is not None:
        return max(1, len(client.scheduler_info()["workers"]))
    return 2 * min(os.cpu_count() or 1, 4) + 1


def _of_notebooks(notebooks: tuple[str, ...]) -> str:
    """Select the runs of some notebooks, their outputs, and every exhibit that they show."""
    exhibits = [item.name for item in EXHIBITS if item.notebook in notebooks]
    exhibits += [item.name for item in COMMON_EXHIBITS if item.notebook in notebooks]
    ends = [f"-{name}]" for name in (*exhibits, *notebooks)]
    return " or ".join([*ends, *(f"[{name}]" for name in notebooks)])


def _of_studies(studies: tuple[str, ...]) -> str:
    """Select the steps of some studies, README.md, and the committed notebooks if they show one."""
    if not studies:
        return ""
    shared = ["task_readme"] + (["task_outputs"] if COMMITTED_STUDY in studies else [])
    return " or ".join([*(f"[{study}-" for study in studies), *shared])


def _run(
    plugins: Iterable[object], expression: str, workers: int, client: Client | None
) -> pytask.Session:
    """Run pytask with plug-ins, of which one stands in place of its own console output.

    Steps run in threads: notebooks wait for their kernels, and the libraries are imported once.
    On a cluster, each step is a task of one of its workers.
    """
    (ROOT / ".pytask").mkdir(exist_ok=True)
    manager = get_plugin_manager()
    manager.unregister(sys.modules["_pytask.database"])  # pytask.lock remembers what was built
    for plugin in plugins:
        manager.register(plugin)
    storage.store(manager)
    settings = {
        "paths": sorted(ANALYSIS.rglob(STEPS)),
        "config": ROOT / "pyproject.toml",
        "expression": expression,
        "verbose": 0,
        "capture": "no",
        "n_workers": workers,
        "parallel_backend": "threads" if client is None else "dask",
    }
    defaults = normalize_programmatic_config(
        settings, command="build", defaults_from_cli=DEFAULTS_FROM_CLI
    )
    contexts = (_quiet_console, _short_pauses, _remembered_protocols)
    with ExitStack() as stack:
        for context in (*contexts, held_file_sets):
            stack.enter_context(context())
        if client is not None:
            _hand_out_to(client)
        session = pytask.build(**defaults)
    remember_imports()
    return session


def _hand_out_to(client: Client) -> None:
    """Let pytask-parallel give its tasks to this client until the build ends."""
    backends.registry.register_parallel_backend(
        backends.ParallelBackend.DASK,
        lambda n_workers: client.get_executor(retries=RETRIES),  # noqa: ARG005
        worker_type=backends.WorkerType.PROCESSES,
    )


@contextmanager
def _quiet_console() -> Iterator[None]:
    was_quiet, pytask_console.quiet = pytask_console.quiet, True
    try:
        yield
    finally:
        pytask_console.quiet = was_quiet


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Collect garbage less often: a build makes many objects and soon ends."""
    usual = gc.get_threshold()
    gc.set_threshold(RARE_COLLECTIONS, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


@contextmanager
def _parsed_once() -> Iterator[None]:
    """Parse the memory of earlier builds once: pytask does so twice, and it was checked before."""
    parse = tomllib.loads
    tomllib.loads = lru_cache(maxsize=1)(parse)
    try:
        yield
    finally:
        tomllib.loads = parse


@contextmanager
def _remembered_protocols() -> Iterator[None]:
    """Look up the members of a protocol once, as Python 3.12 does by itself.

    pytask asks tens of thousands of times whether a node fulfils a protocol; before 3.12 each
    question collects the members of the protocol anew, a second in a build with nothing to do.
    """
    name = "_get_protocol_attrs"
    looked_up = getattr(typing, name)
    setattr(typing, name, cache(looked_up))
    try:
        yield
    finally:
        setattr(typing, name, looked_up)


@contextmanager
def _short_pauses() -> Iterator[None]:
    """Let pytask-parallel look for finished steps often: its own pauses grow to a second."""
    name = "_Sleeper"
    sleeper = getattr(pytask_parallel.execute, name)
    setattr(pytask_parallel.execute, name, partial(sleeper, timings=PAUSES_SECONDS))
    try:
        yield
    finally:
        setattr(pytask_parallel.execute, name, sleeper)


def _failure(progress: BuildProgress) -> AnalysisError:
    """Return the error of the first step that failed, as one message."""
    report = next((item for item in progress.failed if item.exc_info), progress.failed[0])
    error = report.exc_info[1] if report.exc_info else None
    if isinstance(error, AnalysisError):
        return error
    return BuildError(
        f"the step failed with {type(error).__name__}: {error}",
        where=task_label(report.task),
        remedy="run `.venv/bin/pytask -k` with the name of the step for the whole traceback",
    )
