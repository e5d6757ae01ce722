"""The shared base design of a batch and the candidate columns at each date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np

from analysis.errors import ModelError
from analysis.models.arrays import Floats
from analysis.models.calendar import build_calendar
from analysis.models.design import DesignSpec, build_design
from analysis.study import Intervention, Shape

BATCH_SHAPES: Final = ("step", "slope")  # shapes that need nothing but a start


@dataclass(frozen=True)
class BatchDesign:
    """What every series of a batch is regressed on.

    Attributes
    ----------
    months
        Names of the T consecutive months of the rows.
    base
        Level, trend, season and other shared columns, shape (T, k).
    dates
        Names of the J candidate dates.
    columns
        Candidate columns, shape (T, J, q); date j adds the q columns `columns[:, j]` to the base.
    terms
        Names of the q candidate columns, e.g. ("step", "slope").

    Raises
    ------
    ModelError
        When shapes do not agree, a name is repeated or a number is not finite.
    """

    months: tuple[str, ...]
    base: Floats
    dates: tuple[str, ...]
    columns: Floats
    terms: tuple[str, ...]

    def __post_init__(self) -> None:
        expected = (len(self.months), len(self.dates), len(self.terms))
        if self.columns.shape != expected or self.base.shape[:1] != expected[:1]:
            raise ModelError(
                f"the base has shape {self.base.shape} and the candidates {self.columns.shape}",
                allowed=f"(T, k) and (T, dates, terms) = {expected}",
            )
        for what, names in (("month", self.months), ("date", self.dates), ("term", self.terms)):
            _refuse_repeated(what, names)
        if not (np.isfinite(self.base).all() and np.isfinite(self.columns).all()):
            raise ModelError("the design of the batch holds a value that is not finite")

    @property
    def place(self) -> dict[str, int]:
        """The place of each candidate date."""
        return {name: number for number, name in enumerate(self.dates)}


def _refuse_repeated(what: str, names: tuple[str, ...]) -> None:
    if not names:
        raise ModelError(f"the batch has no {what}", allowed="one or more")
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ModelError(f"the batch names a {what} twice: {', '.join(repeated)}")


def batch_design(
    spec: DesignSpec, dates: Sequence[date], shapes: Sequence[Shape] = ("step",)
) -> BatchDesign:
    """Build the base and the candidate columns of a batch.

    Parameters
    ----------
    spec
        Everything but the candidate; its own interventions stay in the base.
    dates
        Candidate first days of the effect, inside the window.
    shapes
        Columns that each date adds: steps in the unit of the series, slopes per year.

    Raises
    ------
    ModelError
        When a date lies outside the window or a shape needs more than a start.
    """
    unknown = [shape for shape in shapes if shape not in BATCH_SHAPES]
    if unknown:
        raise ModelError(
            f"a candidate cannot have the shape '{unknown[0]}'", allowed=", ".join(BATCH_SHAPES)
        )
    _refuse_outside(spec, dates)
    candidates = tuple(
        Intervention(f"{shape} {day.isoformat()}", shape, shape, day)
        for day in dates
        for shape in shapes
    )
    base = build_design(spec)
    whole = build_design(replace(spec, interventions=spec.interventions + candidates)).matrix
    columns = whole[:, base.matrix.shape[1] :].reshape(len(whole), len(dates), len(shapes))
    return BatchDesign(
        months=base.calendar.months,
        base=base.matrix,
        dates=tuple(day.isoformat() for day in dates),
        columns=columns,
        terms=tuple(shapes),
    )


def candidate_dates(spec: DesignSpec, trim: float = 0.15) -> tuple[date, ...]:
    """Return the first day of each month that leaves the share `trim` of the window on each side.

    The convention of Andrews (1993, Econometrica 61): no break in the first and last 15 per cent.

    Raises
    ------
    ModelError
        When `trim` leaves no date.
    """
    calendar = build_calendar(spec.start, spec.end)
    if not 0 <= trim < 0.5:
        raise ModelError(f"a trim of {trim} leaves no candidate date", allowed="0 up to below 0.5")
    length = len(calendar.months)
    edge = max(1, int(np.ceil(trim * length)))
    days: list[date] = [day.astype(object) for day in calendar.first_days[edge : length - edge + 1]]
    if not days:
        raise ModelError(f"a trim of {trim} leaves no candidate date in {length} months")
    return tuple(days)


def _refuse_outside(spec: DesignSpec, dates: Sequence[date]) -> None:
    calendar = build_calendar(spec.start, spec.end)
    outside = [day for day in dates if not 0 <= calendar.position(day) < len(calendar.months)]
    if outside:
        raise ModelError(
            f"the candidate date {outside[0].isoformat()} lies outside the window",
            allowed=f"{spec.start} to {spec.end}",
            remedy="take dates from candidate_dates(spec)",
        )
