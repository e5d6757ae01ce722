"""A regular series: one value a month, or one over a few months, months without one left out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import ModelError
from analysis.models.arrays import Bools, Floats

Combined = Literal["total", "mean"]

LONGEST_SPAN: Final = 12
MOST_NAMED: Final = 3  # faulty months that a message names


@dataclass(frozen=True)
class RegularSeries:
    """A monthly series.

    Attributes
    ----------
    months
        First month of each value, YYYY-MM, strictly increasing; gaps are allowed.
    values
        Finite, shape (n,), in `unit`; a missing month is absent.
    spans
        Months that each value covers, shape (n,); 2 for January and February in one figure.
    exposure
        Positive, shape (n,), for counts: the population of the month, not multiplied by the span.
    combined
        Whether a value over several months is their total or their mean.
    """

    name: str
    label: str
    unit: str
    months: tuple[str, ...]
    values: Floats
    spans: NDArray[np.int64]
    exposure: Floats | None
    combined: Combined = "total"

    def __len__(self) -> int:
        return len(self.months)

    @property
    def first(self) -> NDArray[np.int64]:
        """Months since January 1970 of the first month of each value, shape (n,)."""
        return month_numbers(self.months)

    @property
    def a_month(self) -> Floats:
        """The values as a mean over their months, shape (n,)."""
        return self.values / self.spans if self.combined == "total" else self.values

    def keep(self, kept: Bools) -> RegularSeries:
        """Return the series with only the values that are marked, shape (n,)."""
        if kept.all():
            return self
        return replace(
            self,
            months=tuple(np.array(self.months)[kept].tolist()),
            values=self.values[kept],
            spans=self.spans[kept],
            exposure=None if self.exposure is None else self.exposure[kept],
        )


def month_numbers(months: tuple[str, ...]) -> NDArray[np.int64]:
    """Return months since January 1970, shape (n,)."""
    return np.array(months, dtype="datetime64[M]").astype(np.int64)


def regular_series(
    frame: pd.DataFrame,
    *,
    name: str,
    label: str,
    unit: str,
    month: str = "month",
    value: str = "value",
    span: str | None = None,
    exposure: str | None = None,
    combined: Combined | None = None,
) -> RegularSeries:
    """Take a series from a table and check it.

    Parameters
    ----------
    month, value, span, exposure
        Columns: first month (YYYY-MM, a date or a period), value, months covered, exposure.
    combined
        Whether a value over several months is their `total` or their `mean`; needed where there
        is one.

    Raises
    ------
    ModelError
        When a column is missing, a month cannot be read, months are repeated, unsorted or
        overlap, or a number is not finite or not positive where it must be.
    """
    wanted = [column for column in (month, value, span, exposure) if column]
    absent = [column for column in wanted if column not in frame.columns]
    if absent:
        raise ModelError(
            f"there is no column '{absent[0]}'",
            where=name,
            allowed=", ".join(map(str, frame.columns)),
        )
    months = _months(name, frame[month])
    spans = np.ones(len(frame)) if span is None else _numbers(name, frame, span)
    weights = None if exposure is None else _numbers(name, frame, exposure)
    values = _numbers(name, frame, value)
    _check_spans(name, months, spans, combined)
    if weights is not None:
        _refuse(name, months, weights <= 0, f"the exposure '{exposure}' is not positive")
    whole = spans.astype(np.int64)
    _check_order(name, months, whole)
    return RegularSeries(name, label, unit, months, values, whole, weights, combined or "total")


def _months(name: str, column: pd.Series) -> tuple[str, ...]:
    words = [str(item)[:7] for item in column]
    try:
        read = np.array(words, dtype="datetime64[M]")
    except ValueError as error:
        raise ModelError(
            "a month cannot be read", where=f"{name}, {column.name}", allowed="YYYY-MM"
        ) from error
    months = tuple(str(item) for item in read)
    if list(months) != words:
        raise ModelError(
            "a month is missing or not a month", where=f"{name}, {column.name}", allowed="YYYY-MM"
        )
    return months


def _numbers(name: str, frame: pd.DataFrame, column: str) -> Floats:
    try:
        numbers = frame[column].to_numpy(dtype=float)
    except (TypeError, ValueError) as error:
        raise ModelError("a value is not a number", where=f"{name}, {column}") from error
    faulty = np.flatnonzero(~np.isfinite(numbers))
    if len(faulty):
        raise ModelError(
            f"{len(faulty)} values are missing or infinite, the first in row {faulty[0] + 1}",
            where=f"{name}, {column}",
            allowed="finite numbers",
            remedy="leave the rows of months without a value out; nothing is filled in",
        )
    return numbers


def _check_spans(
    name: str, months: tuple[str, ...], spans: Floats, combined: Combined | None
) -> None:
    whole = (spans == np.round(spans)) & (spans >= 1) & (spans <= LONGEST_SPAN)
    _refuse(name, months, ~whole, "the months covered are not a whole number from 1 to 12")
    if combined not in (None, "total", "mean"):
        raise ModelError(f"unknown meaning '{combined}' of combined months", allowed="total, mean")
    if combined is None and (spans > 1).any():
        raise ModelError(
            "a value covers several months, and nothing says whether it is their total or mean",
            where=name,
            allowed="combined='total' or combined='mean'",
        )


def _check_order(name: str, months: tuple[str, ...], spans: NDArray[np.int64]) -> None:
    first = month_numbers(months)
    step = np.diff(first)
    later = np.concatenate([[False], step == 0])
    _refuse(name, months, later, "a month occurs twice", "one value a month")
    earlier = np.concatenate([[False], step < 0])
    _refuse(name, months, earlier, "the months are not in order", "sort the rows by month")
    overlap = np.concatenate([[False], step < spans[:-1]])
    _refuse(name, months, overlap, "a month lies inside the span of the value before it")


def _refuse(
    name: str, months: tuple[str, ...], faulty: Bools, problem: str, remedy: str | None = None
) -> None:
    named = [months[i] for i in np.flatnonzero(faulty)]
    if named:
        more = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
        raise ModelError(
            f"{problem}: {', '.join(named[:MOST_NAMED])}{more}", where=name, remedy=remedy
        )
