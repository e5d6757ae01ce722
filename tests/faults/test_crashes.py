"""`kill -9` of a whole build, at 20 moments: the next run gives the bytes of an undisturbed one."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import time

import pytest

from tests.faults.builds import KINDS, whole_copy

pytestmark = pytest.mark.faults
SEED = 20211203
MOMENTS = 20
ATTEMPTS = 5
EARLIER = 0.85  # of the moment, when a build had ended before it could be killed


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Return a copy in which each build has a step of every kind to run."""
    return whole_copy(tmp_path_factory.mktemp("whole"))


@pytest.fixture(scope="module")
def seconds(built):
    """Return how long the build takes when nobody disturbs it."""
    built.disturb()
    started = time.perf_counter()
    assert built.rebuilt().returncode == 0
    return time.perf_counter() - started


@pytest.fixture(scope="module")
def steps_left():
    """Hold how many steps each killed build had left to the next one."""
    return {}


def killed(built, moment: float) -> bool:
    """Start a build and kill it, with all its workers, at a moment; tell whether it still ran."""
    built.disturb()
    process = built.start()
    try:
        process.wait(timeout=moment)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return process.returncode == -signal.SIGKILL


def steps_run(output: str) -> int:
    found = re.search(r"^Ran ([0-9]+) steps", output, re.MULTILINE)
    return int(found[1]) if found else 0


@pytest.mark.parametrize("number", range(MOMENTS))
def test_a_killed_build_is_made_good_by_the_next(built, seconds, steps_left, number):
    share = (number + random.Random(SEED + number).random()) / MOMENTS
    moments = (share * seconds * EARLIER**attempt for attempt in range(ATTEMPTS))
    assert any(killed(built, moment) for moment in moments), "every build had ended before"
    result = built.rebuilt()
    assert result.returncode == 0, result.stderr
    assert built.project.outputs() == built.outputs
    steps_left[number] = steps_run(result.stdout)


def test_all_builds_were_killed_and_in_all_their_phases(steps_left):
    assert sorted(steps_left) == list(range(MOMENTS))
    assert max(steps_left.values()) >= len(KINDS)
    assert min(steps_left.values()) < len(KINDS) / 2
