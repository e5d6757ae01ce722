"""The lock of a build: one at a time, none left by a process that was killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading

import pytest

from analysis.errors import BuildError
from analysis.reporting.lock import build_lock, sweep_half_written

HOLD = """
import sys, time
from pathlib import Path
from analysis.reporting import lock
lock.WRITTEN = ()
with lock.build_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.setattr("analysis.reporting.lock.sweep_half_written", lambda: ())
    return tmp_path / ".pytask" / "build.lock"


@pytest.fixture
def other(path):
    """Return another process that holds the lock."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_a_second_holder_is_refused_with_the_process_of_the_first(path, other):
    with pytest.raises(BuildError, match=f"process {other.pid}") as refused, build_lock(path):
        pass
    assert "--wait" in refused.value.remedy


def test_a_killed_holder_leaves_no_lock(path, other):
    other.send_signal(signal.SIGKILL)
    other.wait()
    with build_lock(path):
        pass


def test_a_patient_holder_takes_the_lock_when_it_is_free(path, other):
    threading.Timer(0.5, other.kill).start()
    with build_lock(path, wait=True):
        assert other.poll() is not None


def test_the_lock_is_given_back_after_an_error(path):
    with pytest.raises(ValueError, match="step"), build_lock(path):
        raise ValueError("step")
    with build_lock(path):
        pass


def test_what_a_killed_build_left_half_written_is_deleted(tmp_path):
    (tmp_path / "a").mkdir()
    half = tmp_path / "a" / ".table.csv.123-456.tmp"
    half.write_bytes(b"ha")
    (tmp_path / "a" / "table.csv").write_bytes(b"whole")
    assert sweep_half_written((tmp_path,)) == (half,)
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["table.csv"]
