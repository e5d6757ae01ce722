"""Power of tests of an interrupted series by simulation: cells, workers, results kept on the way.

A cell draws from a seed that depends on its own values, so that the numbers depend neither on the
number of workers nor on the rest of the grid, and a study that was cut short goes on from the
batches of cells that are already there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from scipy import signal, stats

from analysis.inference.power_closed_form import closed_form_power
from analysis.inference.power_estimators import ESTIMATORS, Estimated, draws_of
from analysis.inference.power_plan import PowerCell, PowerPlan
from analysis.models.arrays import Floats
from analysis.models.design_shapes import MONTHS_PER_YEAR

BATCH: Final = 10  # cells that a worker does before it reports back
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class PowerSurface:
    """Power over the grid.

    Attributes
    ----------
    table
        One row a cell and estimator: `years_before`, `years_after`, `rho`, `effect`, `estimator`,
        `power` (share of replications that reject no effect), `power_error` (its Monte Carlo
        standard error), `size` (share that rejects in the same draws without the effect),
        `mean_standard_error`, `spread` (standard deviation of the estimates), `mean_rho` (as
        estimated; missing for least squares), `closed_form` (power of GLS at the true rho).
    """

    plan: PowerPlan
    table: pd.DataFrame
    convention: str
    sentence: str


def run_power(
    plan: PowerPlan,
    workers: int = 1,
    folder: Path | None = None,
    progress: Progress | None = None,
) -> PowerSurface:
    """Simulate every cell.

    Parameters
    ----------
    workers
        Processes; the numbers do not depend on it.
    folder
        Where finished batches of cells are kept, by everything that they depend on; a second run
        reads them instead of simulating again.
    progress
        Called with the cells done and the cells of the grid after each batch.
    """
    cells = plan.cells()
    batches = [cells[first : first + BATCH] for first in range(0, len(cells), BATCH)]
    work = Parallel(n_jobs=workers, return_as="generator")(
        delayed(_batch)(plan, batch, folder) for batch in batches
    )
    table = pd.concat(_counted(work, batches, progress), ignore_index=True)
    return PowerSurface(plan, table, _convention(plan), _sentence(plan, table))


def _counted(
    work: Iterator[pd.DataFrame],
    batches: Sequence[Sequence[PowerCell]],
    progress: Progress | None,
) -> Iterator[pd.DataFrame]:
    done, whole = 0, sum(map(len, batches))
    for batch, table in zip(batches, work, strict=True):
        done += len(batch)
        if progress:
            progress(done, whole)
        yield table


def _batch(plan: PowerPlan, cells: Sequence[PowerCell], folder: Path | None) -> pd.DataFrame:
    path = folder / f"power_{plan.key(cells)}.csv" if folder else None
    if path and path.exists():
        finished: pd.DataFrame = pd.read_csv(path)
        return finished
    table = pd.DataFrame([row for cell in cells for row in simulate_cell(plan, cell)])
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        table.to_csv(part, index=False)
        part.replace(path)
    return table


def simulate_cell(plan: PowerPlan, cell: PowerCell) -> list[dict[str, float | str]]:
    """Return one row an estimator for one cell."""
    design = plan.design(cell)
    rng = np.random.default_rng(cell.seed(plan.seed))
    noise = ar1_noise(plan.replications, len(design), cell.rho, rng)
    draws = draws_of(noise, design, cell.rho, plan.lags(len(design)))
    bound = float(stats.t.isf((1 - plan.level) / 2, draws.df))
    known = {
        "years_before": cell.months_before / MONTHS_PER_YEAR,
        "years_after": cell.months_after / MONTHS_PER_YEAR,
        "rho": cell.rho,
        "effect": cell.effect,
        "closed_form": closed_form_power(design, cell.rho, cell.effect, plan.level),
    }
    return [
        {**known, "estimator": name, **_shares(ESTIMATORS[name](draws), cell.effect, bound)}
        for name in plan.estimators
    ]


def ar1_noise(replications: int, length: int, rho: float, rng: np.random.Generator) -> Floats:
    """Draw stationary AR(1) noise with standard deviation 1, shape (replications, length)."""
    shocks = rng.standard_normal((replications, length))
    shocks[:, 1:] *= np.sqrt(1 - rho**2)
    return np.asarray(signal.lfilter([1.0], [1.0, -rho], shocks, axis=1))


def _shares(found: Estimated, effect: float, bound: float) -> dict[str, float]:
    rejected = np.abs(found.errors + effect) > bound * found.standard_errors
    power = float(rejected.mean())
    return {
        "power": power,
        "power_error": float(np.sqrt(power * (1 - power) / len(rejected))),
        "size": float((np.abs(found.errors) > bound * found.standard_errors).mean()),
        "mean_standard_error": float(found.standard_errors.mean()),
        "spread": float(np.sqrt((found.errors**2).mean())),
        "mean_rho": float(found.rho.mean()),
    }


def _convention(plan: PowerPlan) -> str:
    unit = "standard deviations of the noise" + (" a year" if plan.shape == "slope" else "")
    lags = "floor(4 (n / 100)^(2/9))" if plan.bandwidth == "plug_in" else str(plan.bandwidth)
    return (
        f"{plan.replications} replications a cell, stationary normal AR(1) noise, effects "
        f"({plan.shape}) in {unit}, two-sided t tests at {1 - plan.level:.3g} with n - k degrees "
        f"of freedom; Newey-West with Bartlett weights, bandwidth {lags}, times n / (n - k)"
    )


def _sentence(plan: PowerPlan, table: pd.DataFrame) -> str:
    groups = table.groupby("estimator", sort=False)
    parts = [
        f"{part['power'].min():.2f} to {part['power'].max():.2f} by {name} "
        f"(which rejects without an effect in {part['size'].min():.1%} to "
        f"{part['size'].max():.1%})"
        for name, part in groups
    ]
    return (
        f"Over {len(plan.cells())} cells the power to find a {plan.shape} runs from "
        f"{'; from '.join(parts)}. Power of a test that rejects too often without an effect is "
        "not comparable with the others."
    )
