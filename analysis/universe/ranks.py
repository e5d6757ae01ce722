"""Where the break of a series stands among the breaks of all series of a panel.

Every block is estimated by the batch of regressions and reduced to counts at once: how many series
have a statistic at least as large as that of each series asked about. Counting is exact, and what
is kept does not grow with the number of series.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from numpy.typing import NDArray

from analysis.engine import processes
from analysis.errors import ModelError, spelling_hint
from analysis.inference.batch import fit_batch
from analysis.inference.batch_chunk import ExactFitError
from analysis.inference.batch_results import BatchFit, convention_of
from analysis.models.arrays import Floats
from analysis.universe.panel import Block, block_count, block_ends, read_block
from analysis.universe.plan import UniversePlan, design_of, usable

BIN: Final = 0.05  # width of the bins in which statistics are counted for the picture
BINS: Final = 400  # the last one holds everything above 20
TIE: Final = 1e-9  # statistics this close, relatively, are ties: the series itself is among them
EXACT: Final = "reproduced exactly by the regression, so without a standard error"
BLURRED: Final = "too few months on one side of a date to tell it from level and trend"
SPANS_A_PROCESS: Final = 4  # one that is slow, or that dies, leaves this share of its work
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
        Called after each run of blocks with the number of blocks that are done, and of all.

    Raises
    ------
    DataError
        When the panel cannot be read or a series stands in two blocks.
    ModelError
        When a series asked about is not in the panel or the event lies outside the window.
    """
    own = _targets(file, plan)
    fits = [fit for fit in own.values() if isinstance(fit, BatchFit)]
    bounds = np.array([abs(fit.t_statistics[0, _at(plan), 0]) for fit in fits])
    runs = spans(block_count(file), processes(workers))
    work = Parallel(n_jobs=workers, return_as="generator", batch_size=1, pre_dispatch="all")(
        delayed(_reduced)(file, plan, run, bounds) for run in runs
    )
    total = _nothing(len(bounds))
    for run, part in zip(runs, work, strict=True):
        total = total.with_(part)
        if told:
            told(run.stop, runs[-1].stop)
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


def spans(blocks: int, takers: int) -> list[range]:
    """Cut the blocks of a panel into runs of neighbours, a few for each taker.

    A block takes hundredths of a second, about what it takes to hand one out: a process is given
    many at once, and sums them up itself.
    """
    count = min(blocks, SPANS_A_PROCESS * takers)
    ends = [blocks * place // max(count, 1) for place in range(count + 1)]
    return [range(first, end) for first, end in pairwise(ends)]


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


def _nothing(targets: int) -> _Part:
    return _Part(np.zeros(targets, np.int64), np.zeros(BINS, np.int64), 0, Counter())


def _at(plan: UniversePlan) -> int:
    return design_of(plan).place[plan.event.isoformat()]


def _reduced(file: Path, plan: UniversePlan, run: range, bounds: Floats) -> _Part:
    """Estimate neighbouring blocks, one at a time, and count."""
    parts = (_counted(file, plan, number, bounds) for number in run)
    return reduce(_Part.with_, parts, _nothing(len(bounds)))


def _counted(file: Path, plan: UniversePlan, number: int, bounds: Floats) -> _Part:
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


def _targets(file: Path, plan: UniversePlan) -> dict[str, BatchFit | str]:
    """Estimate the series asked about, or say why one cannot be, in the order of the plan."""
    found: dict[str, BatchFit | str] = {}
    for number, (first, last) in enumerate(block_ends(file)):
        if any(first <= name <= last for name in plan.targets):
            block = read_block(file, number, plan.spec.start, plan.spec.end)
            for name in set(plan.targets) & set(block.names):
                place = block.names.index(name)
                found[name] = _alone(Block((name,), block.numbers[[place]]), plan)
    for name in plan.targets:
        if name not in found:
            raise ModelError(
                f"the series '{name}' is not in the panel",
                where=str(file),
                remedy=spelling_hint(name, _some_names(file, plan)),
            )
    return {name: found[name] for name in plan.targets}


def _some_names(file: Path, plan: UniversePlan) -> list[str]:
    seen: list[str] = []
    for number in range(block_count(file)):
        if len(seen) < REMEMBERED:
            seen.extend(read_block(file, number, plan.spec.start, plan.spec.end).names)
    return seen


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
