"""Pairs of units: a double loop, another decomposition, and refusals in words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.sandwich_covariance import cov_cluster

from analysis.errors import ModelError
from analysis.models.dyads import fit_dyads
from analysis.models.dyads_frame import (
    DyadFrame,
    add_column,
    add_pair_values,
    dyad_frame,
    keep,
    mean_dissimilarity,
    path_dissimilarity,
)
from analysis.models.dyads_simulation import simulate_dyads
from analysis.models.dyads_variance import carrying_units, dyadic_meat

# Sums of the same products in another order.
ROUNDING = 1e-12
# statsmodels solves by a pseudo-inverse.
SOLVER = 1e-10
UNITS, MONTHS = 7, 5


def panel(units: int = UNITS, months: int = MONTHS, seed: int = 2) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    keys = [(f"u{i}", f"2020-{t + 1:02d}") for i in range(units) for t in range(months)]
    frame = pd.DataFrame(keys, columns=["unit", "month"])
    own = np.repeat(rng.normal(size=units), months)
    frame["stringency"] = 50 + 10 * own + rng.normal(size=len(frame))
    frame["support"] = rng.normal(size=len(frame))
    return frame


def matrix(units: int = UNITS, seed: int = 5) -> pd.DataFrame:
    values = np.random.default_rng(seed).normal(size=(units, units))
    names = [f"u{i}" for i in range(units)]
    return pd.DataFrame(values + values.T, names, names)


def pairs() -> DyadFrame:
    """Pairs of which a third of the pair-periods is gone, so that the panel is not balanced."""
    frame = add_pair_values(
        dyad_frame(panel(), "unit", "month", ["stringency", "support"]), "far", matrix()
    )
    return keep(frame, np.random.default_rng(1).uniform(size=len(frame)) > 0.33)


def double_loop(scores: Any, first: Any, second: Any) -> Any:
    total = np.zeros((scores.shape[1], scores.shape[1]))
    for d in range(len(scores)):
        for e in range(len(scores)):
            if {first[d], second[d]} & {first[e], second[e]}:
                total += np.outer(scores[d], scores[e])
    return total


def test_meat_is_that_of_a_double_loop():
    frame = pairs()
    scores = np.random.default_rng(3).normal(size=(len(frame), 3))
    found = dyadic_meat(scores, frame.first, frame.second, UNITS)
    expected = double_loop(scores, frame.first, frame.second)
    assert found == pytest.approx(expected, rel=ROUNDING, abs=ROUNDING)


def test_direction_of_a_pair_does_not_matter():
    frame = pairs()
    scores = np.random.default_rng(3).normal(size=(len(frame), 2))
    flip = np.random.default_rng(4).uniform(size=len(frame)) < 0.5
    first = np.where(flip, frame.second, frame.first)
    second = np.where(flip, frame.first, frame.second)
    assert dyadic_meat(scores, first, second, UNITS) == pytest.approx(
        dyadic_meat(scores, frame.first, frame.second, UNITS), rel=ROUNDING
    )


def dense(frame: DyadFrame, effects: str) -> Any:
    """Least squares with dummies of periods, and the sandwich by the double loop."""
    names = ["support", "far"]
    x = np.column_stack([frame.column(name) for name in names])
    codes = frame.period if effects == "period" else np.zeros(len(frame), dtype=int)
    x = np.column_stack([x, pd.get_dummies(codes, dtype=float)])
    y = frame.column("stringency")
    beta = np.linalg.lstsq(x, y)[0]
    scores = (y - x @ beta)[:, None] * x
    bread = np.linalg.inv(x.T @ x)
    covariance = bread @ double_loop(scores, frame.first, frame.second) @ bread
    return beta[:2], covariance[:2, :2], x.shape[1]


@pytest.mark.parametrize("effects", ["period", "none"])
def test_fit_is_that_of_dummies_and_a_double_loop(effects):
    frame = pairs()
    beta, covariance, parameters = dense(frame, effects)
    fit = fit_dyads(
        frame,
        outcome="stringency",
        regressors=["support", "far"],
        effects=effects,
        small_sample="none",
    )
    assert [item.estimate for item in fit.coefficients] == pytest.approx(beta, rel=SOLVER)
    assert fit.covariance == pytest.approx(covariance, rel=SOLVER)
    corrected = fit_dyads(
        frame, outcome="stringency", regressors=["support", "far"], effects=effects
    )
    n = len(frame)
    factor = UNITS / (UNITS - 1) * (n - 1) / (n - parameters)
    assert corrected.factor == pytest.approx(factor, rel=ROUNDING)
    assert corrected.covariance == pytest.approx(covariance * factor, rel=SOLVER)


def test_variance_is_the_decomposition_of_aronow_samii_and_assenova():
    frame = pairs()
    names = ["stringency", "support", "far"]
    data = pd.DataFrame({name: frame.column(name) for name in names})
    data = data - data.groupby(frame.period).transform("mean")
    result = sm.OLS(data["stringency"], data[names[1:]]).fit()
    total = -(UNITS - 1) * cov_cluster(result, pd.factorize(frame.pair)[0], use_correction=False)
    for unit in range(UNITS):
        shares = (frame.first == unit) | (frame.second == unit)
        groups = pd.factorize(np.where(shares, -1, frame.pair))[0]
        total = total + cov_cluster(result, groups, use_correction=False)
    fit = fit_dyads(frame, outcome="stringency", regressors=names[1:], small_sample="none")
    assert fit.covariance == pytest.approx(total, rel=SOLVER)


def test_intervals_and_convention_name_their_degrees_of_freedom():
    fit = fit_dyads(pairs(), outcome="stringency", regressors=["far"], level=0.9)
    far = fit.coefficient("far")
    reach = stats.t.ppf(0.95, UNITS - 1) * far.standard_error
    assert (far.lower, far.upper) == pytest.approx((far.estimate - reach, far.estimate + reach))
    assert "dyadic clusters of 7 units" in fit.convention
    assert "90 % intervals by Student's t with 6 degrees of freedom" in fit.convention
    assert fit.table().loc[0, "estimate"] == far.estimate
    assert (fit.pairs, fit.periods, fit.df) == (21, 5, 6)


def test_pairs_hold_the_difference_of_each_period():
    table = panel(3, 2)
    frame = dyad_frame(table, "unit", "month", ["stringency"])
    wide = table.set_index(["month", "unit"])["stringency"]
    assert len(frame) == 6
    for d in range(6):
        month = frame.periods[frame.period[d]]
        apart = wide[month, frame.units[frame.first[d]]] - wide[month, frame.units[frame.second[d]]]
        assert frame.columns["stringency"][d] == pytest.approx(abs(apart), rel=ROUNDING)
    squared = dyad_frame(table, "unit", "month", ["stringency"], measure="squared_difference")
    assert squared.columns["stringency"] == pytest.approx(frame.columns["stringency"] ** 2)
    small = dyad_frame(table, "unit", "month", ["stringency"], precision="float32")
    assert small.columns["stringency"].dtype == np.float32


def test_order_of_rows_does_not_matter():
    table = panel()
    first = dyad_frame(table, "unit", "month", ["stringency"])
    second = dyad_frame(table.sample(frac=1, random_state=0), "unit", "month", ["stringency"])
    assert np.array_equal(first.columns["stringency"], second.columns["stringency"])


def test_missing_values_are_left_out_and_counted():
    table = panel()
    table.loc[0, "support"] = np.nan
    frame = dyad_frame(table, "unit", "month", ["stringency", "support"])
    assert frame.left_out == {"stringency": 0, "support": UNITS - 1}
    assert len(frame) == 21 * MONTHS - (UNITS - 1)
    absent = dyad_frame(table.drop(index=1), "unit", "month", ["stringency"])
    assert absent.left_out == {"stringency": UNITS - 1}


def test_mean_dissimilarity_is_a_symmetric_matrix():
    frame = pairs()
    mean = mean_dissimilarity(frame, "stringency")
    mask = (frame.first == 1) & (frame.second == 4)
    expected = frame.column("stringency")[mask].mean()
    assert mean.loc["u1", "u4"] == mean.loc["u4", "u1"] == pytest.approx(expected, rel=ROUNDING)
    assert (np.diag(mean) == 0).all()
    never = keep(frame, ~mask)
    assert np.isnan(mean_dissimilarity(never, "stringency").loc["u1", "u4"])


def test_path_dissimilarity_is_one_less_the_correlation():
    table = panel()
    apart = path_dissimilarity(table, "unit", "month", "stringency")
    wide = table.pivot_table(index="month", columns="unit", values="stringency")
    assert apart.to_numpy() == pytest.approx(1 - wide.corr().to_numpy(), abs=1e-12)


def fit_with(change: Any) -> Any:
    frame = change(pairs())
    return fit_dyads(frame, outcome="stringency", regressors=["far", "extra"])


BAD = [
    (lambda: dyad_frame(panel(), "unit", "month", ["strigency"]), "did you mean 'stringency'"),
    (lambda: dyad_frame(panel(), "unit", "month", []), "no value to compare"),
    (lambda: dyad_frame(panel(2), "unit", "month", ["support"]), "2 units of 'unit'"),
    (
        lambda: dyad_frame(pd.concat([panel(), panel().iloc[:1]]), "unit", "month", ["support"]),
        "1 rows stand twice, the first is u0, 2020-01",
    ),
    (
        lambda: dyad_frame(panel().astype({"support": str}), "unit", "month", ["support"]),
        "'support' is not numeric",
    ),
    (
        lambda: dyad_frame(panel(), "unit", "month", ["support"], measure="distance"),  # type: ignore[arg-type]
        "unknown measure",
    ),
    (
        lambda: dyad_frame(panel().assign(support=np.nan), "unit", "month", ["support"]),
        "no pair of units has all values",
    ),
    (lambda: add_pair_values(pairs(), "far", matrix()), "already have a column 'far'"),
    (lambda: add_pair_values(pairs(), "x", matrix(6)), "'x' has no row or column for u6"),
    (
        lambda: add_pair_values(pairs(), "x", matrix() + np.triu(np.ones((UNITS, UNITS)))),
        "'x' is not the same both ways for u0 and u1",
    ),
    (
        lambda: add_pair_values(pairs(), "x", matrix().replace(matrix().loc["u0", "u3"], np.nan)),
        "'x' is missing or infinite for",
    ),
    (lambda: add_column(pairs(), "x", np.ones(3)), "a finite value for each of"),
    (lambda: fit_dyads(pairs(), outcome="stringency", regressors=["fra"]), "did you mean 'far'"),
    (lambda: fit_dyads(pairs(), outcome="stringency", regressors=[]), "at least one regressor"),
    (
        lambda: fit_dyads(pairs(), outcome="stringency", regressors=["far"], level=0),
        "level 0 is no coverage",
    ),
    (
        lambda: fit_dyads(pairs(), outcome="stringency", regressors=["far"], small_sample="G"),
        "unknown small-sample factor 'G'",
    ),
    (
        lambda: fit_with(lambda f: add_column(f, "extra", f.period.astype(float))),
        "'extra' is its mean by period",
    ),
    (
        lambda: fit_with(lambda f: add_column(f, "extra", 2 * f.column("far"))),
        "'extra' is its mean by period or a combination",
    ),
    (
        lambda: path_dissimilarity(panel().assign(support=1.0), "unit", "month", "support"),
        "never moves",
    ),
    (
        lambda: path_dissimilarity(panel().iloc[1:], "unit", "month", "support"),
        "the path of 'support' of u0 has gaps",
    ),
]


@pytest.mark.parametrize(("call", "words"), BAD)
def test_bad_input_is_refused_in_words(call, words):
    with pytest.raises(ModelError) as caught:
        call()
    assert words in str(caught.value)


def test_a_variance_that_is_not_positive_is_refused():
    frame = dyad_frame(panel(3, 1), "unit", "month", ["stringency"])
    frame = replace(frame, columns={**frame.columns, "x": np.array([1.0, 2.0, 4.0])})
    with pytest.raises(ModelError, match="dyadic variance of 'x' is not positive"):
        fit_dyads(
            frame, outcome="stringency", regressors=["x"], effects="none", small_sample="none"
        )


def test_carrying_units_count_those_in_whose_pairs_a_column_varies():
    first, second = np.triu_indices(40, k=1)
    spread = np.ones(len(first))
    six = ((first < 6) & (second < 6)).astype(float)
    found = carrying_units(np.column_stack([spread, six]), first, second, 40)
    assert found == pytest.approx([40, 6], rel=ROUNDING)


def test_a_mark_on_few_units_has_a_note():
    frame = dyad_frame(panel(70, 1), "unit", "month", ["stringency", "support"])
    mark = ((frame.first < 6) & (frame.second < 6)).astype(float)
    frame = add_column(frame, "mark", mark)
    fit = fit_dyads(frame, outcome="stringency", regressors=["support", "mark"])
    assert len(fit.notes) == 1
    assert "'mark' varies in pairs of about 6 units" in fit.notes[0]


def test_simulation_is_seeded_and_finds_the_test_too_eager_for_a_group_of_six():
    first, again = (simulate_dyads(40, 1, units=(6, 20)) for _ in range(2))
    pd.testing.assert_frame_equal(first, again)
    assert list(first["regressor"]) == ["distance", "distance", "group_of_six"]
    # 22 per cent of 2,000 replications; fewer than 3 of 40 are a chance of one in a hundred.
    assert first["rejections"].iloc[2] >= 3
    with pytest.raises(ModelError, match="0 replications"):
        simulate_dyads(0, 1)
