"""Permutation tests of an effect: the assignment is drawn anew, the outcomes stay.

Under the sharp hypothesis of no effect on any unit the outcomes do not depend on who is treated;
with assignment at random within blocks the rank of the statistic is then uniform (Fisher 1935).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.errors import ModelError, require_known
from analysis.inference.randomisation_sets import LARGEST_ENUMERATION, Groups, LikeMembers
from analysis.models.arrays import Bools, Floats

Alternative = Literal["two_sided", "greater", "less"]
Statistic = Literal["difference", "studentised"]
TIES: Final = 1e-12  # of the observed statistic: sums of the same numbers in another order


def _difference(outcome: Floats, groups: Groups) -> Floats:
    treated, n = groups.shape[1], len(outcome)
    total = outcome[groups].sum(axis=1)
    return np.asarray(total / treated - (outcome.sum() - total) / (n - treated))


def _studentised(outcome: Floats, groups: Groups) -> Floats:
    """Divide the difference by its standard error with unequal variances (Chung, Romano 2013)."""
    treated, n = groups.shape[1], len(outcome)
    total, squares = outcome[groups].sum(axis=1), (outcome**2)[groups].sum(axis=1)
    inside = (squares - total**2 / treated) / (treated - 1)
    rest = n - treated
    other, other_squares = outcome.sum() - total, (outcome**2).sum() - squares
    outside = (other_squares - other**2 / rest) / (rest - 1)
    error = np.sqrt(np.maximum(inside / treated + outside / rest, np.finfo(float).tiny))
    return np.asarray((total / treated - other / rest) / error)


STATISTICS: Final[Mapping[str, Callable[[Floats, Groups], Floats]]] = {
    "difference": _difference,
    "studentised": _studentised,
}
EXTREME: Final[Mapping[str, Callable[[Floats, float], Bools]]] = {
    "two_sided": lambda null, observed: np.abs(null) >= abs(observed) * (1 - TIES),
    "greater": lambda null, observed: null >= observed - TIES * abs(observed),
    "less": lambda null, observed: null <= observed + TIES * abs(observed),
}


@dataclass(frozen=True)
class PermutationTest:
    """An effect among the effects of other assignments.

    Attributes
    ----------
    estimate
        Difference of means, treated less others, of the outcome less its block mean, in units of
        the outcome.
    observed, null
        The statistic, and the same for the other assignments, shape (m,); all of them where
        `exact`, the observed one included, otherwise m draws.
    p_value
        Share of `null` as extreme where exact, otherwise (b + 1)/(m + 1).
    """

    estimate: float
    statistic: Statistic
    alternative: Alternative
    observed: float
    null: Floats
    as_extreme: int
    p_value: float
    exact: bool
    seed: int | None

    @property
    def sentence(self) -> str:
        """Say the result in words."""
        among = "all" if self.exact else "a random sample of"
        return (
            f"The difference is {self.estimate:.4g}; of {among} {len(self.null):,} assignments "
            f"{self.as_extreme:,} give a statistic as extreme (p = {self.p_value:.4f})."
        )


def permutation_test(
    outcome: ArrayLike,
    treated: ArrayLike,
    *,
    blocks: Sequence[Hashable] | None = None,
    statistic: Statistic = "studentised",
    alternative: Alternative = "two_sided",
    draws: int = 9_999,
    seed: int = 0,
    limit: int = LARGEST_ENUMERATION,
) -> PermutationTest:
    """Test whether treated units differ from the others.

    Parameters
    ----------
    outcome, treated
        One number and one true or false a unit, shape (n,).
    blocks
        Block of each unit; assignments move within blocks only, and block means are taken out.
    statistic
        `difference` of means, or `studentised`, which keeps its size in large samples also where
        only the means are equal and the variances are not.
    draws, seed
        Number and seed of the draws where there are more than `limit` assignments.

    Raises
    ------
    ModelError
        When shapes differ, outcomes have gaps, a side has too few units, or no other assignment
        exists.

    Notes
    -----
    p-values by Phipson and Smyth (2010).
    """
    _check_options(statistic, alternative, draws)
    values, members = _checked(outcome, treated, statistic)
    strata = tuple(blocks) if blocks is not None else (0,) * len(values)
    values = _less_block_means(values, strata)
    groups, exact = _assignments(LikeMembers(strata), members, draws, seed, limit)
    own = np.array([members], dtype=np.int32)
    observed = float(STATISTICS[statistic](values, own)[0])
    null = STATISTICS[statistic](values, groups)
    as_extreme = int(EXTREME[alternative](null, observed).sum())
    return PermutationTest(
        float(_difference(values, own)[0]),
        statistic,
        alternative,
        observed,
        null,
        as_extreme,
        as_extreme / len(null) if exact else (as_extreme + 1) / (len(null) + 1),
        exact,
        None if exact else seed,
    )


def _check_options(statistic: str, alternative: str, draws: int) -> None:
    for word, allowed, what in (
        (statistic, STATISTICS, "statistic"),
        (alternative, EXTREME, "alternative"),
    ):
        require_known(word, allowed, ModelError, f"unknown {what} '{word}'")
    if draws < 1:
        raise ModelError(f"{draws} draws", allowed="one draw or more")


def _less_block_means(values: Floats, strata: tuple[Hashable, ...]) -> Floats:
    if len(strata) != len(values):
        raise ModelError(f"{len(strata)} blocks for {len(values)} units")
    means = pd.Series(values).groupby(list(strata)).transform("mean")
    return np.asarray(values - means.to_numpy())


def _checked(
    outcome: ArrayLike, treated: ArrayLike, statistic: str
) -> tuple[Floats, tuple[int, ...]]:
    values, marks = np.asarray(outcome, dtype=float), np.asarray(treated)
    if values.ndim != 1 or values.shape != marks.shape:
        raise ModelError(f"outcomes of shape {values.shape}, treatment of shape {marks.shape}")
    if not np.isfinite(values).all():
        raise ModelError(
            f"{int((~np.isfinite(values)).sum())} outcomes are missing or infinite",
            remedy="leave these units out",
        )
    if not np.isin(marks, (0, 1)).all():
        raise ModelError("treatment is not a mark", allowed="true or false, 1 or 0")
    members = tuple(np.flatnonzero(marks == 1).tolist())
    least = 2 if statistic == "studentised" else 1
    if min(len(members), len(values) - len(members)) < least:
        raise ModelError(
            f"{len(members)} treated and {len(values) - len(members)} other units",
            allowed=f"{least} or more on each side",
            remedy="use the statistic 'difference' for one unit" if members else None,
        )
    return values, members


def _assignments(
    reference: LikeMembers, members: tuple[int, ...], draws: int, seed: int, limit: int
) -> tuple[Groups, bool]:
    size = reference.size(members)
    if size < 2:
        raise ModelError(
            "no other assignment exists: every block is all treated or not at all",
            remedy="use wider blocks",
        )
    if size <= limit:
        return reference.enumerate(members, limit), True
    return reference.draw(members, draws, np.random.default_rng(seed)), False
