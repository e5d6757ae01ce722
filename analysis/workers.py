"""Processes forked from one server that has imported the libraries once.

An interpreter of its own spends most of its time importing; a build needs several, and a kernel
for each notebook and study. The server (`multiprocessing`'s fork server) imports in the background
while the build graph is read, and workers and kernels start as copies of it, each in a process of
its own. What they compute is the same: the server only imports.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import resource
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from multiprocessing import forkserver
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any, Final

PRELOADED: Final = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "analysis.exhibits.write",
    "analysis.exhibits.zone_trade",
    "analysis.exhibits.monthly_figure",
    "analysis.reporting.forked_kernels",
    "analysis.reporting.notebooks",
    "analysis.reporting.run_notebook",
    "papermill",
)
EVERYTHING: Final = (
    *PRELOADED,
    "analysis.exhibits.country_panels",
    "analysis.exhibits.monthly",
    "analysis.exhibits.robustness_results",
    "analysis.exhibits.synthesis_questions",
    "analysis.provenance.selection",
    "analysis.provenance.write",
)
"""Two seconds more: worth it where many processes need them, as in a first build."""
PROCESSORS: Final = os.cpu_count() or 1


def warm_up(modules: Sequence[str] | None = None) -> None:
    """Start the server, which imports in the background; does nothing if it runs.

    Parameters
    ----------
    modules
        What it imports; `PRELOADED` if not given.
    """
    context = server_context()
    if modules is not None:
        context.set_forkserver_preload(list(modules))
    with interrupts_held():
        forkserver.ensure_running()


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Keep Ctrl-C from processes and threads that start meanwhile, for as long as they live.

    It reaches every process of a terminal; the one that the others belong to answers it.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def server_context() -> ForkServerContext:
    """Return the context that makes processes of the server, with what it imports set."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(PRELOADED))
    return context


def named(program: str) -> Any:
    """Return the function that a full path, `package.module.function`, names."""
    module, function = program.rsplit(".", 1)
    return getattr(import_module(module), function)


def in_worker(program: str, *arguments: object) -> Any:
    """Call a function in one of the workers; return its result or raise its error.

    Parameters
    ----------
    program
        Full path of the function. The module is imported in the worker alone, so that the process
        that lays out the build needs no estimator and no plotting library.
    """
    return _noted(_workers().submit(measured_call, program, *arguments).result())


def in_own_process(program: str, *arguments: object) -> Any:
    """Call a function in a process that does nothing else, and that may fork kernels.

    As many run at a time as there are processors; others wait for their turn.
    """
    with _own_processes(), _processes(1) as process:
        return _noted(process.submit(measured_call, program, *arguments).result())


@dataclass(frozen=True)
class Usage:
    """What one call used.

    Attributes
    ----------
    seconds
        From its start in the worker to its end, without the time it waited for one.
    peak_memory
        Bytes of the largest resident set of its process, or of a process that it started and that
        has ended; None where the system does not tell. Memory of libraries that all processes of
        the server share is counted in.
    """

    seconds: float
    peak_memory: int | None


@contextmanager
def noted_usage() -> Iterator[list[Usage]]:
    """Collect what the calls of this thread use in the meantime."""
    outer, used = getattr(_notes, "used", None), list[Usage]()
    _notes.used = used
    try:
        yield used
    finally:
        _notes.used = outer


def measured_call(program: str, *arguments: object) -> tuple[Any, Usage]:
    """Call the function of that full path; return its result and what it used."""
    resets = _reset_peak()
    started = time.perf_counter()
    result = call(program, *arguments)
    seconds = time.perf_counter() - started
    return result, Usage(seconds, _peak_memory() if resets else None)


_notes = threading.local()
CLEAR_PEAK: Final = Path("/proc/self/clear_refs")
STATUS: Final = Path("/proc/self/status")
PEAK: Final = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


def _noted(measured: tuple[Any, Usage]) -> Any:
    result, usage = measured
    used = getattr(_notes, "used", None)
    if used is not None:
        used.append(usage)
    return result


def _reset_peak() -> bool:
    """Let Linux forget the highest resident set so far; tell whether it did."""
    try:
        CLEAR_PEAK.write_text("5", encoding="ascii")
    except OSError:
        return False
    return True


def _peak_memory() -> int | None:
    found = PEAK.search(STATUS.read_text(encoding="utf-8"))
    if found is None:
        return None
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return 1024 * max(int(found[1]), children)


def call(program: str, *arguments: object) -> Any:
    """Call the function of that full path."""
    return named(program)(*arguments)


@cache
def _own_processes() -> threading.BoundedSemaphore:
    return threading.BoundedSemaphore(PROCESSORS)


@cache
def _workers() -> ProcessPoolExecutor:
    return _processes(PROCESSORS)


def _processes(number: int) -> ProcessPoolExecutor:
    warm_up()
    return ProcessPoolExecutor(number, mp_context=server_context(), initializer=_end_with_parent)


def _end_with_parent() -> None:
    """End this process when the one that started it ends, even if that one is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_watch_parent, daemon=True).start()


def _watch_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
