"""Where the break of a series stands among the breaks of all series of a panel.

Every block is estimated by the batch of regressions and reduced to counts at once: how many series
have a statistic at least as large as that of each series asked about. Counting is exact, and what
is kept does not grow with the number of series.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from numpy.typing import NDArray

from analysis.errors import ModelError, spelling_hint
from analysis.inference.batch import fit_batch
from analysis.inference.batch_design import BatchDesign, batch_design, candidate_dates
from analysis.inference.batch_results import BatchFit, BatchOptions, convention_of
from analysis.models.arrays import Floats
from analysis.models.design import DesignSpec
from analysis.universe.panel import Block, block_count, read_block

BIN: Final = 0.05  # width of the bins in which statistics are counted for the picture
BINS: Final = 400  # the last one holds everything above 20
TIE: Final = 1e-9  # statistics this close, relatively, are ties: the series itself is among them
EXACT: Final = "reproduced exactly by the regression, so without a standard error"
SPARE_MONTHS: Final = 6  # beyond the columns of a regression, without which it says nothing


@dataclass(frozen=True)
class UniversePlan:
    """What is asked of a panel.

    Attributes
    ----------
    spec
        Window, trend and season that every series is given.
    event
        First day of the break that is asked about.
    targets
        Series whose break is compared with those of all series.
    options
        Covariance of the regressions.
    trim
        Share of the window on each side without a placebo date.
    """

    spec: DesignSpec
    event: date
    targets: tuple[str, ...]
    options: BatchOptions = field(default_factory=BatchOptions)
    trim: float = 0.15

    def design(self) -> BatchDesign:
        """Return base and candidate dates; the event is one of them."""
        dates = candidate_dates(self.spec, self.trim)
        return batch_design(self.spec, sorted({*dates, self.event}))


@dataclass(frozen=True)
class Universe:
    """The break of some series among all series of a panel.

    Attributes
    ----------
    table
        One row a series asked about: `series`, `estimate`, `standard_error`, `t`,
        `rank` (1 is the largest |t| at the date of the event; ties count against the series),
        `others`, `p_among_series` (rank over others + 1), `placebos`, `p_in_time` (rank of the date
        among all dates of the same series over placebos + 1), `sup_date` (date of the largest |t|).
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


def rank_in_universe(file: Path, plan: UniversePlan, workers: int = 1) -> Universe:
    """Estimate every series of a panel at every date and rank the series asked about.

    Parameters
    ----------
    file
        A panel as `write_panel` leaves it.
    workers
        Blocks at a time; no number depends on it, nor on the engine.

    Raises
    ------
    DataError
        When the panel cannot be read.
    ModelError
        When a series asked about is not in the panel or cannot be estimated.
    """
    blocks = range(block_count(file))
    own = _targets(file, plan, blocks)
    bounds = np.array([abs(own[name].t_statistics[0, _at(plan), 0]) for name in plan.targets])
    work = Parallel(n_jobs=workers, return_as="generator")(
        delayed(_reduced)(file, plan, number, bounds) for number in blocks
    )
    reached, counts, series = np.zeros(len(bounds), int), np.zeros(BINS, int), 0
    left_out: dict[str, int] = {}
    for part in work:
        reached, counts, series = reached + part.reached, counts + part.counts, series + part.series
        for reason, number in part.left_out.items():
            left_out[reason] = left_out.get(reason, 0) + number
    rows = [
        _row(plan, own[name], name, int(count), series)
        for name, count in zip(plan.targets, reached, strict=True)
    ]
    dates = len(_design(plan).dates)
    said = convention_of(plan.options)
    return Universe(plan, pd.DataFrame(rows), counts, series, dates, left_out, said)


@dataclass(frozen=True)
class _Part:
    reached: NDArray[np.int64]
    counts: NDArray[np.int64]
    series: int
    left_out: dict[str, int]


@cache
def _design(plan: UniversePlan) -> BatchDesign:
    return plan.design()


def _at(plan: UniversePlan) -> int:
    return _design(plan).place[plan.event.isoformat()]


def _reduced(file: Path, plan: UniversePlan, number: int, bounds: Floats) -> _Part:
    """Estimate one block and count."""
    block = read_block(file, number, plan.spec.start, plan.spec.end)
    kept, left_out = usable(block, plan)
    sizes, refused = _sizes(kept, plan)
    size = np.sort(sizes)
    reached = len(size) - np.searchsorted(size, bounds * (1 - TIE), side="left")
    bins = np.minimum((size / BIN).astype(np.int64), BINS - 1)
    if refused:
        left_out[EXACT] = refused
    return _Part(reached, np.bincount(bins, minlength=BINS), len(size), left_out)


def _sizes(block: Block, plan: UniversePlan) -> tuple[Floats, int]:
    """Return |t| at the event of every series, and how many have none.

    A series without an error variance stops the batch that it is in: halves are tried until it
    stands alone.
    """
    if not block.names:
        return np.empty(0), 0
    try:
        return np.abs(_fit(block, plan).t_statistics[:, _at(plan), 0]), 0
    except ModelError:
        if len(block.names) == 1:
            return np.empty(0), 1
    middle = len(block.names) // 2
    halves = (slice(None, middle), slice(middle, None))
    parts = [_sizes(Block(block.names[half], block.numbers[half]), plan) for half in halves]
    return np.concatenate([size for size, _ in parts]), sum(count for _, count in parts)


def usable(block: Block, plan: UniversePlan) -> tuple[Block, dict[str, int]]:
    """Leave out series that no regression can be run on; count them by reason."""
    design = _design(plan)
    needed = design.base.shape[1] + len(design.terms) + SPARE_MONTHS
    present = np.isfinite(block.numbers)
    seen = present.sum(axis=1)
    first = np.where(present.any(axis=1), present.argmax(axis=1), 0)
    level = block.numbers[np.arange(len(block.numbers)), first]
    changes = present & (block.numbers != level[:, None])
    short, flat = seen < needed, ~changes.any(axis=1)
    reasons = {
        f"fewer than {needed} months in the window": short,
        "the same value in every month": flat & ~short,
    }
    kept = ~(short | flat)
    names = tuple(name for name, keep in zip(block.names, kept, strict=True) if keep)
    counts = {reason: int(hit.sum()) for reason, hit in reasons.items() if hit.any()}
    return Block(names, block.numbers[kept]), counts


def _fit(block: Block, plan: UniversePlan) -> BatchFit:
    return fit_batch(block.numbers, _design(plan), plan.options, block.names)


def _targets(file: Path, plan: UniversePlan, blocks: Sequence[int]) -> dict[str, BatchFit]:
    """Estimate the series asked about."""
    found: dict[str, BatchFit] = {}
    seen: list[str] = []
    for block in _read(file, plan, blocks):
        seen.extend(block.names if len(seen) < BINS else ())
        for name in set(plan.targets) & set(block.names):
            place = block.names.index(name)
            alone = Block((name,), block.numbers[[place]])
            kept, reasons = usable(alone, plan)
            if not kept.names:
                raise ModelError(f"the break of '{name}' is not identified: {next(iter(reasons))}")
            found[name] = _fit(kept, plan)
    for name in plan.targets:
        if name not in found:
            raise ModelError(
                f"the series '{name}' is not in the panel",
                where=str(file),
                remedy=spelling_hint(name, seen),
            )
    return found


def _read(file: Path, plan: UniversePlan, blocks: Sequence[int]) -> Iterator[Block]:
    for number in blocks:
        yield read_block(file, number, plan.spec.start, plan.spec.end)


def _row(
    plan: UniversePlan, fit: BatchFit, name: str, reached: int, series: int
) -> dict[str, object]:
    at, design = _at(plan), _design(plan)
    size = np.abs(fit.t_statistics[0, :, 0])
    placebos = len(size) - 1
    return {
        "series": name,
        "estimate": fit.estimates[0, at, 0],
        "standard_error": fit.standard_errors[0, at, 0],
        "t": fit.t_statistics[0, at, 0],
        "rank": reached,
        "others": series - 1,
        "p_among_series": reached / series,
        "placebos": placebos,
        "p_in_time": int((size >= size[at]).sum()) / (placebos + 1),
        "sup_date": design.dates[int(np.argmax(size))],
    }
