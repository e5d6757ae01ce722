"""Groups of units among groups like them: exact counts, uniform draws, size, refusals."""

from __future__ import annotations

from itertools import combinations
from math import comb

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.errors import ModelError
from analysis.inference.randomisation_groups import randomise_groups, within_means
from analysis.inference.randomisation_sets import (
    AllGroups,
    ContiguousGroups,
    LikeMembers,
    WithinOneLabel,
    connected_groups,
    is_connected,
    neighbours_of,
)
from analysis.inference.randomisation_simulation import (
    UNITS,
    grid_neighbours,
    simulate_group_randomisation,
)

# Chance of a false alarm of a chi-square test of uniform draws, with a fixed seed.
RARE = 1e-3
NAMES = list("abcdefghij")
LABELS = tuple("xxxxyyyzzz")
# A graph with a cycle, a tail, a branch and an island: j has no neighbour.
BORDERS = {"a": "bc", "b": "cd", "d": "e", "e": "fgh", "h": "i"}
NEIGHBOURS = neighbours_of(NAMES, BORDERS)


def apart(seed: int = 0) -> pd.DataFrame:
    values = np.random.default_rng(seed).uniform(1, 2, size=(10, 10))
    return pd.DataFrame(values + values.T, NAMES, NAMES)


def brute_connected(members: int) -> set[frozenset[int]]:
    return {
        frozenset(group)
        for group in combinations(range(10), members)
        if is_connected(group, NEIGHBOURS)
    }


def test_borders_count_on_both_sides_and_only_among_the_units():
    found = neighbours_of(["a", "b", "c"], {"a": ["b", "z"], "z": ["c"], "c": ["c"]})
    assert found == (frozenset({1}), frozenset({0}), frozenset())


@pytest.mark.parametrize("members", [2, 3, 4, 5, 6])
def test_connected_groups_are_each_enumerated_once(members):
    groups = list(connected_groups(NEIGHBOURS, members))
    assert len(groups) == len({frozenset(group) for group in groups})
    assert {frozenset(group) for group in groups} == brute_connected(members)


def test_connected_groups_of_a_grid_are_fixed_polyominoes():
    """On a large enough grid the groups of two and three are counted by hand."""
    neighbours = grid_neighbours()
    assert len(list(connected_groups(neighbours, 2))) == 5 * 7 + 4 * 8
    straight, bent = 5 * 6 + 3 * 8, 4 * 4 * 7
    assert len(list(connected_groups(neighbours, 3))) == straight + bent


def test_statistic_is_the_mean_over_pairs():
    matrix = apart()
    found = within_means(matrix.to_numpy(), np.array([[0, 3, 7]], dtype=np.int32))[0]
    expected = np.mean([matrix.iloc[0, 3], matrix.iloc[0, 7], matrix.iloc[3, 7]])
    assert found == pytest.approx(expected, rel=1e-14)


SETS = {
    "all": (AllGroups(10), "bde", lambda group: len(group) == 3),
    "contiguous": (ContiguousGroups(NEIGHBOURS), "bde", lambda group: group in brute_connected(3)),
    "like": (
        LikeMembers(LABELS),
        "abe",
        lambda group: sorted(LABELS[unit] for unit in group) == ["x", "x", "y"],
    ),
}


@pytest.mark.parametrize("name", list(SETS))
def test_exact_p_value_is_the_share_of_groups_as_alike(name):
    reference, members, belongs = SETS[name]
    matrix = apart(3)
    result = randomise_groups(matrix, list(members), reference)
    values = [
        np.mean([matrix.iloc[i, j] for i, j in combinations(group, 2)])
        for group in combinations(range(10), 3)
        if belongs(frozenset(group))
    ]
    assert result.null == pytest.approx(np.sort(values), rel=1e-12)
    expected = np.mean(np.array(values) <= result.statistic * (1 + 1e-9))
    assert result.p_value == pytest.approx(expected, rel=1e-12)
    assert result.exact
    assert result.seed is None


def test_groups_within_one_label_have_one_label():
    result = randomise_groups(apart(), ["a", "c", "d"], WithinOneLabel(LABELS))
    assert len(result.null) == comb(4, 3) + 1 + 1
    with pytest.raises(ModelError, match="2 labels: x, y"):
        randomise_groups(apart(), ["a", "e"], WithinOneLabel(LABELS))


DRAWS = 40_000
UNIFORM = [
    (AllGroups(7), (0, 1, 2), comb(7, 3)),
    (LikeMembers(tuple("xxxyyyz")), (0, 1, 3), comb(3, 2) * 3),
    (ContiguousGroups(NEIGHBOURS), (0, 1, 2), len(brute_connected(3))),
    (WithinOneLabel(tuple("xxxxyyy")), (0, 1), comb(4, 2) + comb(3, 2)),
]


@pytest.mark.parametrize(("reference", "observed", "size"), UNIFORM)
def test_draws_are_uniform_over_the_set(reference, observed, size):
    groups = np.sort(reference.draw(observed, DRAWS, np.random.default_rng(8)), axis=1)
    assert (np.diff(groups, axis=1) > 0).all()
    found, counts = np.unique(groups, axis=0, return_counts=True)
    assert len(found) == size
    expected = {tuple(sorted(group)) for group in reference.enumerate(observed, 10_000).tolist()}
    assert {tuple(row) for row in found.tolist()} == expected
    assert stats.chisquare(counts).pvalue > RARE


def test_sampled_p_value_counts_the_observed_group_and_is_seeded():
    options = {"draws": 999, "limit": 10}
    first = randomise_groups(apart(), ["a", "b", "c"], AllGroups(10), seed=1, **options)
    again = randomise_groups(apart(), ["a", "b", "c"], AllGroups(10), seed=1, **options)
    other = randomise_groups(apart(), ["a", "b", "c"], AllGroups(10), seed=2, **options)
    exact = randomise_groups(apart(), ["a", "b", "c"], AllGroups(10))
    assert not first.exact
    assert np.array_equal(first.null, again.null)
    assert not np.array_equal(first.null, other.null)
    assert first.p_value == (first.as_extreme + 1) / 1000
    # Four binomial standard errors of a sampled share.
    reach = 4 * np.sqrt(exact.p_value * (1 - exact.p_value) / 999)
    assert abs(first.p_value - exact.p_value) < reach + 1 / 1000


def test_alternatives_look_at_opposite_ends():
    matrix = apart()
    matrix.loc["a", "b"] = matrix.loc["b", "a"] = 0.1
    alike = randomise_groups(matrix, ["a", "b"], AllGroups(10))
    unlike = randomise_groups(matrix, ["a", "b"], AllGroups(10), alternative="less_alike")
    assert alike.p_value == pytest.approx(1 / comb(10, 2))
    assert unlike.p_value == 1
    assert alike.sentence == (
        "Of all 45 groups of as many units, 1 is at least as much alike as the observed group "
        "(p = 0.0222, exact, the group itself included)."
    )


def test_ties_count_whatever_the_order_of_summation():
    matrix = pd.DataFrame(np.full((10, 10), 0.1), NAMES, NAMES)
    result = randomise_groups(matrix, ["a", "b", "c", "d"], AllGroups(10))
    assert result.p_value == 1


def test_table_holds_what_the_sentence_says():
    result = randomise_groups(apart(), ["a", "b"], AllGroups(10))
    row = result.table().loc[0]
    assert (row["group"], row["groups"], row["exact"]) == ("a, b", 45, True)
    assert row["reference_median"] == pytest.approx(np.median(result.null))
    assert row["p_value"] == result.p_value


GAP = apart().replace(apart().loc["a", "c"], np.nan)
BAD = [
    (apart(), ["a", "q"], {}, AllGroups(10), "no dissimilarity of 'q'"),
    (apart(), ["a", "a"], {}, AllGroups(10), "two or more different units"),
    (apart(), ["a"], {}, AllGroups(10), "two or more different units"),
    (apart(), ["a", "b"], {}, AllGroups(9), "the reference set has 9 units, the dissimilarity 10"),
    (apart(), ["a", "b"], {"draws": 0}, AllGroups(10), "0 draws"),
    (apart(), ["a", "b"], {"alternative": "alike"}, AllGroups(10), "unknown alternative"),
    (GAP, ["a", "b"], {}, AllGroups(10), "no dissimilarity of a and c"),
    (apart().iloc[:, ::-1], ["a", "b"], {}, AllGroups(10), "rows and columns"),
    (apart() + np.triu(np.ones((10, 10))), ["a", "b"], {}, AllGroups(10), "not symmetric"),
    (apart(), ["a", "j"], {}, ContiguousGroups(NEIGHBOURS), "does not hang together"),
    (apart(), ["a", "b", "c"], {"limit": 5}, ContiguousGroups(NEIGHBOURS), "more than 5 groups"),
    (apart(), ["a", "b"], {}, LikeMembers(tuple(NAMES)), "holds no group but the observed one"),
]


@pytest.mark.parametrize(("matrix", "group", "options", "reference", "words"), BAD)
def test_bad_input_is_refused_in_words(matrix, group, options, reference, words):
    with pytest.raises(ModelError) as caught:
        randomise_groups(matrix, group, reference, **options)
    assert words in str(caught.value)


def test_simulation_is_seeded_and_rejects_neighbours_judged_by_strangers():
    first, again = (simulate_group_randomisation(15, 3) for _ in range(2))
    pd.testing.assert_frame_equal(first, again)
    assert first["rejections"].equals((first["share"] * 15).round().astype(int))
    wrong = first[(first["group_from"] == "contiguous") & (first["reference"] == "all")]
    # Neighbours that are alike look alike among strangers: 37 % at 5 % in the full simulation.
    assert (wrong["share"] > wrong["nominal"]).all()
    assert UNITS == 40
    with pytest.raises(ModelError, match="0 replications"):
        simulate_group_randomisation(0, 1)
