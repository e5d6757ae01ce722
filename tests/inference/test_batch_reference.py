"""The batch and the estimators of power studies against the numbers of R and single fits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from analysis.errors import ModelError
from analysis.inference.batch import fit_batch
from analysis.inference.batch_design import BatchDesign, batch_design
from analysis.inference.batch_results import BatchOptions
from analysis.inference.batch_values import batch_values
from analysis.inference.power_estimators import draws_of, gls_ar1_reml, ols_newey_west
from analysis.models.interrupted_series import fit_its
from analysis.models.its_options import ItsOptions
from analysis.study import Intervention
from tests.models.its_made import (
    MONTHS,
    REFERENCE,
    SPEC,
    month_dummies,
    reference_column,
    series,
)

EXACT = 1e-8  # closed forms: arithmetic only; R gives 12 digits and more
OPTIMISER = 1e-6  # nlme stops its search for rho at about this distance
SAME = 1e-10  # two ways to the same numbers
NAMES = ("t", "after", "since")
MONTHLY = REFERENCE["monthly_its"]
ERRORS = MONTHLY["standard_errors_t_after_since"]


def reference_batch() -> BatchDesign:
    """The step and slope of the reference as the candidate, everything else as the base."""
    whole = month_dummies().matrix
    months = tuple(map(str, MONTHS))
    return BatchDesign(
        months, np.delete(whole, [2, 3], axis=1), ("2020-02",), whole[:, None, 2:4], NAMES[1:]
    )


@pytest.mark.parametrize(
    ("bandwidth", "small_sample", "name"),
    [
        (3, False, "newey_west_lag_3"),
        (6, False, "newey_west_lag_6"),
        (12, False, "newey_west_lag_12"),
        (6, True, "newey_west_lag_6_times_n_over_n_minus_k"),
    ],
)
def test_the_batch_equals_r(bandwidth: int, small_sample: bool, name: str):
    options = BatchOptions(bandwidth=bandwidth, small_sample=small_sample)
    fit = fit_batch(reference_column("log_y")[None], reference_batch(), options)
    estimates = [MONTHLY["ols"][term][0] for term in NAMES[1:]]
    np.testing.assert_allclose(fit.estimates[0, 0], estimates, rtol=EXACT)
    np.testing.assert_allclose(fit.standard_errors[0, 0], ERRORS[name][1:], rtol=EXACT)


@pytest.mark.parametrize("tested", NAMES)
def test_the_estimators_of_power_studies_equal_r(tested: str):
    whole, place = month_dummies().matrix, 1 + NAMES.index(tested)
    design = np.column_stack([np.delete(whole, place, axis=1), whole[:, place]])
    draws = draws_of(reference_column("log_y")[None], design, 0.0, 6)
    reml, expected = gls_ar1_reml(draws), MONTHLY["gls_ar1_reml"]
    found = (reml.errors[0], reml.standard_errors[0])
    np.testing.assert_allclose(found, expected[tested], rtol=OPTIMISER)
    np.testing.assert_allclose(reml.rho, expected["rho"], rtol=OPTIMISER)
    ols, scaled = ols_newey_west(draws), ERRORS["newey_west_lag_6_times_n_over_n_minus_k"]
    np.testing.assert_allclose(ols.errors, MONTHLY["ols"][tested][0], rtol=EXACT)
    np.testing.assert_allclose(ols.standard_errors, scaled[place - 1], rtol=EXACT)


def test_a_batch_with_missing_months_equals_single_fits():
    values = reference_column("log_y")
    values[[20, 21, 60]] = np.nan
    days = [date(2016, 5, 1), date(2019, 11, 15)]
    spec = replace(SPEC, interventions=())
    batch = fit_batch(values[None], batch_design(spec, days), BatchOptions(bandwidth=4))
    kept = np.isfinite(values)
    one = series(values[kept], months=MONTHS.astype(str)[kept])
    options = ItsOptions("ols", covariance="newey_west", bandwidth=4, link="identity")
    for place, day in enumerate(days):
        step = Intervention("step", "Step", "step", day)
        item = fit_its(one, replace(spec, interventions=(step,)), options).coefficient("step")
        assert batch.estimates[0, place, 0] == pytest.approx(item.estimate, rel=SAME)
        assert batch.standard_errors[0, place, 0] == pytest.approx(item.standard_error, rel=SAME)
        assert batch.p_values[0, place, 0] == pytest.approx(item.p_value, rel=1e2 * SAME)
        assert batch.df[0] == item.df


def test_regular_series_become_the_rows_of_a_batch():
    values = reference_column("log_y")
    design = reference_batch()
    whole = series(np.exp(values), name="whole")
    part = series(np.exp(values[5:20]), name="part", months=MONTHS.astype(str)[5:20])
    matrix, names = batch_values([whole, part], design)
    assert names == ("whole", "part")
    np.testing.assert_allclose(matrix[0], values, rtol=1e-14)
    np.testing.assert_array_equal(np.isfinite(matrix[1]), np.isin(np.arange(144), range(5, 20)))
    plain, _ = batch_values([whole], design, "identity")
    np.testing.assert_array_equal(plain[0], whole.values)


def test_series_that_do_not_fit_a_batch_are_refused():
    months = MONTHS.astype(str)
    combined = series([1.0, 2.0], months=months[[0, 2]], span=[2, 1], combined="total")
    outside = series([1.0], months=["2030-01"])
    for item, says in (
        (combined, "one value for several months from 2012-01"),
        (outside, "in 2030-01, outside the design"),
        (series([1.0, -1.0]), "no logarithm in 2012-02"),
    ):
        with pytest.raises(ModelError, match=says):
            batch_values([item], reference_batch())
