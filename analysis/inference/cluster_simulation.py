"""Size, coverage and power of panel inference with few clusters, on made panels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from math import comb

import numpy as np
import pandas as pd

from analysis.errors import ModelError, require_known
from analysis.inference.wild_cluster import ENUMERATED_CLUSTERS
from analysis.models.arrays import Bools, Floats
from analysis.models.panel import solve
from analysis.models.panel_conventions import lookup_convention
from analysis.models.panel_covariances import infer
from analysis.models.panel_effects import Clustering, clustering
from analysis.models.panel_estimators import two_way
from analysis.models.panel_inference import CovarianceRequest, Inference, Solved
from analysis.models.panel_rows import PanelRows

PERSISTENCE = 0.6
UNIT_SPREAD = 0.3
TREATED_FROM = 0.5
MOST_PERMUTATIONS = 1_000
WILD = "wild cluster, restricted"
METHODS: Mapping[str, tuple[str, str]] = {
    "CR1, t(G - 1)": ("clustered", "fixest"),
    "CR0, normal": ("clustered", "plm"),
    "CR2, Satterthwaite": ("cr2", "fixest"),
    "CR3, t(G - 1)": ("cr3", "fixest"),
    WILD: ("wild_cluster", "fixest"),
    "Driscoll–Kraay, t(T - 1)": ("driscoll_kraay", "fixest"),
}
RANDOMISATION = "randomisation of treated units"


@dataclass(frozen=True)
class Cell:
    """One setting of the simulation."""

    clusters: int
    design: str
    periods: int
    level: float
    draws: int
    effect: float


def simulate_cluster_inference(
    replications: int,
    seed: int,
    *,
    clusters: Sequence[int] = (5, 6, 10, 30),
    designs: Sequence[str] = ("continuous", "half_treated", "two_treated"),
    periods: int = 20,
    level: float = 0.95,
    draws: int = 999,
    effect: float = 1.0,
) -> pd.DataFrame:
    """Compare ways to test one coefficient with two-way fixed effects and few units.

    Errors are autoregressive (0.6) within units, with standard deviations that differ by unit
    (log-normal, 0.3), mean about one. The regressor is autoregressive too (`continuous`), or
    switches on half-way in half of the units or in two units. The true coefficient is zero.

    Parameters
    ----------
    draws
        Of the wild cluster bootstrap with more than 12 clusters, and of randomisation.
    effect
        True coefficient for the power, in units of the outcome.

    Returns
    -------
    DataFrame
        One row for each number of clusters, design and method: `coverage` of the interval,
        `size` (one minus coverage), the Monte Carlo standard error of both, `power`, the median
        `width` of the interval (infinite where more than half are unbounded; missing for
        randomisation, which has no interval here), and `smallest_p_value` where a method has one.

    Raises
    ------
    ModelError
        When a design is unknown or there are too few clusters for it.
    """
    rows: list[dict[str, object]] = []
    for count in clusters:
        for design in designs:
            cell = Cell(count, design, periods, level, draws, effect)
            _refuse(cell, replications)
            outcomes = [_replication(cell, seed, number) for number in range(replications)]
            rows += [_summary(cell, name, outcomes) for name in outcomes[0]]
    return pd.DataFrame(rows)


def _refuse(cell: Cell, replications: int) -> None:
    require_known(cell.design, REGRESSORS, ModelError, f"unknown design '{cell.design}'")
    if cell.clusters < 5 or cell.periods < 6 or replications < 1:
        raise ModelError(
            f"{cell.clusters} clusters, {cell.periods} periods, {replications} replications",
            allowed="5 clusters, 6 periods and 1 replication or more",
        )


@dataclass(frozen=True)
class Outcome:
    """What one method said of one panel: whether it covers zero, finds the effect, how wide."""

    covers: bool
    finds: bool
    width: float


def _replication(cell: Cell, seed: int, number: int) -> dict[str, Outcome]:
    place = list(REGRESSORS).index(cell.design)
    rng = np.random.default_rng([seed, cell.clusters, place, number])
    regressor = REGRESSORS[cell.design](cell, rng)
    spread = np.exp(UNIT_SPREAD * rng.normal(size=(cell.clusters, 1)))
    errors = spread * autoregressive(rng, cell.clusters, cell.periods)
    solved = solve(two_way(_panel(errors, regressor)))
    groups = (clustering(solved.problem, "unit", "unit", "time"),)
    found = {
        name: _outcome(cell, infer(solved, kind, _request(cell, convention, groups, number)))
        for name, (kind, convention) in METHODS.items()
    }
    if cell.design != "continuous":
        found[RANDOMISATION] = _randomised(cell, solved, regressor)
    return found


def _request(
    cell: Cell, convention: str, groups: tuple[Clustering, ...], seed: int
) -> CovarianceRequest:
    rule = lookup_convention(convention)
    return CovarianceRequest(rule, groups, cell.level, None, cell.draws, seed, "rademacher")


def _outcome(cell: Cell, inference: Inference) -> Outcome:
    lower, upper = float(inference.lower[0]), float(inference.upper[0])
    finds = not lower <= -cell.effect <= upper
    return Outcome(lower <= 0 <= upper, finds, upper - lower)


def autoregressive(rng: np.random.Generator, units: int, periods: int) -> Floats:
    """Return stationary first-order series with variance one, shape (units, periods)."""
    shocks = rng.normal(size=(units, periods))
    shocks[:, 1:] *= np.sqrt(1 - PERSISTENCE**2)
    for period in range(1, periods):
        shocks[:, period] += PERSISTENCE * shocks[:, period - 1]
    return shocks


def _continuous(cell: Cell, rng: np.random.Generator) -> Floats:
    return autoregressive(rng, cell.clusters, cell.periods)


def _switched_on(treated: int, cell: Cell) -> Floats:
    table = np.zeros((cell.clusters, cell.periods))
    table[:treated, int(TREATED_FROM * cell.periods) :] = 1.0
    return table


REGRESSORS: Mapping[str, Callable[[Cell, np.random.Generator], Floats]] = {
    "continuous": _continuous,
    "half_treated": lambda cell, _rng: _switched_on(cell.clusters // 2, cell),
    "two_treated": lambda cell, _rng: _switched_on(2, cell),
}


def _panel(outcome: Floats, regressor: Floats) -> PanelRows:
    units, periods = outcome.shape
    return PanelRows(
        outcome.ravel(),
        regressor.reshape(-1, 1),
        ("regressor",),
        np.repeat(np.arange(units), periods),
        np.tile(np.arange(periods), units),
        pd.RangeIndex(units),
        pd.RangeIndex(periods),
        {},
        {},
        (),
    )


def _randomised(cell: Cell, solved: Solved, regressor: Floats) -> Outcome:
    """Permute which units are treated; the statistic is the absolute estimate."""
    alpha = 1 - cell.level
    outcome = solved.problem.response.reshape(regressor.shape)
    design = solved.problem.design.reshape(regressor.shape)
    treated = regressor[:, -1] > 0
    covers = randomisation_p_value(outcome, design, treated, cell.draws) > alpha
    moved = outcome + cell.effect * design
    finds = randomisation_p_value(moved, design, treated, cell.draws) <= alpha
    return Outcome(covers, finds, np.nan)


def randomisation_p_value(outcome: Floats, design: Floats, treated: Bools, draws: int) -> float:
    """Return the share of assignments with an estimate at least as far from zero.

    Parameters
    ----------
    outcome, design
        Double-demeaned, shape (units, periods); the design has one path for treated units and one
        for the others.
    treated
        Shape (units,).

    Notes
    -----
    All assignments are taken where there are a thousand or fewer, otherwise draws with a fixed
    seed and the sample's own assignment among them.
    """
    chosen = _assignments(len(treated), int(treated.sum()), draws)
    gap = design[treated][0] - design[~treated][0]
    score = outcome @ gap
    found = np.abs(chosen @ score)
    own = abs(float(treated @ score))
    reached = int((found >= own * (1 - 1e-9)).sum())
    if len(chosen) == comb(len(treated), int(treated.sum())):
        return reached / len(chosen)
    return (1 + reached) / (len(chosen) + 1)


@lru_cache(maxsize=32)
def _assignments(units: int, treated: int, draws: int) -> Floats:
    """Rows of zeros and ones with `treated` ones."""
    if comb(units, treated) <= MOST_PERMUTATIONS:
        table = np.zeros((comb(units, treated), units))
        for row, members in enumerate(combinations(range(units), treated)):
            table[row, list(members)] = 1.0
        return table
    rng = np.random.default_rng([units, treated, draws])
    first = np.tile(np.arange(units) < treated, (draws, 1)).astype(float)
    return rng.permuted(first, axis=1)


def _summary(cell: Cell, name: str, outcomes: list[dict[str, Outcome]]) -> dict[str, object]:
    found = [outcome[name] for outcome in outcomes]
    coverage = float(np.mean([item.covers for item in found]))
    return {
        "clusters": cell.clusters,
        "design": cell.design,
        "method": name,
        "replications": len(found),
        "nominal_coverage": cell.level,
        "coverage": coverage,
        "size": 1 - coverage,
        "monte_carlo_standard_error": float(np.sqrt(coverage * (1 - coverage) / len(found))),
        "power": float(np.mean([item.finds for item in found])),
        "median_width": float(np.median([item.width for item in found])),
        "smallest_p_value": _smallest(cell, name),
    }


def _smallest(cell: Cell, name: str) -> float:
    """Least p-value that resampling can reach; NaN for the other methods.

    Where half of the units are treated, swapping the groups changes only the sign.
    """
    if name == RANDOMISATION:
        treated = TREATED[cell.design](cell.clusters)
        count = comb(cell.clusters, treated)
        mirrored = 2 if 2 * treated == cell.clusters else 1
        return mirrored / count if count <= MOST_PERMUTATIONS else 1 / (cell.draws + 1)
    if name == WILD:
        few = cell.clusters <= ENUMERATED_CLUSTERS
        return 0.5 ** (cell.clusters - 1) if few else 1 / (cell.draws + 1)
    return np.nan


TREATED: Mapping[str, Callable[[int], int]] = {
    "half_treated": lambda units: units // 2,
    "two_treated": lambda _units: 2,
}
