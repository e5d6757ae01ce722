"""Kernels that are forked from the process that runs a notebook, not started by a command.

That process is itself a fresh copy of the server of `analysis.workers` and has imported what the
notebook imports, so that a kernel is there at once.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

CONNECTION_OPTION: Final = "-f"
KERNEL_EVENT: Final = "analysis.kernel"  # audit event of a kernel that starts
PUBLISHER: Final = "IOPubThread"  # the name under which the application of a kernel finds it
Order = tuple[str, str, Mapping[str, str]]


class ForkedKernel:
    """A forked kernel with the part of `subprocess.Popen` that a provisioner uses.

    It is forked when this object is made, before any event loop or thread of the runner could be
    copied with it, and waits for its order: connection file, folder, environment.
    """

    stdin = stdout = stderr = None

    def __init__(self) -> None:
        context = multiprocessing.get_context("fork")
        receiver, self._sender = context.Pipe(duplex=False)
        self._process = context.Process(target=_run_when_told, args=(receiver,), daemon=True)
        self._process.start()

    def run(self, order: Order) -> None:
        """Let the kernel start its work."""
        self._sender.send(order)

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


_waiting: list[ForkedKernel] = []


def fork_kernel() -> None:
    """Fork the kernel that the next notebook of this process will use."""
    _waiting.append(ForkedKernel())


class ForkedProvisioner(LocalProvisioner):
    """Give work to the kernel that was forked, instead of starting one by a command."""

    process: Any = None

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Let the kernel read the connection file named in `cmd`."""
        connection_file = cmd[cmd.index(CONNECTION_OPTION) + 1]
        self.cwd = str(kwargs.get("cwd") or Path.cwd())
        self.process = _waiting.pop()
        self.process.run((connection_file, self.cwd, dict(kwargs.get("env") or os.environ)))
        self.pid = self.pgid = self.process.pid
        return self.connection_info


def _run_when_told(orders: Connection[Any, Order]) -> None:
    run_kernel(*orders.recv())


def run_kernel(connection_file: str, folder: str, environment: Mapping[str, str]) -> None:
    """Be a kernel until it is shut down; runs in the forked process.

    The kernel ends by itself when the process that runs the notebook does.
    """
    from ipykernel import kernelapp

    from analysis.reporting.portless import PortlessPublisher

    sys.audit(KERNEL_EVENT, connection_file)
    os.setsid()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # a kernel can be interrupted
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["ipykernel_launcher"]
    options = [CONNECTION_OPTION, connection_file, f"--IPKernelApp.parent_handle={os.getppid()}"]
    setattr(kernelapp, PUBLISHER, PortlessPublisher)
    kernelapp.IPKernelApp.launch_instance(argv=options)
