"""Build graphs inside the process of the tests, each as if it were the first one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from _pytask.task_utils import COLLECTED_TASKS


def _task_modules() -> list[str]:
    return [name for name in sys.modules if name.rsplit(".", 1)[-1].startswith("task_")]


@contextmanager
def first_graph() -> Iterator[None]:
    """Forget the steps and modules of steps that were imported before, and bring them back."""
    waiting = dict(COLLECTED_TASKS)
    modules = {name: sys.modules.pop(name) for name in _task_modules()}
    COLLECTED_TASKS.clear()
    try:
        yield
    finally:
        for name in _task_modules():
            del sys.modules[name]
        sys.modules.update(modules)
        COLLECTED_TASKS.clear()
        COLLECTED_TASKS.update(waiting)
