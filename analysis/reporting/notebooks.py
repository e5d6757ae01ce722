"""Execute a notebook for one study and bring its outputs into the committed notebook."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from analysis.config import ROOT
from analysis.errors import BuildError
from analysis.reporting.kernels import KERNEL_NAME, AsyncIpcKernelManager

NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": KERNEL_NAME},
    "language_info": {"name": "python"},
}
INJECTED = "injected-parameters"


def execute(
    template: Path,
    parameters: Mapping[str, Any],
    manager: type[AsyncIpcKernelManager] = AsyncIpcKernelManager,
) -> NotebookNode:
    """Run a notebook with papermill over an IPC kernel and return it with its outputs.

    Parameters
    ----------
    manager
        How the kernel is started: as an interpreter of its own, or forked before
        (`ForkedKernelManager`, after `fork_kernel`).

    Raises
    ------
    BuildError
        When a cell fails; the message names the notebook, the cell and the error.
    """
    import papermill
    from papermill.exceptions import PapermillExecutionError

    try:
        with _importable_project():
            executed = papermill.execute_notebook(
                template,
                None,
                parameters=dict(parameters),
                kernel_name=KERNEL_NAME,
                progress_bar=False,
                kernel_manager_class=manager,
            )
    except PapermillExecutionError as error:
        raise BuildError(
            f"cell {error.exec_count} failed with {error.ename}: {error.evalue}",
            file=template.name,
            where=f"parameters {dict(parameters)}",
            remedy="open the notebook with `make lab` and run it to the failing cell",
        ) from error
    return normalised(executed)


def normalised(notebook: NotebookNode) -> NotebookNode:
    """Strip what differs from run to run: timings, versions, random cell ids."""
    notebook.metadata = NotebookNode(NOTEBOOK_METADATA)
    count = 0
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        cell.metadata = NotebookNode({"tags": tags} if tags else {})
        if INJECTED in tags:
            cell.id = INJECTED
        if cell.cell_type == "code":
            count += 1
            cell.execution_count = count
            for output in cell.outputs:
                if "execution_count" in output:
                    output.execution_count = count
    return notebook


def with_outputs_of(template: NotebookNode, executed: NotebookNode) -> NotebookNode:
    """Return the template with the outputs of an executed copy, matched by cell id."""
    outputs = {cell.id: cell.outputs for cell in executed.cells if cell.cell_type == "code"}
    for cell in template.cells:
        if cell.cell_type == "code":
            cell.outputs = outputs[cell.id]
    return normalised(template)


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook from a file."""
    notebook: NotebookNode = nbformat.read(path, as_version=4)
    return notebook


def notebook_text(notebook: NotebookNode) -> str:
    """Return the notebook as JSON text, the same bytes for the same content."""
    return str(nbformat.writes(notebook, version=4)).rstrip("\n") + "\n"


@contextmanager
def _importable_project() -> Iterator[None]:
    """Let kernels import this copy of the project, also when another one is installed."""
    previous = os.environ.get("PYTHONPATH", "")
    if str(ROOT) not in previous.split(os.pathsep):
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), previous]))
    yield
