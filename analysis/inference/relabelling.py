"""Do pairs of units that differ in one thing differ in another? A test by relabelling the units.

The slope is that of a regression of one distance on another within periods. Under the hypothesis
that the two have nothing to do with each other, the paths of the one could belong to any of the
units: the units of the one are relabelled and the slope is taken anew (quadratic assignment,
Krackhardt 1988). It needs no variance, so that it stands with few units.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import ModelError
from analysis.models.arrays import Floats

Integers = NDArray[np.int64]

LARGEST_ENUMERATION: Final = 8  # units; 40,320 relabellings
FEWEST_UNITS: Final = 4
TIES: Final = 1e-12


@dataclass(frozen=True)
class Relabelling:
    """A slope among the slopes of relabelled units.

    Attributes
    ----------
    slope
        In units of the outcome for one unit of the regressor.
    correlation
        Of the two distances within periods.
    null
        Slopes of the relabellings, shape (m,); all of them where `exact`.
    p_value
        Two-sided: share of absolute slopes as large where exact, otherwise (b + 1)/(m + 1).
    """

    slope: float
    correlation: float
    null: Floats
    p_value: float
    smallest_p: float
    units: int
    pairs: int
    periods: int
    exact: bool
    seed: int | None


def relabelling_test(
    outcome: pd.DataFrame, regressor: pd.DataFrame, *, draws: int = 9_999, seed: int = 0
) -> Relabelling:
    """Regress the absolute differences of one value on those of another, and test by relabelling.

    Parameters
    ----------
    outcome, regressor
        Paths of the same units and periods, periods in rows and units in columns.
    draws, seed
        Number and seed of the relabellings with more than eight units.

    Raises
    ------
    ModelError
        When the frames do not match, have gaps, or hold fewer than four units, or one of the
        distances does not vary within periods.
    """
    y, x = _checked(outcome, regressor)
    units = y.shape[1]
    left, right = (side.astype(np.int64) for side in np.triu_indices(units, k=1))
    distance = _within(np.abs(y[:, left] - y[:, right]))
    own = _within(np.abs(x[:, left] - x[:, right]))
    spread = float((own**2).sum())
    if spread == 0 or not distance.any():
        raise ModelError("the distances between the units do not vary within periods")
    orders, exact = _orders(units, draws, seed)
    null = np.array([_slope(distance, x[:, order], left, right, spread) for order in orders])
    slope = float((distance * own).sum() / spread)
    count = int((np.abs(null) >= abs(slope) - TIES * max(abs(slope), 1e-300)).sum())
    return Relabelling(
        slope=slope,
        correlation=float((distance * own).sum() / np.sqrt(spread * (distance**2).sum())),
        null=null,
        p_value=count / len(null) if exact else (count + 1) / (len(null) + 1),
        smallest_p=1 / len(null) if exact else 1 / (len(null) + 1),
        units=units,
        pairs=len(left),
        periods=len(y),
        exact=exact,
        seed=None if exact else seed,
    )


def _slope(distance: Floats, x: Floats, left: Integers, right: Integers, spread: float) -> float:
    """Return the slope after relabelling; the regressor keeps its spread, pairs only move."""
    return float((distance * np.abs(x[:, left] - x[:, right])).sum() / spread)


def _within(values: Floats) -> Floats:
    return np.asarray(values - values.mean(axis=1, keepdims=True))


def _orders(units: int, draws: int, seed: int) -> tuple[Integers, bool]:
    if units <= LARGEST_ENUMERATION:
        return np.array(list(permutations(range(units)))), True
    if draws < 1:
        raise ModelError(f"{draws} draws", allowed="one draw or more")
    rng = np.random.default_rng(seed)
    return np.array([rng.permutation(units) for _ in range(draws)]), False


def _checked(outcome: pd.DataFrame, regressor: pd.DataFrame) -> tuple[Floats, Floats]:
    same = outcome.index.equals(regressor.index) and outcome.columns.equals(regressor.columns)
    if not same:
        raise ModelError("the two tables hold other units or periods, or in another order")
    if outcome.shape[1] < FEWEST_UNITS:
        raise ModelError(
            f"{outcome.shape[1]} units can hardly be relabelled", allowed=f"{FEWEST_UNITS} or more"
        )
    y, x = outcome.to_numpy(dtype=float), regressor.to_numpy(dtype=float)
    for name, values in (("outcome", y), ("regressor", x)):
        if not np.isfinite(values).all():
            row, column = np.argwhere(~np.isfinite(values))[0]
            where = f"{outcome.columns[column]} in {outcome.index[row]}"
            raise ModelError(f"the {name} has no value for {where}", remedy="leave the period out")
    return y, x
