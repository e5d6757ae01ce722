"""A build on a Dask cluster: a worker dies, the scheduler goes, somebody presses Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from tests.faults.processes import KERNELS_END, PATIENCE, processes_in, runs_kernel, until

pytestmark = pytest.mark.faults
SILENT = ("--no-dashboard", "--host", "127.0.0.1")


@pytest.fixture
def cluster(built):
    """A scheduler and two workers in the copy, each a process of its own."""
    root = built.project.root
    paths = {"PYTHONPATH": str(root), "KERNEL_LOG": str(root / "kernels.log")}
    where = {"cwd": root, "env": os.environ | paths, "text": True}
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0", *SILENT]
    scheduler = subprocess.Popen(command, stderr=subprocess.PIPE, **where)
    address = next(line.split()[-1] for line in scheduler.stderr if "Scheduler at" in line)
    command = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1"]
    command += ["--no-nanny", *SILENT]
    workers = [subprocess.Popen(command, stderr=subprocess.DEVNULL, **where) for _ in range(2)]
    yield address, scheduler, workers
    for process in (*workers, scheduler):
        process.kill()
        process.wait()
    scheduler.stderr.close()
    until(lambda: processes_in(root) == [], KERNELS_END)


def test_a_build_goes_on_when_a_worker_is_killed_and_gives_the_same_bytes(built, cluster):
    address, _, workers = cluster
    kernels = built.project.kernels_started
    built.disturb()
    process = built.start("--engine", "dask", "--scheduler", address)
    until(lambda: any(runs_kernel(worker.pid) for worker in workers))
    victim = next(worker for worker in workers if runs_kernel(worker.pid))
    victim.kill()
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, errors
    assert victim.wait() == -signal.SIGKILL
    assert built.project.kernels_started - kernels == 2, "the notebook was not run once more"
    assert built.project.outputs() == built.outputs
    assert "Nothing to do" in built.rebuilt().stdout


def test_a_lost_scheduler_is_one_clear_error_and_the_next_build_goes_on(built, cluster):
    address, scheduler, workers = cluster
    built.disturb()
    before = built.project.outputs()
    process = built.start("--engine", "dask", "--scheduler", address)
    until(lambda: any(runs_kernel(worker.pid) for worker in workers))
    scheduler.kill()
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "the Dask scheduler was lost during the run" in errors
    assert address in errors
    assert "--engine local" in errors
    assert errors.count(" error ") == 1
    assert "Traceback" not in errors
    now = built.project.outputs()
    assert {name: now[name] for name in before} == before
    assert built.rebuilt().returncode == 0
    assert built.project.outputs() == built.outputs


def test_ctrl_c_ends_a_build_on_dask_with_one_message_and_leaves_no_process(built):
    root = built.project.root
    built.disturb()
    kernels = built.project.kernels_started
    process = built.start("--engine", "dask", "--workers", "2")
    until(lambda: built.project.kernels_started > kernels)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert "build error the build was interrupted" in errors
    assert errors.count(" error ") == 1
    assert "Traceback" not in errors
    assert "Warning" not in errors
    until(lambda: processes_in(root) == [], KERNELS_END)
    assert built.rebuilt().returncode == 0
    assert built.project.outputs() == built.outputs
