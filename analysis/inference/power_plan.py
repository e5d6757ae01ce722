"""What a power study simulates: a grid of windows, autocorrelations and effects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from hashlib import sha256
from itertools import product
from typing import Final, Literal, get_args

import numpy as np
import pandas as pd

from analysis.errors import ModelError, require_known
from analysis.models.arrays import Floats
from analysis.models.design import DesignSpec, build_design
from analysis.models.design_shapes import MONTHS_PER_YEAR
from analysis.study import Intervention, Seasonality, Shape, Trend

PowerEstimator = Literal["ols_newey_west", "gls_ar1_reml", "gls_ar1_known"]
POWER_ESTIMATORS: Final[tuple[str, ...]] = get_args(PowerEstimator)
FIRST_MONTH: Final = pd.Period("2001-01", "M")  # the calendar matters for month effects alone


@dataclass(frozen=True)
class PowerCell:
    """One point of the grid.

    Attributes
    ----------
    effect
        In standard deviations of the noise (of its stationary distribution); a year for slopes.
    """

    months_before: int
    months_after: int
    rho: float
    effect: float

    def seed(self, seed: int) -> np.random.SeedSequence:
        """Return the seed of this cell, which depends on its values and not on the grid."""
        bits = np.array([self.rho, self.effect], dtype=float).view(np.uint32)
        key = (self.months_before, self.months_after, *map(int, bits))
        return np.random.SeedSequence(seed, spawn_key=key)


@dataclass(frozen=True)
class PowerPlan:
    """A grid of cells and how each is estimated.

    Attributes
    ----------
    years_before, years_after
        Lengths of the window on each side of the first month of the intervention.
    effects
        In standard deviations of the noise, a year for slopes; pulses last `pulse_months`.
    shape
        The effect that is tested; `beside` names shapes at the same date that are estimated too
        and have no effect.
    bandwidth
        Of Newey-West; `plug_in` is floor(4 (n / 100)^(2/9)).
    level
        One minus the nominal size of the two-sided t test with n - k degrees of freedom.

    Raises
    ------
    ModelError
        When a value lies outside its range or a name is unknown.
    """

    years_before: tuple[float, ...]
    years_after: tuple[float, ...]
    rhos: tuple[float, ...]
    effects: tuple[float, ...]
    estimators: tuple[PowerEstimator, ...] = ("ols_newey_west", "gls_ar1_reml", "gls_ar1_known")
    shape: Shape = "step"
    beside: tuple[Shape, ...] = ()
    pulse_months: int = 1
    trend: Trend = "linear"
    seasonality: Seasonality = "none"
    bandwidth: int | Literal["plug_in"] = "plug_in"
    level: float = 0.95
    replications: int = 1000
    seed: int = 20211203

    def __post_init__(self) -> None:
        for name in ("years_before", "years_after", "rhos", "effects", "estimators"):
            _refuse_repeated(name, getattr(self, name))
        for years in (*self.years_before, *self.years_after):
            _refuse_part_month(years)
        _refuse("rho", [r for r in self.rhos if not -1 < r < 1], "above -1 and below 1")
        _refuse("effect", [e for e in self.effects if not np.isfinite(e)], "finite numbers")
        _refuse("level", [v for v in (self.level,) if not 0 < v < 1], "above 0 and below 1")
        _refuse("number of replications", [n for n in (self.replications,) if n < 1], "1 or more")
        for name in self.estimators:
            problem = f"unknown estimator '{name}' in a power study"
            require_known(name, POWER_ESTIMATORS, ModelError, problem)
        for before, after in product(self.years_before, self.years_after):
            _design(self, _months(before), _months(after))

    def cells(self) -> tuple[PowerCell, ...]:
        """Return the grid in the order of its axes."""
        return tuple(
            PowerCell(_months(before), _months(after), rho, effect)
            for before, after, rho, effect in product(
                self.years_before, self.years_after, self.rhos, self.effects
            )
        )

    def design(self, cell: PowerCell) -> Floats:
        """Return the design matrix of a cell, the tested column last, shape (n, k).

        Raises
        ------
        ModelError
            When the window cannot tell the coefficients apart or has too few months.
        """
        return _design(self, cell.months_before, cell.months_after)

    def lags(self, length: int) -> int:
        """Return the Newey-West bandwidth in a window of `length` months."""
        if self.bandwidth == "plug_in":
            return int(np.floor(4 * (length / 100) ** (2 / 9)))
        return self.bandwidth

    def key(self, cells: Sequence[PowerCell]) -> str:
        """Return a name for the results of some cells, by everything that they depend on."""
        settings = [
            (item.name, getattr(self, item.name))
            for item in fields(self)
            if item.name not in ("years_before", "years_after", "rhos", "effects")
        ]
        return sha256(repr((settings, tuple(cells))).encode()).hexdigest()[:24]


def _design(plan: PowerPlan, before: int, after: int) -> Floats:
    months = before + after
    start: date = (FIRST_MONTH + before).to_timestamp().date()
    shapes = (*plan.beside, plan.shape)
    spec = DesignSpec(
        str(FIRST_MONTH),
        str(FIRST_MONTH + months - 1),
        plan.trend,
        plan.seasonality,
        tuple(Intervention(name, name, name, start, None, plan.pulse_months) for name in shapes),
    )
    matrix = build_design(spec).matrix
    if months <= matrix.shape[1] or np.linalg.matrix_rank(matrix) < matrix.shape[1]:
        raise ModelError(
            f"{before} months before and {after} after the intervention cannot tell the "
            f"{matrix.shape[1]} coefficients apart",
            remedy="take longer windows or a smaller design",
        )
    if plan.lags(months) >= months:
        raise ModelError(
            f"a bandwidth of {plan.bandwidth} does not fit into {months} months",
            allowed="below the length of the shortest window",
        )
    return matrix


def _months(years: float) -> int:
    return round(years * MONTHS_PER_YEAR)


def _refuse_part_month(years: float) -> None:
    whole = years * MONTHS_PER_YEAR
    if years <= 0 or abs(whole - round(whole)) > 1e-6:
        raise ModelError(
            f"a window of {years} years is not a whole number of months",
            allowed="positive multiples of a twelfth of a year",
        )


def _refuse_repeated(name: str, values: Sequence[object]) -> None:
    if not values or len(set(values)) != len(values):
        raise ModelError(f"`{name}` of a power study needs one or more different values")


def _refuse(name: str, wrong: Sequence[object], allowed: str) -> None:
    if wrong:
        raise ModelError(f"a {name} of {wrong[0]} is out of range", allowed=allowed)
