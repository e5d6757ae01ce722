"""Coverage of joint intervals where the truth is known: shared and separate effects, differences.

Limits: an effect that is covered with probability 0.95 falls outside its limits in one study of
a hundred, all seven together (two-sided binomial, Bonferroni). The mean over the seven is held to
the plain 95 per cent binomial limits of one effect, since a mean of dependent shares spreads no
more than one of them. With 120 replications that is 87.5 to 100 and 90.8 to 98.3 per cent.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from analysis.models.design import build_design
from analysis.models.interval_histories import INTERVALS, SPEC
from analysis.models.interval_joint_simulation import (
    COMPARED,
    SHARED,
    TRUTH,
    draw_pair,
    pair_coverage,
    simulate_pairs,
)

REPLICATIONS = 120


def limits(chance: float) -> tuple[float, float]:
    low, high = binom.ppf([chance / 2, 1 - chance / 2], REPLICATIONS, 0.95) / REPLICATIONS
    return float(low), float(high)


def test_a_drawn_pair_is_reported_on_the_calendar() -> None:
    tables = draw_pair(TRUTH, np.random.default_rng(4))
    again = draw_pair(TRUTH, np.random.default_rng(4))
    for name, table in tables.items():
        pd.testing.assert_frame_equal(table, again[name])
        assert len(table) == len(INTERVALS)
        assert ((table["lower"] < table["value"]) & (table["value"] < table["upper"])).all()
    assert all(len(beta) == len(build_design(SPEC).names) for beta in TRUTH.coefficients.values())


def test_a_pair_gives_one_row_an_effect() -> None:
    rows = simulate_pairs(2, 5, common=0.5)
    one = rows[rows["replication"] == 0]
    assert list(one["series"]) == ["both"] + [
        name for name in ("imports", "exports", "difference") for _ in COMPARED
    ]
    assert list(one["name"]) == [SHARED, *COMPARED * 3]


@pytest.mark.slow
def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    table = pair_coverage(simulate_pairs(REPLICATIONS, 20260411))
    low, high = limits(0.01 / len(table))
    assert (table["intervals"] >= 0.98 * REPLICATIONS).all()
    assert table["coverage"].between(low, high).all(), table
    low, high = limits(0.05)
    assert low <= table["coverage"].mean() <= high, table
