"""Processes that belong to a copy of the project, and waiting for what they do."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import psutil

PATIENCE = 300.0
KERNELS_END = 10.0  # a kernel looks once a second whether its parent lives


def until(happens: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait until something is true."""
    limit = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < limit, "nothing happened"
        time.sleep(0.02)


def processes_in(root: Path) -> list[str]:
    """Return the processes that were started with the environment of the copy."""
    mark = f"KERNEL_LOG={root}/".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (folder / "environ").read_bytes():
                found.append(folder.name)
        except OSError:
            continue
    return found


def runs_kernel(pid: int) -> bool:
    """Tell whether a kernel, which is the head of a session, descends from a process."""
    try:
        below = psutil.Process(pid).children(recursive=True)
        return any(os.getsid(child.pid) == child.pid for child in below)
    except (psutil.NoSuchProcess, ProcessLookupError):
        return False
