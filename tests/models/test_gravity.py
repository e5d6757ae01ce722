"""PPML gravity: numbers of another package, dense sandwiches, separation by linear programme."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from analysis.errors import ModelError
from analysis.models.gravity import fit_gravity
from analysis.models.gravity_jackknife import jackknife_gravity
from analysis.models.gravity_sample import Columns, gravity_sample, prune
from analysis.models.gravity_separation import separated

REFERENCES = Path(__file__).parents[1] / "reference"
REFERENCE = json.loads((REFERENCES / "gravity.json").read_text())
# Both programs iterate to 1e-8 of the deviance or closer; estimates are far more exact.
ESTIMATE = 1e-7
# fixest takes the weights of the step before the last: its own errors are exact to about 1e-5.
STANDARD_ERROR = 1e-5
# A sandwich from dense matrices at the same fitted means; demeaning stops at 1e-12.
SANDWICH = 1e-6
NAMES: dict[str, Any] = {
    "flow": "trade",
    "exporter": "exporter",
    "importer": "importer",
    "period": "year",
}
CASES = [
    ("exporter_importer_year_cluster_pair", "two_way", "pair"),
    ("exporter_importer_year_cluster_exporter_and_importer", "two_way", "two_way"),
    ("three_way_cluster_pair", "three_way", "pair"),
]


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    return pd.read_csv(REFERENCES / "gravity_panel.csv.gz")


def made(countries: int = 8, years: int = 4, seed: int = 3, zeros: float = 0.2) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = [
        (f"c{i}", f"c{j}", 2000 + t)
        for i in range(countries)
        for j in range(countries)
        if i != j
        for t in range(years)
    ]
    frame = pd.DataFrame(rows, columns=["exporter", "importer", "year"])
    frame["log_cost"] = rng.normal(size=len(frame))
    frame["treaty"] = (rng.uniform(size=len(frame)) < 0.3).astype(float)
    mean = np.exp(1 - 0.5 * frame["log_cost"] + 0.3 * frame["treaty"])
    frame["trade"] = rng.poisson(mean) * (rng.uniform(size=len(frame)) > zeros)
    return frame


@pytest.mark.parametrize(("key", "effects", "cluster"), CASES)
def test_agrees_with_fixest(panel, key, effects, cluster):
    expected = REFERENCE[key]
    fit = fit_gravity(
        panel, **NAMES, regressors=list(expected), fixed_effects=effects, cluster=cluster
    )
    for name, (estimate, error) in expected.items():
        found = fit.coefficient(name)
        assert found.estimate == pytest.approx(estimate, rel=ESTIMATE)
        assert found.standard_error == pytest.approx(error, rel=STANDARD_ERROR)
    assert fit.observations == len(panel)
    assert fit.dropped == ()


def test_conventions_are_named_and_convert_into_each_other(panel):
    fits = {
        rule: fit_gravity(panel, **NAMES, regressors=["agreement"], small_sample=rule)
        for rule in ("fixest", "clusters", "none")
    }
    n, pairs = 7830, 870
    parameters = 1 + 30 + 30 + 9 - 2
    factors = {
        "none": 1.0,
        "clusters": pairs / (pairs - 1),
        "fixest": pairs / (pairs - 1) * (n - 1) / (n - parameters),
    }
    bare = fits["none"].coefficient("agreement").standard_error
    for rule, fit in fits.items():
        assert fit.factor == pytest.approx(factors[rule], rel=1e-14)
        expected = bare * np.sqrt(factors[rule])
        assert fit.coefficient("agreement").standard_error == pytest.approx(expected, rel=1e-12)
        assert "pair (870)" in fit.convention
        assert "869 degrees of freedom" in fit.convention


def test_nested_effects_count_once_under_clusters_that_hold_them():
    frame = made(zeros=0.0)
    fit = fit_gravity(
        frame, **NAMES, regressors=["treaty"], fixed_effects="three_way", cluster="two_way"
    )
    n, parameters = fit.observations, 1 + 3 - 2 + 0
    assert fit.factor == pytest.approx(8 / 7 * (n - 1) / (n - parameters), rel=1e-14)


def brute_sandwich(frame: pd.DataFrame, names: list[str], groups: list[Any]) -> Any:
    """Newton steps on dense dummies, sandwich with the given clusterings (signed)."""
    dummies = pd.get_dummies(frame[["exporter", "importer", "year"]].astype(str), dtype=float)
    x = np.column_stack([frame[names], dummies])
    y, beta = frame["trade"].to_numpy(float), np.zeros(x.shape[1])
    beta[len(names) :] = np.log(y.mean()) / 3
    for _ in range(60):
        mean = np.exp(x @ beta)
        beta = beta + np.linalg.pinv(x.T @ (mean[:, None] * x)) @ (x.T @ (y - mean))
    mean = np.exp(x @ beta)
    bread = np.linalg.pinv(x.T @ (mean[:, None] * x))
    scores, meat = (y - mean)[:, None] * x, 0.0
    for sign, codes in groups:
        sums = pd.DataFrame(scores).groupby(np.asarray(codes)).sum().to_numpy()
        meat = meat + sign * (sums.T @ sums)
    k = len(names)
    return beta[:k], (bread @ meat @ bread)[:k, :k]


def test_two_way_sandwich_is_that_of_dense_matrices():
    frame = made(seed=5, zeros=0.0)
    names = ["log_cost", "treaty"]
    fit = fit_gravity(frame, **NAMES, regressors=names, cluster="two_way", small_sample="none")
    pair = frame["exporter"] + frame["importer"]
    signs = [(1, frame["exporter"]), (1, frame["importer"]), (-1, pair)]
    beta, covariance = brute_sandwich(frame, names, signs)
    assert [c.estimate for c in fit.coefficients] == pytest.approx(beta, rel=ESTIMATE)
    assert fit.covariance == pytest.approx(covariance, rel=SANDWICH, abs=1e-12)


def test_effects_are_elasticities_for_logs_and_exponentials_for_dummies():
    fit = fit_gravity(made(), **NAMES, regressors=["log_cost", "treaty"])
    log, dummy = fit.coefficient("log_cost"), fit.coefficient("treaty")
    assert (log.kind, dummy.kind) == ("log", "dummy")
    assert (log.effect, log.effect_lower, log.effect_upper) == (log.estimate, log.lower, log.upper)
    assert dummy.effect == pytest.approx(100 * (np.exp(dummy.estimate) - 1), rel=1e-12)
    assert dummy.effect_upper == pytest.approx(100 * (np.exp(dummy.upper) - 1), rel=1e-12)
    level = fit_gravity(made(), **NAMES, regressors=["log_cost"], logs=()).coefficient("log_cost")
    assert level.kind == "level"


def test_scale_and_order_of_rows_do_not_matter():
    frame = made()
    first = fit_gravity(frame, **NAMES, regressors=["log_cost", "treaty"])
    shuffled = frame.sample(frac=1, random_state=1).assign(log_cost=frame["log_cost"] * 1e-6)
    second = fit_gravity(shuffled, **NAMES, regressors=["log_cost", "treaty"])
    one, two = first.coefficient("log_cost"), second.coefficient("log_cost")
    assert two.estimate == pytest.approx(one.estimate * 1e6, rel=1e-8)
    assert two.standard_error == pytest.approx(one.standard_error * 1e6, rel=1e-8)


def separated_by_linear_programme(frame: pd.DataFrame, names: list[str]) -> Any:
    """Zero flows with a direction that is zero on positive flows and positive on them."""
    dummies = pd.get_dummies(frame[["exporter", "importer", "year"]].astype(str), dtype=float)
    x = np.column_stack([frame[names], dummies])
    zero = frame["trade"].to_numpy() == 0
    count, k = int(zero.sum()), x.shape[1]
    low = np.hstack([-x[zero], np.eye(count)])
    sign = np.hstack([-x[zero], np.zeros((count, count))])
    equal = np.hstack([x[~zero], np.zeros((int((~zero).sum()), count))])
    found = linprog(
        np.r_[np.zeros(k), -np.ones(count)],
        A_ub=np.vstack([low, sign]),
        b_ub=np.zeros(2 * count),
        A_eq=equal,
        b_eq=np.zeros(len(equal)),
        bounds=[(None, None)] * k + [(0, 1)] * count,
    )
    rows = np.flatnonzero(zero)[found.x[k:] > 1e-7]
    return set(rows.tolist())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_separated_observations_are_those_of_a_linear_programme(seed):
    """Exporters c0-c2 sell only to importers c5-c7, who buy from nobody else."""
    frame = made(seed=seed, zeros=0.4)
    sells = frame["exporter"].isin(["c0", "c1", "c2"])
    buys = frame["importer"].isin(["c5", "c6", "c7"])
    frame.loc[sells & ~buys, "trade"] = 0
    frame = frame[sells | ~buys].reset_index(drop=True)
    names = ["log_cost", "treaty"]
    expected = separated_by_linear_programme(frame, names)
    fit = fit_gravity(frame, **NAMES, regressors=names)
    dropped = {item.reason: item for item in fit.dropped}
    assert set(dropped["separated"].rows) == expected
    assert len(expected) == int((sells & ~buys).sum())
    assert fit.observations == len(frame) - len(expected)
    kept = frame.drop(index=sorted(expected))
    assert fit.coefficients == fit_gravity(kept, **NAMES, regressors=names).coefficients


@pytest.mark.parametrize("seed", range(12))
def test_the_check_of_separation_is_that_of_a_dense_linear_programme(seed):
    rng = np.random.default_rng(seed)
    frame = made(countries=6, years=3, seed=seed, zeros=0.55)
    frame["rare"] = (rng.uniform(size=len(frame)) < 0.1) * rng.integers(1, 3, len(frame)) * 1.0
    frame.loc[frame["rare"] > seed % 2, "trade"] = 0
    names = ["log_cost", "treaty", "rare"]
    columns = Columns("trade", "exporter", "importer", "year", tuple(names))
    sample, _ = prune(gravity_sample(frame, columns, "two_way"))
    kept = frame.loc[sample.keys.index].reset_index(drop=True)
    expected = separated_by_linear_programme(kept, names)
    assert set(np.flatnonzero(separated(sample)).tolist()) == expected


def test_a_regressor_that_marks_nothing_but_zero_flows_is_refused():
    frame = made(zeros=0.0)
    frame["ban"] = 0.0
    frame.loc[[3, 40, 77], "ban"] = 1.0
    frame.loc[[3, 40, 77], "trade"] = 0
    with pytest.raises(ModelError, match=r"'ban' is constant .* once 3 zero flows"):
        fit_gravity(frame, **NAMES, regressors=["log_cost", "ban"])
    with pytest.raises(ModelError, match=r"'ban' is constant .* once 3 zero flows"):
        fit_gravity(frame, **NAMES, regressors=["ban"])


def test_all_zero_pairs_and_singletons_are_dropped_and_named():
    frame = made(zeros=0.0)
    pair = (frame["exporter"] == "c0") & (frame["importer"] == "c1")
    frame.loc[pair, "trade"] = 0
    single = (frame["exporter"] == "c2") & (frame["importer"] == "c3") & (frame["year"] > 2000)
    frame = frame[~single]
    fit = fit_gravity(frame, **NAMES, regressors=["log_cost"], fixed_effects="three_way")
    reasons = {(item.reason, item.by): item for item in fit.dropped}
    assert reasons["all-zero group", "pair"].groups == ("c0 – c1",)
    assert reasons["all-zero group", "pair"].observations == 4
    assert reasons["singleton", "pair"].groups == ("c2 – c3",)
    assert fit.observations == len(frame) - 5
    assert any("c0 – c1" in note for note in fit.notes)


def test_dropping_leaves_the_estimate_where_it_was():
    frame = made(zeros=0.0)
    pair = (frame["exporter"] == "c0") & (frame["importer"] == "c1")
    frame.loc[pair, "trade"] = 0
    options: dict[str, Any] = {"regressors": ["log_cost"], "fixed_effects": "three_way"}
    with_pair = fit_gravity(frame, **NAMES, **options)
    without = fit_gravity(frame[~pair], **NAMES, **options)
    assert with_pair.coefficients == without.coefficients


def test_prune_goes_on_until_nothing_more_falls():
    frame = pd.DataFrame(
        {
            "exporter": ["a", "a", "b", "b", "c", "c"],
            "importer": ["x", "y", "x", "y", "x", "z"],
            "year": [1, 1, 1, 1, 1, 1],
            "x": [1.0, 2.0, 3.0, 5.0, 1.0, 2.0],
            "trade": [1.0, 2.0, 1.0, 2.0, 4.0, 1.0],
        }
    )
    columns = Columns("trade", "exporter", "importer", "year", ("x",))
    kept, dropped = prune(gravity_sample(frame, columns, "two_way"))
    assert kept.keys.index.tolist() == [0, 1, 2, 3]
    assert {(d.by, d.rows) for d in dropped} == {("importer", (5,)), ("exporter", (4,))}


def test_every_group_singleton_is_refused_before_the_library_sees_it():
    frame = made(years=1, zeros=0.0)
    with pytest.raises(ModelError, match="no flow is left"):
        fit_gravity(frame, **NAMES, regressors=["log_cost"], fixed_effects="three_way")


def test_notes_name_the_incidental_parameter_bias():
    frame = made(zeros=0.0)
    three = fit_gravity(frame, **NAMES, regressors=["treaty"], fixed_effects="three_way")
    assert any("Weidner and Zylkin 2021" in note for note in three.notes)


BAD = [
    (lambda f: f.assign(trade=f["trade"] - 9), {}, "'trade' is negative"),
    (lambda f: pd.concat([f, f.iloc[:2]]), {}, "2 flows stand twice, the first is c0, c1, 2000"),
    (lambda f: f.assign(trade=0.0), {}, "every 'trade' is zero"),
    (lambda f: f.assign(log_cost=np.nan), {}, "'log_cost' is missing or infinite in 224 rows"),
    (lambda f: f.assign(exporter=None), {}, "'exporter' is missing"),
    (lambda f: f, {"regressors": ["log_cots"]}, "did you mean 'log_cost'"),
    (lambda f: f, {"regressors": []}, "at least one regressor"),
    (lambda f: f, {"regressors": ["trade"]}, "two roles"),
    (lambda f: f, {"fixed_effects": "threeway"}, "did you mean 'three_way'"),
    (lambda f: f, {"cluster": "gate"}, "unknown clustering 'gate'"),
    (lambda f: f, {"small_sample": "stata"}, "unknown small-sample factor"),
    (lambda f: f, {"logs": ["gdp"]}, "'gdp' is said to be in logs"),
    (lambda f: f, {"level": 95}, "level 95 is no coverage"),
    (
        lambda f: f.assign(log_cost=f["exporter"].str[1:].astype(float)),
        {},
        "'log_cost' does not vary within exporter",
    ),
    (
        lambda f: f.assign(
            log_cost=f["exporter"].str[1:].astype(float) + f["year"] ** 2 / 1e6,
        ),
        {},
        "'log_cost': collinear",
    ),
    (
        lambda f: f.assign(twice=2 * f["log_cost"]),
        {"regressors": ["log_cost", "twice"]},
        "'twice': collinear",
    ),
]


@pytest.mark.parametrize(("change", "options", "words"), BAD)
def test_bad_input_is_refused_in_words(change, options, words):
    with pytest.raises(ModelError) as caught:
        fit_gravity(change(made()), **NAMES, **{"regressors": ["log_cost"], **options})
    assert words in str(caught.value)


def test_one_cluster_is_refused():
    frame = made(zeros=0.0)
    frame = frame[frame["importer"] == "c0"]
    with pytest.raises(ModelError, match="1 cluster of importer"):
        fit_gravity(frame, **NAMES, regressors=["log_cost"], cluster="importer")


def test_fitted_result_has_a_table_and_refuses_unknown_names():
    fit = fit_gravity(made(), **NAMES, regressors=["log_cost"])
    assert fit.table().loc[0, "estimate"] == fit.coefficients[0].estimate
    with pytest.raises(ModelError, match="no regressor 'cost'"):
        fit.coefficient("cost")


def test_jackknife_is_seeded_and_follows_its_definition():
    frame = made(countries=10, zeros=0.0)
    options: dict[str, Any] = {**NAMES, "regressors": ["log_cost"], "splits": 1}
    first = jackknife_gravity(frame, **options, seed=4)
    again = jackknife_gravity(frame, **options, seed=4)
    assert first.corrected == pytest.approx(again.corrected, abs=0)
    assert not np.array_equal(
        first.corrected, jackknife_gravity(frame, **options, seed=5).corrected
    )
    names = np.unique(frame["exporter"])
    seed = np.random.SeedSequence(4).spawn(1)[0]
    half = np.random.default_rng(seed).permutation(names)[:5]
    parts = []
    for sells in (frame["exporter"].isin(half), ~frame["exporter"].isin(half)):
        for buys in (frame["importer"].isin(half), ~frame["importer"].isin(half)):
            part = fit_gravity(
                frame[sells & buys], **NAMES, regressors=["log_cost"], fixed_effects="three_way"
            )
            parts.append(part.coefficients[0].estimate)
    expected = 2 * first.estimates[0] - np.mean(parts)
    assert first.corrected[0] == pytest.approx(expected, rel=1e-8)
    assert first.bias[0] == pytest.approx(first.estimates[0] - expected, rel=1e-6)
    assert list(first.table()["name"]) == ["log_cost"]


def test_jackknife_names_the_subpanel_that_fails():
    frame = made(countries=8, zeros=0.0)
    frame["rare"] = ((frame["exporter"] == "c0") & (frame["importer"] == "c1")).astype(float)
    frame["rare"] *= frame["year"] > 2001
    with pytest.raises(ModelError, match="subpanel of the jackknife, exporters of the"):
        jackknife_gravity(frame, **NAMES, regressors=["rare"], splits=1)
