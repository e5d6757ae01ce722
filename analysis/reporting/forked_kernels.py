"""Kernels that are forked from the process that runs a notebook, not started by a command.

That process is itself a fresh copy of the server of `analysis.workers` and has imported what the
notebook imports, so that a kernel is there at once.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Mapping
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

CONNECTION_OPTION: Final = "-f"


class ForkedKernel:
    """A forked kernel with the part of `subprocess.Popen` that a provisioner uses."""

    stdin = stdout = stderr = None

    def __init__(self, process: BaseProcess) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        """Process id of the kernel."""
        return int(self._process.pid or 0)

    def poll(self) -> int | None:
        """Return the exit code, or None while the kernel lives."""
        return self._process.exitcode

    def wait(self) -> int | None:
        """Wait for the end of the kernel and return its exit code."""
        self._process.join()
        return self._process.exitcode

    def send_signal(self, signum: int) -> None:
        """Send a signal to the kernel, if it lives."""
        if self.poll() is None:
            os.kill(self.pid, signum)

    def kill(self) -> None:
        """End the kernel at once."""
        self._process.kill()

    def terminate(self) -> None:
        """Ask the kernel to end."""
        self._process.terminate()


class ForkedProvisioner(LocalProvisioner):
    """Start kernels by forking instead of by a command."""

    process: Any = None

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork a kernel that reads the connection file named in `cmd`."""
        connection_file = cmd[cmd.index(CONNECTION_OPTION) + 1]
        self.cwd = str(kwargs.get("cwd") or Path.cwd())
        environment = dict(kwargs.get("env") or os.environ)
        process = multiprocessing.get_context("fork").Process(
            target=run_kernel, args=(connection_file, self.cwd, environment), daemon=True
        )
        process.start()
        self.process = ForkedKernel(process)
        self.pid = self.pgid = self.process.pid
        return self.connection_info


def run_kernel(connection_file: str, folder: str, environment: Mapping[str, str]) -> None:
    """Be a kernel until it is shut down; runs in the forked process.

    The kernel ends by itself when the process that runs the notebook does.
    """
    from ipykernel.kernelapp import IPKernelApp

    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["ipykernel_launcher"]
    options = [CONNECTION_OPTION, connection_file, f"--IPKernelApp.parent_handle={os.getppid()}"]
    IPKernelApp.launch_instance(argv=options)
