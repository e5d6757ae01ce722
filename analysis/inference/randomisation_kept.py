"""A reference set of groups that is enumerated once and used for many tests."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.errors import ModelError
from analysis.inference.randomisation_sets import LARGEST_ENUMERATION, Groups, Members, ReferenceSet


@dataclass(frozen=True)
class KeptGroups:
    """All groups of a reference set, for one observed group.

    Attributes
    ----------
    groups
        Positions of the members, shape (groups, members).
    units
        Number of units that the positions refer to.
    words
        The set in words.
    """

    groups: Groups
    units: int
    words: str

    def __len__(self) -> int:
        """Count the units."""
        return self.units

    def size(self, observed: Members) -> int:
        """Count the groups.

        Raises
        ------
        ModelError
            When the observed group is not among those that were kept.
        """
        if not self._holds(observed):
            raise ModelError(
                "the groups were kept for another observed group",
                allowed=f"a group among {self.words}",
                remedy="keep the groups again for this group",
            )
        return len(self.groups)

    def enumerate(self, observed: Members, limit: int) -> Groups:
        """Return every group."""
        del limit
        self.size(observed)
        return self.groups

    def draw(self, observed: Members, draws: int, rng: np.random.Generator) -> Groups:
        """Return a uniform sample of groups."""
        self.size(observed)
        return self.groups[rng.integers(len(self.groups), size=draws)]

    def _holds(self, observed: Members) -> bool:
        if self.groups.shape[1] != len(observed):
            return False
        return bool((np.sort(self.groups, axis=1) == np.sort(observed)).all(axis=1).any())


def keep_groups(
    reference: ReferenceSet, observed: Members, limit: int = LARGEST_ENUMERATION
) -> ReferenceSet:
    """Enumerate a reference set once; return it as it is where it has more than `limit` groups.

    Raises
    ------
    ModelError
        When the observed group does not belong to the set, or a set that cannot be counted
        beforehand has more than `limit` groups.
    """
    size = reference.size(observed)
    if size is not None and size > limit:
        return reference
    return KeptGroups(reference.enumerate(observed, limit), len(reference), reference.words)
