"""Where the break of a series stands among the breaks of all series of a panel.

Every block is estimated by the batch of regressions and reduced to counts at once: how many series
have a statistic at least as large as that of each series asked about. Counting is exact, and what
is kept does not grow with the number of series.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from numpy.typing import NDArray

from analysis.errors import DataError, ModelError, spelling_hint
from analysis.inference.batch import fit_batch
from analysis.inference.batch_chunk import ExactFitError
from analysis.inference.batch_results import BatchFit, convention_of
from analysis.models.arrays import Floats
from analysis.universe.panel import Block, block_count, read_block
from analysis.universe.plan import UniversePlan, design_of, usable

BIN: Final = 0.05  # width of the bins in which statistics are counted for the picture
BINS: Final = 400  # the last one holds everything above 20
TIE: Final = 1e-9  # statistics this close, relatively, are ties: the series itself is among them
EXACT: Final = "reproduced exactly by the regression, so without a standard error"
BLURRED: Final = "too few months on one side of a date to tell it from level and trend"
REMEMBERED: Final = 400  # names of series that a misspelt one is compared with

Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Universe:
    """The break of some series among all series of a panel.

    Attributes
    ----------
    table
        One row a series asked about: `series`, `estimate`, `standard_error`, `t`,
        `rank` (1 is the largest |t| at the date of the event; ties count against the series),
        `others`, `p_among_series` (rank over others + 1), `placebos`, `p_in_time` (rank of the date
        among all dates of the same series over placebos + 1; missing where the event lies outside
        the placebo dates), `sup_date` (date of the largest |t|), `reason` why there is no estimate
        and all numbers are missing, otherwise empty.
    counts
        Series by |t| at the date of the event, in bins of `BIN` from 0, shape (BINS,).
    series, dates, regressions
        How many were estimated.
    left_out
        Series that say nothing, by reason.
    """

    plan: UniversePlan
    table: pd.DataFrame
    counts: NDArray[np.int64]
    series: int
    dates: int
    left_out: dict[str, int]
    convention: str

    @property
    def regressions(self) -> int:
        """Pairs of series and date."""
        return self.series * self.dates


def rank_in_universe(
    file: Path, plan: UniversePlan, workers: int = 1, told: Told | None = None
) -> Universe:
    """Estimate every series of a panel at every date and rank the series asked about.

    Parameters
    ----------
    file
        A panel as `write_panel` leaves it.
    workers
        Blocks at a time; no number depends on it, nor on the engine.
    told
        Called after each block with the number of blocks that are done, and of all.

    Raises
    ------
    DataError
        When the panel cannot be read or a series stands in two blocks.
    ModelError
        When a series asked about is not in the panel or the event lies outside the window.
    """
    blocks = block_count(file)
    own = _targets(file, plan, blocks)
    fits = [fit for fit in own.values() if isinstance(fit, BatchFit)]
    bounds = np.array([abs(fit.t_statistics[0, _at(plan), 0]) for fit in fits])
    work = Parallel(n_jobs=workers, return_as="generator")(
        delayed(_reduced)(file, plan, number, bounds) for number in range(blocks)
    )
    total = _Part(np.zeros(len(bounds), int), np.zeros(BINS, int), 0, Counter())
    for done, part in enumerate(work, 1):
        total = total.with_(part)
        if told:
            told(done, blocks)
    reached = dict(zip((fit.names[0] for fit in fits), total.reached.tolist(), strict=True))
    rows = [_row(plan, name, own[name], reached.get(name, 0), total.series) for name in own]
    return Universe(
        plan=plan,
        table=pd.DataFrame(rows),
        counts=total.counts,
        series=total.series,
        dates=len(design_of(plan).dates),
        left_out=dict(total.left_out),
        convention=convention_of(plan.options),
    )


@dataclass(frozen=True)
class _Part:
    reached: NDArray[np.int64]
    counts: NDArray[np.int64]
    series: int
    left_out: Counter[str]

    def with_(self, other: _Part) -> _Part:
        return _Part(
            self.reached + other.reached,
            self.counts + other.counts,
            self.series + other.series,
            self.left_out + other.left_out,
        )


def _at(plan: UniversePlan) -> int:
    return design_of(plan).place[plan.event.isoformat()]


def _reduced(file: Path, plan: UniversePlan, number: int, bounds: Floats) -> _Part:
    """Estimate one block and count."""
    block = read_block(file, number, plan.spec.start, plan.spec.end)
    kept, left_out = usable(block, plan)
    sizes, refused = _sizes(kept, plan)
    size = np.sort(sizes)
    reached = len(size) - np.searchsorted(size, bounds * (1 - TIE), side="left")
    bins = np.minimum((size / BIN).astype(np.int64), BINS - 1)
    return _Part(reached, np.bincount(bins, minlength=BINS), len(size), Counter(left_out) + refused)


def _sizes(block: Block, plan: UniversePlan) -> tuple[Floats, Counter[str]]:
    """Return |t| at the event of every series, and how many have none by reason.

    A series without an error variance stops the batch that it is in: halves are tried until it
    stands alone.
    """
    if not block.names:
        return np.empty(0), Counter()
    try:
        return np.abs(_fit(block, plan).t_statistics[:, _at(plan), 0]), Counter()
    except ModelError as error:
        if len(block.names) == 1:
            return np.empty(0), Counter([_why(error)])
    middle = len(block.names) // 2
    halves = (slice(None, middle), slice(middle, None))
    parts = [_sizes(Block(block.names[half], block.numbers[half]), plan) for half in halves]
    refused = parts[0][1] + parts[1][1]
    return np.concatenate([size for size, _ in parts]), refused


def _why(error: ModelError) -> str:
    return EXACT if isinstance(error, ExactFitError) else BLURRED


def _fit(block: Block, plan: UniversePlan) -> BatchFit:
    return fit_batch(block.numbers, design_of(plan), plan.options, block.names)


def _targets(file: Path, plan: UniversePlan, blocks: int) -> dict[str, BatchFit | str]:
    """Estimate the series asked about, or say why one cannot be, in the order of the plan."""
    found: dict[str, BatchFit | str] = {}
    seen: list[str] = []
    last = ""
    for number in range(blocks):
        block = read_block(file, number, plan.spec.start, plan.spec.end)
        last = _in_order(block, last, file)
        seen.extend(block.names if len(seen) < REMEMBERED else ())
        for name in set(plan.targets) & set(block.names):
            place = block.names.index(name)
            found[name] = _alone(Block((name,), block.numbers[[place]]), plan)
    for name in plan.targets:
        if name not in found:
            raise ModelError(
                f"the series '{name}' is not in the panel",
                where=str(file),
                remedy=spelling_hint(name, seen),
            )
    return {name: found[name] for name in plan.targets}


def _in_order(block: Block, last: str, file: Path) -> str:
    """Refuse a series that is cut between blocks, which would be counted as two."""
    if block.names and last and min(block.names) <= last:
        raise DataError(
            f"series '{min(block.names)}' stands in or before the block of '{last}'",
            file=file,
            allowed="row groups of whole series in alphabetical order",
            remedy="write it with analysis.universe.panel.write_panel",
        )
    return max(block.names, default=last)


def _alone(block: Block, plan: UniversePlan) -> BatchFit | str:
    kept, reasons = usable(block, plan)
    if not kept.names:
        return next(iter(reasons))
    try:
        return _fit(kept, plan)
    except ModelError as error:
        return _why(error)


def _row(
    plan: UniversePlan, name: str, fit: BatchFit | str, reached: int, series: int
) -> dict[str, object]:
    if isinstance(fit, str):
        return _without_numbers(name, fit)
    at, dates = _at(plan), design_of(plan).dates
    size = np.abs(fit.t_statistics[0, :, 0])
    placebos, as_large = len(size) - 1, int((size >= size[at]).sum())
    return {
        "series": name,
        "estimate": fit.estimates[0, at, 0],
        "standard_error": fit.standard_errors[0, at, 0],
        "t": fit.t_statistics[0, at, 0],
        "rank": reached,
        "others": series - 1,
        "p_among_series": reached / series,
        "placebos": placebos,
        "p_in_time": as_large / (placebos + 1) if plan.in_time() else np.nan,
        "sup_date": dates[int(np.argmax(size))],
        "reason": "",
    }


def _without_numbers(name: str, reason: str) -> dict[str, object]:
    numbers = ("estimate", "standard_error", "t", "rank", "others", "p_among_series")
    missing = dict.fromkeys((*numbers, "placebos", "p_in_time"), np.nan)
    return {"series": name, **missing, "sup_date": "", "reason": reason}
