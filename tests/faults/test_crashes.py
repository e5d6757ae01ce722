"""`kill -9` of a whole build, at 20 moments: the next run gives the bytes of an undisturbed one."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time

import pytest

pytestmark = pytest.mark.faults
SEED = 20211203
MOMENTS = 20
LATEST = 0.95  # share of an undisturbed build, so that no build ends before it is killed


@pytest.fixture(scope="module")
def seconds(built):
    """Return how long the build takes when nobody disturbs it."""
    built.disturb()
    started = time.perf_counter()
    assert built.rebuilt().returncode == 0
    return time.perf_counter() - started


@pytest.mark.parametrize("number", range(MOMENTS))
def test_a_killed_build_is_made_good_by_the_next(built, seconds, number):
    moment = random.Random(SEED + number).uniform(0, LATEST) * seconds
    built.disturb()
    process = built.start()
    try:
        process.wait(timeout=moment)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    result = built.rebuilt()
    assert result.returncode == 0, result.stderr
    assert built.project.outputs() == built.outputs
