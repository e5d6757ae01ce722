"""CR2 and CR3 against closed forms, matrices written out in full, and refits."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.errors import ModelError
from analysis.inference.covariance_cluster import cluster_sums, cr2, cr3
from analysis.models.panel_estimators import double_demean

EXACT = 1e-9


def least_squares(design, outcome):
    return outcome - design @ np.linalg.lstsq(design, outcome, rcond=None)[0]


def made(seed=1, groups=6, rows=40):
    rng = np.random.default_rng(seed)
    codes = np.sort(np.concatenate([np.arange(groups), rng.integers(0, groups, rows - groups)]))
    design = np.column_stack([np.ones(rows), rng.normal(size=rows), rng.normal(size=groups)[codes]])
    return design, rng.normal(size=rows), codes


def full_cr2(design, residuals, codes):
    """CR2 and its degrees of freedom with n by n matrices, under errors of one variance."""
    bread = np.linalg.inv(design.T @ design)
    hat = design @ bread @ design.T
    maker = np.eye(len(design)) - hat
    middle, columns = np.zeros_like(bread), []
    for group in np.unique(codes):
        own = codes == group
        values, vectors = np.linalg.eigh(maker[np.ix_(own, own)])
        powers = np.where(values > 1e-9, np.maximum(values, 1e-300) ** -0.5, 0.0)
        adjust = (vectors * powers) @ vectors.T
        score = design[own].T @ adjust @ residuals[own]
        middle += np.outer(score, score)
        columns.append(maker[:, own] @ adjust @ design[own] @ bread)
    df = []
    for coefficient in range(design.shape[1]):
        vectors = np.column_stack([column[:, coefficient] for column in columns])
        products = vectors.T @ vectors
        df.append(np.trace(products) ** 2 / (products**2).sum())
    return bread @ middle @ bread, np.array(df)


def test_cr2_of_a_mean_is_the_variance_of_equal_cluster_means_and_has_g_minus_one():
    """By hand: equal clusters, a constant: V = Σ (mean_g - mean)² / (G (G - 1)), df = G - 1."""
    groups, size = 5, 4
    outcome = np.random.default_rng(0).normal(size=(groups, size))
    codes, design = np.repeat(np.arange(groups), size), np.ones((groups * size, 1))
    residuals = outcome.ravel() - outcome.mean()
    means = outcome.mean(axis=1)
    expected = ((means - means.mean()) ** 2).sum() / (groups * (groups - 1))
    sums = cluster_sums(design, codes)
    two, three = (method(sums, design, residuals, codes, 1) for method in (cr2, cr3))
    assert two.matrix[0, 0] == pytest.approx(expected, rel=EXACT)
    assert two.df[0] == pytest.approx(groups - 1, rel=EXACT)
    # Leaving a cluster out moves the mean by (mean_g - mean)/(G - 1), so CR3 is the same here.
    assert three.matrix[0, 0] == pytest.approx(expected, rel=EXACT)
    assert three.df[0] == groups - 1


def test_cr2_of_two_samples_is_welch_with_satterthwaite_df_at_equal_variances():
    """By hand: clusters are rows, an indicator: V = s₀²/n₀ + s₁²/n₁ (Imbens and Kolesár, 2016)."""
    outcome = np.random.default_rng(4).normal(size=14)
    treated = np.arange(14) < 4
    design = np.column_stack([np.ones(14), treated])
    residuals = least_squares(design, outcome)
    sums = cluster_sums(design, np.arange(14))
    found = cr2(sums, design, residuals, np.arange(14), 2)
    variances = [outcome[treated].var(ddof=1) / 4, outcome[~treated].var(ddof=1) / 10]
    assert found.matrix[1, 1] == pytest.approx(sum(variances), rel=EXACT)
    df = (1 / 4 + 1 / 10) ** 2 / (1 / 4**2 / 3 + 1 / 10**2 / 9)
    assert found.df[1] == pytest.approx(df, rel=EXACT)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_cr2_is_the_one_of_full_matrices(seed):
    design, outcome, codes = made(seed)
    residuals = least_squares(design, outcome)
    matrix, df = full_cr2(design, residuals, codes)
    found = cr2(cluster_sums(design, codes), design, residuals, codes, 3)
    np.testing.assert_allclose(found.matrix, matrix, rtol=1e-7)
    np.testing.assert_allclose(found.df, df, rtol=1e-7)


def test_effects_inside_clusters_can_be_projected_out_first():
    """CR2 and CR3 of the demeaned design are those of least squares with all dummies."""
    rng = np.random.default_rng(8)
    units, periods = 6, 5
    unit, time = np.repeat(np.arange(units), periods), np.tile(np.arange(periods), units)
    x, y = rng.normal(size=(2, units * periods))
    dummies = (unit[:, None] == np.arange(units)).astype(float)
    times = (time[:, None] == np.arange(1, periods)).astype(float)
    full = np.column_stack([x, times, dummies])
    residuals = least_squares(full, y)
    matrix, df = full_cr2(full, residuals, unit)
    own = times - times.reshape(units, periods, -1).mean(axis=1).repeat(periods, axis=0)
    short = np.column_stack([double_demean(x[:, None], units), own])
    found = cr2(cluster_sums(short, unit), short, residuals, unit, 1)
    assert found.matrix[0, 0] == pytest.approx(matrix[0, 0], rel=1e-7)
    assert found.df[0] == pytest.approx(df[0], rel=1e-7)


@pytest.mark.parametrize("seed", [1, 2])
def test_cr3_is_the_jackknife_of_refits(seed):
    design, outcome, codes = made(seed)
    full = np.linalg.lstsq(design, outcome, rcond=None)[0]
    moved = np.array(
        [
            np.linalg.lstsq(design[codes != group], outcome[codes != group], rcond=None)[0] - full
            for group in range(6)
        ]
    )
    found = cr3(cluster_sums(design, codes), design, outcome - design @ full, codes, 3)
    np.testing.assert_allclose(found.matrix, 5 / 6 * moved.T @ moved, rtol=1e-7)


def test_rows_as_clusters_give_hc2_and_hc3_of_statsmodels():
    import statsmodels.api as sm

    design, outcome, _ = made(5)
    peer = sm.OLS(outcome, design).fit()
    codes, rows = np.arange(40), 40
    sums = cluster_sums(design, codes)
    two = cr2(sums, design, peer.resid, codes, 3).matrix
    three = cr3(sums, design, peer.resid, codes, 3).matrix
    np.testing.assert_allclose(np.sqrt(np.diag(two)), peer.HC2_se, rtol=EXACT)
    np.testing.assert_allclose(np.sqrt(np.diag(three) * rows / (rows - 1)), peer.HC3_se, rtol=EXACT)


def test_cr2_is_unbiased_where_errors_have_one_variance():
    """The expectation of CR2 is the true variance: averaged over a basis of the errors."""
    design, _, codes = made(6)
    sums = cluster_sums(design, codes)
    basis = np.eye(40)
    total = sum(
        cr2(sums, design, least_squares(design, column), codes, 3).matrix for column in basis
    )
    np.testing.assert_allclose(total, np.linalg.inv(design.T @ design), rtol=1e-7, atol=1e-12)


def test_a_cluster_that_decides_alone_is_named_by_cr3_and_noted_by_cr2():
    design, outcome, codes = made()
    design[:, 2] = (codes == 3) * 1.0
    sums = cluster_sums(design, codes)
    residuals = least_squares(design, outcome)
    labels = [f"c{group}" for group in range(6)]
    with pytest.raises(ModelError, match="without cluster 'c3' the coefficient of 'closure'"):
        cr3(sums, design, residuals, codes, 3, labels, ["constant", "x", "closure"])
    assert cr2(sums, design, residuals, codes, 3).undetermined == (3,)
