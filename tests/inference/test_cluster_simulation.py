"""The simulation is reproducible and knows which methods cannot work."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ModelError
from analysis.inference.cluster_simulation import (
    autoregressive,
    randomisation_p_value,
    simulate_cluster_inference,
)

FEW = {"clusters": (6,), "designs": ("half_treated",), "draws": 199}


@pytest.fixture(scope="module")
def table():
    return simulate_cluster_inference(40, 1, **FEW)


def test_the_same_seed_gives_the_same_table(table):
    pd.testing.assert_frame_equal(table, simulate_cluster_inference(40, 1, **FEW))
    other = simulate_cluster_inference(40, 2, **FEW)
    assert not np.allclose(table["median_width"], other["median_width"], equal_nan=True)


def test_methods_differ_as_they_must(table):
    found = table.set_index("method")
    assert found.loc["CR0, normal", "coverage"] < found.loc["CR3, t(G - 1)", "coverage"]
    assert found.loc["CR1, t(G - 1)", "median_width"] > found.loc["CR0, normal", "median_width"]
    assert found.loc["randomisation of treated units", "smallest_p_value"] == 0.1
    assert found.loc["randomisation of treated units", "coverage"] == 1.0
    assert found.loc["wild cluster, restricted", "smallest_p_value"] == 1 / 32
    share = found["coverage"]
    expected = np.sqrt(share * (1 - share) / 40)
    np.testing.assert_allclose(found["monte_carlo_standard_error"], expected)


def test_randomisation_counts_assignments():
    """By hand: three units, one treated, estimates proportional to 2, -1 and -1."""
    design = np.array([[-1.0, 1.0], [0.5, -0.5], [0.5, -0.5]])
    outcome = np.array([[-2.0, 2.0], [1.0, -1.0], [1.0, -1.0]])
    treated = np.array([True, False, False])
    assert randomisation_p_value(outcome, design, treated, 99) == pytest.approx(1 / 3)
    assert randomisation_p_value(outcome[::-1], design, treated, 99) == 1.0


def test_errors_have_variance_one_and_the_stated_persistence():
    series = autoregressive(np.random.default_rng(1), 4_000, 12)
    assert series.var() == pytest.approx(1, abs=0.05)
    assert (series[:, 1:] * series[:, :-1]).mean() == pytest.approx(0.6, abs=0.03)


def test_bad_settings_are_refused():
    with pytest.raises(ModelError, match="did you mean 'two_treated'"):
        simulate_cluster_inference(1, 1, designs=("two_treat",))
    with pytest.raises(ModelError, match="5 clusters, 6 periods"):
        simulate_cluster_inference(1, 1, clusters=(3,))
