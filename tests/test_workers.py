"""Workers are forked from one server, pass results and errors back, and end with their parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from analysis.config import ROOT
from analysis.errors import BuildError, DataError
from analysis.workers import call, in_own_process, in_worker, named

PATIENCE_SECONDS = 20
WITH_WORKER = """
import os, time
from analysis import workers
workers.PRELOADED = ()
print(workers.in_worker("os.getpid"), flush=True)
time.sleep(60)
"""


def test_a_full_path_names_a_function():
    assert named("os.path.join") is os.path.join
    assert call("math.hypot", 3, 4) == 5.0


@pytest.mark.parametrize("run", [in_worker, in_own_process])
def test_work_is_done_in_another_process(run):
    assert run("os.getpid") != os.getpid()


def test_one_server_serves_all_workers():
    assert in_own_process("os.getpid") != in_own_process("os.getpid")
    assert in_own_process("os.getppid") == in_own_process("os.getppid")


def test_an_error_comes_back_with_all_its_parts():
    with pytest.raises(DataError) as caught:
        in_worker("analysis.data_management.load.load_table", "no_such_table")
    assert caught.value.where == "no_such_table" or "no_such_table" in str(caught.value)
    assert caught.value.remedy


def test_an_error_is_the_same_after_a_journey():
    error = BuildError("it broke", file="a.csv", where="row 3", allowed="b", remedy="c")
    kind, arguments = error.__reduce__()
    again = kind(*arguments)
    assert type(again) is BuildError
    assert str(again) == str(error)
    assert (again.file, again.where, again.remedy) == (error.file, error.where, error.remedy)


def test_a_worker_ends_when_its_parent_is_killed():
    parent = subprocess.Popen(
        [sys.executable, "-c", WITH_WORKER],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        text=True,
    )
    worker = int(parent.stdout.readline())
    assert Path(f"/proc/{worker}").exists()
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    until = time.monotonic() + PATIENCE_SECONDS
    while Path(f"/proc/{worker}").exists() and time.monotonic() < until:
        time.sleep(0.1)
    assert not Path(f"/proc/{worker}").exists()
