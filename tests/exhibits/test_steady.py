"""Saved numbers hold the digits that every processor agrees on, and lose nothing else."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.exhibits.steady import SIGNIFICANT, steady, steady_values

NOISE = 1e-11  # relative difference between processors after an optimisation


def test_noise_in_the_last_digits_does_not_show():
    values = np.random.default_rng(20200701).normal(size=2000) * 10.0 ** np.arange(-5, 5).repeat(
        200
    )
    one, other = pd.Series(values), pd.Series(values * (1 + NOISE))
    assert (steady_values(one) == steady_values(other)).mean() > 0.9995


def test_an_estimate_keeps_its_significant_digits():
    values = pd.Series([np.pi, -np.e * 1e6, 1 / 3 * 1e-7])
    assert steady_values(values).to_numpy() == pytest.approx(
        values.to_numpy(), rel=0.5 * 10.0 ** (1 - SIGNIFICANT)
    )


@pytest.mark.parametrize("printed", [762900.0, 4217700.0, 14573.2, 1234567.0, 0.1, 0.0, -58.2])
def test_a_published_figure_is_kept_exactly(printed):
    assert steady_values(pd.Series([printed])).iloc[0] == printed
    assert (
        steady_values(pd.Series([np.nextafter(printed, np.inf)])).iloc[0] == printed or not printed
    )


def test_a_huge_number_does_not_wipe_out_its_neighbours():
    values = pd.Series([1e300, -38.2345678912, 1e-12])
    assert steady_values(values).tolist() == [1e300, -38.2346, 1e-12]


def test_missing_values_text_and_counts_stay_what_they_are():
    frame = pd.DataFrame(
        {
            "estimate": pd.array([np.pi, None], dtype="Float64"),
            "number": [np.nan, 2.0],
            "label": ["a", "b"],
            "count": [1, 2],
        }
    )
    found = steady(frame)
    assert found.dtypes.equals(frame.dtypes)
    assert found["estimate"].isna().tolist() == [False, True]
    assert found["number"].isna().tolist() == [True, False]
    assert found[["label", "count"]].equals(frame[["label", "count"]])


def test_infinite_values_pass():
    assert steady_values(pd.Series([np.inf, -np.inf, 1.0])).tolist() == [np.inf, -np.inf, 1.0]


def test_a_column_of_floats_and_none_is_steadied_as_well():
    frame = pd.DataFrame({"mixed": pd.Series([np.pi, None], dtype=object), "words": ["a", None]})
    found = steady(frame)
    assert found["mixed"].iloc[0] == pytest.approx(np.pi, rel=1e-5)
    assert found["mixed"].iloc[0] != np.pi
    assert found["words"].equals(frame["words"])
