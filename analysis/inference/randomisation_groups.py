"""Is a group of units more alike than groups like it? Randomisation over groups.

The statistic is the mean dissimilarity of the pairs within a group. Under the hypothesis that
the observed group is no other than a group drawn at random from the reference set, its rank in
the set is uniform. Nothing is said on why a group is alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from analysis.errors import ModelError, require_known, spelling_hint
from analysis.inference.randomisation_sets import LARGEST_ENUMERATION, Groups, ReferenceSet
from analysis.models.arrays import Floats

Alternative = Literal["more_alike", "less_alike"]
WORDS: Final[Mapping[str, str]] = {"more_alike": "as much alike", "less_alike": "as little alike"}
TIES: Final = 1e-12  # of the observed statistic: sums of the same numbers in another order


@dataclass(frozen=True)
class GroupRandomisation:
    """A group among the groups of a reference set.

    Attributes
    ----------
    group
        Names of the members.
    statistic
        Mean dissimilarity of the pairs within the group.
    null
        The same for the groups of the reference set, sorted, shape (m,). All of them where
        `exact`, the observed one included; otherwise m draws.
    as_extreme
        How many of `null` are as alike as the group or more.
    p_value
        as_extreme / m where exact, otherwise (as_extreme + 1) / (m + 1).
    seed
        Of the draws; None where exact.
    sentence
        The result in words.
    """

    group: tuple[str, ...]
    reference: str
    alternative: Alternative
    statistic: float
    null: Floats
    as_extreme: int
    p_value: float
    exact: bool
    seed: int | None
    sentence: str

    def table(self) -> pd.DataFrame:
        """Return one row: the group among the quantiles of the reference set."""
        low, median, high = np.quantile(self.null, [0.05, 0.5, 0.95])
        return pd.DataFrame(
            {
                "group": [", ".join(self.group)],
                "reference": [self.reference],
                "statistic": [self.statistic],
                "reference_5": [low],
                "reference_median": [median],
                "reference_95": [high],
                "groups": [len(self.null)],
                "as_extreme": [self.as_extreme],
                "p_value": [self.p_value],
                "exact": [self.exact],
                "seed": [self.seed],
            }
        )


def randomise_groups(
    dissimilarity: pd.DataFrame,
    group: Sequence[str],
    reference: ReferenceSet,
    *,
    alternative: Alternative = "more_alike",
    draws: int = 9_999,
    seed: int = 0,
    limit: int = LARGEST_ENUMERATION,
) -> GroupRandomisation:
    """Rank a group among the groups of a reference set.

    Parameters
    ----------
    dissimilarity
        Symmetric matrix of pairs with the names of the units in rows and columns, as
        `mean_dissimilarity` and `path_dissimilarity` return it.
    group
        Names of two or more different units.
    reference
        Its units stand in the order of the rows of `dissimilarity`.
    draws, seed
        Number and seed of the draws where the set is not enumerated.
    limit
        The set is enumerated up to so many groups; contiguous groups always are.

    Raises
    ------
    ModelError
        When the matrix has gaps, a member is unknown or repeated, the group does not belong to the
        reference set or the set holds no other group.

    Notes
    -----
    p-values by Phipson and Smyth (2010): a sampled p-value is never zero.
    """
    names = [str(name) for name in dissimilarity.index]
    values, members = _checked(dissimilarity, names), _members(names, group)
    _check_options(reference, names, alternative, draws)
    groups, exact = _groups(reference, members, draws, seed, limit)
    statistic = float(within_means(values, np.array([members], dtype=np.int32))[0])
    null = np.sort(within_means(values, groups))
    as_extreme = _count(null, statistic, alternative)
    p_value = as_extreme / len(null) if exact else (as_extreme + 1) / (len(null) + 1)
    return GroupRandomisation(
        tuple(group),
        reference.words,
        alternative,
        statistic,
        null,
        as_extreme,
        p_value,
        exact,
        None if exact else seed,
        _sentence(reference.words, alternative, (as_extreme, len(null)), p_value, exact),
    )


def _check_options(reference: ReferenceSet, names: list[str], alternative: str, draws: int) -> None:
    require_known(alternative, WORDS, ModelError, f"unknown alternative '{alternative}'")
    if len(reference) != len(names):
        raise ModelError(
            f"the reference set has {len(reference)} units, the dissimilarity {len(names)}",
            remedy="describe the reference set for the rows of the dissimilarity, in their order",
        )
    if draws < 1:
        raise ModelError(f"{draws} draws", allowed="one draw or more")


def within_means(values: Floats, groups: Groups) -> Floats:
    """Return the mean over the pairs within each group, shape (groups,).

    Parameters
    ----------
    values
        Symmetric matrix, shape (N, N).
    groups
        Positions of the members, shape (groups, members).
    """
    left, right = np.triu_indices(groups.shape[1], k=1)
    total = np.zeros(len(groups))
    for i, j in zip(left, right, strict=True):
        total += values[groups[:, i], groups[:, j]]
    return total / len(left)


def _checked(dissimilarity: pd.DataFrame, names: list[str]) -> Floats:
    if names != [str(name) for name in dissimilarity.columns] or len(set(names)) < len(names):
        raise ModelError("rows and columns of the dissimilarity differ, or a unit stands twice")
    values = dissimilarity.to_numpy(dtype=float)
    off = ~np.eye(len(names), dtype=bool)
    gaps = ~np.isfinite(values) & off
    if gaps.any():
        i, j = np.argwhere(gaps)[0]
        raise ModelError(
            f"no dissimilarity of {names[i]} and {names[j]}",
            remedy="leave out units that share no period with the others",
        )
    if not np.allclose(values[off], values.T[off], rtol=TIES, atol=0):
        raise ModelError("the dissimilarity is not symmetric")
    return values


def _members(names: list[str], group: Sequence[str]) -> tuple[int, ...]:
    for name in group:
        if name not in names:
            raise ModelError(
                f"no dissimilarity of '{name}', a member of the group",
                remedy=spelling_hint(name, names),
            )
    if len(set(group)) < len(group) or len(group) < 2:
        raise ModelError(
            f"the group {', '.join(group)} is not one of two or more different units",
        )
    return tuple(sorted(names.index(name) for name in group))


def _groups(
    reference: ReferenceSet, members: tuple[int, ...], draws: int, seed: int, limit: int
) -> tuple[Groups, bool]:
    size = reference.size(members)
    if size is None or size <= limit:
        groups, exact = reference.enumerate(members, limit), True
    else:
        groups, exact = reference.draw(members, draws, np.random.default_rng(seed)), False
    if len(groups) < 2:
        raise ModelError(
            f"the set of {reference.words} holds no group but the observed one",
            remedy="use wider strata or another set",
        )
    return groups, exact


def _count(null: Floats, statistic: float, alternative: str) -> int:
    slack = TIES * abs(statistic)
    if alternative == "more_alike":
        return int(np.searchsorted(null, statistic + slack, side="right"))
    return int(len(null) - np.searchsorted(null, statistic - slack, side="left"))


def _sentence(
    words: str, alternative: str, counts: tuple[int, int], p_value: float, exact: bool
) -> str:
    as_extreme, total = counts
    among = f"all {total:,} {words}" if exact else f"{total:,} {words} drawn at random"
    how = "exact, the group itself included" if exact else "(b + 1)/(m + 1)"
    verb = "is" if as_extreme == 1 else "are"
    return (
        f"Of {among}, {as_extreme:,} {verb} at least {WORDS[alternative]} as the observed group "
        f"(p = {p_value:.4f}, {how})."
    )
