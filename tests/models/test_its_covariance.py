"""Robust covariances and their bandwidths against sums written out."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from linearmodels.iv.covariance import kernel_optimal_bandwidth

from analysis.errors import ModelError
from analysis.inference.covariance_time import BANDWIDTHS, Scores, long_run_sum, sandwich
from analysis.models.interrupted_series import fit_its
from analysis.models.its_options import ItsOptions
from analysis.study import Intervention
from tests.models.its_made import SPEC, ar1, reference_column, series

EXACT = 1e-12  # the same sum in another order


def scores_of(rho: float = 0.6, n: int = 144) -> Scores:
    rows = np.column_stack([np.ones(n), np.arange(n) / n, ar1(n, 0.7, 5)])
    scores = rows * ar1(n, rho, 4)[:, None]
    hat = rows @ np.linalg.inv(rows.T @ rows) @ rows.T
    positions = np.arange(n, dtype=float)
    informative = np.array([False, True, True])
    return Scores(np.linalg.inv(rows.T @ rows), scores, np.diagonal(hat), positions, informative)


def test_a_missing_month_counts_as_a_score_of_zero() -> None:
    scores = np.random.default_rng(1).normal(size=(30, 2))
    kept = np.ones(30, bool)
    kept[[4, 11, 12]] = False
    full = np.where(kept[:, None], scores, 0.0)
    known = full.T @ full
    for lag in range(1, 5):
        product = full[lag:].T @ full[:-lag]
        known = known + (1 - lag / 5) * (product + product.T)
    positions = np.flatnonzero(kept).astype(float)
    assert long_run_sum(scores[kept], positions, 5.0) == pytest.approx(known, rel=EXACT)


def test_newey_west_1994_bandwidth_is_that_of_another_package() -> None:
    """It rounds up both the pilot lags, four at n = 100, and the bandwidth, last lag plus one."""
    for rho in (0.0, 0.6, 0.9):
        parts = scores_of(rho, 100)
        total = (parts.scores * parts.informative).sum(axis=1)
        other = kernel_optimal_bandwidth(total[:, None], "bartlett")
        assert BANDWIDTHS["newey_west_1994"](parts) == other


def test_andrews_bandwidth_written_out() -> None:
    parts = scores_of()
    above = below = 0.0
    for column in (1, 2):
        u = parts.scores[:, column]
        rho = (u[1:] @ u[:-1]) / (u[:-1] @ u[:-1])
        variance = ((u[1:] - rho * u[:-1]) ** 2).sum() / (len(u) - 1)
        above += 4 * rho**2 * variance**2 / ((1 - rho) ** 6 * (1 + rho) ** 2)
        below += variance**2 / (1 - rho) ** 4
    known = 1.1447 * (above / below * 144) ** (1 / 3)
    assert BANDWIDTHS["andrews"](parts) == pytest.approx(known, rel=EXACT)


def test_bandwidths_grow_with_autocorrelation() -> None:
    for rule in ("andrews", "newey_west_1994"):
        assert BANDWIDTHS[rule](scores_of(0.9)) > BANDWIDTHS[rule](scores_of(0.0))
    assert BANDWIDTHS["plug_in"](scores_of()) == np.floor(4 * 1.44 ** (2 / 9)) + 1


def test_a_bandwidth_counts_the_length_of_one_series_not_of_the_stack() -> None:
    one = scores_of()
    both = Scores(
        one.bread,
        np.vstack([one.scores, one.scores]),
        np.tile(one.leverage, 2),
        np.concatenate([one.positions, one.positions + 1_000_000]),
        one.informative,
    )
    apart = long_run_sum(both.scores, both.positions, 6.0)
    assert apart == pytest.approx(2 * long_run_sum(one.scores, one.positions, 6.0), rel=EXACT)
    for rule in BANDWIDTHS:
        assert BANDWIDTHS[rule](both) == pytest.approx(BANDWIDTHS[rule](one), rel=EXACT)


def test_bandwidth_zero_is_hc0() -> None:
    parts = scores_of()
    white = sandwich(parts, "hc0", None, True).matrix
    assert sandwich(parts, "newey_west", 0, False).matrix == pytest.approx(white, rel=EXACT)


def test_hc2_weights_residuals_by_leverage() -> None:
    parts = scores_of()
    scaled = parts.scores / np.sqrt(1 - parts.leverage)[:, None]
    known = parts.bread @ scaled.T @ scaled @ parts.bread
    assert sandwich(parts, "hc2", None, True).matrix == pytest.approx(known, rel=EXACT)


def test_hc3_refuses_a_value_with_a_coefficient_of_its_own() -> None:
    pulse = Intervention("x", "X", "pulse", date(2016, 3, 1), months=1)
    spec = type(SPEC)(SPEC.start, SPEC.end, interventions=(pulse,))
    made = series(reference_column("log_y"))
    with pytest.raises(ModelError, match="one value alone"):
        fit_its(made, spec, ItsOptions("ols", "hc3", link="identity"))


@pytest.mark.parametrize("rule", ["andrews", "newey_west_1994", "plug_in", 4])
def test_a_fit_names_its_bandwidth_factor_and_degrees_of_freedom(rule: str | int) -> None:
    options = ItsOptions("ols", "newey_west", "identity", rule)
    words = fit_its(series(reference_column("log_y")), SPEC, options).convention
    assert "weights 1 - lag/" in words
    assert "times n/(n-k)" in words
    assert "129 degrees of freedom" in words
