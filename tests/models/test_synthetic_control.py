"""Weights against exact optima and other solvers; effects against known truth; refusals."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy import optimize

from analysis.errors import ModelError
from analysis.models.library_calls import quietly
from analysis.models.synthetic_methods import METHODS
from analysis.models.synthetic_weights import (
    choose_penalty,
    difference_weights,
    ridge_weights,
    simplex_weights,
)
from tests.models.synthetic_panels import FIRST, combination, fit, outcomes

RECOVERED = 1e-6  # weights of an exact combination
EXACT = 1e-9  # one quadratic programme solved in two ways
FRANK_WOLFE = 2e-4  # diff-diff's steps for synthetic differences stop this near the optimum
BEFORE = FIRST - 2001


def noisy_target(donors, seed=7):
    weights = np.random.default_rng(seed).dirichlet(np.ones(donors.shape[1]))
    noise = np.random.default_rng(seed + 1).normal(scale=0.5, size=len(donors))
    return donors @ weights + noise


def test_an_exact_combination_is_recovered():
    control = fit(combination())
    found = control.weights.set_index("donor")["weight"]
    expected = {"donor_01": 0.5, "donor_02": 0.3, "donor_03": 0.2}
    for donor, weight in found.items():
        assert weight == pytest.approx(expected.get(donor, 0.0), abs=RECOVERED)
    assert control.average_effect == pytest.approx(1.0, abs=RECOVERED)
    assert control.hull_distance == 0.0
    assert control.ratio == np.inf
    assert (control.pre_fit, control.pre_fit_reason) == ("good fit", "")


@pytest.mark.parametrize("penalty", [0.0, 3.0])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_simplex_weights_are_optimal(seed, penalty):
    donors = outcomes(seed)
    target = noisy_target(donors, seed)
    weights = simplex_weights(donors, target, penalty)
    gradient = donors.T @ (donors @ weights - target) + penalty * weights
    assert weights.sum() == pytest.approx(1.0, abs=EXACT)
    assert weights.min() >= 0.0
    used = weights > 0
    np.testing.assert_allclose(gradient[used], gradient[used].mean(), atol=1e-8)
    assert gradient[~used].min(initial=np.inf) >= gradient[used].mean() - 1e-8


def test_simplex_weights_are_those_of_a_general_solver():
    donors = outcomes(4)
    target = noisy_target(donors, 4)
    count = donors.shape[1]
    solved = optimize.minimize(
        lambda w: np.sum((donors @ w - target) ** 2),
        np.full(count, 1 / count),
        jac=lambda w: 2 * donors.T @ (donors @ w - target),
        bounds=[(0, 1)] * count,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1, "jac": lambda _: np.ones(count)},
        method="SLSQP",
        options={"ftol": 1e-15, "maxiter": 1000},
    )
    np.testing.assert_allclose(simplex_weights(donors, target), solved.x, atol=1e-6)


def library_frame(frame):
    treated = (frame["unit"] == "treated") & (frame["year"] >= FIRST)
    return frame.assign(d=treated.astype(int))


def test_classic_weights_are_those_of_diff_diff():
    from diff_diff import SyntheticControl

    frame = combination(noise=0.5)
    model = SyntheticControl(v_method="custom", custom_v=np.ones(BEFORE), standardize="none")
    options = {"post_periods": list(range(FIRST, 2021)), "pre_period_outcomes": "all"}
    theirs, _ = quietly(
        lambda: model.fit(library_frame(frame), "y", "d", "unit", "year", **options)
    )
    ours = fit(frame)
    for donor, weight in ours.weights.itertuples(index=False):
        assert weight == pytest.approx(theirs.donor_weights.get(donor, 0.0), abs=EXACT)
    assert ours.average_effect == pytest.approx(theirs.att, rel=EXACT)
    assert ours.pre_rmspe == pytest.approx(theirs.pre_rmspe, rel=EXACT)


def test_predictors_are_matched_by_diff_diff():
    frame = combination(noise=0.3)
    frame["x"] = 2 * frame["y"] + np.random.default_rng(1).normal(size=len(frame))
    control = fit(frame, "classic_predictors", predictors=["x"])
    row = control.balance.set_index("predictor").loc["x"]
    assert row["treated"] == pytest.approx(row["synthetic"], rel=1e-3)
    assert control.pre_rmspe >= fit(frame).pre_rmspe
    again = fit(frame, "classic_predictors", predictors=["x"])
    pd.testing.assert_frame_equal(control.weights, again.weights)


def test_ridge_is_a_ridge_regression_on_the_remainder():
    donors = outcomes(5)
    target = noisy_target(donors, 5)
    before, penalty = donors[:BEFORE], 2.0
    base = simplex_weights(before, target[:BEFORE])
    weights = ridge_weights(before, target[:BEFORE], penalty)
    assert weights.sum() == pytest.approx(1.0, abs=EXACT)
    x = (before - before.mean(axis=1, keepdims=True)).T
    for t in range(BEFORE, len(donors)):
        y = donors[t] - donors[t].mean()
        slope = np.linalg.solve(x.T @ x + penalty * np.eye(BEFORE), x.T @ y)
        expected = donors[t] @ base + (target[:BEFORE] - before @ base) @ slope
        assert donors[t] @ weights == pytest.approx(expected, rel=EXACT)


def test_ridge_penalty_moves_from_the_classic_fit_to_an_exact_one():
    donors = outcomes(6, periods=9)
    target = noisy_target(donors, 6)
    large = ridge_weights(donors, target, 1e12)
    np.testing.assert_allclose(large, simplex_weights(donors, target), atol=1e-8)
    np.testing.assert_allclose(donors @ ridge_weights(donors, target, 1e-9), target, atol=1e-6)
    chosen = choose_penalty(donors, target)
    assert 0 < chosen <= np.linalg.norm(donors - donors.mean(axis=1, keepdims=True), 2) ** 2 * 1.01


def weighted_regression(donors, target, weights):
    """Effect in two-way fixed effects with weights for units and periods (their equation 1)."""
    values = np.column_stack([donors, target])
    periods, units = values.shape
    unit, period = np.append(weights.donors, 1.0), np.full(periods, 1 / (periods - BEFORE))
    period[:BEFORE] = weights.periods
    row, column = np.indices(values.shape)
    treated = (column == units - 1) & (row >= BEFORE)
    design = np.column_stack(
        [treated.ravel(), *np.eye(periods)[row.ravel()].T, *np.eye(units)[column.ravel()].T]
    )
    root = np.sqrt(np.outer(period, unit)).ravel()
    beta = np.linalg.lstsq(design * root[:, None], values.ravel() * root, rcond=None)[0]
    return beta[0]


def test_synthetic_did_is_a_weighted_two_way_regression():
    donors = outcomes(8)
    target = noisy_target(donors, 8)
    weights = difference_weights(donors, target, BEFORE)
    gap = target - weights.synthetic(donors)
    expected = weighted_regression(donors, target, weights)
    assert gap[BEFORE:].mean() == pytest.approx(expected, rel=1e-7)


def test_synthetic_did_reaches_the_optimum_that_diff_diff_comes_near():
    from diff_diff import SyntheticDiD

    frame = combination(noise=0.5)
    ever = frame.assign(d=(frame["unit"] == "treated").astype(int))
    options = {"post_periods": list(range(FIRST, 2021))}
    theirs, _ = quietly(
        lambda: SyntheticDiD(seed=0, n_bootstrap=20).fit(ever, "y", "d", "unit", "year", **options)
    )
    ours = fit(frame, "synthetic_did")
    assert ours.average_effect == pytest.approx(theirs.att, abs=FRANK_WOLFE)
    panel = ours.panel
    names = list(panel.donors)
    weights = np.array([theirs.unit_weights[name] for name in names])

    def objective(w):
        x = panel.outcomes[:BEFORE] - panel.outcomes[:BEFORE].mean(axis=0)
        y = panel.target[:BEFORE] - panel.target[:BEFORE].mean()
        return np.sum((x @ w - y) ** 2) + ours.penalty * np.sum(w**2)

    assert objective(ours.weighting.donors) <= objective(weights) * (1 + 1e-12)


@pytest.mark.parametrize("method", ["classic", "ridge", "synthetic_did"])
def test_a_known_effect_is_found(method):
    errors = [
        fit(combination(effect=2.0, noise=0.1, seed=seed), method).average_effect - 2.0
        for seed in range(10)
    ]
    assert abs(np.mean(errors)) < 4 * np.std(errors, ddof=1) / np.sqrt(10)


def test_the_path_and_balance_add_up():
    control = fit(combination(noise=0.3), "synthetic_did")
    path = control.path
    np.testing.assert_allclose(path["observed"] - path["synthetic"], path["gap"], atol=EXACT)
    after = path.loc[path["treated_period"], "gap"]
    assert control.average_effect == pytest.approx(after.mean(), rel=EXACT)
    assert control.post_rmspe == pytest.approx(np.sqrt(np.mean(after**2)), rel=EXACT)
    assert control.period_weights["weight"].sum() == pytest.approx(1.0, abs=EXACT)
    assert list(control.balance["predictor"][:2]) == ["y (mean before)", "y (2001)"]
    with pytest.raises(dataclasses.FrozenInstanceError):
        control.ratio = 0.0


def test_a_unit_outside_the_hull_is_a_poor_fit():
    frame = combination()
    frame.loc[frame["unit"] == "treated", "y"] += 50
    control = fit(frame)
    assert control.pre_fit == "poor fit"
    assert "outside the convex hull" in control.pre_fit_reason
    assert f"in {BEFORE} of {BEFORE} periods" in control.pre_fit_reason
    assert control.hull_distance > 40
    assert fit(frame, "synthetic_did").average_effect == pytest.approx(1.0, abs=0.5)


def without(frame, unit, year):
    return frame[(frame["unit"] != unit) | (frame["year"] != year)]


@pytest.mark.parametrize(
    ("change", "options", "words"),
    [
        (lambda f: without(f, "donor_02", 2005), {}, "first for unit donor_02 in 2005"),
        (lambda f: f[f["unit"] == "treated"], {}, "'treated' has no donors"),
        (lambda f: f[f["year"] >= 2013], {}, "3 periods lie before 2016"),
        (lambda f: f, {"first_treated": 2030}, "no period lies on or after 2030"),
        (lambda f: f, {"treated": "treat"}, r"no unit 'treat'"),
        (lambda f: f, {"outcome": "z"}, "no column 'z'"),
        (lambda f: f, {"donors": ["treated"]}, "is treated and a donor"),
        (lambda f: f, {"method": "clasic"}, "no synthetic-control method 'clasic'"),
        (lambda f: f, {"method": "classic_predictors"}, "was given no predictors"),
        (lambda f: pd.concat([f, f[:1]]), {}, "repeat a unit and period, first treated in 2001"),
    ],
)
def test_bad_input_is_named(change, options, words):
    with pytest.raises(ModelError, match=words):
        fit(change(combination()), **options)


def test_a_missing_value_is_refused_not_dropped():
    frame = combination()
    frame.loc[3, "y"] = np.nan
    with pytest.raises(ModelError, match="'y' is missing or not a number in 1 cells"):
        fit(frame)


def test_every_method_names_its_convention():
    frame = combination(noise=0.3)
    frame["x"] = frame["y"] ** 2
    for method in METHODS:
        control = fit(frame, method, predictors=["x"])
        assert control.convention
        assert control.weights["weight"].sum() == pytest.approx(1.0, abs=1e-6)
