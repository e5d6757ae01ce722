"""Sums of scores against the double sums that define them."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.inference.covariance_panel import (
    bartlett,
    clustered,
    default_bandwidth,
    driscoll_kraay,
    intersection,
    newey_west,
)

EXACT = 1e-12


@pytest.fixture
def scores():
    return np.random.default_rng(2).normal(size=(30, 2))


@pytest.fixture
def keys():
    """Unit and period of thirty rows of an unbalanced panel with gaps, in order."""
    rng = np.random.default_rng(3)
    places = np.sort(rng.choice(6 * 9, size=30, replace=False))
    return places // 9, places % 9


def double_sum(scores, weight):
    rows = range(len(scores))
    return sum(weight(a, b) * np.outer(scores[a], scores[b]) for a in rows for b in rows)


def kernel(distance):
    return max(0.0, 1 - abs(distance) / 3)


def test_clusters(scores, keys):
    unit, _ = keys
    expected = double_sum(scores, lambda a, b: unit[a] == unit[b])
    np.testing.assert_allclose(clustered(scores, unit), expected, rtol=EXACT)


def test_driscoll_kraay_weighs_all_pairs_by_their_distance(scores, keys):
    _, time = keys
    expected = double_sum(scores, lambda a, b: kernel(time[a] - time[b]))
    np.testing.assert_allclose(driscoll_kraay(scores, time, 2), expected, rtol=EXACT)


def test_newey_west_pairs_periods_of_one_unit_across_gaps(scores, keys):
    unit, time = keys
    expected = double_sum(scores, lambda a, b: (unit[a] == unit[b]) * kernel(time[a] - time[b]))
    np.testing.assert_allclose(newey_west(scores, unit, time, 2), expected, rtol=EXACT)


def test_the_intersection_of_two_clusterings_has_one_code_a_pair():
    first, second = np.array([0, 0, 1, 1, 2]), np.array([1, 1, 0, 1, 0])
    assert len(set(intersection(first, second).tolist())) == 4


def test_bandwidth_and_weights():
    np.testing.assert_allclose(bartlett(3), [0.75, 0.5, 0.25])
    assert [default_bandwidth(periods) for periods in (20, 100, 200)] == [2, 4, 4]
