"""Panel models against R (fixest, plm), Grunfeld's published numbers, linearmodels and pyfixest."""

from __future__ import annotations

import numpy as np
import pytest
from panels import GRUNFELD, MADE, REFERENCE, STAGGERED, grunfeld, made, staggered

from analysis.models.panel import fit_panel

# R prints 15 digits; both programs solve the same least-squares problem in double precision.
SAME_ESTIMATE = 1e-7
SAME_ERROR = 1e-5
# The published numbers have four digits.
PRINTED = 5e-5
# Two libraries, one closed form.
EXACT = 1e-8
# pyfixest stops its projections at 1e-6 unless told otherwise.
PROJECTED = 1e-5


def numbers(fit, names=("x", "post")):
    return [[fit.coefficient(n).estimate, fit.coefficient(n).standard_error] for n in names]


def check(fit, expected):
    for (estimate, error), (reference, reference_error) in zip(
        numbers(fit, expected), expected.values(), strict=True
    ):
        assert estimate == pytest.approx(reference, rel=SAME_ESTIMATE)
        assert error == pytest.approx(reference_error, rel=SAME_ERROR)


@pytest.mark.parametrize(
    ("key", "options"),
    [
        ("two_way_fixed_effects_cluster_unit_fixest", {"model": "two_way"}),
        ("one_way_within", {"model": "fixed", "covariance": "unadjusted"}),
        ("random_effects_swamy_arora", {"model": "random", "covariance": "unadjusted"}),
    ],
)
def test_estimates_and_errors_are_those_of_r(key, options):
    check(fit_panel(staggered(), **STAGGERED, **options), REFERENCE[key])


def test_two_way_effects_of_plm_with_three_kinds_of_errors():
    expected = REFERENCE["two_way_fixed_effects_plm"]
    options = {"model": "two_way", "convention": "plm"}
    unadjusted = fit_panel(staggered(), **STAGGERED, model="two_way", covariance="unadjusted")
    check(unadjusted, {name: expected[name] for name in ("x", "post")})
    serial = fit_panel(
        staggered(), **STAGGERED, **options, covariance="driscoll_kraay", bandwidth=2
    )
    arellano = fit_panel(staggered(), **STAGGERED, **options)
    for fit, key in ((serial, "driscoll_kraay_lag_2_HC0"), (arellano, "arellano_HC0")):
        for name, error in expected[key].items():
            assert fit.coefficient(name).standard_error == pytest.approx(error, rel=SAME_ERROR)
        assert "plm" in fit.convention


@pytest.mark.parametrize("model", ["fixed", "random"])
def test_grunfelds_ten_firms(model):
    fit = fit_panel(grunfeld(), **GRUNFELD, model=model, covariance="unadjusted")
    assert (fit.units, fit.periods, fit.rows) == (10, 20, 200)
    for name, value in REFERENCE["grunfeld_published"][model].items():
        assert fit.coefficient(name).estimate == pytest.approx(value, abs=PRINTED)


def linearmodels_fit(frame, model):
    from linearmodels import panel

    data = frame.set_index(["unit", "time"])
    design = data[["x", "z"]]
    constant = design.assign(constant=1.0)[["constant", "x", "z"]]
    models = {
        "pooled": lambda: panel.PooledOLS(data["y"], constant),
        "fixed": lambda: panel.PanelOLS(data["y"], design, entity_effects=True),
        "two_way": lambda: panel.PanelOLS(
            data["y"], design, entity_effects=True, time_effects=True
        ),
        "random": lambda: panel.RandomEffects(data["y"], constant),
        "between": lambda: panel.BetweenOLS(data["y"], constant),
        "first_difference": lambda: panel.FirstDifferenceOLS(data["y"], design),
    }
    return models[model]().fit()


@pytest.mark.parametrize("keep", [1.0, 0.8])
@pytest.mark.parametrize(
    "model", ["pooled", "fixed", "two_way", "random", "between", "first_difference"]
)
def test_every_model_agrees_with_linearmodels(model, keep):
    frame = made(keep=keep, seed=4)
    fit = fit_panel(frame, **MADE, model=model, covariance="unadjusted")
    peer = linearmodels_fit(frame, model)
    assert fit.dropped == () or model == "first_difference"
    np.testing.assert_allclose(fit.estimates, peer.params.to_numpy(), rtol=EXACT)
    errors = [item.standard_error for item in fit.coefficients]
    np.testing.assert_allclose(errors, peer.std_errors.to_numpy(), rtol=EXACT)


def test_mundlak_slopes_are_those_of_fixed_effects():
    frame = made()
    mundlak = fit_panel(frame, **MADE, model="correlated_random")
    fixed = fit_panel(frame, **MADE, model="fixed")
    for name in ("x", "z"):
        assert mundlak.coefficient(name).estimate == pytest.approx(
            fixed.coefficient(name).estimate, rel=EXACT
        )


PEERS = [
    ("hetero", {"covariance": "robust"}),
    ({"CRV1": "unit"}, {}),
    ({"CRV1": "region"}, {"clusters": ["region"]}),
    ({"CRV1": "unit+time"}, {"clusters": ["unit", "time"]}),
    ("DK", {"covariance": "driscoll_kraay", "bandwidth": 2}),
]
# pyfixest counts positions, not periods, across gaps.
WITHOUT_GAPS = [("NW", {"covariance": "newey_west", "bandwidth": 2}, 1.0)]


@pytest.mark.parametrize(
    ("vcov", "options", "keep"),
    [(*peer, keep) for peer in PEERS for keep in (1.0, 0.8)] + WITHOUT_GAPS,
)
def test_two_way_effects_agree_with_pyfixest(vcov, options, keep):
    import pyfixest

    frame = made(keep=keep, seed=4)
    serial = isinstance(vcov, str) and vcov != "hetero"
    more = {"vcov_kwargs": {"lag": 2, "time_id": "time", "panel_id": "unit"}} if serial else {}
    # The clustered effect is last: release 0.60 miscounts nested effects in the other order.
    peer = pyfixest.feols("y ~ x + z | time + unit", frame, vcov=vcov, **more)
    fit = fit_panel(frame, **MADE, model="two_way", **options)
    np.testing.assert_allclose(fit.estimates, peer.coef().to_numpy(), rtol=PROJECTED)
    errors = [item.standard_error for item in fit.coefficients]
    np.testing.assert_allclose(errors, peer.se().to_numpy(), rtol=PROJECTED)
    p_values = [item.p_value for item in fit.coefficients]
    np.testing.assert_allclose(p_values, peer.pvalue().to_numpy(), rtol=1e-3)


def test_the_jackknife_of_pyfixest_differs_by_its_factor_alone():
    """pyfixest multiplies the sum of squares by its CR1 factor, CR3 here by (G - 1)/G."""
    import pyfixest

    frame = made()
    peer = pyfixest.feols("y ~ x + z | time + unit", frame, vcov={"CRV3": "unit"})
    fit = fit_panel(frame, **MADE, model="two_way", covariance="cr3")
    groups, rows, counted = 12, 72, 2 + 5 + 1
    factor = groups / (groups - 1) * (rows - 1) / (rows - counted)
    ours = np.array([item.standard_error for item in fit.coefficients])
    theirs = peer.se().to_numpy() / np.sqrt(factor * groups / (groups - 1))
    np.testing.assert_allclose(ours, theirs, rtol=EXACT)
