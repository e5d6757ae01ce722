"""Check a panel table and turn it into arrays ordered by unit and period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from analysis.errors import ModelError, require_known
from analysis.models.arrays import Bools, Floats
from analysis.models.panel_periods import period_distances
from analysis.models.panel_results import Dropped, Integers


@dataclass(frozen=True)
class PanelRows:
    """A checked panel, ordered by unit and period.

    Attributes
    ----------
    outcome, regressors
        Shapes (n,) and (n, k); columns are contiguous.
    unit, time
        Shape (n,): position among the sorted units, and distance from the first period. Whole
        numbers and pandas periods keep their distances (in steps of their greatest common
        divisor); dates and words count by position among the sorted ones that occur.
    clusters
        Codes of the extra cluster columns by name, shape (n,) each.
    cluster_labels
        What the codes stand for, by name.
    """

    outcome: Floats
    regressors: Floats
    names: tuple[str, ...]
    unit: Integers
    time: Integers
    unit_labels: pd.Index
    time_labels: pd.Index
    clusters: dict[str, Integers]
    cluster_labels: dict[str, pd.Index]
    dropped: tuple[Dropped, ...]

    @property
    def balanced(self) -> bool:
        """Whether every unit is seen in every period."""
        return len(self.unit) == len(self.unit_labels) * len(self.time_labels)

    @cached_property
    def periods(self) -> Integers:
        """Position of each row's period among the periods that are seen, shape (n,)."""
        seen = np.bincount(self.time) > 0
        return self.time if seen.all() else np.asarray((np.cumsum(seen) - 1)[self.time])

    def take(self, kept: Bools, dropped: Sequence[Dropped]) -> PanelRows:
        """Return the rows that are kept, with their codes made anew."""
        unit, unit_labels = renumbered(self.unit[kept], self.unit_labels)
        _, time_labels = renumbered(self.periods[kept], self.time_labels)
        again = {
            name: renumbered(codes[kept], self.cluster_labels[name])
            for name, codes in self.clusters.items()
        }
        return replace(
            self,
            outcome=self.outcome[kept],
            regressors=self.regressors[kept],
            unit=unit,
            time=self.time[kept] - self.time[kept].min(),
            unit_labels=unit_labels,
            time_labels=time_labels,
            clusters={name: codes for name, (codes, _) in again.items()},
            cluster_labels={name: labels for name, (_, labels) in again.items()},
            dropped=(*self.dropped, *dropped),
        )


def renumbered(codes: Integers, labels: pd.Index) -> tuple[Integers, pd.Index]:
    """Return codes without gaps, and the labels that still occur."""
    seen = np.bincount(codes, minlength=len(labels)) > 0
    if seen.all():
        return codes, labels
    return (np.cumsum(seen) - 1)[codes], labels[np.flatnonzero(seen)]


def panel_rows(
    frame: pd.DataFrame,
    outcome: str,
    regressors: Sequence[str],
    unit: str,
    time: str,
    clusters: Sequence[str] = (),
) -> PanelRows:
    """Check the columns and keys of a panel and order it by unit and period.

    Raises
    ------
    ModelError
        When a column is missing, not numeric or infinite, a key is missing or repeated, or no
        row is complete.
    """
    extra = [name for name in clusters if name not in (unit, time)]
    _refuse_unknown(frame, [outcome, *regressors, unit, time, *extra])
    _refuse_repeated_names([outcome, *regressors])
    values = _numbers(frame, [outcome, *regressors])
    keys = {name: _codes(frame, name) for name in (unit, time, *extra)}
    distance = period_distances(keys[time][1], time)
    order = _order(keys[unit][0], keys[time][0], keys[unit][1], keys[time][1], (unit, time))
    rows = PanelRows(
        outcome=values[0][order],
        regressors=_columns(values[1:], order, len(frame)),
        names=tuple(regressors),
        unit=keys[unit][0][order],
        time=distance[keys[time][0][order]],
        unit_labels=keys[unit][1],
        time_labels=keys[time][1],
        clusters={name: keys[name][0][order] for name in extra},
        cluster_labels={name: keys[name][1] for name in extra},
        dropped=(),
    )
    return _complete(rows, outcome)


def _columns(values: list[Floats], order: Integers | slice, rows: int) -> Floats:
    matrix = np.empty((rows, len(values)), order="F")
    for position, column in enumerate(values):
        matrix[:, position] = column[order]
    return matrix


def _refuse_unknown(frame: pd.DataFrame, names: Sequence[str]) -> None:
    for name in names:
        require_known(name, frame.columns, ModelError, f"the panel has no column '{name}'")
    if frame.empty:
        raise ModelError("the panel has no rows", allowed="one row for each unit and period")


def _refuse_repeated_names(names: Sequence[str]) -> None:
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ModelError(
            f"'{repeated[0]}' is named twice among the outcome and the regressors",
            remedy="name each variable once",
        )


def _numbers(frame: pd.DataFrame, names: Sequence[str]) -> list[Floats]:
    columns = []
    for name in names:
        series = frame[name]
        if not (pd.api.types.is_numeric_dtype(series) or pd.api.types.is_bool_dtype(series)):
            raise ModelError(
                f"the variable '{name}' is not numeric ({series.dtype})",
                allowed="numbers",
                remedy="turn categories into indicator columns",
            )
        values = series.to_numpy(dtype=float, na_value=np.nan)
        if not np.isfinite(values.sum()) and np.isinf(values).any():
            row = frame.index[int(np.isinf(values).argmax())]
            raise ModelError(
                f"the variable '{name}' is infinite in row {row}",
                allowed="finite numbers",
                remedy="check divisions and logarithms of zero",
            )
        columns.append(values)
    return columns


def _codes(frame: pd.DataFrame, name: str) -> tuple[Integers, pd.Index]:
    series = frame[name]
    if series.isna().any():
        row = frame.index[int(series.isna().to_numpy().argmax())]
        raise ModelError(
            f"the key '{name}' is missing in row {row}",
            allowed="a value in every row",
            remedy="complete the key or remove the row",
        )
    if pd.api.types.is_integer_dtype(series):
        counted = _counted_codes(series.to_numpy(dtype=np.int64))
        if counted is not None:
            return counted
    codes, labels = pd.factorize(series, sort=True)
    return codes.astype(np.int64), pd.Index(labels)


def _counted_codes(values: Integers) -> tuple[Integers, pd.Index] | None:
    """Codes of whole numbers by counting; None where they are spread too widely for that."""
    first, last = int(values.min()), int(values.max())
    if last - first >= 2 * len(values):
        return None
    away = values - first
    seen = np.bincount(away) > 0
    labels = pd.Index(np.flatnonzero(seen) + first)
    return (away if seen.all() else (np.cumsum(seen) - 1)[away]), labels


def _order(
    unit: Integers, time: Integers, units: pd.Index, times: pd.Index, names: tuple[str, str]
) -> Integers | slice:
    """Return the order by unit and period; a slice where the table has it already."""
    key = unit * len(times) + time
    if bool((np.diff(key) > 0).all()):
        return slice(None)
    order = np.argsort(key, kind="stable")
    same = np.flatnonzero(np.diff(key[order]) == 0)
    if len(same):
        first = order[same[0]]
        raise ModelError(
            f"{names[0]} '{units[unit[first]]}' has more than one row for "
            f"{names[1]} '{times[time[first]]}' ({len(same)} repeated keys in all)",
            allowed="one row for each unit and period",
            remedy="aggregate or remove the repeated rows",
        )
    return order.astype(np.int64)


def _complete(rows: PanelRows, outcome: str) -> PanelRows:
    """Drop rows with a missing value and report them by variable."""
    if not np.isnan(rows.outcome.sum() + rows.regressors.sum()):
        return rows
    gaps = np.isnan(rows.regressors).any(axis=1) | np.isnan(rows.outcome)
    if gaps.all():
        raise ModelError(
            "no row has a value for the outcome and every regressor",
            remedy="leave out the variable that is never seen",
        )
    values = np.column_stack([rows.outcome, rows.regressors])
    counts = np.isnan(values).sum(axis=0)
    dropped = [
        Dropped("missing", name, f"'{name}' is missing in {count} rows", int(count))
        for name, count in zip((outcome, *rows.names), counts, strict=True)
        if count
    ]
    return rows.take(~gaps, dropped)
