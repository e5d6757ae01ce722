"""Few-cluster errors of two-way effects against least squares with every dummy written out."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from panels import MADE, made

from analysis.errors import ModelError
from analysis.models.panel import fit_panel

# Dummies are ill-conditioned: least squares with them loses some digits.
SAME = 1e-6


def panel(keep):
    frame = made(keep=keep, seed=4)
    return frame.assign(mixed=(frame["unit"] * 3 + frame["time"]) % 5)


def full(frame):
    dummies = pd.get_dummies(frame[["unit", "time"]].astype(str), dtype=float).to_numpy()
    return np.hstack([frame[["x", "z"]].to_numpy(), dummies]), frame["y"].to_numpy()


def errors(frame, covariance, cluster):
    fit = fit_panel(frame, **MADE, model="two_way", covariance=covariance, clusters=[cluster])
    return np.array([item.standard_error for item in fit.coefficients]), fit


@pytest.mark.parametrize("keep", [1.0, 0.85])
@pytest.mark.parametrize("cluster", ["unit", "region", "time", "mixed"])
def test_cr3_is_the_jackknife_with_every_dummy(cluster, keep):
    frame = panel(keep)
    design, outcome = full(frame)
    codes = frame[cluster].to_numpy()
    estimate = np.linalg.lstsq(design, outcome, rcond=None)[0][:2]
    refits = [
        np.linalg.lstsq(design[codes != group], outcome[codes != group], rcond=None)[0][:2]
        for group in np.unique(codes)
    ]
    moved, groups = np.array(refits) - estimate, len(refits)
    expected = np.sqrt((moved**2).sum(axis=0) * (groups - 1) / groups)
    found, fit = errors(frame, "cr3", cluster)
    np.testing.assert_allclose(found, expected, rtol=SAME)
    assert fit.coefficients[0].df == groups - 1


@pytest.mark.parametrize("keep", [1.0, 0.85])
@pytest.mark.parametrize("cluster", ["unit", "region", "time", "mixed"])
def test_cr2_is_the_one_with_every_dummy(cluster, keep):
    frame = panel(keep)
    design, outcome = full(frame)
    codes = frame[cluster].to_numpy()
    inverse = np.linalg.pinv(design)
    maker = np.eye(len(design)) - design @ inverse
    residuals, weights = maker @ outcome, inverse[:2]
    parts, columns = [], []
    for group in np.unique(codes):
        own = codes == group
        values, vectors = np.linalg.eigh(maker[np.ix_(own, own)])
        powers = np.where(values > 1e-8, np.maximum(values, 1e-300) ** -0.5, 0.0)
        adjusted = weights[:, own] @ (vectors * powers) @ vectors.T
        parts.append(adjusted @ residuals[own])
        columns.append(adjusted @ maker[own])
    found, fit = errors(frame, "cr2", cluster)
    np.testing.assert_allclose(found, np.sqrt((np.array(parts) ** 2).sum(axis=0)), rtol=SAME)
    for position in range(2):
        rows = np.array([column[position] for column in columns])
        products = rows @ rows.T
        df = np.trace(products) ** 2 / (products**2).sum()
        assert fit.coefficients[position].df == pytest.approx(df, rel=SAME)


@pytest.mark.parametrize("cluster", ["region", "time", "mixed"])
def test_the_wild_bootstrap_is_that_of_refits_with_every_dummy(cluster):
    frame = panel(0.85)
    design, outcome = full(frame)
    present, codes = np.unique(frame[cluster], return_inverse=True)
    inverse = np.linalg.pinv(design)
    others = np.delete(design, 0, axis=1)
    fitted = others @ np.linalg.lstsq(others, outcome, rcond=None)[0]
    statistics = []
    for signs in product([1.0, -1.0], repeat=len(present)):
        drawn = fitted + np.array(signs)[codes] * (outcome - fitted)
        moved = inverse[0] * (drawn - design @ (inverse @ drawn))
        sums = np.bincount(codes, weights=moved)
        statistics.append(abs(inverse[0] @ drawn) / np.sqrt(sums @ sums))
    expected = np.mean(np.array(statistics) >= statistics[0] * (1 - 1e-8))
    _, fit = errors(frame, "wild_cluster", cluster)
    assert fit.coefficients[0].p_value == pytest.approx(expected, abs=1e-12)
    assert f"all {2 ** len(present)} sign vectors" in fit.convention


@pytest.mark.parametrize("covariance", ["clustered", "cr2", "cr3", "wild_cluster"])
@pytest.mark.parametrize("model", ["two_way", "pooled"])
def test_units_of_measurement_do_not_matter(covariance, model):
    frame = panel(0.85)
    scaled = frame.assign(x=frame["x"] * 1e9, z=frame["z"] * 1e-6, y=frame["y"] * 1e3)
    options = {"model": model, "covariance": covariance, "clusters": ["region"]}
    one, other = (fit_panel(table, **MADE, **options) for table in (frame, scaled))
    for name, factor in (("x", 1e-6), ("z", 1e9)):
        plain, moved = one.coefficient(name), other.coefficient(name)
        assert moved.estimate == pytest.approx(plain.estimate * factor, rel=SAME)
        assert moved.standard_error == pytest.approx(plain.standard_error * factor, rel=SAME)
        assert moved.p_value == pytest.approx(plain.p_value, rel=SAME)
        assert moved.df == pytest.approx(plain.df, rel=SAME)
        assert moved.upper == pytest.approx(plain.upper * factor, rel=1e-4)


def test_too_many_effects_outside_the_clusters_are_refused():
    frame = made(units=600, periods=3)
    with pytest.raises(ModelError, match="clusters by 'time' cut across 600 fixed effects"):
        fit_panel(frame, **MADE, model="two_way", covariance="cr2", clusters=["time"])


def test_too_many_draws_and_clusters_are_refused():
    frame = made(units=15_000, periods=3)
    with pytest.raises(ModelError, match="9999 draws for 15000 clusters"):
        fit_panel(frame, **MADE, covariance="wild_cluster")


def test_few_and_single_row_clusters_are_noted():
    frame = made()
    frame = frame[(frame["unit"] != 7) | (frame["time"] == 0)]
    notes = fit_panel(frame, **MADE, model="pooled").notes
    assert any("single row (7)" in note for note in notes)
    assert any("many clusters, and there are 12" in note for note in notes)
    assert fit_panel(made(units=60), **MADE).notes == ()
