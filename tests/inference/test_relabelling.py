"""Relabelling: slopes by ordinary regression, exact p-values, and refusals."""

from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ModelError
from analysis.inference.relabelling import relabelling_test

ROUNDING = 1e-10  # least squares on dummies against sums of demeaned products
SIZE_TOLERANCE = 0.045  # 200 tests at 5 per cent: three Monte Carlo standard errors


def paths(seed: int, units: int = 5, periods: int = 8) -> pd.DataFrame:
    values = np.random.default_rng(seed).normal(size=(periods, units))
    return pd.DataFrame(values, columns=[f"u{k}" for k in range(units)])


def slope_on_dummies(y: pd.DataFrame, x: pd.DataFrame) -> float:
    pairs = list(combinations(range(y.shape[1]), 2))
    left, right = (np.array([pair[side] for pair in pairs]) for side in (0, 1))
    apart = [np.abs(v.to_numpy()[:, left] - v.to_numpy()[:, right]).ravel() for v in (y, x)]
    dummies = np.kron(np.eye(len(y)), np.ones((len(pairs), 1)))
    return float(np.linalg.lstsq(np.column_stack([apart[1], dummies]), apart[0], rcond=None)[0][0])


def test_the_slope_is_that_of_least_squares_with_a_dummy_for_each_period():
    y, x = paths(1), paths(2)
    assert relabelling_test(y, x).slope == pytest.approx(slope_on_dummies(y, x), abs=ROUNDING)


def test_every_relabelling_of_five_units_is_gone_through():
    y, x = paths(3), paths(4)
    result = relabelling_test(y, x)
    slopes = [
        slope_on_dummies(y, x.iloc[:, list(order)].set_axis(x.columns, axis=1))
        for order in permutations(range(5))
    ]
    assert result.exact
    np.testing.assert_allclose(sorted(result.null), sorted(slopes), atol=ROUNDING)
    own = sum(abs(s) >= abs(result.slope) - ROUNDING for s in slopes)
    assert result.p_value == pytest.approx(own / 120)


def test_paths_that_are_the_same_are_found():
    y = paths(5, units=6)
    result = relabelling_test(y, 2 * y)
    assert result.slope == pytest.approx(0.5, abs=ROUNDING)
    assert result.p_value == pytest.approx(result.smallest_p) == pytest.approx(1 / 720)


def test_many_units_are_drawn_with_a_seed():
    y, x = paths(6, units=9), paths(7, units=9)
    one, again = (relabelling_test(y, x, draws=99, seed=3) for _ in range(2))
    assert not one.exact
    assert one.p_value == again.p_value >= 1 / 100


def test_size_without_a_relation_is_nominal():
    rejected = [
        relabelling_test(paths(2 * k, 5, 4), paths(2 * k + 1, 5, 4)).p_value <= 0.05
        for k in range(100, 300)
    ]
    assert np.mean(rejected) == pytest.approx(0.05, abs=SIZE_TOLERANCE)


@pytest.mark.parametrize(
    ("y", "x", "words"),
    [
        (paths(1), paths(2).rename(columns={"u0": "v"}), "other units"),
        (paths(1, units=3), paths(2, units=3), "3 units"),
        (paths(1), paths(2).mask(lambda v: v == v.iloc[0, 0]), "u0 in 0"),
        (paths(1), paths(2) * 0, "do not vary"),
    ],
)
def test_what_cannot_be_compared_is_refused(y, x, words):
    with pytest.raises(ModelError, match=words):
        relabelling_test(y, x)
