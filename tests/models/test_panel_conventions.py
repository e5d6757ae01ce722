"""Each small-sample convention against the library that it is named after."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from panels import MADE, made

from analysis.errors import ModelError
from analysis.models.panel import fit_panel
from analysis.models.panel_conventions import (
    CONVENTIONS,
    cluster_factors,
    conventions_table,
    lookup_convention,
)

EXACT = 1e-8


def errors(**options):
    fit = fit_panel(made(seed=4), **MADE, model="two_way", **options)
    return np.array([item.standard_error for item in fit.coefficients])


def dummies(frame):
    units = pd.get_dummies(frame["unit"], prefix="u", dtype=float)
    times = pd.get_dummies(frame["time"], prefix="t", dtype=float, drop_first=True)
    return pd.concat([frame[["x", "z"]], units, times], axis=1)


def test_sandwich_is_least_squares_with_dummies_in_statsmodels():
    import statsmodels.api as sm

    frame = made(seed=4)
    peer = sm.OLS(frame["y"], dummies(frame)).fit(
        cov_type="cluster", cov_kwds={"groups": frame["unit"], "df_correction": True}
    )
    np.testing.assert_allclose(errors(convention="sandwich"), peer.bse.iloc[:2], rtol=EXACT)
    fit = fit_panel(made(seed=4), **MADE, model="two_way", convention="sandwich")
    assert fit.coefficients[0].df == len(frame) - dummies(frame).shape[1]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("effects_counted", {"k_fixef": "full"}),
        ("effects_not_counted", {"k_fixef": "none"}),
        ("fixest", {"k_fixef": "nonnested"}),
    ],
)
def test_counting_of_effects_is_that_of_pyfixest(name, options):
    import pyfixest

    peer = pyfixest.feols(
        "y ~ x + z | time + unit", made(seed=4), vcov={"CRV1": "unit"}, ssc=pyfixest.ssc(**options)
    )
    np.testing.assert_allclose(errors(convention=name), peer.se().to_numpy(), rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "counted", "debiased"), [("linearmodels", True, True), ("plm", False, False)]
)
@pytest.mark.parametrize("kind", ["clustered", "two_way", "driscoll_kraay", "robust"])
def test_linearmodels_with_and_without_counting_the_effects(name, counted, debiased, kind):
    from linearmodels.panel import PanelOLS

    frame = made(seed=4)
    data = frame.set_index(["unit", "time"])
    kinds = {
        "clustered": ({"cov_type": "clustered", "cluster_entity": True}, {}),
        "two_way": (
            {"cov_type": "clustered", "cluster_entity": True, "cluster_time": True},
            {"clusters": ["unit", "time"]},
        ),
        "driscoll_kraay": (
            {"cov_type": "kernel", "bandwidth": 2},
            {"covariance": "driscoll_kraay", "bandwidth": 2},
        ),
        "robust": ({"cov_type": "robust"}, {"covariance": "robust"}),
    }
    theirs, ours = kinds[kind]
    peer = PanelOLS(data["y"], data[["x", "z"]], entity_effects=True, time_effects=True).fit(
        debiased=debiased, count_effects=counted, auto_df=False, **theirs
    )
    np.testing.assert_allclose(
        errors(convention=name, **ours), peer.std_errors.to_numpy(), rtol=EXACT
    )


@pytest.mark.parametrize(
    ("name", "rule"), [("sandwich", "conventional"), ("effects_counted", "min")]
)
def test_two_way_clusters_with_each_count_or_the_smallest_agree_with_pyfixest(name, rule):
    import pyfixest

    peer = pyfixest.feols(
        "y ~ x + z | time + unit",
        made(seed=4),
        vcov={"CRV1": "unit+time"},
        ssc=pyfixest.ssc(k_fixef="full", G_df=rule),
    )
    found = errors(convention=name, clusters=["unit", "time"])
    np.testing.assert_allclose(found, peer.se().to_numpy(), rtol=1e-6)


def test_two_clusterings_take_the_smallest_or_each_count():
    smallest = cluster_factors(lookup_convention("fixest"), [30, 6, 180])
    each = cluster_factors(lookup_convention("sandwich"), [30, 6, 180])
    assert smallest == (6 / 5,) * 3
    assert each == (30 / 29, 6 / 5, 180 / 179)


def test_the_result_names_its_convention():
    for name in CONVENTIONS:
        fit = fit_panel(made(), **MADE, model="two_way", convention=name)
        assert f"convention {name}" in fit.convention
        assert set(fit.table()["convention"]) == {fit.convention}


def test_the_table_has_every_convention_and_its_equivalents():
    table = conventions_table()
    assert list(table["name"]) == list(CONVENTIONS)
    assert (table[["stata", "r", "python"]].map(len) > 0).all(axis=None)


def test_an_unknown_convention_is_refused():
    with pytest.raises(ModelError, match="sandwich"):
        lookup_convention("sandwhich")
