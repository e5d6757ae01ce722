"""The same numbers on every engine, also when a worker dies; a clear error when none is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import CancelledError
from functools import partial
from types import SimpleNamespace

import pandas as pd
import pytest
from distributed import KilledWorker
from distributed.client import FutureCancelledError
from typer.testing import CliRunner

from analysis import __main__
from analysis.engine import DASK, LOOPBACK, Engine
from analysis.errors import BuildError
from analysis.models.dyads_simulation import simulate_dyads
from analysis.simulation.gather import gather, part_file

PARTS = [partial(simulate_dyads, 20, seed, (6, 30)) for seed in range(24)]
NOBODY = f"tcp://{LOOPBACK}:9"
SILENT = ("--no-dashboard", "--host", LOOPBACK)


@pytest.fixture(scope="module")
def local_rows(tmp_path_factory):
    return gather(PARTS, 1, tmp_path_factory.mktemp("local"))


@pytest.fixture
def cluster():
    """A scheduler and two workers, each a process of its own."""
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0", *SILENT]
    scheduler = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    address = next(line.split()[-1] for line in scheduler.stderr if "Scheduler at" in line)
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1"]
    workers = [
        subprocess.Popen([*worker, "--no-nanny", *SILENT], stderr=subprocess.DEVNULL)
        for _ in range(2)
    ]
    yield address, scheduler, workers
    for process in (*workers, scheduler):
        process.kill()
        process.wait()
    scheduler.stderr.close()


def counted(progress, at, action):
    """Return an iterator over parts that does something once that many are done."""
    for number, part in enumerate(progress):
        if number == at:
            action()
        yield part


def test_dask_gives_the_bytes_of_the_local_engine(local_rows, tmp_path):
    with Engine(DASK, 2).engaged():
        rows = gather(PARTS, 2, tmp_path)
    pd.testing.assert_frame_equal(rows, local_rows, check_exact=True)


def test_a_worker_that_is_killed_in_mid_run_changes_no_number(
    cluster, local_rows, tmp_path, monkeypatch
):
    address, _, workers = cluster
    kill = partial(os.kill, workers[0].pid, signal.SIGKILL)
    monkeypatch.setattr(
        "analysis.simulation.gather.track", lambda work, *_, **__: counted(work, 1, kill)
    )
    with Engine(DASK, 2, address).engaged() as client:
        client.wait_for_workers(2)
        rows = gather(PARTS, 2, tmp_path)
    assert workers[0].wait() == -signal.SIGKILL
    pd.testing.assert_frame_equal(rows, local_rows, check_exact=True)


def test_a_scheduler_that_is_lost_is_one_clear_error_and_the_run_goes_on_from_what_was_done(
    cluster, local_rows, tmp_path, monkeypatch
):
    address, scheduler, _ = cluster
    monkeypatch.setattr(
        "analysis.simulation.gather.track",
        lambda work, *_, **__: counted(work, 1, scheduler.kill),
    )
    engine = Engine(DASK, 2, address)
    with pytest.raises(BuildError, match="was lost during the run") as caught, engine.engaged():
        gather(PARTS, 2, tmp_path)
    assert address in str(caught.value)
    assert "--engine local" in str(caught.value)
    kept = [part_file(part, tmp_path) for part in PARTS]
    assert any(file.is_file() for file in kept)
    monkeypatch.undo()
    rows = gather(PARTS, 1, tmp_path)
    pd.testing.assert_frame_equal(rows, local_rows, check_exact=True)


def test_parts_that_are_kept_are_not_drawn_again(local_rows, tmp_path):
    gather(PARTS, 1, tmp_path)
    file = part_file(PARTS[0], tmp_path)
    pd.read_parquet(file).iloc[:1].to_parquet(file, index=False)
    assert len(gather(PARTS, 1, tmp_path)) < len(local_rows)


def test_a_part_of_other_arguments_or_of_another_program_is_not_mixed_up(tmp_path, monkeypatch):
    other = partial(simulate_dyads, 21, 0)
    before = part_file(PARTS[0], tmp_path)
    assert part_file(other, tmp_path) != before
    monkeypatch.setattr("analysis.simulation.gather.fingerprint", lambda _: "changed")
    assert part_file(PARTS[0], tmp_path) != before


def test_an_address_where_nobody_answers_is_one_clear_error(monkeypatch):
    monkeypatch.setattr("analysis.engine.PATIENCE", "1s")
    with (
        pytest.raises(BuildError, match="does not answer") as caught,
        Engine(DASK, 1, NOBODY).engaged(),
    ):
        pass
    assert NOBODY in str(caught.value)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--engine", "dusk"), "did you mean 'dask'?"),
        (("--scheduler", NOBODY), "the engine 'local' has no scheduler"),
    ],
)
def test_a_wrong_engine_stops_before_anything_is_drawn(options, said, monkeypatch):
    monkeypatch.setattr("analysis.simulation.registry.SimulationStudy.run", None)
    result = CliRunner().invoke(__main__.app, ["simulate", "dyads_size", *options])
    assert isinstance(result.exception, BuildError)
    assert said in str(result.exception)


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (FutureCancelledError("step", "scheduler gone"), "running", "was lost during the run"),
        (CancelledError(), "running", "was lost during the run"),
        (RuntimeError("no client"), "closed", "was lost during the run"),
        (KilledWorker("step", None, 3), "running", "lost every worker that took up one"),
    ],
)
def test_a_cluster_that_went_away_during_a_build_is_told_with_its_address(error, status, said):
    loss = Engine(DASK, 1, NOBODY).loss(SimpleNamespace(status=status), error)
    assert said in str(loss)
    assert NOBODY in str(loss)


def test_a_step_that_fails_on_a_cluster_is_no_loss_of_it():
    there = SimpleNamespace(status="running")
    assert Engine(DASK, 1).loss(there, TimeoutError("a notebook took too long")) is None
    assert Engine(DASK, 1).loss(there, None) is None
    assert Engine().loss(None, RuntimeError("a step")) is None
