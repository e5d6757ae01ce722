"""Break tests against published values of the Nile and the limit laws, and CUSUM."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import hyp1f1
from scipy.stats import chi2
from statsmodels.datasets import nile
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.diagnostic import breaks_cusumolsresid, recursive_olsresiduals

from analysis.errors import ModelError
from analysis.models import break_p_values
from analysis.models.break_p_values import Stretch, ave_p_value, exp_p_value, sup_p_value
from analysis.models.break_simulation import simulate_break_size, simulate_estimated_rho
from analysis.models.break_statistics import (
    candidates,
    f_statistics,
    normal_noise,
    robust_statistics,
)
from analysis.models.cusum import ols_cusum, recursive_cusum, recursive_p_value, recursive_residuals
from analysis.models.its_regression_data import regression_data
from analysis.models.structural_breaks import BreakOptions, break_tests

PRINTED = 5e-5  # relative; strucchange prints five digits
TABLE = 0.15  # published critical values are simulated on grids and lie below the continuous limit
APPROXIMATE = 0.35  # relative; Hansen (1997) approximates p-values of a limit on a grid
SAME = 1e-9
SIZE = 0.02  # three standard errors of a rate of 5 % over 1,000 series


def nile_data() -> Any:
    table = nile.load_pandas().data
    years = [str(int(year)) for year in table.year]
    return regression_data(table.volume, np.ones(len(table)), names=["level"], labels=years)


def made(n: int = 80, seed: int = 0) -> Any:
    rng = np.random.default_rng(seed)
    rows = np.column_stack([np.ones(n), rng.standard_normal(n), np.arange(n) / n])
    return regression_data(rng.standard_normal(n), rows, names=["level", "x", "trend"])


def test_nile_is_that_of_strucchange() -> None:
    """R package strucchange, Fstats(Nile ~ 1): sup 75.93, ave 21.215, exp 33.759, break 1898."""
    found = break_tests(nile_data())
    assert [test.statistic for test in found.tests] == pytest.approx(
        [75.93, 21.215, 33.759], rel=PRINTED
    )
    assert (found.last_before, found.first_after) == ("1898", "1899")
    assert len(found.dates) == 71
    assert found.tests[0].p_asymptotic < 2.2e-15
    assert found.tests[0].p_simulated == 1 / 2000
    assert "rejects constancy" in found.sentence


def test_statistics_are_those_of_two_regressions() -> None:
    data = made()
    found = break_tests(data)
    for place in (0, 20, -1):
        k = data.labels.index(found.dates[place])
        parts = [slice(0, k), slice(k, None)]
        split = sum(OLS(data.response[part], data.rows[part]).fit().ssr for part in parts)
        whole = OLS(data.response, data.rows).fit().ssr
        expected = (whole - split) / (split / (data.n - 6))
        assert found.statistics[place] == pytest.approx(expected, rel=SAME)


def test_partial_change_and_newey_west_are_a_wald_test_of_statsmodels() -> None:
    data = made()
    dates = candidates(data, ["level"], 0.2)
    plain = f_statistics(dates, data.response[:, None])[:, 0]
    robust = robust_statistics(dates, data, 4)
    for place in (0, 13, -1):
        after = (np.arange(data.n) >= dates.before[place]).astype(float)
        fit = OLS(data.response, np.column_stack([data.rows, after])).fit()
        assert plain[place] == pytest.approx(fit.tvalues[-1] ** 2, rel=SAME)
        hac = fit.get_robustcov_results("HAC", maxlags=4, use_correction=True)
        assert robust[place] == pytest.approx(hac.tvalues[-1] ** 2, rel=SAME)


def test_missing_months_count_in_the_lags_of_newey_west() -> None:
    """With every second month missing, odd lags hold nothing."""
    data = made()
    sparse = regression_data(
        data.response, data.rows, names=data.names, positions=2 * np.arange(data.n)
    )
    dates = candidates(sparse, ["level"], 0.2)
    zero = robust_statistics(dates, data, 0)
    np.testing.assert_allclose(robust_statistics(dates, sparse, 1), zero, rtol=SAME)
    assert not np.allclose(robust_statistics(dates, data, 1), zero)


@pytest.mark.parametrize(
    ("changing", "published"), [(1, (7.17, 8.85, 12.35)), (2, (10.01, 11.79, 15.51))]
)
def test_sup_critical_values_are_near_those_of_andrews(
    changing: int, published: tuple[float, ...]
) -> None:
    """Andrews (1993), table 1, trimming 0.15: 10, 5 and 1 %."""
    stretch = Stretch(0.15, 0.85, changing)
    found = [
        brentq(lambda x, a=a: sup_p_value(x, stretch).value - a, 3, 40) for a in (0.1, 0.05, 0.01)
    ]
    np.testing.assert_allclose(found, published, atol=TABLE + 0.05)
    assert found[1] == pytest.approx(published[1], abs=TABLE)


def test_slowest_rate_is_the_zero_of_the_kummer_function() -> None:
    """DeLong (1981): rates are 2 v with M(-v, q / 2, c / 2) = 0; long stretches decay at it."""
    for changing, level in ((1, 9.0), (3, 14.0)):
        root = brentq(lambda v, q=changing, c=level: hyp1f1(-v, q / 2, c / 2), 1e-6, 0.5)
        near, far = Stretch(1e-4, 1 - 1e-4, changing), Stretch(1e-6, 1 - 1e-6, changing)
        ratio = break_p_values._stay_below(level, far) / break_p_values._stay_below(level, near)
        expected = np.exp(-2 * root * (far.log_lambda - near.log_lambda) / 2)
        assert ratio == pytest.approx(expected, rel=1e-7)


def test_p_values_join_and_stay_in_bounds() -> None:
    stretch = Stretch(0.15, 0.85, 1)
    levels = np.linspace(0.01, 70, 60)
    for law in (sup_p_value, ave_p_value, exp_p_value):
        values = np.array([law(float(level), stretch).value for level in levels])
        assert np.all((values > 0) & (values <= 1))
        assert np.all(np.diff(values) <= 1e-12)
    assert break_p_values._sup_tail(45.0, stretch) == pytest.approx(
        1 - break_p_values._stay_below(45.0, stretch), rel=0.02
    )


def test_p_values_are_near_those_of_hansen() -> None:
    """As printed by strucchange 1.5 for the seat belt data (3 coefficients, 10 % trimming)."""
    stretch = Stretch(0.1, 0.9, 3)
    found = [
        sup_p_value(19.333, stretch).value,
        ave_p_value(7.458, stretch).value,
        exp_p_value(6.4247, stretch).value,
    ]
    np.testing.assert_allclose(found, [0.006721, 0.01461, 0.008093], rtol=APPROXIMATE)


def test_ave_law_has_the_moments_and_tail_of_its_weights() -> None:
    """The weights sum to 1; one weight alone is a chi-squared law."""
    weights = break_p_values._mean_weights(0.15, 0.85)
    assert weights.sum() == pytest.approx(1.0, rel=SAME)
    tail = break_p_values._weighted_chi2_tail(30.0, np.array([1.0]), 4)
    assert tail == pytest.approx(chi2.sf(30.0, 4), rel=1e-9)
    paths = np.random.default_rng(0).chisquare(2, (200_000, 60)) @ weights[::-1][:60]
    exceed = np.mean(paths > 5.0)
    assert ave_p_value(5.0, Stretch(0.15, 0.85, 2)).value == pytest.approx(exceed, abs=0.003)


def test_exp_law_has_the_size_that_it_claims() -> None:
    """On a long series the exp-F statistic exceeds its asymptotic 5 % value in 5 % of cases."""
    data = regression_data(np.random.default_rng(0).standard_normal(400), np.ones(400))
    dates = candidates(data, data.names, 0.15)
    from analysis.models.break_statistics import summaries

    values = summaries(f_statistics(dates, normal_noise(data, 0.0, 1000, 1)))
    stretch = Stretch(0.15, 0.85, 1)
    for row, law in zip(values[1:], (ave_p_value, exp_p_value), strict=True):
        limit = brentq(lambda x, law=law: law(x, stretch).value - 0.05, 0.5, 10, xtol=1e-3)
        assert np.mean(row > limit) == pytest.approx(0.05, abs=SIZE)


@pytest.mark.parametrize("rho", [0.0, 0.5])
def test_simulated_p_values_are_uniform_without_a_break(rho: float) -> None:
    """A level and a trend, where the asymptotic law does not hold."""
    rows = np.column_stack([np.ones(60), np.linspace(-1, 1, 60)])
    data = regression_data(np.random.default_rng(0).standard_normal(60), rows)
    dates = candidates(data, data.names, 0.15)
    series = f_statistics(dates, normal_noise(data, rho, 1000, 11)).max(axis=0)
    null = f_statistics(dates, normal_noise(data, rho, 4000, 12)).max(axis=0)
    assert np.mean(series > np.quantile(null, 0.95)) == pytest.approx(0.05, abs=SIZE)


def test_simulation_of_size_repeats_itself() -> None:
    first = simulate_break_size(20, 5, lengths=(60,), rho=(0.5,))
    again = simulate_break_size(20, 5, lengths=(60,), rho=(0.5,))
    assert first.equals(again)
    rate = first.set_index(["design", "test", "p_value"]).rate
    assert rate["level", "sup-F", "simulated"] < rate["level", "sup-F", "asymptotic"]


def test_simulation_with_estimated_rho_repeats_itself() -> None:
    first = simulate_estimated_rho(3, 1, n=60)
    assert first.equals(simulate_estimated_rho(3, 1, n=60))
    assert first.rho.between(-0.6, 0.98).all()
    assert first.p_value.between(0.005, 1).all()


def test_a_seed_settles_the_simulated_p_values() -> None:
    data = made()
    options = BreakOptions(replications=199, seed=3)
    assert break_tests(data, options=options).table.equals(break_tests(data, options=options).table)


def test_noise_has_the_autocorrelation_of_the_calendar() -> None:
    places = np.array([0, 1, 3, 4])
    data = regression_data([1.0, 3.0, 2.0, 5.0], np.ones(4), positions=places)
    noise = normal_noise(data, 0.6, 200_000, 0)
    expected = 0.6 ** np.abs(places[:, None] - places[None, :])
    np.testing.assert_allclose(np.cov(noise), expected, atol=0.015)


def test_cusums_of_the_nile_are_those_of_strucchange() -> None:
    """R package strucchange: Rec-CUSUM S 2.0669, p 7.487e-08; OLS-CUSUM S0 2.9518, p 5.409e-08."""
    recursive, ols = recursive_cusum(nile_data()), ols_cusum(nile_data())
    assert (recursive.statistic, recursive.p_value) == pytest.approx((2.0669, 7.487e-08), rel=1e-4)
    assert (ols.statistic, ols.p_value) == pytest.approx((2.9518, 5.409e-08), rel=2e-4)
    assert ols.peak == "1898"
    assert recursive_p_value(0.948) == pytest.approx(0.05, abs=1e-4)
    assert ols.boundary[0] == pytest.approx(1.3581, abs=1e-4)


def test_recursive_residuals_are_those_of_statsmodels() -> None:
    data = made()
    scaled = recursive_olsresiduals(OLS(data.response, data.rows).fit())[4]
    found = recursive_residuals(data, data.response[:, None])[:, 0]
    np.testing.assert_allclose(found, scaled[data.p :], rtol=1e-7, atol=1e-9)
    expected = breaks_cusumolsresid(data.residuals, ddof=data.p)[0]
    assert ols_cusum(data).statistic == pytest.approx(expected, rel=SAME)


def test_recursive_residuals_need_an_identified_start() -> None:
    rows = np.column_stack([np.ones(40), np.arange(40) >= 20])
    data = regression_data(np.random.default_rng(0).standard_normal(40), rows.astype(float))
    with pytest.raises(ModelError, match="first 2 values"):
        recursive_cusum(data)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (BreakOptions(trimming=0.6), "trimming"),
        (BreakOptions(trimming=0.01), "trimming"),
        (BreakOptions(errors="hc3"), "unknown errors"),
        (BreakOptions(replications=5), "replications"),
        (BreakOptions(rho=1.0), "not stationary"),
    ],
)
def test_options_out_of_range(options: BreakOptions, problem: str) -> None:
    with pytest.raises(ModelError, match=problem):
        break_tests(made(), ["level"], options)


def test_unknown_columns_and_unidentified_changes() -> None:
    with pytest.raises(ModelError, match="no column 'slope'"):
        break_tests(made(), ["slope"])
    pulse = np.zeros(60)
    pulse[30] = 1.0
    rows = np.column_stack([np.ones(60), pulse])
    data = regression_data(np.random.default_rng(0).standard_normal(60), rows)
    with pytest.raises(ModelError, match="not identified"):
        break_tests(data)
