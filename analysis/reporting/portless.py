"""What a kernel prints is published without a port of the network.

ipykernel opens a TCP port on the local address in every kernel, also where all else goes over IPC:
processes that are forked from the kernel send what they print there.
"""

from __future__ import annotations

from typing import Any

from ipykernel.iostream import IOPubThread


class PortlessPublisher(IOPubThread):
    """Publish what the kernel itself prints; what processes forked from it print is dropped.

    No notebook forks a process that prints, and the order of what such processes print would
    differ from run to run.
    """

    def __init__(self, socket: Any, pipe: bool = False, session: Any = None) -> None:  # noqa: ARG002
        super().__init__(socket, pipe=False, session=session)  # type: ignore[no-untyped-call]

    def _really_send(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """Send from the kernel alone: a forked process must not touch its sockets."""
        if self._is_master_process():  # type: ignore[no-untyped-call]
            super()._really_send(msg, *args, **kwargs)  # type: ignore[no-untyped-call]
