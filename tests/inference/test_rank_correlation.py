"""Rank correlations of a few units: beside published tables, another program and refusals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.errors import ModelError
from analysis.inference.rank_correlation import rank_correlation

TABLE = 5e-4  # Kendall & Gibbons (1990), appendix table 2, prints one-sided tails to three digits
ROUNDING = 1e-12  # the same sums in another order


# rho, n, upper tail of Spearman's coefficient without ties
TAILS = [
    ([1, 2, 3, 4], 1.0, 0.042),
    ([2, 1, 3, 4], 0.8, 0.167),
    ([1, 2, 3, 4, 5], 1.0, 0.008),
    ([2, 1, 3, 4, 5], 0.9, 0.042),
    ([1, 2, 3, 4, 5, 6], 1.0, 0.001),
    ([2, 1, 4, 3, 5, 6], 0.886, 0.017),
]


@pytest.mark.parametrize(("order", "rho", "tail"), TAILS)
def test_coefficient_and_tail_agree_with_the_published_table(order, rho, tail):
    found = rank_correlation(np.arange(len(order), dtype=float), np.array(order, dtype=float))
    assert found.rho == pytest.approx(rho, abs=TABLE)
    assert found.p_value == pytest.approx(2 * tail, abs=2 * TABLE)


@given(st.lists(st.integers(0, 4), min_size=6, max_size=6), st.permutations(range(6)))
@settings(max_examples=6, deadline=None)
def test_coefficient_agrees_with_scipy_ties_and_all(first, second):
    x, y = np.array(first, dtype=float), np.array(second, dtype=float)
    if np.ptp(x) == 0:
        return
    found = rank_correlation(x, y)
    assert found.rho == pytest.approx(stats.spearmanr(x, y).statistic, abs=ROUNDING)
    exact = stats.permutation_test(
        (x,),
        lambda z: abs(stats.spearmanr(z, y).statistic),
        permutation_type="pairings",
        alternative="greater",
        n_resamples=720,
    )
    assert found.p_value == pytest.approx(exact.pvalue, abs=ROUNDING)


def test_the_smallest_p_is_that_of_a_perfect_order():
    x = np.array([3.0, 1.0, 4.0, 1.5, 5.0, 9.0])
    rising, falling = rank_correlation(x, np.exp(x)), rank_correlation(x, -x)
    assert rising.p_value == falling.p_value == rising.smallest_p == 2 / 720
    assert (rising.rho, falling.rho) == (pytest.approx(1), pytest.approx(-1))
    assert rank_correlation(x, x[::-1].copy()).smallest_p == 2 / 720


def test_ties_make_the_smallest_p_larger():
    x = np.array([1.0, 1.0, 1.0, 2.0, 3.0, 4.0])
    assert rank_correlation(x, np.arange(6.0)).smallest_p == pytest.approx(12 / 720)


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        ([1, 2, 3], [1, 2, 3], "3 units"),
        (range(9), range(9), "9 units"),
        ([1, 2, 3, 4], [1, 2, 3], "shapes"),
        ([1, 2, np.nan, 4], [1, 2, 3, 4], "first values are not all finite"),
        ([1, 2, 3, 4], [5, 5, 5, 5], "second values are all equal"),
    ],
)
def test_what_has_no_order_is_refused(x, y, words):
    with pytest.raises(ModelError, match=words):
        rank_correlation(np.array(x, dtype=float), np.array(y, dtype=float))
