"""What is asked of a panel, and the series of a block that can answer it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Final, Literal

import numpy as np

from analysis.errors import ModelError, require_known
from analysis.inference.batch_design import BatchDesign, batch_design, candidate_dates
from analysis.inference.batch_results import BatchOptions
from analysis.models.arrays import Bools, Floats
from analysis.models.design import DesignSpec
from analysis.universe.panel import Block

Measure = Literal["value", "log", "log1p"]
SPARE_MONTHS: Final = 6  # beyond the columns of a regression, without which it says nothing


@dataclass(frozen=True)
class Scale:
    """The scale on which series are regressed.

    Attributes
    ----------
    refused
        Which values have no place on it.
    reason
        Why a series with such a value is left out.
    """

    apply: Callable[[Floats], Floats]
    refused: Callable[[Floats], Bools]
    reason: str


SCALES: Final[Mapping[Measure, Scale]] = {
    "value": Scale(np.asarray, np.isinf, "an infinite value"),
    "log": Scale(
        np.log,
        lambda numbers: (numbers <= 0) | np.isinf(numbers),
        "a value of zero or less, or an infinite one, without a logarithm",
    ),
    "log1p": Scale(
        np.log1p,
        lambda numbers: (numbers < 0) | np.isinf(numbers),
        "a negative or infinite value, where counts are expected",
    ),
}


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
    measure
        Values as they are, their logarithms, or the logarithms of counts plus one.

    Raises
    ------
    ModelError
        When the measure is unknown or a target is asked about twice.
    """

    spec: DesignSpec
    event: date
    targets: tuple[str, ...]
    options: BatchOptions = field(default_factory=BatchOptions)
    trim: float = 0.15
    measure: Measure = "value"

    def __post_init__(self) -> None:
        """Refuse what cannot be asked."""
        problem = f"the measure '{self.measure}' is not known"
        require_known(self.measure, SCALES, ModelError, problem)
        if len(set(self.targets)) < len(self.targets):
            raise ModelError(
                "a series is asked about twice", where="targets", remedy="name each once"
            )

    def placebo_dates(self) -> tuple[date, ...]:
        """Return the first days of months with the share `trim` of the window on each side."""
        return candidate_dates(self.spec, self.trim)

    def in_time(self) -> bool:
        """Tell whether the event lies among the placebo dates, so that it can be ranked there."""
        dates = self.placebo_dates()
        return dates[0] <= self.event <= dates[-1]


@cache
def design_of(plan: UniversePlan) -> BatchDesign:
    """Return base and candidate dates; the event is one of them."""
    return batch_design(plan.spec, sorted({*plan.placebo_dates(), plan.event}))


def usable(block: Block, plan: UniversePlan) -> tuple[Block, dict[str, int]]:
    """Put series on their scale; leave out those that no regression can be run on.

    Returns
    -------
    tuple
        The others, and how many were left out by reason.
    """
    scale = SCALES[plan.measure]
    present = np.isfinite(block.numbers)
    off_scale = scale.refused(block.numbers).any(axis=1)
    short = present.sum(axis=1) < needed_months(plan)
    reasons = {
        scale.reason: off_scale,
        f"fewer than {needed_months(plan)} months in the window": short & ~off_scale,
        "the same value in every month": _flat(block.numbers, present) & ~short & ~off_scale,
    }
    kept = ~np.logical_or.reduce(list(reasons.values()))
    names = tuple(name for name, keep in zip(block.names, kept, strict=True) if keep)
    counts = {reason: int(hit.sum()) for reason, hit in reasons.items() if hit.any()}
    return Block(names, scale.apply(block.numbers[kept])), counts


def needed_months(plan: UniversePlan) -> int:
    """Return the months below which a series is left out."""
    design = design_of(plan)
    return int(design.base.shape[1]) + len(design.terms) + SPARE_MONTHS


def _flat(numbers: Floats, present: Bools) -> Bools:
    first = np.where(present.any(axis=1), present.argmax(axis=1), 0)
    level = numbers[np.arange(len(numbers)), first]
    flat: Bools = ~(present & (numbers != level[:, None])).any(axis=1)
    return flat
