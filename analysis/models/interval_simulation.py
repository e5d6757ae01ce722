"""Monte Carlo study of the interval estimator: coverage, bias and length by history and method.

Replication k of a history draws from the k-th child of one seed sequence, so results do not depend
on the number of workers or on the order of work, and a study that was cut short goes on from the
replications that are already there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from rich.progress import track

from analysis.errors import ModelError
from analysis.models.arrays import Floats
from analysis.models.design import Design, build_design
from analysis.models.interval_competitors import COMPETITORS, Estimate
from analysis.models.interval_estimation import Options
from analysis.models.interval_histories import HISTORIES, SPEC, TRUTH, simulate
from analysis.models.interval_rows import IntervalRows
from analysis.models.interval_series import fit_rows

OWN: Final = "interval"
STANDARD: Final = Options(errors="student_t")
SAMPLE: Final = 10  # replications kept to check that the program still gives these numbers
BATCH: Final = 50  # replications a worker does before it reports back
COLUMNS: Final = ("history", "replication", "method", "name", "estimate", "lower", "upper")
KEYS: Final = ["history", "replication", "method", "name"]


@dataclass(frozen=True)
class StudyPlan:
    """What to simulate.

    Attributes
    ----------
    options
        How the estimator under study is set.
    """

    histories: tuple[str, ...] = tuple(HISTORIES)
    replications: int = 2000
    seed: int = 20211203
    workers: int = 1
    options: Options = STANDARD
    competitors: bool = True


def run_study(plan: StudyPlan, folder: Path | None = None, quiet: bool = False) -> pd.DataFrame:
    """Simulate every history and return one row a replication, method and coefficient.

    Parameters
    ----------
    folder
        Where finished batches are kept; a second run reads them instead of simulating again.
    quiet
        Whether to leave out the progress bar.
    """
    batches = list(_batches(plan))
    work = Parallel(n_jobs=plan.workers, return_as="generator")(
        delayed(_batch)(plan, history, first, last, folder) for history, first, last in batches
    )
    done = list(track(work, "simulating", total=len(batches), disable=quiet))
    whole: pd.DataFrame = pd.concat(done, ignore_index=True)
    return whole


def coverage_table(results: pd.DataFrame, level: float) -> pd.DataFrame:
    """Return coverage, bias, spread and interval length by history, method and coefficient.

    `replications` counts those in which the method gave a number; `coverage_error` is the Monte
    Carlo standard error of the coverage; lengths are on the log scale.
    """
    truth = results["name"].map(dict(TRUTH))
    made = results.assign(
        covered=(results["lower"] <= truth) & (truth <= results["upper"]),
        error=results["estimate"] - truth,
        length=results["upper"] - results["lower"],
    )
    groups = made.groupby(["history", "method", "name"], sort=False)
    table = groups.agg(
        replications=("covered", "size"),
        coverage=("covered", "mean"),
        bias=("error", "mean"),
        spread=("error", "std"),
        median_length=("length", "median"),
        mean_length=("length", "mean"),
    ).reset_index()
    table["coverage_error"] = np.sqrt(level * (1 - level) / table["replications"])
    return table


def sample_of(results: pd.DataFrame, replications: int = SAMPLE) -> pd.DataFrame:
    """Return the first replications of the estimator under study, to check a later run against."""
    first = (results["method"] == OWN) & (results["replication"] < replications)
    return results[first].sort_values(KEYS, ignore_index=True)


def _batches(plan: StudyPlan) -> Iterator[tuple[str, int, int]]:
    for history in plan.histories:
        if history not in HISTORIES:
            raise ModelError(f"unknown history '{history}'", allowed=", ".join(HISTORIES))
        for first in range(0, plan.replications, BATCH):
            yield history, first, min(first + BATCH, plan.replications)


def _batch(
    plan: StudyPlan, history: str, first: int, last: int, folder: Path | None
) -> pd.DataFrame:
    path = folder / f"{history}_{plan.seed}_{first:05d}_{last:05d}.csv" if folder else None
    if path and path.exists():
        finished: pd.DataFrame = pd.read_csv(path)
        return finished
    design = build_design(SPEC)
    table = pd.concat(
        [replicate(plan, history, number, design) for number in range(first, last)],
        ignore_index=True,
    )
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        table.to_csv(part, index=False)
        part.replace(path)
    return table


def replicate(plan: StudyPlan, history: str, number: int, design: Design) -> pd.DataFrame:
    """Draw one history and estimate it by every method."""
    place = tuple(HISTORIES).index(history)
    rng = np.random.default_rng(np.random.SeedSequence(plan.seed, spawn_key=(place, number)))
    drawn = simulate(HISTORIES[history], design.calendar, design.matrix, rng)
    estimates = {OWN: _own(drawn.reports, design, plan.options)}
    if plan.competitors:
        for name, method in COMPETITORS.items():
            estimates[name] = method(drawn, design, plan.options.level)
    return pd.concat(
        [_table(history, number, name, found, design) for name, found in estimates.items()],
        ignore_index=True,
    )


def _own(rows: IntervalRows, design: Design, options: Options) -> Estimate:
    try:
        coefficients = fit_rows(rows, design, options).coefficients
    except ModelError:
        nothing = np.zeros(len(design.names))
        return Estimate(nothing, nothing, nothing, nothing > 0)
    known = np.array([item.estimate is not None for item in coefficients])
    estimate, lower, upper = (
        _numbers([getattr(item, name) for item in coefficients])
        for name in ("estimate", "lower", "upper")
    )
    return Estimate(estimate, lower, upper, known)


def _numbers(values: list[float | None]) -> Floats:
    return np.array([0.0 if value is None else value for value in values])


def _table(history: str, number: int, method: str, found: Estimate, design: Design) -> pd.DataFrame:
    known = found.known
    return pd.DataFrame(
        {
            "history": history,
            "replication": number,
            "method": method,
            "name": np.array(design.names)[known],
            "estimate": found.coefficients[known],
            "lower": found.lower[known],
            "upper": found.upper[known],
        },
        columns=list(COLUMNS),
    )
