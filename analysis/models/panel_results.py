"""The frozen results of a panel regression and of a test of specification."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import ModelError, spelling_hint
from analysis.models.arrays import Floats

Integers = NDArray[np.int64]
Distribution = Literal["chi-squared", "normal", "F"]


@dataclass(frozen=True)
class PanelCoefficient:
    """One coefficient, in units of the outcome for one unit of the regressor.

    Attributes
    ----------
    df
        Degrees of freedom of the t interval; infinite for the normal distribution and for an
        interval made by inverting a bootstrap test.
    lower, upper
        Limits of the interval at the level of the fit; infinite where the test that is inverted
        cannot reject at that level.
    """

    name: str
    estimate: float
    standard_error: float
    df: float
    lower: float
    upper: float
    p_value: float


@dataclass(frozen=True)
class Dropped:
    """What was left out of a fit, and why.

    Attributes
    ----------
    kind
        `missing` and `singleton` are rows, `absorbed` and `collinear` regressors, `gap` first
        differences across a missing period.
    rows
        Number of rows left out; 0 for a regressor.
    """

    kind: Literal["missing", "singleton", "absorbed", "collinear", "gap"]
    name: str
    reason: str
    rows: int = 0


@dataclass(frozen=True)
class PanelFit:
    """A fitted panel regression.

    Attributes
    ----------
    covariance_matrix
        Shape (k, k), in the order of `coefficients`.
    convention
        The covariance and its small-sample choices in words.
    r2
        Of the transformed regression: within for fixed effects, between for unit means; about
        the mean where the model has a constant.
    rows, units, periods
        Rows of the transformed regression, units and distinct periods among them.
    balanced
        Whether every unit is seen in every period.
    residuals, unit_codes, time_codes
        Of the transformed regression, shape (rows,), ordered by unit and period; codes are
        positions in `unit_labels` and distances from the first period.
    details
        Further numbers of the model, such as variance components.
    notes
        Warnings for the reader.
    """

    model: str
    outcome: str
    coefficients: tuple[PanelCoefficient, ...]
    covariance_matrix: Floats
    covariance: str
    convention: str
    level: float
    dropped: tuple[Dropped, ...]
    r2: float
    rows: int
    units: int
    periods: int
    balanced: bool
    residuals: Floats
    unit_codes: Integers
    time_codes: Integers
    unit_labels: pd.Index
    details: Mapping[str, float]
    notes: tuple[str, ...]

    @property
    def estimates(self) -> Floats:
        """The coefficients, shape (k,)."""
        return np.array([item.estimate for item in self.coefficients])

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the coefficients, shape (k,)."""
        return tuple(item.name for item in self.coefficients)

    def coefficient(self, name: str) -> PanelCoefficient:
        """Return the coefficient of that name.

        Raises
        ------
        ModelError
            When the fit has none, because it was dropped or never asked for.
        """
        for item in self.coefficients:
            if item.name == name:
                return item
        reasons = [item.reason for item in self.dropped if item.name == name]
        raise ModelError(
            f"the fit has no coefficient '{name}'{': ' + reasons[0] if reasons else ''}",
            allowed=", ".join(self.names),
            remedy=spelling_hint(name, self.names),
        )

    def table(self) -> pd.DataFrame:
        """Return one row a coefficient, with the convention in every row."""
        frame = pd.DataFrame([asdict(item) for item in self.coefficients])
        return frame.assign(model=self.model, convention=self.convention)


@dataclass(frozen=True)
class SpecificationTest:
    """A test of specification: the number, the distribution that it is held against, the words.

    Attributes
    ----------
    df
        Degrees of freedom of the reference distribution; empty for the normal distribution.
    """

    name: str
    null: str
    statistic: float
    distribution: Distribution
    df: tuple[float, ...]
    p_value: float
    method: str
    sentence: str

    def table(self) -> pd.DataFrame:
        """Return the test as one row."""
        row: dict[str, Any] = asdict(self)
        row["df"] = ", ".join(f"{value:g}" for value in self.df)
        return pd.DataFrame([row])
