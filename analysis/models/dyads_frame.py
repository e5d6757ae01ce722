"""Pairs of units by period, and how far apart the units of a pair are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import ModelError, entry_of, require_known
from analysis.models.arrays import Bools, Floats

Codes = NDArray[np.int32]
Measure = Literal["absolute_difference", "squared_difference"]
MEASURES: Final[Mapping[str, Callable[[Floats], Floats]]] = {
    "absolute_difference": np.abs,
    "squared_difference": np.square,
}


@dataclass(frozen=True)
class DyadFrame:
    """Observations of pairs of units, one a pair and period.

    Attributes
    ----------
    units, periods
        Names in sorted order.
    first, second, period
        Positions in `units` (first < second) and in `periods`, int32, shape (n,).
    columns
        Values by name, shape (n,) each: dissimilarities in the units of the value, and what was
        added by pair.
    left_out
        Pair-periods without a value of one of the two units, by value.
    """

    units: tuple[str, ...]
    periods: tuple[str, ...]
    first: Codes
    second: Codes
    period: Codes
    columns: Mapping[str, Floats]
    left_out: Mapping[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        """Count the pair-periods."""
        return len(self.first)

    @property
    def pair(self) -> NDArray[np.int64]:
        """One number a pair, the same in all periods, shape (n,)."""
        return self.first.astype(np.int64) * len(self.units) + self.second

    def column(self, name: str) -> Floats:
        """Return one column.

        Raises
        ------
        ModelError
            When there is no column of this name.
        """
        return entry_of(self.columns, name, ModelError, f"the pairs have no column '{name}'")


def dyad_frame(
    panel: pd.DataFrame,
    unit: str,
    time: str,
    values: Sequence[str],
    *,
    measure: Measure = "absolute_difference",
    precision: Literal["float32", "float64"] = "float64",
) -> DyadFrame:
    """Turn a panel of units into pairs of units with a dissimilarity by value and period.

    Parameters
    ----------
    panel
        One row a unit and period.
    values
        Numeric columns; the dissimilarity of a pair keeps the name of its column.
    precision
        Of the dissimilarities; float32 halves the memory and carries seven digits.

    Raises
    ------
    ModelError
        When a column is absent or not numeric, a unit and period stand twice, or fewer than three
        units are left.
    """
    require_known(measure, MEASURES, ModelError, f"unknown measure '{measure}'")
    paths = {name: unit_paths(panel, unit, time, name) for name in values}
    if not paths:
        raise ModelError("no value to compare units by", allowed="one column or more")
    units, periods = _axes(panel, unit, time)
    left, right = (side.astype(np.int32) for side in np.triu_indices(len(units), k=1))
    columns = {
        name: _apart(path.to_numpy(dtype=precision), left, right, measure)
        for name, path in paths.items()
    }
    frame = DyadFrame(
        units,
        periods,
        np.tile(left, len(periods)),
        np.tile(right, len(periods)),
        np.repeat(np.arange(len(periods), dtype=np.int32), len(left)),
        columns,
        {name: int(np.isnan(column).sum()) for name, column in columns.items()},
    )
    return _complete(frame)


def _axes(panel: pd.DataFrame, unit: str, time: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    units = tuple(sorted(panel[unit].astype(str).unique()))
    if len(units) < 3:
        raise ModelError(f"{len(units)} units of '{unit}' make no pairs to compare", allowed="3 up")
    return units, tuple(sorted(panel[time].astype(str).unique()))


def unit_paths(panel: pd.DataFrame, unit: str, time: str, value: str) -> pd.DataFrame:
    """Return the path of every unit, periods in rows and units in columns, sorted.

    Raises
    ------
    ModelError
        When a column is absent or not numeric, or a unit and period stand twice.
    """
    for name in (unit, time, value):
        require_known(name, panel.columns, ModelError, f"the panel has no column '{name}'")
    if not pd.api.types.is_numeric_dtype(panel[value]):
        raise ModelError(f"'{value}' is not numeric", allowed="numbers")
    keys = panel[[unit, time]].astype(str)
    twice = keys.duplicated()
    if twice.any():
        raise ModelError(
            f"{int(twice.sum())} rows stand twice, the first is {', '.join(keys[twice].iloc[0])}",
            allowed=f"one row for each {unit} and {time}",
        )
    units, periods = (sorted(keys[name].unique()) for name in (unit, time))
    path = np.full((len(periods), len(units)), np.nan)
    rows, columns = np.searchsorted(periods, keys[time]), np.searchsorted(units, keys[unit])
    path[rows, columns] = panel[value].to_numpy(dtype=float)
    return pd.DataFrame(path, index=periods, columns=units)


def _apart(path: Floats, left: Codes, right: Codes, measure: str) -> Floats:
    return np.asarray(MEASURES[measure](path[:, left] - path[:, right])).ravel()


def _complete(frame: DyadFrame) -> DyadFrame:
    """Leave out pair-periods in which a value is missing; `left_out` has said how many."""
    kept = ~np.any([np.isnan(column) for column in frame.columns.values()], axis=0)
    if kept.all():
        return frame
    if not kept.any():
        raise ModelError("no pair of units has all values in the same period")
    return keep(frame, kept)


def keep(frame: DyadFrame, mask: Bools) -> DyadFrame:
    """Return the pair-periods under the mask; units and periods keep their numbers."""
    return replace(
        frame,
        first=frame.first[mask],
        second=frame.second[mask],
        period=frame.period[mask],
        columns={name: column[mask] for name, column in frame.columns.items()},
    )


def add_pair_values(frame: DyadFrame, name: str, matrix: pd.DataFrame) -> DyadFrame:
    """Add a value of the pair that does not change over time, such as a distance or a border.

    Parameters
    ----------
    matrix
        Symmetric, units in rows and columns; may hold more units than the frame.

    Raises
    ------
    ModelError
        When a unit is absent, the matrix is not symmetric, a pair has no value or the name is
        taken.
    """
    values = pair_array(frame.units, name, matrix)
    return add_column(frame, name, values[frame.first, frame.second])


def pair_array(units: Sequence[str], name: str, matrix: pd.DataFrame) -> Floats:
    """Return a symmetric matrix in the order of the units, checked, shape (N, N)."""
    missing = [item for item in units if item not in matrix.index or item not in matrix.columns]
    if missing:
        raise ModelError(
            f"'{name}' has no row or column for {', '.join(missing[:5])}",
            remedy="complete the table of pairs or leave these units out",
        )
    values = matrix.loc[list(units), list(units)].to_numpy(dtype=float)
    off = ~np.eye(len(units), dtype=bool)
    for words, bad in (
        ("is missing or infinite", ~np.isfinite(values) & off),
        ("is not the same both ways", (values != values.T) & off),
    ):
        if bad.any():
            i, j = np.argwhere(bad)[0]
            raise ModelError(f"'{name}' {words} for {units[i]} and {units[j]}")
    return values


def add_column(frame: DyadFrame, name: str, column: Floats) -> DyadFrame:
    """Add a column of pair-periods, shape (n,).

    Raises
    ------
    ModelError
        When the name is taken, or the column has gaps or another length.
    """
    if name in frame.columns:
        raise ModelError(f"the pairs already have a column '{name}'")
    if column.shape != frame.first.shape or not np.isfinite(column).all():
        raise ModelError(f"'{name}' needs a finite value for each of {len(frame)} pair-periods")
    return replace(frame, columns={**frame.columns, name: np.asarray(column, dtype=float)})


def mean_dissimilarity(frame: DyadFrame, name: str) -> pd.DataFrame:
    """Return the mean of a column over the periods of each pair, symmetric with a zero diagonal.

    A pair without any period is NaN.
    """
    size = len(frame.units)
    column = frame.column(name)
    total = np.bincount(frame.pair, weights=column, minlength=size * size)
    count = np.bincount(frame.pair, minlength=size * size)
    mean = np.divide(total, count, out=np.full(size * size, np.nan), where=count > 0)
    upper = np.triu(mean.reshape(size, size), k=1)
    return pd.DataFrame(upper + upper.T, index=list(frame.units), columns=list(frame.units))


def path_dissimilarity(panel: pd.DataFrame, unit: str, time: str, value: str) -> pd.DataFrame:
    """Return one less the correlation of the paths of two units over time, zero on the diagonal.

    It is 0 for paths that move together, 1 without relation and 2 for opposite paths; levels and
    amplitudes do not count.

    Raises
    ------
    ModelError
        As in `unit_paths`, and when a path has gaps or never moves.
    """
    path = unit_paths(panel, unit, time, value)
    for words, bad in (
        ("has gaps", path.isna().any()),
        ("never moves, so that it has no correlation", path.nunique() < 2),
    ):
        if bad.any():
            raise ModelError(
                f"the path of '{value}' of {', '.join(path.columns[bad][:5])} {words}",
                remedy="leave these units out or compare absolute differences",
            )
    apart = 1 - np.corrcoef(path.to_numpy(), rowvar=False)
    np.fill_diagonal(apart, 0.0)
    names = list(path.columns)
    return pd.DataFrame((apart + apart.T) / 2, index=names, columns=names)
