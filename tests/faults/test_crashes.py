"""`kill -9` of a build at 20 random moments: the next run gives the bytes of an undisturbed one."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import time
from itertools import pairwise

import pytest

from tests.faults.builds import KINDS, ONE_OF_A_KIND, whole_copy
from tests.faults.processes import until

pytestmark = pytest.mark.faults
SEED = 20211203
MOMENTS = 20
ATTEMPTS = 5
EARLIER = 0.5  # of the delay, when a build had ended before it could be killed
PHASES = len(ONE_OF_A_KIND) + 1  # a phase ends when one more of these files is there again
AT_WORK = 2  # steps that run at once: their files may be there and their ends not yet noted


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Return a copy in which each build has a step of every kind to run."""
    return whole_copy(tmp_path_factory.mktemp("whole"))


@pytest.fixture(scope="module")
def lengths(built):
    """Return the seconds of each phase of a build that nobody disturbs."""
    built.disturb()
    process, began = built.start(), [time.perf_counter()]
    for phase in range(1, PHASES):
        until(lambda phase=phase: built.made() >= phase or process.poll() is not None)
        began.append(time.perf_counter())
    process.communicate()
    assert process.returncode == 0
    began.append(time.perf_counter())
    return [end - start for start, end in pairwise(began)]


@pytest.fixture(scope="module")
def steps_left():
    """Hold how many steps each killed build had left to the next one."""
    return {}


def killed(built, phase: int, delay: float) -> bool:
    """Start a build and kill it, with all its workers, in a phase; tell whether it still ran."""
    built.disturb()
    process = built.start()
    until(lambda: built.made() >= phase or process.poll() is not None)
    try:
        process.wait(timeout=delay)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return process.returncode == -signal.SIGKILL


def steps_run(output: str) -> int:
    found = re.search(r"^Ran ([0-9]+) steps", output, re.MULTILINE)
    return int(found[1]) if found else 0


@pytest.mark.parametrize("number", range(MOMENTS))
def test_a_killed_build_is_made_good_by_the_next(built, lengths, steps_left, number):
    phase = number % PHASES
    delay = random.Random(SEED + number).random() * lengths[phase]
    delays = (delay * EARLIER**attempt for attempt in range(ATTEMPTS))
    assert any(killed(built, phase, one) for one in delays), "every build had ended before"
    result = built.rebuilt()
    assert result.returncode == 0, result.stderr
    assert built.project.outputs() == built.outputs
    steps_left[number] = steps_run(result.stdout)


def test_all_builds_were_killed_and_in_all_their_phases(steps_left):
    assert sorted(steps_left) == list(range(MOMENTS))
    assert max(steps_left.values()) >= len(KINDS)
    assert min(steps_left.values()) <= len(KINDS) - len(ONE_OF_A_KIND) + AT_WORK
