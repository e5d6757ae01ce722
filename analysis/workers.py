"""Processes forked from one server that has imported the libraries once.

An interpreter of its own spends most of its time importing; a build needs several, and a kernel
for each notebook and study. The server (`multiprocessing`'s fork server) imports in the background
while the build graph is read, and workers and kernels start as copies of it, each in a process of
its own. What they compute is the same: the server only imports.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from importlib import import_module
from multiprocessing import forkserver
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerContext
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
PROCESSORS: Final = os.cpu_count() or 1


def warm_up() -> None:
    """Start the server, which imports in the background; does nothing if it runs."""
    server_context()
    forkserver.ensure_running()


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
    return _workers().submit(call, program, *arguments).result()


def in_own_process(program: str, *arguments: object) -> Any:
    """Call a function in a process that does nothing else, and that may fork kernels."""
    with _processes(1) as process:
        return process.submit(call, program, *arguments).result()


def call(program: str, *arguments: object) -> Any:
    """Call the function of that full path."""
    return named(program)(*arguments)


@cache
def _workers() -> ProcessPoolExecutor:
    return _processes(PROCESSORS)


def _processes(number: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(number, mp_context=server_context(), initializer=_end_with_parent)


def _end_with_parent() -> None:
    """End this process when the one that started it ends, even if that one is killed."""
    threading.Thread(target=_watch_parent, daemon=True).start()


def _watch_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
