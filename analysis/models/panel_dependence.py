"""Tests for dependence of panel errors across units and over time."""

from __future__ import annotations

import numpy as np

from analysis.errors import ModelError
from analysis.inference.covariance_panel import group_sums
from analysis.models.arrays import Bools, Floats
from analysis.models.panel_results import Integers, PanelFit, SpecificationTest
from analysis.models.panel_test_words import judged, refuse_model

SHORTEST_PAIR = 3


def pesaran_cd(fit: PanelFit) -> SpecificationTest:
    """Test for dependence across units by the mean correlation of residuals (Pesaran, 2004, 2015).

    Pairs of units use their common periods, with residuals about their means over those periods;
    pairs with fewer than three common periods are left out. After period effects the statistic
    is not valid, since these make residuals sum to zero across units.

    Raises
    ------
    ModelError
        When the fit has period effects or unit means, or no pair of units overlaps enough.
    """
    allowed = ("pooled", "fixed", "random", "correlated_random", "first_difference")
    refuse_model(fit, allowed, "the CD test")
    table, seen = _wide(fit)
    shared = seen.astype(float) @ seen.T
    correlations = _pairwise_correlations(table, seen, shared)
    upper = np.triu(np.ones_like(shared, dtype=bool), 1) & (shared >= SHORTEST_PAIR)
    upper &= np.isfinite(correlations)
    if not upper.any():
        raise ModelError(f"no two units share {SHORTEST_PAIR} periods in which both vary")
    pairs = int(upper.sum())
    statistic = float((np.sqrt(shared[upper]) * correlations[upper]).sum() / np.sqrt(pairs))
    return judged(
        "Pesaran CD",
        "errors are independent across units",
        statistic,
        "normal",
        (),
        f"{pairs} pairs of units, residuals of the {fit.model} model; mean correlation "
        f"{correlations[upper].mean():.3f}",
    )


def _wide(fit: PanelFit) -> tuple[Floats, Bools]:
    """Residuals and whether they exist, units by periods."""
    shape = (int(fit.unit_codes.max()) + 1, int(fit.time_codes.max()) + 1)
    table, seen = np.zeros(shape), np.zeros(shape, dtype=bool)
    table[fit.unit_codes, fit.time_codes] = fit.residuals
    seen[fit.unit_codes, fit.time_codes] = True
    return table, seen


def _pairwise_correlations(table: Floats, seen: Bools, shared: Floats) -> Floats:
    """Correlation of each pair over its common periods; NaN where one of them does not vary."""
    ones = seen.astype(float)
    count = np.where(shared > 0, shared, 1.0)
    total = table @ ones.T
    squares = (table**2) @ ones.T - total**2 / count
    product = table @ table.T - total * total.T / count
    scale = squares * squares.T
    return np.where(scale > 0, product / np.sqrt(np.where(scale > 0, scale, 1.0)), np.nan)


def wooldridge_serial_correlation(first_difference: PanelFit) -> SpecificationTest:
    """Test for serial correlation of the errors in levels (Wooldridge, 2002; Drukker, 2003).

    Without it the differenced errors have a first autocorrelation of -1/2: the residuals of the
    first-difference fit are regressed on their lag, with errors clustered by unit. F(1, N - 1),
    clustered with the factor G/(G - 1) (n - 1)/(n - 1) (Stata: xtserial).

    Raises
    ------
    ModelError
        When the fit is not in first differences or too few units have two in a row.
    """
    refuse_model(first_difference, ("first_difference",), "the Wooldridge test")
    unit, time = first_difference.unit_codes, first_difference.time_codes
    follows = (np.diff(unit) == 0) & (np.diff(time) == 1)
    before, after = (
        first_difference.residuals[:-1][follows],
        first_difference.residuals[1:][follows],
    )
    groups = np.unique(unit[1:][follows], return_inverse=True)[1].astype(np.int64)
    if len(groups) == 0 or groups.max() < 1:
        raise ModelError(
            "fewer than two units have two differences in a row",
            allowed="at least three neighbouring periods in two units or more",
        )
    slope = float(before @ after) / float(before @ before)
    variance = _slope_variance(before, after - slope * before, groups)
    clusters = int(groups.max()) + 1
    return judged(
        "Wooldridge serial correlation",
        "errors in levels have no first-order serial correlation",
        (slope + 0.5) ** 2 / variance,
        "F",
        (1.0, clusters - 1.0),
        f"lag coefficient {slope:.3f} of differenced residuals against -0.5; clustered by unit "
        f"(G = {clusters}), G/(G-1)",
    )


def _slope_variance(regressor: Floats, residuals: Floats, groups: Integers) -> float:
    clusters = int(groups.max()) + 1
    sums = group_sums((regressor * residuals)[:, None], groups, clusters)[:, 0]
    return float(sums @ sums) / float(regressor @ regressor) ** 2 * clusters / (clusters - 1)
