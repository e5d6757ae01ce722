"""Run a notebook, or take over its outputs; the Jupyter libraries are imported in the worker."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from analysis.data_management.save import write_text_atomic


def run_notebook(template: Path, parameters: Mapping[str, str], executed: Path) -> None:
    """Run a notebook and write the executed copy, in a process of its own."""
    from analysis.reporting.forked_kernels import fork_kernel
    from analysis.reporting.kernels import ForkedKernelManager
    from analysis.reporting.notebooks import execute, notebook_text

    fork_kernel()
    notebook = execute(template, parameters, ForkedKernelManager)
    write_text_atomic(executed, notebook_text(notebook))


def refresh_outputs(template: Path, executed: Path, notebook: Path) -> None:
    """Write a notebook with the outputs of its executed copy."""
    from analysis.reporting.notebooks import notebook_text, read_notebook, with_outputs_of

    fresh = with_outputs_of(read_notebook(template), read_notebook(executed))
    write_text_atomic(notebook, notebook_text(fresh))
