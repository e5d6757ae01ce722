"""A pytest plug-in: nbval starts its kernels over IPC, like every other kernel of the project."""

from __future__ import annotations

import nbval.kernel
import pytest

from analysis.reporting.kernels import IpcKernelManager


def pytest_configure(config: pytest.Config) -> None:  # noqa: ARG001
    """Replace the kernel manager of nbval before any notebook is collected."""
    nbval.kernel.KernelManager = IpcKernelManager
