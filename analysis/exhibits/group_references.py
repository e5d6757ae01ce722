"""Sets of groups of countries that a group may be compared with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from analysis.errors import ModelError
from analysis.inference.randomisation_kept import keep_groups
from analysis.inference.randomisation_sets import (
    AllGroups,
    ContiguousGroups,
    LikeMembers,
    ReferenceSet,
    WithinOneLabel,
    neighbours_of,
)


@dataclass(frozen=True)
class Reference:
    """One reference set; `groups` is None, with a reason, where the group is not part of it."""

    name: str
    label: str
    groups: ReferenceSet | None
    reason: str = ""


@dataclass(frozen=True)
class Geography:
    """Regions and borders of the units, in the order of `units`."""

    units: tuple[str, ...]
    regions: tuple[str, ...]
    subregions: tuple[str, ...]
    neighbours: tuple[frozenset[int], ...]


def group_references(
    units: Sequence[str],
    group: Sequence[str],
    names: Sequence[str],
    countries: pd.DataFrame,
    pairs: pd.DataFrame,
) -> dict[str, Reference]:
    """Return the named reference sets of a group among the units, small sets enumerated.

    Parameters
    ----------
    names
        Keys of `SETS`.
    countries, pairs
        Processed tables `countries` and `country_pairs`.
    """
    place = geography(units, countries, pairs)
    members = tuple(sorted(place.units.index(name) for name in group))
    return {name: _reference(name, place, members) for name in names}


def geography(units: Sequence[str], countries: pd.DataFrame, pairs: pd.DataFrame) -> Geography:
    """Return regions and land borders of units."""
    rows = countries.set_index("iso3").loc[list(units)]
    borders: dict[str, list[str]] = {}
    for one, other in pairs.loc[pairs["contiguous"], ["iso3_a", "iso3_b"]].to_numpy():
        borders.setdefault(str(one), []).append(str(other))
    return Geography(
        tuple(units),
        tuple(rows["region"]),
        tuple(rows["subregion"]),
        neighbours_of(list(units), borders),
    )


def _reference(name: str, place: Geography, members: tuple[int, ...]) -> Reference:
    groups, label = SETS[name](place, members)
    try:
        return Reference(name, label, keep_groups(groups, members))
    except ModelError as error:
        return Reference(name, label, None, error.problem)


def _contiguous(place: Geography, members: tuple[int, ...]) -> tuple[ReferenceSet, str]:
    del members
    return ContiguousGroups(place.neighbours), "joined by land borders"


def _like(place: Geography, members: tuple[int, ...]) -> tuple[ReferenceSet, str]:
    counts = Counter(place.subregions[unit] for unit in members)
    parts = " and ".join(f"{count} of {region}" for region, count in sorted(counts.items()))
    return LikeMembers(place.subregions), f"same subregions: {parts}"


def _one_region(place: Geography, members: tuple[int, ...]) -> tuple[ReferenceSet, str]:
    del members
    return WithinOneLabel(place.regions), "all of one continent"


def _all(place: Geography, members: tuple[int, ...]) -> tuple[ReferenceSet, str]:
    del members
    return AllGroups(len(place.units)), f"any of {len(place.units)} countries"


SETS: Final[Mapping[str, Callable[[Geography, tuple[int, ...]], tuple[ReferenceSet, str]]]] = {
    "contiguous": _contiguous,
    "like_members": _like,
    "one_region": _one_region,
    "all": _all,
}
