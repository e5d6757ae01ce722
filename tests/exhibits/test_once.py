"""An opener runs once in a process, whoever asks and however many at a time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from analysis.exhibits.once import once

THREADS = 4


def test_threads_that_ask_together_are_given_the_same():
    runs = []
    together = threading.Barrier(THREADS)

    @once
    def opener() -> object:
        runs.append(threading.get_ident())
        return object()

    def ask() -> object:
        together.wait(timeout=10)
        return opener()

    with ThreadPoolExecutor(THREADS) as pool:
        found = [future.result() for future in [pool.submit(ask) for _ in range(THREADS)]]
    assert len(runs) == 1
    assert len(set(map(id, found))) == 1
