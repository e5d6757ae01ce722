"""Jupyter kernels that talk over IPC sockets, each in a directory of its own.

Two kernels that are started over IPC without an address of their own share the default socket
`kernel-ipc` in the working directory and read one another's messages; hence the directory.
"""

from __future__ import annotations

import tempfile
import uuid
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager, KernelManager
from traitlets import default

from analysis.reporting.forked_kernels import ForkedProvisioner

KERNEL_NAME = "python3"


def _socket_stem() -> tuple[tempfile.TemporaryDirectory[str], str]:
    directory = tempfile.TemporaryDirectory(prefix="kernel-")
    return directory, str(Path(directory.name) / "socket")


class IpcKernelManager(KernelManager):
    """Blocking kernel manager over IPC, as nbval uses it."""

    @default("transport")
    def _default_transport(self) -> str:
        return "ipc"

    @default("ip")
    def _default_ip(self) -> str:
        self._socket_directory, stem = _socket_stem()
        return stem


class AsyncIpcKernelManager(AsyncKernelManager):
    """Asynchronous kernel manager over IPC, as papermill and nbclient use it."""

    @default("transport")
    def _default_transport(self) -> str:
        return "ipc"

    @default("ip")
    def _default_ip(self) -> str:
        self._socket_directory, stem = _socket_stem()
        return stem

    async def _async_interrupt_kernel(self) -> None:
        """Do not interrupt a kernel that is asked to stop: it is idle, and would complain."""
        if not self.shutting_down:
            await super()._async_interrupt_kernel()


class ForkedKernelManager(AsyncIpcKernelManager):
    """Asynchronous manager of kernels that are forked from one server, for a build."""

    async def _async_pre_start_kernel(self, **kw: Any) -> tuple[list[str], dict[str, Any]]:
        if self.provisioner is None:
            self.kernel_id = self.kernel_id or str(uuid.uuid4())
            self.provisioner = ForkedProvisioner(
                kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self
            )
        return await super()._async_pre_start_kernel(**kw)
