"""A pytest plug-in: nbval starts its kernels over IPC and compares numbers by tolerance.

Without it, nbval starts its kernels over TCP and compares every stored output to the letter.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.reporting.kernels import IpcKernelManager


def pytest_configure(config: pytest.Config) -> None:
    """Replace the kernel manager and the comparison of nbval before any notebook is collected."""
    # Imported here: pytest loads the plug-in of nbval itself after those named on the command line.
    import nbval.kernel
    import nbval.plugin

    from analysis.reporting.nbval_tolerance import compare_outputs

    nbval.kernel.KernelManager = IpcKernelManager
    nbval.plugin.IPyNbCell.compare_outputs = compare_outputs
    _check_sanitise_file(config)


def _check_sanitise_file(config: pytest.Config) -> None:
    """Stop where nbval would silently pass over a rule of the sanitise file.

    Raises
    ------
    pytest.UsageError
        With the rules that would not be read.
    """
    from analysis.reporting.nbval_tolerance import unread_rules

    given = config.getoption("--nbval-sanitize-with", default=None)
    unread = unread_rules(Path(given).read_text(encoding="utf-8")) if given else []
    if unread:
        raise pytest.UsageError(
            f"{given}: nbval does not read the rules for {', '.join(unread)}. To do: write each "
            "rule as a line 'regex: …' and, on the line right below it, 'replace: …'."
        )
