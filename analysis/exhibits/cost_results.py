"""Measured costs opened, the models fitted to them, and what all exhibits on cost say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from analysis.data_management.cost_table import BOOTSTRAP, COST, NOTHING, UNIVERSE
from analysis.data_management.load import load_table
from analysis.exhibits.once import once
from analysis.exhibits.shown import Shown
from analysis.universe.cost import CostModel, Job, Prices, fit_cost, fit_prices

TITLE: Final = "What scale costs"
MADE: Final = "The series are made up; nothing here is a finding about a border."
QUIET: Final = 0.3  # processors busy with other work before and after, at most
DISTURBED: Final = (
    "Other work ran on the machine ({load:.1f} busy processors): times are longer than on a "
    "quiet one, and a second worker gains less."
)
ALIKE: Final = 10  # numbers of dates that round to the same ten count as one
BOOTSTRAP_TERMS: Final = ("run", "series_draw")
"""What bootstrap tests pay once, and for each draw of each series."""


@dataclass(frozen=True)
class OpenCost(Shown):
    """The table of measured costs (see `cost_table`), and the models of it."""

    table: pd.DataFrame

    def paragraphs(self) -> tuple[str, ...]:
        """Return what was measured and where, for a notebook."""
        jobs = [f"{len(self.of(work, self.workers[0]))} {what}" for work, what in WORDS.items()]
        several = " and ".join(map(str, self.workers))
        return TITLE, f"{', '.join(jobs)}, each on {several} workers. {self.machine()}"

    @cached_property
    def workers(self) -> tuple[int, ...]:
        """Numbers of workers, from low to high."""
        return tuple(sorted(self.table["workers"].unique().tolist()))

    @cached_property
    def models(self) -> Mapping[int, CostModel]:
        """The model of universes by number of workers."""
        return {workers: self._universe(workers) for workers in self.workers}

    @cached_property
    def draws(self) -> Mapping[int, Prices]:
        """Prices of `BOOTSTRAP_TERMS` by number of workers."""
        return {workers: self._bootstrap(workers) for workers in self.workers}

    @cached_property
    def hand_out(self) -> float:
        """Seconds of the scheduler for a task: of tasks that do nothing, on most workers."""
        row = self.of(NOTHING, self.workers[-1]).iloc[0]
        return float(row["seconds"] / row["draws"])

    def of(self, work: str, workers: int) -> pd.DataFrame:
        """Return the rows of a kind of work on a number of workers."""
        own = (self.table["work"] == work) & (self.table["workers"] == workers)
        return self.table[own].reset_index(drop=True)

    def machine(self) -> str:
        """Return where and when it was measured."""
        row = self.table.iloc[0]
        noise = f" {DISTURBED.format(load=row['load'])}" if row["load"] > QUIET else ""
        return (
            f"Measured on {row['measured_on']}: {row['processor']}, {row['processors']} "
            f"processors, {row['platform']}, Python {row['python']}.{noise}"
        )

    def along(self, size: str) -> pd.DataFrame:
        """Return the universes that differ in one size and are alike in the others.

        Of all such sets it is the one with the most values of that size; with all numbers of
        workers, sorted by workers and size.
        """
        table = self.table[self.table["work"] == UNIVERSE]
        about = table.assign(dates=table["dates"].map(lambda dates: round(dates / ALIKE)))
        others = [name for name in ("series", "months", "dates") if name != size]
        values = about.groupby(others)[size].transform("nunique")
        first = about[others].iloc[int(values.to_numpy().argmax())]
        chosen = table[(about[others] == first).all(axis=1)]
        return chosen.sort_values(["workers", size]).reset_index(drop=True)

    def _universe(self, workers: int) -> CostModel:
        rows = self.of(UNIVERSE, workers)
        return fit_cost(jobs_of(rows), rows["seconds"].to_numpy())

    def _bootstrap(self, workers: int) -> Prices:
        rows = self.of(BOOTSTRAP, workers)
        return fit_prices(bootstrap_terms(rows), rows["seconds"].to_numpy())


WORDS: Final[Mapping[str, str]] = {
    UNIVERSE: "universes",
    BOOTSTRAP: "numbers of bootstrap draws",
    NOTHING: "run of tasks that do nothing",
}


def jobs_of(rows: pd.DataFrame) -> list[Job]:
    """Return the sizes of universes."""
    sizes = rows[["series", "months", "dates"]].itertuples(index=False, name=None)
    return [Job(*map(int, row)) for row in sizes]


def bootstrap_terms(rows: pd.DataFrame) -> np.ndarray:
    """Return how often each of `BOOTSTRAP_TERMS` is paid, shape (rows, 2)."""
    draws = (rows["series"] * rows["draws"]).to_numpy(dtype=float)
    return np.column_stack([np.ones(len(rows)), draws])


@once
def open_cost() -> OpenCost:
    """Open the measured costs.

    Raises
    ------
    DataError
        When the processed table is missing.
    """
    return OpenCost(load_table(COST))
