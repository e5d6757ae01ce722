"""Watch the processes of a command while it runs: open ports, and what is read as a pickle."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass

import psutil

PAUSE_SECONDS = 0.02

# Loaded by every Python of a copy: writes down each socket that is bound to an internet address,
# each class that a pickle asks for with the module that unpickles, and each pickle file opened.
WATCH = """
import os, sys

MACHINERY = ("pickle", "_pickle", "_compat_pickle", "cloudpickle", "copyreg", "importlib")
ENDINGS = (".pkl", ".pickle", ".joblib", ".p", ".dill")


def _caller():
    frame = sys._getframe(2)
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        if not module.startswith(MACHINERY) and module != __name__:
            return module
        frame = frame.f_back
    return ""


def _watch(event, arguments):
    if event == "pickle.find_class":
        line = "unpickled by " + _caller()
    elif event == "socket.bind" and isinstance(arguments[1], tuple):
        line = f"bound {arguments[1]} by {_caller()}"
    elif event == "open" and str(arguments[0]).endswith(ENDINGS):
        line = f"opened {arguments[0]}"
    else:
        return
    log = os.open(os.environ["SECURITY_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(log, (line + "\\n").encode())
    os.close(log)


if "SECURITY_LOG" in os.environ:
    sys.addaudithook(_watch)
"""


@dataclass(frozen=True)
class Watched:
    """What was seen of a command and the processes that it started."""

    code: int
    output: str
    looks: int
    processes: int
    listening: frozenset[str]


def watch(command, folder, environment) -> Watched:
    """Run a command and look at the ports of all its processes until it ends."""
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True,
    )  # fmt: skip
    root, seen, found, looks = psutil.Process(process.pid), set(), set(), 0
    while process.poll() is None:
        for one in _tree(root):
            seen.add(one.pid)
            found |= listening(one)
        looks += 1
        time.sleep(PAUSE_SECONDS)
    output = process.communicate()[0]
    return Watched(process.returncode, output, looks, len(seen), frozenset(found))


def listening(process: psutil.Process) -> set[str]:
    """Return the TCP addresses that a process listens on, and UDP addresses that it holds."""
    try:
        connections = process.net_connections(kind="inet")
    except psutil.Error:
        return set()
    open_ports = (item for item in connections if item.status in (psutil.CONN_LISTEN, "NONE"))
    return {f"{item.laddr.ip}:{item.laddr.port}" for item in open_ports if item.laddr}


def _tree(root: psutil.Process) -> list[psutil.Process]:
    try:
        return [root, *root.children(recursive=True)]
    except psutil.Error:
        return []
