"""Size of the comparison of a group with groups like it, on made units; nothing is a finding.

Forty units lie on a grid of five by eight. Their paths are drawn anew in each replication, once
independent of each other and once alike among neighbours, and the observed group is drawn from a
named set. A test against the set that the group comes from must reject as often as it says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.inference.randomisation_groups import randomise_groups
from analysis.inference.randomisation_sets import (
    AllGroups,
    ContiguousGroups,
    LikeMembers,
    ReferenceSet,
    WithinOneLabel,
)
from analysis.models.arrays import Floats

ROWS, COLUMNS, MEMBERS, PERIODS = 5, 8, 4, 12
UNITS: Final = ROWS * COLUMNS
NOMINAL: Final = (0.05, 0.10)
DRAWS: Final = 199
REACH: Final = 1.5  # grid steps over which paths of neighbours are alike


def grid_neighbours() -> tuple[frozenset[int], ...]:
    """Return the units that share an edge with each unit of the grid."""
    place = _places()
    apart = np.abs(place[:, None] - place[None]).sum(axis=2)
    return tuple(frozenset(np.flatnonzero(row == 1).tolist()) for row in apart)


def _places() -> Floats:
    return np.stack(np.divmod(np.arange(UNITS), COLUMNS), axis=1).astype(float)


QUARTERS: Final = tuple(
    int(unit % COLUMNS >= 4) + 2 * int(unit // COLUMNS >= 2) for unit in range(UNITS)
)
SETS: Final[Mapping[str, ReferenceSet]] = {
    "all": AllGroups(UNITS),
    "contiguous": ContiguousGroups(grid_neighbours()),
    "like_members": LikeMembers(QUARTERS),
    "one_region": WithinOneLabel(QUARTERS),
}
SCENARIOS: Final[tuple[tuple[str, str, str], ...]] = (
    *(("independent", name, name) for name in SETS),
    ("alike_neighbours", "all", "all"),
    ("alike_neighbours", "contiguous", "contiguous"),
    ("alike_neighbours", "one_region", "one_region"),
    ("alike_neighbours", "contiguous", "all"),
)


def simulate_group_randomisation(replications: int, seed: int) -> pd.DataFrame:
    """Count how often the comparison rejects where the group is drawn from a reference set.

    Parameters
    ----------
    replications
        Of each scenario; every replication has a seed of its own.

    Returns
    -------
    pandas.DataFrame
        One row a scenario and nominal level: `paths`, `group_from`, `reference`, `nominal`,
        `replications`, `rejections`, `share`, `monte_carlo_se`.

    Raises
    ------
    ModelError
        When there is no replication.
    """
    if replications < 1:
        raise ModelError(f"{replications} replications", allowed="one or more")
    seeds = np.random.SeedSequence(seed).spawn(len(SCENARIOS))
    rows = []
    for scenario, item in zip(SCENARIOS, seeds, strict=True):
        p_values = np.array([_p_value(scenario, one) for one in item.spawn(replications)])
        rows += [_row(scenario, nominal, p_values) for nominal in NOMINAL]
    return pd.DataFrame(rows)


def _row(scenario: tuple[str, str, str], nominal: float, p_values: Floats) -> dict[str, object]:
    share = float((p_values <= nominal).mean())
    return {
        **dict(zip(("paths", "group_from", "reference"), scenario, strict=True)),
        "nominal": nominal,
        "replications": len(p_values),
        "rejections": int((p_values <= nominal).sum()),
        "share": share,
        "monte_carlo_se": float(np.sqrt(nominal * (1 - nominal) / len(p_values))),
    }


def _p_value(scenario: tuple[str, str, str], seed: np.random.SeedSequence) -> float:
    paths, source, reference = scenario
    rng = np.random.default_rng(seed)
    values = ROOTS[paths] @ rng.normal(size=(UNITS, PERIODS))
    apart = np.abs(values[:, None] - values[None]).mean(axis=2)
    names = [f"u{unit:02d}" for unit in range(UNITS)]
    group = [names[unit] for unit in _group(source, rng)]
    result = randomise_groups(
        pd.DataFrame(apart, names, names),
        group,
        SETS[reference],
        draws=DRAWS,
        seed=int(rng.integers(2**31)),
        limit=1_000,
    )
    return result.p_value


def _group(source: str, rng: np.random.Generator) -> tuple[int, ...]:
    start = tuple(range(MEMBERS))
    if source == "like_members":
        start = (0, 1, 4, 20)
    return tuple(SETS[source].draw(start, 1, rng)[0].tolist())


def _root(reach: float) -> Floats:
    place = _places()
    apart = np.sqrt(((place[:, None] - place[None]) ** 2).sum(axis=2))
    covariance = np.exp(-apart / reach) if reach else np.eye(UNITS)
    return np.asarray(np.linalg.cholesky(covariance))


ROOTS: Final[Mapping[str, Floats]] = {
    "independent": _root(0.0),
    "alike_neighbours": _root(REACH),
}
