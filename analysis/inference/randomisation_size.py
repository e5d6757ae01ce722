"""Size of the permutation test on made outcomes without an effect; nothing is a finding."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.inference.randomisation import STATISTICS, permutation_test
from analysis.models.arrays import Bools, Floats

Draw = Callable[[np.random.Generator], tuple[Floats, Bools, tuple[int, ...] | None]]


def _made(n: int, treated: int, rng: np.random.Generator) -> Bools:
    return np.asarray(rng.permutation(n) < treated)


def _few_units(rng: np.random.Generator) -> tuple[Floats, Bools, None]:
    return rng.normal(size=12), _made(12, 6, rng), None


def _skewed(rng: np.random.Generator) -> tuple[Floats, Bools, None]:
    return rng.lognormal(sigma=1.0, size=30), _made(30, 6, rng), None


def _in_blocks(rng: np.random.Generator) -> tuple[Floats, Bools, tuple[int, ...]]:
    blocks = np.repeat(np.arange(5), 8)
    marks = np.concatenate([_made(8, 3, rng) for _ in range(5)])
    return 3 * blocks + rng.normal(size=40), marks, tuple(blocks.tolist())


def _unequal_variances(rng: np.random.Generator) -> tuple[Floats, Bools, None]:
    marks = _made(60, 15, rng)
    return rng.normal(size=60) * np.where(marks, 3.0, 1.0), marks, None


SCENARIOS: Final[Mapping[str, Draw]] = {
    "twelve units": _few_units,
    "skewed, 6 of 30": _skewed,
    "five blocks": _in_blocks,
    "equal means, unequal variances": _unequal_variances,
}


def simulate_permutation_test(
    replications: int, seed: int, *, nominal: float = 0.05, draws: int = 199
) -> pd.DataFrame:
    """Count how often the test rejects where there is no effect, on made outcomes.

    The last scenario breaks the sharp hypothesis (variances differ) and keeps equal means.

    Returns
    -------
    pandas.DataFrame
        `scenario`, `statistic`, `nominal`, `replications`, `rejections`, `share`,
        `monte_carlo_se`.

    Raises
    ------
    ModelError
        When there is no replication.
    """
    if replications < 1:
        raise ModelError(f"{replications} replications", allowed="one or more")
    rows = []
    spawned = np.random.SeedSequence(seed).spawn(len(SCENARIOS))
    for (name, draw), item in zip(SCENARIOS.items(), spawned, strict=True):
        p_values = np.array([_p_values(draw, one, draws) for one in item.spawn(replications)])
        for k, statistic in enumerate(STATISTICS):
            rejections = int((p_values[:, k] <= nominal).sum())
            rows.append(
                {
                    "scenario": name,
                    "statistic": statistic,
                    "nominal": nominal,
                    "replications": replications,
                    "rejections": rejections,
                    "share": rejections / replications,
                    "monte_carlo_se": float(np.sqrt(nominal * (1 - nominal) / replications)),
                }
            )
    return pd.DataFrame(rows)


def _p_values(draw: Draw, seed: np.random.SeedSequence, draws: int) -> list[float]:
    rng = np.random.default_rng(seed)
    outcome, treated, blocks = draw(rng)
    number = int(rng.integers(2**31))
    return [
        permutation_test(
            outcome,
            treated,
            blocks=blocks,
            statistic=statistic,  # type: ignore[arg-type]
            draws=draws,
            seed=number,
            limit=1_000,
        ).p_value
        for statistic in STATISTICS
    ]
