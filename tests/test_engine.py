"""The same numbers on every engine, also when a worker dies; a clear error when none is left."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import CancelledError
from datetime import date
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from distributed import Client, KilledWorker
from distributed.client import FutureCancelledError
from joblib import Parallel, delayed
from parts_that_wait import held_back
from typer.testing import CliRunner

from analysis import __main__
from analysis.engine import DASK, LOOPBACK, Engine
from analysis.errors import BuildError
from analysis.models.design import DesignSpec
from analysis.models.dyads_simulation import simulate_dyads
from analysis.simulation.gather import gather, part_file
from analysis.universe.panel import blocks_in, write_panel
from analysis.universe.plan import UniversePlan
from analysis.universe.ranks import rank_in_universe

SEEDS = 8
PARTS = [partial(simulate_dyads, 20, seed, (6, 30)) for seed in range(SEEDS)]
NOBODY = f"tcp://{LOOPBACK}:9"
MONTHS = pd.date_range("2015-01-01", "2019-12-01", freq="MS")
SPEC = DesignSpec("2015-01", "2019-12", "linear", "none")
PLAN = UniversePlan(SPEC, date(2017, 7, 1), ("s07", "s31"))
SILENT = ("--no-dashboard", "--host", LOOPBACK)


@pytest.fixture(scope="module")
def local_rows(tmp_path_factory):
    return gather(PARTS, 1, tmp_path_factory.mktemp("local"))


@pytest.fixture
def held(tmp_path):
    """The same parts, of which all but one wait for a gate."""
    gate = tmp_path / "gate"
    return gate, [partial(held_back, str(gate), seed) for seed in range(SEEDS)]


@pytest.fixture
def panel(tmp_path):
    values = np.random.default_rng(5).normal(size=(40, len(MONTHS))).cumsum(axis=1)
    wide = pd.DataFrame(values, [f"s{number:02d}" for number in range(40)], MONTHS)
    file = tmp_path / "panel.parquet"
    long = wide.rename_axis("series").reset_index().melt("series", var_name="month")
    write_panel(blocks_in(long, 4), file)
    return file


@pytest.fixture
def cluster():
    """A scheduler and two workers, each a process of its own."""
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0", *SILENT]
    here = os.environ | {"PYTHONPATH": str(Path(__file__).parent)}
    scheduler = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=here)
    address = next(line.split()[-1] for line in scheduler.stderr if "Scheduler at" in line)
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1"]
    workers = [
        subprocess.Popen([*worker, "--no-nanny", *SILENT], stderr=subprocess.DEVNULL, env=here)
        for _ in range(2)
    ]
    with Client(address) as client:
        client.wait_for_workers(len(workers))
    yield address, scheduler, workers
    for process in (*workers, scheduler):
        process.kill()
        process.wait()
    scheduler.stderr.close()


def when(happened, action):
    """Do something, in a thread, as soon as something has happened."""

    def wait():
        while not happened():
            time.sleep(0.02)
        action()

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    return thread


def kept(parts, folder):
    return [file for part in parts if (file := part_file(part, folder)).is_file()]


def ended(process):
    process.kill()
    process.wait()


def assert_same(found, wanted):
    pd.testing.assert_frame_equal(found.table, wanted.table, check_exact=True)
    np.testing.assert_array_equal(found.counts, wanted.counts)
    assert (found.series, found.left_out) == (wanted.series, wanted.left_out)


@pytest.mark.parametrize("workers", [1, 2])
def test_dask_gives_the_bytes_of_the_local_engine(workers, local_rows, panel, tmp_path):
    before = dict(os.environ)
    with Engine(DASK, workers).engaged():
        rows, found = gather(PARTS, workers, tmp_path), rank_in_universe(panel, PLAN, workers)
    pd.testing.assert_frame_equal(rows, local_rows, check_exact=True)
    assert_same(found, rank_in_universe(panel, PLAN))
    assert dict(os.environ) == before


def test_a_cluster_of_one_worker_does_the_work_and_not_the_process_that_asks():
    with Engine(DASK, 1).engaged() as client:
        worker = client.run(os.getpid).values()
        did = Parallel(n_jobs=1)(delayed(os.getpid)() for _ in range(3))
    assert set(did) == set(worker)


def log_level() -> int:
    return logging.getLogger("distributed.worker").getEffectiveLevel()


def test_workers_keep_their_log_to_themselves():
    """They would tell of a scheduler that Ctrl-C ended before them, with a traceback."""
    with Engine(DASK, 1).engaged() as client:
        assert set(client.run(log_level).values()) == {logging.CRITICAL}


def test_a_worker_that_is_killed_in_mid_run_changes_no_number(cluster, held, local_rows, tmp_path):
    """Each of both workers has a part that waits, or the only one that is done, when one dies."""
    address, _, workers = cluster
    gate, parts = held
    with Engine(DASK, 2, address).engaged():
        killer = when(lambda: kept(parts, tmp_path), lambda: (ended(workers[0]), gate.touch()))
        rows = gather(parts, 2, tmp_path)
    killer.join()
    assert workers[0].returncode == -signal.SIGKILL
    pd.testing.assert_frame_equal(rows, local_rows, check_exact=True)


def test_a_universe_is_the_same_when_a_worker_with_blocks_is_killed(cluster, panel):
    """The worker is stopped before it is given blocks, so that it can have finished none."""
    address, _, workers = cluster
    with Engine(DASK, 2, address).engaged() as client:
        name = next(key for key, pid in client.run(os.getpid).items() if pid == workers[0].pid)
        workers[0].send_signal(signal.SIGSTOP)
        killer = when(lambda: client.processing([name])[name], lambda: ended(workers[0]))
        found = rank_in_universe(panel, PLAN, 2)
    assert not killer.is_alive()
    assert_same(found, rank_in_universe(panel, PLAN))


def test_a_scheduler_that_is_lost_is_one_clear_error_and_the_run_goes_on_from_what_was_done(
    cluster, held, local_rows, tmp_path
):
    """One part can end before the scheduler does: for the others the gate opens after the error."""
    address, scheduler, _ = cluster
    gate, parts = held
    when(lambda: kept(parts, tmp_path), lambda: ended(scheduler))
    engine = Engine(DASK, 2, address)
    with pytest.raises(BuildError, match="was lost during the run") as caught, engine.engaged():
        gather(parts, 2, tmp_path)
    assert address in str(caught.value)
    assert "--engine local" in str(caught.value)
    assert len(kept(parts, tmp_path)) == 1
    gate.touch()
    rows = gather(parts, 1, tmp_path)
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
