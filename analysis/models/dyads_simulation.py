"""Size of the dyadic t test on made pairs of units: how many units it needs. Nothing is a finding.

The outcome of a pair is the sum of an effect of each unit and noise, so that pairs that share a
unit are related. It has nothing to do with the regressors: how far apart the units lie, and a mark
on the pairs among six of the units.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.models.arrays import Floats
from analysis.models.dyads import fit_dyads
from analysis.models.dyads_frame import DyadFrame

UNITS: Final = (6, 10, 20, 30, 60, 120)
GROUP: Final = 6
NOMINAL: Final = 0.05


def simulate_dyads(replications: int, seed: int, units: tuple[int, ...] = UNITS) -> pd.DataFrame:
    """Count how often a true hypothesis is rejected, by number of units and regressor.

    Returns
    -------
    pandas.DataFrame
        `units`, `regressor` (`distance` or `group_of_six`), `nominal`, `replications`,
        `rejections`, `refused` (variance not positive, no test), `share` of all replications,
        `monte_carlo_se`.

    Raises
    ------
    ModelError
        When there is no replication.
    """
    if replications < 1:
        raise ModelError(f"{replications} replications", allowed="one or more")
    rows = []
    for count, item in zip(units, np.random.SeedSequence(seed).spawn(len(units)), strict=True):
        names = ["distance", *(["group_of_six"] if count > GROUP + 2 else [])]
        seeds = item.spawn(replications)
        p_values = np.array([_p_values(count, names, one) for one in seeds])
        rows += [_row(count, name, p_values[:, k]) for k, name in enumerate(names)]
    return pd.DataFrame(rows)


def _row(units: int, name: str, p_values: Floats) -> dict[str, object]:
    rejections = int((p_values <= NOMINAL).sum())
    return {
        "units": units,
        "regressor": name,
        "nominal": NOMINAL,
        "replications": len(p_values),
        "rejections": rejections,
        "refused": int(np.isnan(p_values).sum()),
        "share": rejections / len(p_values),
        "monte_carlo_se": float(np.sqrt(NOMINAL * (1 - NOMINAL) / len(p_values))),
    }


def _p_values(units: int, names: list[str], seed: np.random.SeedSequence) -> list[float]:
    """Return the p-value of each regressor alone, NaN where its variance is refused."""
    frame = _draw(units, np.random.default_rng(seed))
    found = []
    for name in names:
        try:
            fit = fit_dyads(frame, outcome="outcome", regressors=[name], effects="none")
            found.append(fit.coefficients[0].p_value)
        except ModelError:
            found.append(np.nan)
    return found


def _draw(units: int, rng: np.random.Generator) -> DyadFrame:
    first, second = (side.astype(np.int32) for side in np.triu_indices(units, k=1))
    effect, place = rng.normal(size=units), rng.uniform(size=units)
    member = rng.permutation(units) < GROUP
    columns = {
        "outcome": effect[first] + effect[second] + rng.normal(size=len(first)),
        "distance": np.abs(place[first] - place[second]),
        "group_of_six": (member[first] & member[second]).astype(float),
    }
    names = tuple(f"u{unit:03d}" for unit in range(units))
    return DyadFrame(names, ("once",), first, second, np.zeros_like(first), columns)
