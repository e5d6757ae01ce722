"""One process that has imported the libraries once, and from which kernels are forked.

A kernel of its own interpreter spends most of its time importing; a build starts one for each
notebook and study. The server (`multiprocessing`'s fork server) imports what the notebooks import
while the data are processed, and each kernel starts as a copy of it, in its own process, session
and working directory. What a notebook computes is the same: the server only imports.
"""

from __future__ import annotations

import multiprocessing
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from typing import Final

PRELOADED: Final = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "analysis.exhibits.registry",
)


def warm_up() -> None:
    """Start the server, which imports in the background; does nothing if it runs."""
    server_context()
    forkserver.ensure_running()


def server_context() -> ForkServerContext:
    """Return the context that makes processes of the server, with what it imports set."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(PRELOADED))
    return context
