"""Sizes of the tests of count models: the same for a seed, made as described, honest about HAC."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ModelError
from analysis.inference.check_count_size import made_counts, simulate_count_size
from analysis.models.design import DesignSpec
from analysis.models.interrupted_series import fit_its
from analysis.models.its_options import ItsOptions
from analysis.models.regular_series import regular_series
from analysis.study import Intervention

CLOSED = Intervention("closed", "Closed", "temporary", date(2016, 1, 1), date(2017, 12, 31))
MOMENTS = 0.15  # relative: means over 400 series of strongly related months


def fitted(estimator: str = "negative_binomial"):
    rng = np.random.default_rng(7)
    months = pd.date_range("2010-01-01", "2019-12-01", freq="MS")
    frame = pd.DataFrame({"month": months, "value": rng.negative_binomial(4, 0.01, len(months))})
    series = regular_series(frame, name="made", label="Made", unit="cases")
    spec = DesignSpec("2010-01", "2019-12", interventions=(CLOSED,))
    options = ItsOptions(estimator=estimator, covariance="newey_west")
    return fit_its(series, spec, options)


def test_the_same_seed_gives_the_same_rates():
    fit = fitted()
    one, other = (
        simulate_count_size(fit, "closed", rho=0.8, replications=6, seed=3) for _ in range(2)
    )
    pd.testing.assert_frame_equal(one, other)
    assert one["replications"].tolist() == [6, 6]


def test_made_counts_have_the_mean_and_overdispersion_of_the_fit_without_the_effect():
    fit = fitted()
    counts = np.array([made_counts(fit, "closed", 0.5, [1, i]) for i in range(400)])
    place = fit.design.names.index("closed")
    mean = np.exp(np.delete(fit.rows, place, 1) @ np.delete(fit.estimates, place))
    np.testing.assert_allclose(counts.mean(axis=0).mean(), mean.mean(), rtol=MOMENTS)
    excess = (((counts - mean) ** 2 - mean) / mean**2).mean()
    assert excess == pytest.approx(fit.dispersion, rel=MOMENTS)


def test_hac_errors_reject_far_too_often_with_noise_that_stays():
    found = simulate_count_size(fitted(), "closed", rho=0.85, replications=40, seed=5)
    rates = found.set_index("test")["rejection"]
    assert rates["own"] > 0.15
    assert rates["circular_shifts"] < rates["own"]


@pytest.mark.parametrize(("estimator", "rho"), [("quasi_poisson", 0.5), ("negative_binomial", 1)])
def test_what_cannot_be_simulated_is_refused(estimator, rho):
    with pytest.raises(ModelError, match="no counts can be made"):
        simulate_count_size(fitted(estimator), "closed", rho=rho, replications=2, seed=1)
