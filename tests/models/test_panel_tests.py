"""Tests of specification against published numbers, R, closed forms and statsmodels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from panels import GRUNFELD, MADE, REFERENCE, STAGGERED, grunfeld, made, staggered
from scipy import stats

from analysis.errors import ModelError
from analysis.models.panel import fit_panel
from analysis.models.panel_tests import (
    breusch_pagan,
    hausman,
    mundlak_test,
    panel_unit_root,
    pesaran_cd,
    wooldridge_serial_correlation,
)

# Published to four or five digits.
PRINTED = 5e-5
# R prints 15 digits.
SAME = 1e-7
EXACT = 1e-9


def unadjusted(frame, keys, model):
    return fit_panel(frame, **keys, model=model, covariance="unadjusted")


def test_hausman_of_grunfeld_is_that_of_plm():
    fixed, random = (unadjusted(grunfeld(), GRUNFELD, m) for m in ("fixed", "random"))
    found = hausman(fixed, random, variance="own")
    published = REFERENCE["grunfeld_published"]
    assert found.statistic == pytest.approx(published["hausman_chi2"], abs=PRINTED)
    assert found.p_value == pytest.approx(published["hausman_p"], abs=PRINTED)
    assert "does not speak against" in found.sentence
    assert found.table().loc[0, "df"] == "2"


def test_a_negative_quadratic_form_is_refused_where_plm_prints_its_absolute_value():
    fixed, random = (unadjusted(staggered(), STAGGERED, m) for m in ("fixed", "random"))
    with pytest.raises(ModelError, match="not positive definite") as caught:
        hausman(fixed, random, variance="own")
    printed = float(str(caught.value).split("form, ")[1].split(",")[0])
    assert printed == pytest.approx(-REFERENCE["hausman_chi2_p"][0], rel=SAME)
    found = hausman(fixed, random)
    assert found.statistic > 0
    assert found.p_value == pytest.approx(stats.chi2.sf(found.statistic, 2), rel=EXACT)


def test_the_number_that_plm_prints_comes_on_demand_with_words_that_it_decides_nothing():
    fixed, random = (unadjusted(staggered(), STAGGERED, m) for m in ("fixed", "random"))
    found = hausman(fixed, random, variance="own", indefinite="absolute")
    chi2, p_value = REFERENCE["hausman_chi2_p"]
    assert found.statistic == pytest.approx(chi2, rel=SAME)
    assert found.p_value == pytest.approx(p_value, rel=SAME)
    assert "decides nothing" in found.sentence
    assert "not positive definite" in found.method
    usual = hausman(fixed, random, indefinite="absolute")
    assert usual == hausman(fixed, random)
    with pytest.raises(ModelError, match="unknown way 'abs'"):
        hausman(fixed, random, indefinite="abs")


def test_hausman_wants_unadjusted_fits_of_the_same_rows():
    frame = made()
    fixed, random = (unadjusted(frame, MADE, m) for m in ("fixed", "random"))
    with pytest.raises(ModelError, match="got a 'random' fit"):
        hausman(random, random)
    with pytest.raises(ModelError, match="'clustered' errors"):
        hausman(fit_panel(frame, **MADE), random)
    with pytest.raises(ModelError, match="differ in outcome or rows"):
        hausman(fixed, unadjusted(frame[frame["unit"] > 2], MADE, "random"))


def test_mundlak_is_the_wald_test_of_the_unit_means_in_linearmodels():
    """In a balanced panel with one theta, random effects with means are least squares with it."""
    from linearmodels.panel import RandomEffects

    frame = made()
    means = frame.groupby("unit")[["x", "z"]].transform("mean").add_suffix("_mean")
    data = pd.concat([frame, means], axis=1).assign(constant=1.0).set_index(["unit", "time"])
    names = ["constant", "x", "z", "x_mean", "z_mean"]
    peer = RandomEffects(data["y"], data[names]).fit(
        cov_type="clustered", cluster_entity=True, debiased=False
    )
    wald = peer.wald_test(formula=["x_mean = 0", "z_mean = 0"]).stat
    factor = 12 / 11 * 71 / (72 - 5)
    found = mundlak_test(frame, **MADE)
    assert found.statistic == pytest.approx(wald / factor / 2, rel=EXACT)
    assert found.df == (2.0, 11.0)


def test_breusch_pagan_of_grunfeld_and_of_an_unbalanced_panel():
    found = breusch_pagan(unadjusted(grunfeld(), GRUNFELD, "pooled"))
    assert found.statistic == pytest.approx(
        REFERENCE["grunfeld_published"]["breusch_pagan_chi2"], abs=5e-3
    )
    fit = unadjusted(made(keep=0.7), MADE, "pooled")
    sums = pd.Series(fit.residuals).groupby(fit.unit_codes)
    total = (fit.residuals**2).sum()
    excess = (sums.sum() ** 2).sum() / total - 1
    pairs = (sums.size() * (sums.size() - 1)).sum()
    assert breusch_pagan(fit).statistic == pytest.approx(
        fit.rows**2 * excess**2 / (2 * pairs), rel=EXACT
    )
    with pytest.raises(ModelError, match="got a 'fixed' fit"):
        breusch_pagan(fit_panel(made(), **MADE))


def test_pesaran_cd_is_that_of_plm():
    found = pesaran_cd(unadjusted(staggered(), STAGGERED, "fixed"))
    z, p_value = REFERENCE["pesaran_cd_z_p_of_one_way_within"]
    assert found.statistic == pytest.approx(z, rel=SAME)
    assert found.p_value == pytest.approx(p_value, rel=SAME)


def test_pesaran_cd_of_an_unbalanced_panel_is_the_mean_of_pairwise_correlations():
    fit = unadjusted(made(units=5, periods=12, keep=0.8), MADE, "fixed")
    table = pd.DataFrame({"u": fit.unit_codes, "t": fit.time_codes, "e": fit.residuals})
    wide = table.pivot_table(index="t", columns="u", values="e")
    correlations, shared = wide.corr(min_periods=3).to_numpy(), wide.notna().astype(int)
    counts = (shared.T @ shared).to_numpy()
    upper = np.triu_indices(5, 1)
    expected = (np.sqrt(counts[upper]) * correlations[upper]).sum() / np.sqrt(10)
    assert pesaran_cd(fit).statistic == pytest.approx(expected, rel=EXACT)
    with pytest.raises(ModelError, match="got a 'two_way' fit"):
        pesaran_cd(unadjusted(made(), MADE, "two_way"))


def test_wooldridge_is_a_clustered_regression_on_the_lag():
    import statsmodels.api as sm

    fit = unadjusted(made(keep=0.9), MADE, "first_difference")
    table = pd.DataFrame({"u": fit.unit_codes, "t": fit.time_codes, "e": fit.residuals})
    lagged = table.assign(t=table["t"] + 1).rename(columns={"e": "lag"})
    both = table.merge(lagged, on=["u", "t"])
    peer = sm.OLS(both["e"], both[["lag"]]).fit(
        cov_type="cluster", cov_kwds={"groups": both["u"], "use_correction": False}
    )
    groups = both["u"].nunique()
    z = (peer.params["lag"] + 0.5) / peer.bse["lag"]
    found = wooldridge_serial_correlation(fit)
    assert found.statistic == pytest.approx(z**2 * (groups - 1) / groups, rel=EXACT)
    assert found.df == (1.0, groups - 1.0)


def test_maddala_wu_adds_the_logarithms_of_the_dickey_fuller_tests():
    from statsmodels.tsa.stattools import adfuller

    frame = grunfeld()
    found = panel_unit_root(frame, variable="invest", unit="firm", time="year", lags=1)
    p_values = [
        adfuller(group["invest"], maxlag=1, autolag=None, result_object=True).pvalue
        for _, group in frame.groupby("firm")
    ]
    assert found.statistic == pytest.approx(-2 * np.log(p_values).sum(), rel=EXACT)
    assert found.df == (20.0,)
    assert "Choi" in found.method


def test_a_unit_root_is_told_from_a_stationary_series():
    rng = np.random.default_rng(5)
    shocks = rng.normal(size=(8, 60))
    frames = {
        name: pd.DataFrame(
            {
                "unit": np.repeat(np.arange(8), 60),
                "time": np.tile(np.arange(60), 8),
                "value": values.ravel(),
            }
        )
        for name, values in {"walk": shocks.cumsum(axis=1), "noise": shocks}.items()
    }
    keys = {"variable": "value", "unit": "unit", "time": "time"}
    assert panel_unit_root(frames["walk"], **keys).p_value > 0.05
    assert panel_unit_root(frames["noise"], **keys).p_value < 1e-6


def test_short_constant_and_broken_series_are_named():
    frame = made(periods=12)
    keys = {"variable": "y", "unit": "unit", "time": "time"}
    with pytest.raises(ModelError, match="unit '3' has a gap in 'y'"):
        panel_unit_root(frame[~((frame["unit"] == 3) & (frame["time"] == 5))], **keys)
    with pytest.raises(ModelError, match="unit '2' has 12 periods of 'y' that do not vary"):
        panel_unit_root(frame.assign(y=frame["y"].where(frame["unit"] != 2, 1.0)), **keys)
    with pytest.raises(ModelError, match="unit '0' has 6 periods"):
        panel_unit_root(made(), **keys)
    with pytest.raises(ModelError, match="unknown deterministic part"):
        panel_unit_root(frame, **keys, deterministic="none")
