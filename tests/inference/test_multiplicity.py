"""Adjustment for several hypotheses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from analysis.errors import ModelError
from analysis.inference.multiplicity import adjust, romano_wolf, step_down
from analysis.inference.multiplicity_simulation import simulate_error_rates, t_statistics

ROUNDING = 1e-13  # relative; the same few operations in another order
THEIRS = {"bonferroni": "bonferroni", "holm": "holm", "benjamini_hochberg": "fdr_bh"}
P = {"trade": 0.012, "traffic": 0.04, "seizures": 0.3, "dengue": 0.011}


@pytest.mark.parametrize(
    ("method", "expected", "rejected"),
    [
        ("bonferroni", [0.048, 0.16, 1.0, 0.044], 2),  # 4 p
        ("holm", [0.044, 0.08, 0.3, 0.044], 2),  # (4, 3, 2, 1) p in order, made monotone
        ("benjamini_hochberg", [0.024, 0.16 / 3, 0.3, 0.024], 2),  # 4 p / rank, made monotone
    ],
)
def test_small_families_by_hand(method, expected, rejected):
    found = adjust(P, method)
    np.testing.assert_allclose(found.table["adjusted"], expected, rtol=ROUNDING)
    assert list(found.table["name"]) == list(P)
    assert int(found.table["rejected"].sum()) == rejected
    assert f"{rejected} are rejected" in found.sentence
    assert "trade, dengue; 3 would be without adjustment" in found.sentence


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
@pytest.mark.parametrize("count", [1, 2, 7, 40])
def test_adjustments_equal_statsmodels(count: int, level: float):
    values = np.random.default_rng(count).beta(0.3, 1, count)
    values[: count // 3] = values[0]  # ties
    named = {str(place): value for place, value in enumerate(values)}
    for method, theirs in THEIRS.items():
        found = adjust(named, method, level).table
        rejected, adjusted, *_ = multipletests(values, round(1 - level, 2), theirs)
        np.testing.assert_allclose(found["adjusted"], adjusted, rtol=ROUNDING)
        np.testing.assert_array_equal(found["rejected"], rejected)


def brute_force(observed: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """Romano and Wolf (2016), algorithm 4.1, word for word."""
    order = sorted(range(len(observed)), key=lambda s: -abs(observed[s]))
    result, last = np.empty(len(observed)), 0.0
    for step, hypothesis in enumerate(order):
        left = order[step:]
        larger = sum(max(abs(row[s]) for s in left) >= abs(observed[hypothesis]) for row in draws)
        last = max(last, (1 + larger) / (1 + len(draws)))
        result[hypothesis] = last
    return result


@given(st.integers(1, 7), st.integers(1, 60), st.integers(0, 1000))
def test_step_down_equals_the_published_algorithm(outcomes: int, draws: int, seed: int):
    rng = np.random.default_rng(seed)
    observed, resampled = 2 * rng.normal(size=outcomes), rng.normal(size=(draws, outcomes))
    named = {str(place): value for place, value in enumerate(observed)}
    found = romano_wolf(named, resampled).table
    np.testing.assert_allclose(found["adjusted"], brute_force(observed, resampled), rtol=ROUNDING)
    assert (found["adjusted"] >= found["p_value"] - 1e-15).all()
    assert np.all(step_down(np.abs(observed), np.abs(resampled)) == found["adjusted"])


def test_step_down_equals_pyfixest():
    from pyfixest.estimation.post_estimation import multcomp

    rng = np.random.default_rng(4)
    observed, draws = 2 * rng.normal(size=6), rng.normal(size=(99, 6))
    theirs = multcomp._get_rwolf_pval(observed, draws)
    np.testing.assert_allclose(step_down(np.abs(observed), np.abs(draws)), theirs, rtol=ROUNDING)


def test_dependence_decides_what_the_adjustment_costs():
    """Copies of one outcome cost nothing; one outcome is its own resampling test."""
    draw = np.random.default_rng(2).normal(size=(999, 1))
    alone = romano_wolf({"a": 2.2}, draw).table
    copies = romano_wolf({"a": 2.2, "b": 2.2, "c": -2.2}, np.repeat(draw, 3, axis=1)).table
    np.testing.assert_array_equal(copies["adjusted"], alone["p_value"].iloc[0])
    apart = np.random.default_rng(3).normal(size=(999, 3))
    assert romano_wolf({"a": 2.2, "b": 0, "c": 0}, apart).table["adjusted"].iloc[0] > 0.05


def test_error_rates_are_held_and_reproducible():
    table = simulate_error_rates(150, seed=7).set_index("method")
    assert table.equals(simulate_error_rates(150, seed=7).set_index("method"))
    allowed = 0.05 + 4 * np.sqrt(0.05 * 0.95 / 150)  # four Monte Carlo standard errors
    for method in ("bonferroni", "holm", "romano_wolf"):
        assert table.loc[method, "family_wise_error"] <= allowed
    assert table.loc["none", "family_wise_error"] > table.loc["romano_wolf", "family_wise_error"]
    assert table.loc["romano_wolf", "power"] >= table.loc["bonferroni", "power"]
    assert table.loc["benjamini_hochberg", "false_discovery"] <= allowed


def test_t_statistics_of_sign_flips_are_those_of_the_flipped_values():
    rng = np.random.default_rng(1)
    values, signs = rng.normal(size=(12, 3)), rng.choice([-1.0, 1.0], size=(5, 12))
    for row, sign in zip(t_statistics(signs, values), signs, strict=True):
        flipped = pd.DataFrame(values * sign[:, None])
        np.testing.assert_allclose(row, flipped.mean() / flipped.sem(), rtol=ROUNDING)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: adjust({}), "nothing to adjust"),
        (lambda: adjust({"a": np.nan}), "'a' is nan"),
        (lambda: adjust({"a": 1.2}), "p-value of 'a' is 1.2"),
        (lambda: adjust(P, "hochberg"), "unknown adjustment 'hochberg'"),
        (lambda: adjust(P, level=95), "level of 95"),
        (lambda: romano_wolf(P, np.zeros((9, 3))), "shape \\(9, 3\\)"),
        (lambda: romano_wolf({"a": 1.0}, np.array([[np.inf]])), "of 'a' is not finite"),
    ],
)
def test_bad_families_are_refused(call, says: str):
    with pytest.raises(ModelError, match=says):
        call()
