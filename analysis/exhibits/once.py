"""Openers of data that run once in a process."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache, wraps
from typing import TypeVar

Opened = TypeVar("Opened")


def once(opener: Callable[[], Opened]) -> Callable[[], Opened]:
    """Let an opener run once in a process, also where several threads ask at the same time."""
    lock, kept = threading.Lock(), cache(opener)

    @wraps(opener)
    def opened() -> Opened:
        with lock:
            return kept()

    return opened
