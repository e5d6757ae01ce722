"""Bad panels are refused with the name of the variable or unit, or reported as dropped."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from panels import MADE, made

from analysis.errors import ModelError
from analysis.models.panel import COVARIANCES, MODELS, fit_panel

EXACT = 1e-9


def fit(frame, **options):
    return fit_panel(frame, **(MADE | options))


def test_a_repeated_key_names_unit_and_period():
    frame = made()
    twice = pd.concat([frame, frame[(frame["unit"] == 3) & (frame["time"] == 2)]])
    with pytest.raises(ModelError, match="unit '3' has more than one row for time '2'"):
        fit(twice)


@pytest.mark.parametrize("model", ["fixed", "two_way"])
def test_singletons_everywhere_are_refused_before_a_library_panics(model):
    frame = made()
    alone = frame[frame["unit"] % 6 == frame["time"]]
    with pytest.raises(ModelError, match="holds a single row"):
        fit(alone, model=model)


def test_singletons_are_dropped_again_and_again_and_named():
    frame = made()
    lonely = pd.DataFrame(
        {"unit": [90, 91, 91], "time": [0, 0, 99], "y": 1.0, "x": 2.0, "z": 3.0, "region": 9}
    )
    found = fit(pd.concat([frame, lonely]), model="two_way")
    plain = fit(frame, model="two_way")
    assert found.rows == plain.rows
    np.testing.assert_allclose(found.estimates, plain.estimates, rtol=EXACT)
    reasons = {(item.kind, item.name, item.rows) for item in found.dropped}
    assert reasons == {("singleton", "90, 91", 2), ("singleton", "99", 1)}


def test_an_absorbed_regressor_is_reported():
    frame = made().assign(size=lambda d: d["unit"] ** 2.0)
    found = fit(frame, regressors=["x", "size"], model="fixed")
    assert found.names == ("x",)
    assert [(item.kind, item.name) for item in found.dropped] == [("absorbed", "size")]
    with pytest.raises(ModelError, match="absorbed by the unit effects"):
        found.coefficient("size")


@pytest.mark.parametrize("keep", [1.0, 0.8])
def test_a_regressor_of_unit_and_period_is_absorbed_by_two_way_effects(keep):
    frame = made(units=40, keep=keep).assign(w=lambda d: 1e6 * d["unit"] + d["time"] ** 2)
    found = fit(frame, regressors=["x", "w"], model="two_way")
    regressors = [(item.kind, item.name) for item in found.dropped if item.kind != "singleton"]
    assert regressors == [("absorbed", "w")]


def test_nothing_left_is_refused():
    frame = made().assign(size=lambda d: d["unit"] * 1.0)
    with pytest.raises(ModelError, match="no regressor is left: size"):
        fit(frame, regressors=["size"], model="fixed")


def test_a_collinear_regressor_is_reported_with_its_partners():
    frame = made().assign(w=lambda d: 2 * d["x"] - d["z"])
    found = fit(frame, regressors=["x", "z", "w"])
    assert found.names == ("x", "z")
    assert found.dropped[0].reason == "'w' is a combination of x, z"


def test_missing_values_are_dropped_and_counted():
    frame = made()
    frame.loc[[3, 5], "x"] = np.nan
    frame.loc[5, "y"] = np.nan
    found = fit(frame)
    assert found.rows == len(frame) - 2
    assert {(item.name, item.rows) for item in found.dropped} == {("x", 2), ("y", 1)}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"x": np.inf}, "'x' is infinite in row 0"),
        ({"x": "much"}, "'x' is not numeric"),
        ({"unit": None}, "key 'unit' is missing in row"),
        ({"x": np.nan}, "no row has a value"),
        ({"region": 1}, "hold a single group, '1'"),
        ({"y": 1.1}, "'y' is fitted without error"),
    ],
)
def test_bad_columns_are_named(change, words):
    with pytest.raises(ModelError, match=words):
        fit(made().assign(**change), clusters=["region"])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"model": "twoway"}, "did you mean 'two_way'"),
        ({"covariance": "cr4"}, "unknown covariance 'cr4'"),
        ({"regressors": ["x", "zz"]}, "no column 'zz'"),
        ({"regressors": []}, "no regressor was named"),
        ({"regressors": ["x", "x"]}, "'x' is named twice"),
        ({"clusters": ["unit", "unit"]}, "two different ones"),
        ({"covariance": "robust", "clusters": ["unit"]}, "but the covariance is 'robust'"),
        ({"covariance": "cr2", "clusters": ["unit", "time"]}, "takes one clustering"),
        ({"level": 1.0}, "no share"),
        ({"covariance": "driscoll_kraay", "bandwidth": 6}, "does not fit 6 periods"),
        ({"covariance": "newey_west", "model": "between"}, "unit means have no periods"),
        ({"model": "between", "clusters": ["time"]}, "changes within unit '0'"),
        ({"covariance": "wild_cluster", "draws": 5, "units": 13}, "5 draws cannot reach"),
        ({"covariance": "wild_cluster", "weights": "mammen"}, "unknown bootstrap weights"),
    ],
)
def test_bad_requests_say_what_is_allowed(options, words):
    frame = made(units=options.pop("units", 12))
    with pytest.raises(ModelError, match=words):
        fit(frame, **options)


def test_a_cluster_that_decides_alone_is_named():
    frame = made().assign(x=lambda d: 1.0 * ((d["unit"] == 4) & (d["time"] > 2)))
    with pytest.raises(ModelError, match="without cluster '4' the coefficient of 'x'"):
        fit(frame, regressors=["x", "z"], covariance="cr3")
    found = fit(frame, regressors=["x", "z"], covariance="cr2")
    assert "cluster '4' alone" in found.notes[0]


def test_differences_do_not_cross_a_missing_period():
    frame = made()
    gap = frame[~((frame["unit"] == 2) & (frame["time"] == 3))]
    found = fit(gap, model="first_difference")
    assert found.rows == 12 * 5 - 2
    assert (found.dropped[0].kind, found.dropped[0].rows) == ("gap", 1)
    with pytest.raises(ModelError, match="no unit is seen in two neighbouring periods"):
        fit(frame[frame["time"].isin([0, 2, 5])], model="first_difference")


def test_the_order_of_rows_and_the_labels_do_not_matter():
    frame = made(keep=0.9)
    shuffled = frame.sample(frac=1, random_state=3).assign(
        unit=lambda d: d["unit"].map("u{:02d}".format),
        time=lambda d: pd.to_datetime("2020-01-01") + pd.to_timedelta(d["time"], unit="D"),
    )
    for model in MODELS:
        one, other = fit(frame, model=model), fit(shuffled, model=model)
        np.testing.assert_allclose(one.estimates, other.estimates, rtol=EXACT)
        np.testing.assert_allclose(one.covariance_matrix, other.covariance_matrix, rtol=EXACT)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("covariance", COVARIANCES)
def test_every_model_takes_every_covariance_that_it_can(model, covariance):
    frame = made()
    if model == "between" and covariance in ("driscoll_kraay", "newey_west"):
        with pytest.raises(ModelError, match="no periods"):
            fit(frame, model=model, covariance=covariance)
        return
    found = fit(frame, model=model, covariance=covariance, clusters=None)
    for item in found.coefficients:
        assert item.lower < item.estimate < item.upper
        assert 0 <= item.p_value <= 1
    assert found.balanced
    assert 0 < found.r2 < 1
    assert len(found.residuals) == found.rows


@pytest.mark.parametrize("suffix", ["", "15"])
def test_dates_written_as_numbers_are_refused(suffix):
    months = ("202010", "202011", "202012", "202101", "202102", "202103")
    codes = dict(enumerate(int(month + suffix) for month in months))
    with pytest.raises(ModelError, match=f"look like dates written as numbers .202010{suffix}"):
        fit(made().assign(time=lambda d: d["time"].map(codes)))


def test_periods_and_whole_numbers_keep_their_distances():
    """A month that no unit reports is still a month between its neighbours."""
    frame = made(periods=8).query("time != 3")
    months = frame.assign(time=pd.PeriodIndex.from_ordinals(600 + frame["time"], freq="M"))
    halves = frame.assign(time=2.0 * frame["time"])
    words = frame.assign(time=frame["time"].astype(str))
    options = {"covariance": "driscoll_kraay", "bandwidth": 2}
    errors = [
        fit(table, **options).coefficient("x").standard_error
        for table in (frame, months, halves, words)
    ]
    assert errors[1] == pytest.approx(errors[0], rel=EXACT)
    assert errors[2] == pytest.approx(errors[0], rel=EXACT)
    assert errors[3] != pytest.approx(errors[0], rel=1e-3)


def test_booleans_and_nullable_numbers_are_numbers():
    frame = made().assign(late=lambda d: d["time"] > 3, count=lambda d: d["unit"] % 3 * d["time"])
    plain = fit(frame.astype({"late": float}), regressors=["late", "count"])
    nullable = frame.astype({"late": "boolean", "count": "Int64"})
    np.testing.assert_allclose(
        fit(nullable, regressors=["late", "count"]).estimates, plain.estimates, rtol=EXACT
    )


def test_a_fixed_regressor_leaves_no_differences():
    frame = made().assign(size=lambda d: d["unit"] * 1.0)
    found = fit(frame, regressors=["x", "size"], model="first_difference")
    assert found.dropped[0].reason == "'size' is absorbed by differences or means over time"


@pytest.mark.parametrize("model", ["pooled", "fixed", "two_way"])
def test_large_offsets_cost_no_digits(model):
    """What is far from zero is centred before effects are taken out, or solved by QR."""
    frame = made(keep=0.8, seed=2)
    moved = frame.assign(x=frame["x"] + 1e5, y=frame["y"] + 1e6)
    plain, far = fit(frame, model=model), fit(moved, model=model)
    for name in ("x", "z"):
        one, other = plain.coefficient(name), far.coefficient(name)
        assert other.estimate == pytest.approx(one.estimate, rel=1e-7)
        assert other.standard_error == pytest.approx(one.standard_error, rel=1e-7)
    if model == "pooled":
        with pytest.raises(ModelError, match="constant, x, z are too nearly collinear"):
            fit(moved, model=model, covariance="cr2")
