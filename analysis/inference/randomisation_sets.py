"""Sets of groups that a group of units is compared with: all, contiguous, of like members."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import comb
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from analysis.errors import ModelError

Groups = NDArray[np.int32]
Members = tuple[int, ...]
LARGEST_ENUMERATION: Final = 300_000


class ReferenceSet(Protocol):
    """Groups that could have stood in the place of the observed one.

    `size` counts them where this is cheap (None otherwise), `enumerate` returns all of them and
    `draw` a uniform sample with replacement, as positions of units, shape (groups, members).
    """

    @property
    def words(self) -> str:
        """The set in words."""

    def __len__(self) -> int:
        """Count the units."""

    def size(self, observed: Members) -> int | None:
        """Count the groups, or None."""

    def enumerate(self, observed: Members, limit: int) -> Groups:
        """Return every group."""

    def draw(self, observed: Members, draws: int, rng: np.random.Generator) -> Groups:
        """Return a uniform sample of groups."""


@dataclass(frozen=True)
class AllGroups:
    """Every group of as many units, of `units` in all."""

    units: int
    words: str = "groups of as many units"

    def __len__(self) -> int:
        """Count the units."""
        return self.units

    def size(self, observed: Members) -> int:
        """Count the groups."""
        return comb(self.units, len(observed))

    def enumerate(self, observed: Members, limit: int) -> Groups:
        """Return every group."""
        return _table(combinations(range(self.units), len(observed)), limit)

    def draw(self, observed: Members, draws: int, rng: np.random.Generator) -> Groups:
        """Return a uniform sample of groups."""
        return _choices(self.units, len(observed), draws, rng)


@dataclass(frozen=True)
class LikeMembers:
    """Groups with as many units of each stratum as the observed group has.

    Attributes
    ----------
    strata
        Stratum of each unit, in the order of the units.
    """

    strata: tuple[Hashable, ...]
    words: str = "groups of like members"

    def __len__(self) -> int:
        """Count the units."""
        return len(self.strata)

    def _pools(self, observed: Members) -> list[tuple[NDArray[np.int64], int]]:
        wanted: dict[Hashable, int] = {}
        for unit in observed:
            wanted[self.strata[unit]] = wanted.get(self.strata[unit], 0) + 1
        labels = np.array([list(wanted).index(s) if s in wanted else -1 for s in self.strata])
        return [(np.flatnonzero(labels == k), count) for k, count in enumerate(wanted.values())]

    def size(self, observed: Members) -> int:
        """Count the groups."""
        total = 1
        for pool, count in self._pools(observed):
            total *= comb(len(pool), count)
        return total

    def enumerate(self, observed: Members, limit: int) -> Groups:
        """Return every group."""
        parts = [combinations(pool.tolist(), count) for pool, count in self._pools(observed)]
        return _table((sum(found, ()) for found in product(*parts)), limit)

    def draw(self, observed: Members, draws: int, rng: np.random.Generator) -> Groups:
        """Return a uniform sample of groups."""
        parts = [
            pool[_choices(len(pool), count, draws, rng)] for pool, count in self._pools(observed)
        ]
        return np.hstack(parts).astype(np.int32)


@dataclass(frozen=True)
class ContiguousGroups:
    """Groups that hang together in a graph of borders.

    All are enumerated, each once (the extension rule of Wernicke 2006), and draws are uniform
    over them, so that no weights are needed.

    Attributes
    ----------
    neighbours
        Neighbours of each unit, in the order of the units.
    """

    neighbours: tuple[frozenset[int], ...]
    words: str = "groups that hang together by land borders"
    largest: int = LARGEST_ENUMERATION

    def __len__(self) -> int:
        """Count the units."""
        return len(self.neighbours)

    def size(self, observed: Members) -> None:
        """Say that the groups are counted by enumerating them only."""

    def enumerate(self, observed: Members, limit: int) -> Groups:
        """Return every group."""
        if not is_connected(observed, self.neighbours):
            raise ModelError(
                "the observed group does not hang together",
                allowed="a group connected by borders between its members",
                remedy="compare it with another set of groups",
            )
        return _table(connected_groups(self.neighbours, len(observed)), limit)

    def draw(self, observed: Members, draws: int, rng: np.random.Generator) -> Groups:
        """Return a uniform sample of groups."""
        groups = self.enumerate(observed, self.largest)
        return groups[rng.integers(len(groups), size=draws)]


@dataclass(frozen=True)
class WithinOneLabel:
    """Groups whose units all have the same label, such as a region, whichever it is."""

    labels: tuple[Hashable, ...]
    words: str = "groups within one region"

    def __len__(self) -> int:
        """Count the units."""
        return len(self.labels)

    def _pools(self, observed: Members) -> list[NDArray[np.int64]]:
        own = {self.labels[unit] for unit in observed}
        if len(own) > 1:
            raise ModelError(
                f"the observed group has {len(own)} labels: {', '.join(sorted(map(str, own)))}",
                allowed="a group within one label",
                remedy="compare it with groups of like members",
            )
        order = list(dict.fromkeys(self.labels))
        codes = np.array([order.index(label) for label in self.labels])
        pools = [np.flatnonzero(codes == k) for k in range(len(order))]
        return [pool for pool in pools if len(pool) >= len(observed)]

    def size(self, observed: Members) -> int:
        """Count the groups."""
        return sum(comb(len(pool), len(observed)) for pool in self._pools(observed))

    def enumerate(self, observed: Members, limit: int) -> Groups:
        """Return every group."""
        pools = self._pools(observed)
        return _table((g for p in pools for g in combinations(p.tolist(), len(observed))), limit)

    def draw(self, observed: Members, draws: int, rng: np.random.Generator) -> Groups:
        """Return a uniform sample of groups: a label by its number of groups, then a group."""
        pools, members = self._pools(observed), len(observed)
        weights = np.array([float(comb(len(pool), members)) for pool in pools])
        counts = rng.multinomial(draws, weights / weights.sum())
        parts = [
            pool[_choices(len(pool), members, int(count), rng)]
            for pool, count in zip(pools, counts, strict=True)
        ]
        return np.vstack(parts).astype(np.int32)


def _table(groups: Iterator[Members], limit: int) -> Groups:
    found: list[Members] = []
    for group in groups:
        found.append(group)
        if len(found) > limit:
            raise ModelError(
                f"more than {limit} groups to enumerate",
                remedy="raise the limit or compare smaller groups",
            )
    return np.array(found, dtype=np.int32)


def _choices(units: int, members: int, draws: int, rng: np.random.Generator) -> Groups:
    """Draw members without replacement, independently for each group, uniformly."""
    chosen = np.empty((draws, members), dtype=np.int32)
    for k in range(members):
        # Rank k among the units not chosen so far, shifted past the chosen ones in rising order.
        pick = rng.integers(units - k, size=draws)
        for taken in np.sort(chosen[:, :k], axis=1).T:
            pick = pick + (pick >= taken)
        chosen[:, k] = pick
    return chosen


def connected_groups(neighbours: Sequence[frozenset[int]], members: int) -> Iterator[Members]:
    """Yield every connected group of so many units once.

    A group grows from its smallest unit; a unit is added only by the first member that borders
    it, so that no group comes up twice (Wernicke 2006).
    """

    def extend(group: Members, open_units: list[int], seen: frozenset[int]) -> Iterator[Members]:
        if len(group) == members:
            yield group
            return
        for position, unit in enumerate(open_units):
            fresh = sorted(other for other in neighbours[unit] - seen if other > group[0])
            rest = open_units[position + 1 :] + fresh
            yield from extend((*group, unit), rest, seen | frozenset(fresh))

    for root in range(len(neighbours)):
        first = sorted(other for other in neighbours[root] if other > root)
        yield from extend((root,), first, frozenset((root, *first)))


def is_connected(members: Members, neighbours: Sequence[frozenset[int]]) -> bool:
    """Say whether the members hang together by borders among themselves."""
    inside, reached, front = set(members), {members[0]}, {members[0]}
    while front:
        front = {other for unit in front for other in neighbours[unit] & inside} - reached
        reached |= front
    return reached == inside


def neighbours_of(
    units: Sequence[str], borders: Mapping[str, Sequence[str]]
) -> tuple[frozenset[int], ...]:
    """Return the neighbours of each unit; borders with units that are not compared do not count.

    Parameters
    ----------
    borders
        Names of the neighbours by unit; a border named on one side counts on both.
    """
    position = {name: k for k, name in enumerate(units)}
    found: list[set[int]] = [set() for _ in units]
    for name, others in borders.items():
        for other in others:
            if name in position and other in position and name != other:
                found[position[name]].add(position[other])
                found[position[other]].add(position[name])
    return tuple(frozenset(item) for item in found)
