"""Permutation tests: another library's exact p-values, enumeration by hand, size, refusals."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.errors import ModelError
from analysis.inference.randomisation import permutation_test
from analysis.inference.randomisation_size import simulate_permutation_test

EXACT = 1e-12
RNG = np.random.default_rng(4)
OUTCOME = RNG.normal(size=11)
TREATED = np.array([1, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0], dtype=bool)


def welch(x, y, axis):
    return stats.ttest_ind(x, y, axis=axis, equal_var=False).statistic


def means(x, y, axis):
    return x.mean(axis=axis) - y.mean(axis=axis)


@pytest.mark.parametrize("alternative", ["greater", "less"])
@pytest.mark.parametrize(("statistic", "function"), [("difference", means), ("studentised", welch)])
def test_exact_p_values_are_those_of_scipy(alternative, statistic, function):
    found = permutation_test(OUTCOME, TREATED, statistic=statistic, alternative=alternative)
    expected = stats.permutation_test(
        (OUTCOME[TREATED], OUTCOME[~TREATED]),
        function,
        n_resamples=np.inf,
        alternative=alternative,
        vectorized=True,
    )
    assert found.exact
    assert found.observed == pytest.approx(expected.statistic, rel=EXACT)
    assert len(found.null) == len(expected.null_distribution)
    assert found.p_value == pytest.approx(expected.pvalue, rel=EXACT)


def test_two_sided_counts_absolute_values():
    found = permutation_test(OUTCOME, TREATED, statistic="difference")
    everyone = [
        OUTCOME[list(g)].mean() - np.delete(OUTCOME, g).mean() for g in combinations(range(11), 4)
    ]
    expected = np.mean(np.abs(everyone) >= abs(found.observed) * (1 - 1e-9))
    assert found.p_value == pytest.approx(expected, rel=EXACT)


def test_assignments_move_within_blocks_and_block_means_are_taken_out():
    outcome = np.array([1.0, 2.0, 4.0, 11.0, 15.0, 13.0])
    treated, blocks = [1, 0, 0, 0, 1, 0], list("aaabbb")
    found = permutation_test(outcome, treated, blocks=blocks, statistic="difference")
    inside = outcome - np.array([7 / 3] * 3 + [13.0] * 3)
    everyone = [
        inside[[i, j]].mean() - np.delete(inside, [i, j]).mean()
        for i in range(3)
        for j in range(3, 6)
    ]
    assert np.sort(found.null) == pytest.approx(np.sort(everyone), rel=EXACT)
    shifted = permutation_test(
        outcome + np.repeat([100.0, 0.0], 3),
        treated,
        blocks=blocks,
        statistic="difference",
    )
    assert shifted.p_value == found.p_value


def test_sampled_p_value_is_seeded_and_never_zero():
    outcome, treated = np.arange(40.0), np.arange(40) >= 20
    first = permutation_test(outcome, treated, draws=99, seed=1)
    again = permutation_test(outcome, treated, draws=99, seed=1)
    assert not first.exact
    assert np.array_equal(first.null, again.null)
    assert first.p_value == 1 / 100
    assert not np.array_equal(first.null, permutation_test(outcome, treated, draws=99, seed=2).null)


def test_a_constant_outcome_has_a_p_value_of_one():
    found = permutation_test(np.full(8, 0.1), np.arange(8) < 3)
    assert found.p_value == 1
    assert "p = 1.0000" in found.sentence


BAD = [
    (([1.0, 2.0, 3.0], [1, 0]), {}, "outcomes of shape (3,), treatment of shape (2,)"),
    (([1.0, np.nan, 3.0], [1, 0, 0]), {}, "1 outcomes are missing"),
    (([1.0, 2.0, 3.0], [2, 0, 0]), {}, "treatment is not a mark"),
    (([1.0, 2.0, 3.0], [1, 0, 0]), {}, "1 treated and 2 other units"),
    (([1.0, 2.0, 3.0], [0, 0, 0]), {"statistic": "difference"}, "0 treated and 3 other units"),
    ((OUTCOME, TREATED), {"blocks": list("ab")}, "2 blocks for 11 units"),
    ((OUTCOME, TREATED), {"blocks": TREATED.tolist()}, "no other assignment exists"),
    ((OUTCOME, TREATED), {"statistic": "mean"}, "unknown statistic 'mean'"),
    ((OUTCOME, TREATED), {"alternative": "two-sided"}, "did you mean 'two_sided'"),
    ((OUTCOME, TREATED), {"draws": 0}, "0 draws"),
]


@pytest.mark.parametrize(("data", "options", "words"), BAD)
def test_bad_input_is_refused_in_words(data, options, words):
    with pytest.raises(ModelError) as caught:
        permutation_test(*data, **options)
    assert words in str(caught.value)


def test_simulation_is_seeded_and_its_shares_are_near_the_nominal_level():
    first, again = (simulate_permutation_test(30, 2, draws=99) for _ in range(2))
    pd.testing.assert_frame_equal(first, again)
    sharp = first[first["scenario"] != "equal means, unequal variances"]
    # 30 replications at 5 %: more than 7 rejections have a chance below one in ten thousand.
    assert (sharp["rejections"] <= 7).all()
    with pytest.raises(ModelError, match="0 replications"):
        simulate_permutation_test(0, 1)
