"""Changes of a group among groups: equal to two-way effects, exact ranks, kept reference sets."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ModelError
from analysis.inference.randomisation_changes import randomise_changes
from analysis.inference.randomisation_groups import randomise_groups
from analysis.inference.randomisation_kept import KeptGroups, keep_groups
from analysis.inference.randomisation_sets import AllGroups, ContiguousGroups, LikeMembers
from analysis.models.panel import fit_panel

ROUNDING = 1e-10
UNITS = [f"u{k}" for k in range(8)]


def values(seed: int = 1) -> pd.DataFrame:
    made = np.random.default_rng(seed).normal(size=(8, 3))
    return pd.DataFrame(made, index=UNITS, columns=["a", "b", "c"])


def test_the_statistic_is_the_estimate_of_two_way_fixed_effects():
    rng = np.random.default_rng(2)
    rows = pd.DataFrame(
        [(u, t, rng.normal()) for u in UNITS for t in range(6)], columns=["unit", "time", "y"]
    )
    rows["x"] = (rows["unit"].isin(["u0", "u3"]) & (rows["time"] >= 4)).astype(float)
    fit = fit_panel(rows, outcome="y", regressors=["x"], unit="unit", time="time", model="two_way")
    wide = rows.pivot(index="unit", columns="time", values="y")  # noqa: PD010
    change = wide.loc[:, 4:].mean(axis=1) - wide.loc[:, :3].mean(axis=1)
    result = randomise_changes(change.to_frame("average"), ["u0", "u3"], AllGroups(8))
    assert result.observed[0] == pytest.approx(fit.coefficients[0].estimate, abs=ROUNDING)


def test_the_p_value_counts_all_groups_by_hand():
    frame = values()
    result = randomise_changes(frame, ["u1", "u2"], AllGroups(8))
    column = frame["b"]
    null = np.array(
        [column[list(g)].mean() - column.drop(list(g)).mean() for g in combinations(UNITS, 2)]
    )
    own = column[["u1", "u2"]].mean() - column.drop(["u1", "u2"]).mean()
    far = np.abs(null - np.median(null)) >= abs(own - np.median(null)) - ROUNDING
    assert result.p_value("b") == pytest.approx(far.mean())
    assert result.exact
    assert result.smallest_p == pytest.approx(1 / 28)


def test_a_group_that_stands_apart_has_the_smallest_p_value_also_jointly():
    frame = values()
    frame.loc[["u4", "u5"]] += 50
    result = randomise_changes(frame, ["u4", "u5"], AllGroups(8))
    assert result.p_value("a") == result.joint_p_value(["a", "b"]) == pytest.approx(1 / 28)
    low, high = result.band(0.9)
    assert (result.observed > high).all()
    assert (low < high).all()


def test_draws_need_a_seed_and_are_never_zero():
    frame = values()
    frame.loc[["u4", "u5"]] += 50
    one, again = (
        randomise_changes(frame, ["u4", "u5"], AllGroups(8), draws=99, seed=5, limit=10)
        for _ in range(2)
    )
    assert not one.exact
    assert one.p_value("a") == again.p_value("a") >= 1 / 100


@pytest.mark.parametrize(
    ("frame", "group", "words"),
    [
        (values(), ["u1", "x9"], "no value of 'x9'"),
        (values(), ["u1", "u1"], "repeats a unit"),
        (values().mask(lambda v: v == v.iloc[2, 1]), ["u1", "u2"], "no value of u2 for b"),
    ],
)
def test_what_cannot_be_ranked_is_refused(frame, group, words):
    with pytest.raises(ModelError, match=words):
        randomise_changes(frame, group, AllGroups(8))


def test_a_kept_set_gives_the_same_result_as_the_set_itself():
    ring = ContiguousGroups(tuple(frozenset({(k - 1) % 8, (k + 1) % 8}) for k in range(8)))
    kept = keep_groups(ring, (1, 2, 3))
    points = np.random.default_rng(4).normal(size=8)
    apart = pd.DataFrame(np.abs(points[:, None] - points), index=UNITS, columns=UNITS)
    one = randomise_groups(apart, ["u1", "u2", "u3"], ring)
    other = randomise_groups(apart, ["u1", "u2", "u3"], kept)
    assert isinstance(kept, KeptGroups)
    assert (one.p_value, len(one.null)) == (other.p_value, len(other.null)) == (one.p_value, 8)


def test_a_kept_set_belongs_to_its_observed_group():
    kept = keep_groups(LikeMembers(tuple("aabbbbbb")), (0, 2))
    with pytest.raises(ModelError, match="another observed group"):
        kept.size((0, 1))


def test_a_set_too_large_to_keep_is_left_as_it_is():
    everything = AllGroups(100)
    assert keep_groups(everything, tuple(range(6))) is everything
