"""Lead and lag: known leads are found, the permutations keep blocks, and the size is nominal."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.errors import ModelError
from analysis.inference.lead_lag import _permuted, cross_correlations, lead_lag

# 300 tests at 5 per cent: three Monte Carlo standard errors of 1.26 points.
SIZE_TOLERANCE = 0.038
# Two sums of the same numbers in another order.
ROUNDING = 1e-12


def series(n: int = 40, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=n)


def test_a_series_that_follows_is_found_at_its_lag():
    made = series(44)
    result = lead_lag(made[4:], made[2:-2], largest_lag=4, draws=999)
    assert result.strongest_lag == 2
    assert result.strongest == pytest.approx(1.0, abs=ROUNDING)
    assert result.p_value == pytest.approx(1 / 1000)
    assert result.lead > 0


def test_changing_the_places_turns_the_lags_round():
    x, y = series(seed=2), series(seed=3)
    one = lead_lag(x, y, largest_lag=3, draws=99)
    other = lead_lag(y, x, largest_lag=3, draws=99)
    np.testing.assert_allclose(one.correlations, other.correlations[::-1], atol=ROUNDING)
    assert one.lead == pytest.approx(-other.lead, abs=ROUNDING)


@pytest.mark.parametrize("lag", [-3, -1, 0, 2])
def test_a_correlation_is_that_of_the_pairs_at_its_lag(lag):
    x, y = series(seed=4), series(seed=5)
    pairs = [(x[t], y[t + lag]) for t in range(len(x)) if 0 <= t + lag < len(y)]
    expected = np.corrcoef(np.array(pairs).T)[0, 1]
    assert cross_correlations(x, y[None, :], 3)[0][lag + 3] == pytest.approx(expected, abs=ROUNDING)


def test_a_permutation_moves_whole_blocks_and_loses_nothing():
    values = np.arange(12.0)
    for row in _permuted(values, 4, 50, np.random.default_rng(6)):
        assert sorted(row) == list(values)
        follows = np.diff(row) % 12 == 1
        assert follows.sum() >= 9 - 1  # three blocks of four hold three steps each


def test_the_lead_test_goes_through_every_circular_shift():
    result = lead_lag(series(20, 7), series(20, 8), largest_lag=2, draws=99)
    assert result.lead_smallest_p == pytest.approx(1 / 20)
    assert result.lead_p_value * 20 == pytest.approx(round(result.lead_p_value * 20))


def test_size_without_a_link_is_nominal():
    rng = np.random.default_rng(9)
    made = [
        lead_lag(*rng.normal(size=(2, 35)), largest_lag=3, draws=199, seed=k).p_value
        for k in range(300)
    ]
    assert np.mean(np.array(made) <= 0.05) == pytest.approx(0.05, abs=SIZE_TOLERANCE)


def test_the_same_seed_gives_the_same_numbers():
    x, y = series(seed=10), series(seed=11)
    one, again = (lead_lag(x, y, largest_lag=2, block=3, draws=99, seed=4) for _ in range(2))
    assert (one.p_value, one.bound) == (again.p_value, again.bound)


@pytest.mark.parametrize(
    ("first", "second", "options", "words"),
    [
        (series(10), series(9), {}, "shapes"),
        (series(10), np.append(series(9), np.nan), {}, "1 gaps"),
        (series(10), np.ones(10), {}, "never moves"),
        (series(6), series(6, 2), {}, "6 periods"),
        (series(20), series(20, 2), {"block": 11}, "blocks of 11"),
        (series(20), series(20, 2), {"draws": 0}, "0 draws"),
    ],
)
def test_what_cannot_be_compared_is_refused(first, second, options, words):
    with pytest.raises(ModelError, match=words):
        lead_lag(first, second, largest_lag=2, **options)
