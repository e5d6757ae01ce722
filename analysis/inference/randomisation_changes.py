"""The change of a group of units beside the changes of groups like it.

The statistic is the mean of the group less the mean of all other units; with a balanced panel
and two-way effects this is the estimate of two-way fixed effects. Its rank among the groups of a
reference set is uniform if the group is no other than one drawn from the set at random.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from analysis.errors import ModelError, spelling_hint
from analysis.inference.randomisation_sets import LARGEST_ENUMERATION, Groups, ReferenceSet
from analysis.models.arrays import Floats

TIES: Final = 1e-12  # of the largest statistic: sums of the same numbers in another order


@dataclass(frozen=True)
class GroupChange:
    """Statistics of a group and of the groups of a reference set.

    Attributes
    ----------
    names
        Of the k statistics, such as periods.
    observed, null
        Mean of the group less that of the others, shapes (k,) and (groups, k).
    exact
        Whether `null` holds all groups of the set, the observed one included.
    """

    names: tuple[str, ...]
    observed: Floats
    null: Floats
    reference: str
    exact: bool
    seed: int | None

    @property
    def smallest_p(self) -> float:
        """The smallest p-value that so many groups can give."""
        return 1 / len(self.null) if self.exact else 1 / (len(self.null) + 1)

    def p_value(self, name: str) -> float:
        """Return the two-sided p-value of a statistic: its distance from the median of the set."""
        k = self.names.index(name)
        centre = float(np.median(self.null[:, k]))
        return self._share(np.abs(self.null[:, k] - centre), abs(self.observed[k] - centre))

    def joint_p_value(self, names: Sequence[str]) -> float:
        """Return the p-value of several statistics at once, their root mean squared distance."""
        columns = [self.names.index(name) for name in names]
        centre = np.median(self.null[:, columns], axis=0)
        sizes = np.sqrt(((self.null[:, columns] - centre) ** 2).mean(axis=1))
        own = float(np.sqrt(((self.observed[columns] - centre) ** 2).mean()))
        return self._share(sizes, own)

    def band(self, level: float) -> tuple[Floats, Floats]:
        """Return the quantiles between which a share `level` of the set lies, shape (k,) each."""
        tail = (1 - level) / 2
        low, high = np.quantile(self.null, [tail, 1 - tail], axis=0)
        return np.asarray(low), np.asarray(high)

    def _share(self, sizes: Floats, own: float) -> float:
        count = int((sizes >= own - TIES * max(own, float(sizes.max()))).sum())
        return count / len(sizes) if self.exact else (count + 1) / (len(sizes) + 1)


def randomise_changes(
    values: pd.DataFrame,
    group: Sequence[str],
    reference: ReferenceSet,
    *,
    draws: int = 9_999,
    seed: int = 0,
    limit: int = LARGEST_ENUMERATION,
) -> GroupChange:
    """Compare the change of a group with that of the groups of a reference set.

    Parameters
    ----------
    values
        Units in rows, statistics in columns, shape (N, k): changes of each unit.
    reference
        Its units stand in the order of the rows of `values`.
    draws, seed
        Number and seed of the draws where the set has more than `limit` groups.

    Raises
    ------
    ModelError
        When values have gaps, a member is unknown or repeated, or the group does not belong to the
        reference set.

    Notes
    -----
    p-values by Phipson and Smyth (2010).
    """
    units = [str(name) for name in values.index]
    members = _members(units, group)
    array = _checked(values, units)
    if len(reference) != len(units):
        raise ModelError(f"the reference set has {len(reference)} units, the values {len(units)}")
    size = reference.size(members)
    exact = size is None or size <= limit
    groups = (
        reference.enumerate(members, limit)
        if exact
        else reference.draw(members, draws, np.random.default_rng(seed))
    )
    own = np.array([members], dtype=np.int32)
    return GroupChange(
        tuple(map(str, values.columns)),
        _differences(array, own)[0],
        _differences(array, groups),
        reference.words,
        exact,
        None if exact else seed,
    )


def _members(units: list[str], group: Sequence[str]) -> tuple[int, ...]:
    for name in group:
        if name not in units:
            raise ModelError(
                f"no value of '{name}', a member of the group", remedy=spelling_hint(name, units)
            )
    if len(set(group)) < len(group) or not 0 < len(group) < len(units):
        raise ModelError(f"the group {', '.join(group)} repeats a unit or leaves no other")
    return tuple(sorted(units.index(name) for name in group))


def _checked(values: pd.DataFrame, units: list[str]) -> Floats:
    array = values.to_numpy(dtype=float)
    gaps = ~np.isfinite(array)
    if gaps.any():
        row, column = np.argwhere(gaps)[0]
        raise ModelError(
            f"no value of {units[row]} for {values.columns[column]}",
            remedy="leave out units with gaps",
        )
    return array


def _differences(values: Floats, groups: Groups) -> Floats:
    """Return the mean within less the mean outside of each group, shape (groups, k)."""
    inside = np.zeros((len(groups), values.shape[1]))
    for members in groups.T:
        inside += values[members]
    count, total = groups.shape[1], values.sum(axis=0)
    return np.asarray(inside / count - (total - inside) / (len(values) - count))
