"""How close the policy paths of a group are, before and after a date, among groups like it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from analysis.exhibits.group_references import Reference
from analysis.inference.randomisation_groups import GroupRandomisation, randomise_groups
from analysis.models.dyads_frame import DyadFrame, keep, mean_dissimilarity
from analysis.settings.country_panels import SynchronyBlock

BEFORE, AFTER, CHANGE = "before", "after", "change"
PARTS: Final = (BEFORE, AFTER, CHANGE)


@dataclass(frozen=True)
class SynchronyTest:
    """One index in one part of the window against one reference set.

    Attributes
    ----------
    part
        `before` or `after` the meeting, or `change`: after less before.
    months
        Number of months behind it.
    result
        None, with a reason, where the group is not part of the reference set.
    """

    index: str
    part: str
    months: int
    reference: Reference
    result: GroupRandomisation | None
    reason: str = ""


def distances(pairs: DyadFrame, index: str, month: str) -> dict[str, pd.DataFrame]:
    """Return the mean distance of every two units by part; the month itself is left out."""
    periods = np.array(pairs.periods)
    split = {BEFORE: periods < month, AFTER: periods > month}
    found = {
        part: mean_dissimilarity(keep(pairs, mask[pairs.period]), index)
        for part, mask in split.items()
    }
    return {**found, CHANGE: found[AFTER] - found[BEFORE]}


def synchrony_tests(
    pairs: DyadFrame,
    references: Mapping[str, Reference],
    group: Sequence[str],
    settings: SynchronyBlock,
    month: str,
) -> tuple[SynchronyTest, ...]:
    """Rank the group by index, part and reference set; a low p-value means more alike."""
    months = {
        BEFORE: sum(period < month for period in pairs.periods),
        AFTER: sum(period > month for period in pairs.periods),
        CHANGE: sum(period != month for period in pairs.periods),
    }
    return tuple(
        _tested(index, part, months[part], matrix, reference, group, settings)
        for index in settings.indices
        for part, matrix in distances(pairs, index, month).items()
        for reference in references.values()
    )


def _tested(
    index: str,
    part: str,
    months: int,
    matrix: pd.DataFrame,
    reference: Reference,
    group: Sequence[str],
    settings: SynchronyBlock,
) -> SynchronyTest:
    if reference.groups is None:
        return SynchronyTest(index, part, months, reference, None, reference.reason)
    result = randomise_groups(
        matrix, group, reference.groups, draws=settings.draws, seed=settings.seed
    )
    return SynchronyTest(index, part, months, reference, result)
