"""Calls into libraries that warn: their warnings become notes of a result."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any


def quietly(call: Callable[[], Any]) -> tuple[Any, tuple[str, ...]]:
    """Run a library call and return its result with its warnings as notes."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = call()
    passing = (FutureWarning, DeprecationWarning)
    told = [str(item.message) for item in caught if not issubclass(item.category, passing)]
    return result, tuple(dict.fromkeys(told))
