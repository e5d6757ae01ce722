"""The wild cluster bootstrap against refits of every draw, and its exact enumeration."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from analysis.errors import ModelError
from analysis.inference.covariance_cluster import cluster_sums
from analysis.inference.wild_cluster import (
    WEIGHTS,
    bootstrap_draws,
    sign_vectors,
    wild_cluster,
)

# Both do the same sums in another order.
EXACT = 1e-8


def made(groups=6, rows=60, effect=0.4, seed=1):
    rng = np.random.default_rng(seed)
    codes = np.sort(np.concatenate([np.arange(groups), rng.integers(0, groups, rows - groups)]))
    design = np.column_stack(
        [np.ones(rows), rng.normal(size=rows) + rng.normal(size=groups)[codes]]
    )
    outcome = effect * design[:, 1] + 0.5 * rng.normal(size=groups)[codes] + rng.normal(size=rows)
    estimates = np.linalg.lstsq(design, outcome, rcond=None)[0]
    return design, outcome, codes, estimates


def refits(design, outcome, codes, null, multipliers):
    """|t| of every draw by fitting it anew, with restricted residuals, for the second column."""
    bread = np.linalg.inv(design.T @ design)
    moved = outcome - null * design[:, 1]
    others = design[:, [0]]
    fitted = others @ np.linalg.lstsq(others, moved, rcond=None)[0]
    statistics = []
    for draw in multipliers:
        made_outcome = fitted + null * design[:, 1] + draw[codes] * (moved - fitted)
        estimate = bread @ design.T @ made_outcome
        scores = design * (made_outcome - design @ estimate)[:, None]
        sums = np.array([scores[codes == group].sum(axis=0) for group in np.unique(codes)])
        variance = (bread @ sums.T @ sums @ bread)[1, 1]
        statistics.append(abs(estimate[1] - null) / np.sqrt(variance))
    return np.array(statistics)


def run(design, outcome, codes, estimates, **options):
    sums = cluster_sums(design, codes)
    residuals = outcome - design @ estimates
    return wild_cluster(sums, design, residuals, codes, 1, float(estimates[1]), **options)


@pytest.mark.parametrize("weights", ["rademacher", "webb"])
@pytest.mark.parametrize("null", [0.0, 0.7])
def test_draws_are_those_of_refits_on_the_same_draws(weights, null):
    design, outcome, codes, estimates = made()
    multipliers = WEIGHTS[weights](np.random.default_rng(3), 40, 6)
    sums = cluster_sums(design, codes)
    residuals = outcome - design @ estimates
    found = bootstrap_draws(sums, design, residuals, codes, 1, float(estimates[1]), multipliers)
    np.testing.assert_allclose(
        found.statistics(null), refits(design, outcome, codes, null, multipliers), rtol=EXACT
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_enumeration_is_the_p_value_over_all_sign_vectors(seed):
    design, outcome, codes, estimates = made(seed=seed)
    every = np.array(list(product([1.0, -1.0], repeat=6)))
    statistics = refits(design, outcome, codes, 0.0, every)
    own = statistics[0]
    found = run(design, outcome, codes, estimates)
    assert found.enumerated
    assert found.p_value == pytest.approx((statistics >= own * (1 - 1e-9)).mean(), abs=1e-12)
    assert found.smallest_p_value == 1 / 32
    assert found.statistic == pytest.approx(own * np.sign(estimates[1]), rel=EXACT)


def test_sign_vectors_are_half_of_all_and_all_different():
    vectors = sign_vectors(5)
    assert vectors.shape == (16, 5)
    assert (vectors[:, 0] == 1).all()
    assert len({tuple(vector) for vector in vectors}) == 16


def test_the_interval_holds_what_the_test_does_not_reject():
    design, outcome, codes, estimates = made(groups=10, rows=120)
    found = run(design, outcome, codes, estimates)
    edge = 1e-6 * (found.upper - found.lower)
    sums, residuals = cluster_sums(design, codes), outcome - design @ estimates
    draws = bootstrap_draws(
        sums, design, residuals, codes, 1, float(estimates[1]), sign_vectors(10)
    )

    def p_value(null):
        own = abs(draws.estimate - null) / draws.standard_error
        return (draws.statistics(null) >= own * (1 - 1e-9)).mean()

    for limit, outward in ((found.lower, -1), (found.upper, 1)):
        assert p_value(limit - outward * edge) > 0.05
        assert p_value(limit + outward * edge) <= 0.05
    assert found.lower < estimates[1] < found.upper


def test_five_clusters_cannot_reject_at_five_per_cent():
    design, outcome, codes, estimates = made(groups=5, effect=50.0)
    found = run(design, outcome, codes, estimates)
    assert found.p_value == found.smallest_p_value == 1 / 16
    assert (found.lower, found.upper) == (-np.inf, np.inf)


def test_draws_depend_on_the_seed_alone_and_agree_with_the_enumeration():
    design, outcome, codes, estimates = made(groups=11, rows=150, effect=0.2)
    options = {"draws": 4_999, "enumerate_up_to": 0}
    first, again = (run(design, outcome, codes, estimates, seed=7, **options) for _ in range(2))
    assert first == again
    assert not first.enumerated
    exact = run(design, outcome, codes, estimates).p_value
    error = np.sqrt(exact * (1 - exact) / 4_999)
    assert abs(first.p_value - exact) < 4 * error + 1 / 5_000


def test_webb_weights_have_mean_zero_and_variance_one():
    drawn = WEIGHTS["webb"](np.random.default_rng(1), 2_000, 20)
    assert len(np.unique(drawn)) == 6
    assert abs(drawn.mean()) < 0.02
    assert drawn.var() == pytest.approx(1, abs=0.02)


def test_bad_requests_are_refused():
    design, outcome, codes, estimates = made()
    with pytest.raises(ModelError, match="did you mean 'webb'"):
        run(design, outcome, codes, estimates, weights="web")
    with pytest.raises(ModelError, match="10 draws cannot reach"):
        run(design, outcome, codes, estimates, weights="webb", draws=10)
