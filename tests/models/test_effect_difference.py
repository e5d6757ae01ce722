"""The difference of two independent effects is Welch's test on the log scale."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from analysis.errors import ModelError
from analysis.models.effect_difference import INDEPENDENT, JOINT, at_level, effect_difference
from analysis.models.interval_findings import Effect

EXACT = 1e-10  # two closed forms of one number differ by rounding alone


def effect(coefficient: float, error: float, df: float) -> Effect:
    return Effect(
        name="closure",
        label="Closure",
        shape="step",
        start="2020-02-01",
        unit="per cent",
        estimate=100 * float(np.expm1(coefficient)),
        lower=None,
        upper=None,
        p_value=None,
        standard_error_log=error,
        df=df,
        verdict="identified",
        reason="",
        reports_before=5,
        reports_after=5,
        vif=1.0,
        confounded_with=(),
        sentence="",
    )


FIRST, SECOND = effect(-0.9, 0.3, 17.0), effect(0.2, 0.5, 6.0)


def test_the_p_value_is_that_of_welchs_test():
    """A mean of n values with spread s has the error s / sqrt(n) and n - 1 degrees of freedom."""
    sides = [
        (np.log1p(item.estimate / 100), item.standard_error_log * np.sqrt(item.df + 1), item.df + 1)
        for item in (FIRST, SECOND)
    ]
    (m1, s1, n1), (m2, s2, n2) = sides
    welch = stats.ttest_ind_from_stats(m1, s1, n1, m2, s2, n2, equal_var=False)
    found = effect_difference(FIRST, SECOND, 0.95)
    assert found.p_value == pytest.approx(welch.pvalue, rel=EXACT)
    half = stats.t.ppf(0.975, found.df) * np.hypot(0.3, 0.5)
    assert np.log1p(found.upper / 100) == pytest.approx(-1.1 + half, rel=EXACT)
    assert np.log1p(found.lower / 100) == pytest.approx(-1.1 - half, rel=EXACT)


def test_the_estimate_is_the_ratio_of_the_two_factors():
    found = effect_difference(FIRST, SECOND, 0.95)
    ratio = (1 + FIRST.estimate / 100) / (1 + SECOND.estimate / 100)
    assert found.estimate == pytest.approx(100 * (ratio - 1), rel=EXACT)


def test_the_other_way_round_is_the_inverse_ratio():
    one, other = (effect_difference(*pair, 0.9) for pair in ((FIRST, SECOND), (SECOND, FIRST)))
    assert one.p_value == pytest.approx(other.p_value, rel=EXACT)
    product = (1 + one.lower / 100) * (1 + other.upper / 100)
    assert product == pytest.approx(1.0, rel=EXACT)


def test_another_level_moves_the_limits_alone():
    wide, narrow = at_level(FIRST, 0.99), at_level(FIRST, 0.8)
    assert wide.estimate == narrow.estimate == FIRST.estimate
    assert wide.lower < narrow.lower < FIRST.estimate < narrow.upper < wide.upper
    assert np.log1p(wide.upper / 100) == pytest.approx(-0.9 + 0.3 * stats.t.ppf(0.995, 17.0))


def test_an_effect_without_numbers_stays_so_and_is_not_compared():
    none = replace(FIRST, estimate=None, standard_error_log=None, df=None, verdict="not identified")
    assert at_level(none, 0.9) is none
    with pytest.raises(ModelError, match="not identified"):
        effect_difference(FIRST, none, 0.95)


def test_an_effect_in_another_unit_is_refused():
    with pytest.raises(ModelError, match="per cent a year"):
        effect_difference(replace(FIRST, unit="per cent a year"), SECOND, 0.95)


def test_a_covariance_narrows_the_interval_and_leaves_the_estimate():
    apart, joint = (
        effect_difference(FIRST, SECOND, 0.95),
        effect_difference(FIRST, SECOND, 0.95, 0.05),
    )
    assert joint.estimate == apart.estimate
    assert joint.df == apart.df
    ratio = np.log1p(joint.upper / 100) - np.log1p(joint.lower / 100)
    ratio /= np.log1p(apart.upper / 100) - np.log1p(apart.lower / 100)
    assert ratio == pytest.approx(np.sqrt((0.09 + 0.25 - 0.1) / (0.09 + 0.25)), rel=EXACT)
    assert (apart.convention, joint.convention) == (INDEPENDENT, JOINT)
