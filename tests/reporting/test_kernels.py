"""Kernels talk over sockets in a directory of their own, so that no two read each other's."""

from __future__ import annotations

from pathlib import Path

import pytest
from jupyter_client.kernelspec import KernelSpecManager

from analysis.config import NOTEBOOKS
from analysis.reporting.kernels import KERNEL_NAME, AsyncIpcKernelManager, IpcKernelManager
from analysis.reporting.notebooks import NOTEBOOK_METADATA, read_notebook

MANAGERS = (IpcKernelManager, AsyncIpcKernelManager)


@pytest.mark.parametrize("manager", MANAGERS)
def test_a_kernel_talks_over_ipc(manager):
    made = manager(kernel_name=KERNEL_NAME)
    assert made.transport == "ipc"
    assert made.get_connection_info()["transport"] == "ipc"


@pytest.mark.parametrize("first", MANAGERS)
@pytest.mark.parametrize("second", MANAGERS)
def test_two_kernels_have_sockets_in_directories_of_their_own(first, second):
    one, other = first(), second()
    folders = [Path(manager.ip).parent for manager in (one, other)]
    assert folders[0] != folders[1]
    assert all(folder.is_dir() and not list(folder.iterdir()) for folder in folders)
    assert one.ip == one.ip


def test_the_path_of_a_socket_is_short_enough_for_the_system():
    """A socket address holds 108 bytes on Linux and 104 on macOS, with a number at its end."""
    assert len(f"{IpcKernelManager().ip}-12") < 104


@pytest.mark.parametrize("manager", MANAGERS)
def test_the_directory_goes_with_its_manager(manager):
    made = manager()
    folder = Path(made.ip).parent
    assert folder.is_dir()
    made._socket_directory.cleanup()
    assert not folder.exists()


def test_the_kernel_is_the_one_that_every_installation_has():
    assert KERNEL_NAME == "python3"
    assert KERNEL_NAME in KernelSpecManager().find_kernel_specs()
    assert NOTEBOOK_METADATA["kernelspec"]["name"] == KERNEL_NAME
    for path in NOTEBOOKS.glob("*.ipynb"):
        assert read_notebook(path).metadata.kernelspec.name == KERNEL_NAME
