"""A build opens no port and loads no pickle from a file."""

from __future__ import annotations

import os
import sys

import pytest
from process_watch import WATCH, watch

NOTEBOOK = "03_interval_method"  # the quickest to run
# Modules that carry objects between the processes of one build, over pipes that only they hold.
PIPES = ("multiprocessing.", "concurrent.futures.", "joblib.externals.loky", "pytask_parallel.")
# urllib3, when it is imported, asks whether there is IPv6 by binding a socket; it never listens.
PROBE = "by urllib3.util.connection"
LISTENER = "import socket, time; s = socket.create_server(('127.0.0.1', 0)); time.sleep(1)"
UNPICKLER = """
import collections, pickle, sys
with open(sys.argv[1], "wb") as stream: pickle.dump(collections.Counter(), stream)
with open(sys.argv[1], "rb") as stream: pickle.load(stream)
"""


def environment(folder, **others):
    paths = {"PYTHONPATH": str(folder), "SECURITY_LOG": str(folder / "security.log")}
    return os.environ | paths | others


def logged(folder):
    log = folder / "security.log"
    return set(log.read_text().splitlines()) if log.exists() else set()


@pytest.fixture
def watched_folder(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(WATCH)
    return tmp_path


def test_the_watch_sees_a_port(watched_folder):
    command = [sys.executable, "-c", f"import subprocess, sys; subprocess.run({_child()})"]
    seen = watch(command, watched_folder, environment(watched_folder))
    assert any(place.startswith("127.0.0.1:") for place in seen.listening)
    assert any(line.startswith("bound ('127.0.0.1'") for line in logged(watched_folder))


def _child():
    return f"[sys.executable, '-c', {LISTENER!r}]"


def test_the_watch_sees_a_pickle_that_is_loaded(watched_folder):
    command = [sys.executable, "-c", UNPICKLER, str(watched_folder / "a.pkl")]
    seen = watch(command, watched_folder, environment(watched_folder))
    assert seen.code == 0, seen.output
    assert "unpickled by __main__" in logged(watched_folder)
    assert f"opened {watched_folder / 'a.pkl'}" in logged(watched_folder)


@pytest.fixture(scope="module")
def build(shared_project):
    """Build one notebook and its exhibits in a copy, watched."""
    root = shared_project.root
    with (root / "sitecustomize.py").open("a") as stream:
        stream.write(WATCH)
    command = [sys.executable, "-m", "analysis", "reproduce", "--no-site", "--notebook", NOTEBOOK]
    log = {"KERNEL_LOG": str(root / "kernels.log")}
    return shared_project, watch(command, root, environment(root, **log))


@pytest.mark.slow
def test_no_port_is_open_while_a_notebook_runs(build):
    project, seen = build
    assert seen.code == 0, seen.output
    assert project.kernels_started >= 1
    assert seen.looks > 10
    assert seen.processes >= 3
    assert seen.listening == frozenset()
    bound = [line for line in logged(project.root) if line.startswith("bound")]
    assert [line for line in bound if not line.endswith(PROBE)] == []


@pytest.mark.slow
def test_pickles_pass_between_the_processes_of_a_build_and_never_come_from_a_file(build):
    project, _ = build
    lines = logged(project.root)
    assert [line for line in lines if line.startswith("opened")] == []
    callers = {line.removeprefix("unpickled by ") for line in lines if "unpickled" in line}
    assert callers
    assert [name for name in callers if not name.startswith(PIPES)] == []
