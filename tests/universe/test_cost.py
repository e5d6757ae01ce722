"""The model of cost finds known prices; the simulated cluster agrees with what can be reckoned."""

from __future__ import annotations

from itertools import product
from math import ceil

import numpy as np
import pytest

from analysis.errors import ModelError
from analysis.universe.cost import (
    TERMS,
    Cluster,
    Job,
    fit_cost,
    least_seconds,
    simulated_seconds,
)

JOBS = [
    Job(series, months, dates)
    for series, months, dates in product((1_000, 4_000, 16_000), (60, 120), (10, 40, 80))
]
PRICES = np.array([0.05, 2e-6, 6e-8, 2e-9])


def told(jobs=JOBS):
    return np.array([job.terms() for job in jobs]) @ PRICES


def test_known_prices_are_found_again():
    model = fit_cost(JOBS, told())
    assert model.fit.prices == pytest.approx(PRICES, rel=1e-8)
    assert model.fit.r_squared == pytest.approx(1)
    assert model.fit.residuals == pytest.approx([0] * len(JOBS), abs=1e-8)
    assert model.fit.lowest == pytest.approx(PRICES, rel=1e-7)
    assert model.fit.highest == pytest.approx(PRICES, rel=1e-7)
    assert model.once() == model.fit.prices[0]
    far = Job(1_000_000, 240, 60)
    assert model.seconds(far) == pytest.approx(told([far])[0])
    assert model.outside(far) == ("series", "months")
    assert model.outside(JOBS[0]) == ()


def test_prices_are_found_from_times_with_noise_and_the_fit_says_how_well():
    noise = np.random.default_rng(20210708).normal(1, 0.03, len(JOBS))
    model = fit_cost(JOBS, told() * noise)
    assert model.fit.prices[TERMS.index("series_month_date")] == pytest.approx(PRICES[3], rel=0.1)
    assert 0.98 < model.fit.r_squared < 1
    ranges = zip(model.fit.lowest, model.fit.prices, model.fit.highest, strict=True)
    assert all(low <= price <= high and low < high for low, price, high in ranges)
    assert np.std(model.fit.residuals) == pytest.approx(0.03, abs=0.015)


@pytest.mark.parametrize(
    ("jobs", "seconds", "said"),
    [
        (JOBS, np.append(told()[1:], 0.0), "not positive"),
        (JOBS, np.append(told()[1:], np.nan), "not positive"),
        (JOBS, told()[1:], "not positive"),
        (JOBS[:4], told()[:4], "do not tell 4 prices apart"),
        ([Job(n, 60, 10) for n in range(1, 9)], np.ones(8), "do not tell 4 prices apart"),
    ],
)
def test_times_that_cannot_be_fitted_are_refused(jobs, seconds, said):
    with pytest.raises(ModelError, match=said):
        fit_cost(jobs, seconds)


def test_one_worker_does_one_task_after_another():
    cluster = Cluster(1, alone=3, hand_out=0.5, transfer=0.25)
    assert simulated_seconds([1, 2, 3], cluster) == pytest.approx(3 + 3 * 0.75 + 6)


def test_equal_tasks_without_a_scheduler_go_round_by_round():
    for tasks, workers in product((1, 7, 40), (1, 2, 10, 50)):
        wanted = 2 + 0.3 * ceil(tasks / workers)
        cluster = Cluster(workers, alone=2)
        assert simulated_seconds([0.3] * tasks, cluster) == pytest.approx(wanted)


def test_a_scheduler_that_is_slower_than_the_workers_sets_the_pace():
    cluster = Cluster(50, hand_out=0.1)
    assert simulated_seconds([0.2] * 100, cluster) == pytest.approx(100 * 0.1 + 0.2)
    assert least_seconds([0.2] * 100, cluster) == pytest.approx(100 * 0.1 + 0.2)


def test_a_known_run_of_unequal_tasks():
    """Worker 1: 0-5. Worker 2: 0-2, 2-5, 5-6."""
    assert simulated_seconds([5, 2, 3, 1], Cluster(2)) == 6


def test_no_run_is_faster_than_the_bound_nor_slower_than_one_worker():
    random = np.random.default_rng(20210708)
    for workers in (1, 2, 10, 50):
        tasks = random.exponential(1, 60).tolist()
        cluster = Cluster(workers, 0.5, 0.02, 0.01)
        seconds = simulated_seconds(tasks, cluster)
        assert least_seconds(tasks, cluster) <= seconds + 1e-12
        assert seconds <= simulated_seconds(tasks, Cluster(1, 0.5, 0.02, 0.01)) + 1e-12


def test_nothing_to_do_takes_the_time_of_the_calling_process():
    assert simulated_seconds([], Cluster(3, alone=1)) == least_seconds([], Cluster(3, alone=1)) == 1


@pytest.mark.parametrize("faulty", [{"workers": 0}, {"workers": 1, "hand_out": -1}])
def test_a_cluster_that_cannot_be_is_refused(faulty):
    with pytest.raises(ModelError, match="at least one worker"):
        Cluster(**faulty)
