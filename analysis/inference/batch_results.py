"""What a batch found: one number a series, date and term."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from analysis.errors import ModelError, require_known
from analysis.inference.batch_design import BatchDesign
from analysis.models.arrays import Floats

BatchCovariance = Literal["model", "newey_west"]


@dataclass(frozen=True)
class BatchOptions:
    """How a batch is estimated.

    Attributes
    ----------
    covariance
        `newey_west`: Bartlett weights at a fixed bandwidth; `model`: independent errors.
    bandwidth
        Highest lag L of `newey_west`; 0 gives heteroskedasticity-consistent errors.
    small_sample
        Whether the Newey-West covariance is multiplied by n / (n - k), as Stata's `newey` does.
    missing
        `group`: series with the same months are estimated together, each on its own months;
        `refuse`: a missing month is an error.
    lags
        Across a missing month a lag counts months of the calendar (`calendar`) or values
        (`adjacent`, which is what dropping rows amounts to); Datta and Du (2012) compare the two.
    """

    covariance: BatchCovariance = "newey_west"
    bandwidth: int = 6
    small_sample: bool = True
    missing: Literal["group", "refuse"] = "group"
    lags: Literal["calendar", "adjacent"] = "calendar"

    def __post_init__(self) -> None:
        choices = {
            "covariance": ("model", "newey_west"),
            "missing": ("group", "refuse"),
            "lags": ("calendar", "adjacent"),
        }
        for name, allowed in choices.items():
            value = getattr(self, name)
            require_known(
                value, allowed, ModelError, f"the batch option {name} cannot be '{value}'"
            )
        if self.bandwidth < 0:
            raise ModelError(f"a bandwidth of {self.bandwidth} is negative", allowed="0 or more")


@dataclass(frozen=True)
class BatchFit:
    """Estimates of S series at J dates with q terms each.

    Attributes
    ----------
    estimates, standard_errors
        Shape (S, J, q), in the unit of the series for steps and per year for slopes.
    f_statistics
        Wald test that the q terms of a date are zero, divided by q, shape (S, J); referred to F
        with q and `df` degrees of freedom. The square of t where q is 1.
    observations, df
        Months with a value, and those less k + q, shape (S,).
    recomputed
        Pairs of series and date whose variance was computed again from residuals.
    convention
        Covariance, bandwidth, small-sample factor and degrees of freedom in words.
    """

    design: BatchDesign
    options: BatchOptions
    names: tuple[str, ...]
    estimates: Floats
    standard_errors: Floats
    f_statistics: Floats
    observations: NDArray[np.int64]
    df: NDArray[np.int64]
    recomputed: int
    convention: str

    @property
    def t_statistics(self) -> Floats:
        """Estimates over standard errors, shape (S, J, q)."""
        return np.asarray(self.estimates / self.standard_errors)

    @property
    def p_values(self) -> Floats:
        """Two-sided p-values of the t statistics, shape (S, J, q)."""
        tail = special.stdtr(self.df[:, None, None].astype(float), -np.abs(self.t_statistics))
        return np.asarray(2 * tail)

    @property
    def f_p_values(self) -> Floats:
        """Pointwise p-values of the F statistics, shape (S, J); not those of their supremum."""
        terms = float(len(self.design.terms))
        return np.asarray(special.fdtrc(terms, self.df[:, None].astype(float), self.f_statistics))

    def term(self, name: str) -> int:
        """Return the place of a term.

        Raises
        ------
        ModelError
            When the batch has no such term.
        """
        if name not in self.design.terms:
            raise ModelError(
                f"the batch has no term '{name}'", allowed=", ".join(self.design.terms)
            )
        return self.design.terms.index(name)

    def date(self, name: str) -> int:
        """Return the place of a candidate date.

        Raises
        ------
        ModelError
            When the date is not a candidate.
        """
        if name not in self.design.place:
            raise ModelError(
                f"the date {name} is not among the candidates of the batch",
                allowed=f"{len(self.design.dates)} dates, {self.design.dates[0]} to "
                f"{self.design.dates[-1]}",
                remedy="add the date to the candidates",
            )
        return self.design.place[name]

    def table(self) -> pd.DataFrame:
        """Return one row a series, date and term."""
        keys = [list(self.names), list(self.design.dates), list(self.design.terms)]
        index = pd.MultiIndex.from_product(keys, names=["series", "date", "term"])
        table = pd.DataFrame(
            {
                "estimate": self.estimates.ravel(),
                "standard_error": self.standard_errors.ravel(),
                "t": self.t_statistics.ravel(),
                "p_value": self.p_values.ravel(),
                "f": np.repeat(self.f_statistics.ravel(), len(self.design.terms)),
            },
            index=index,
        )
        return table.reset_index()


def convention_of(options: BatchOptions) -> str:
    """Say how standard errors and degrees of freedom are counted."""
    if options.covariance == "model":
        return (
            "OLS, independent errors, residual variance over n - k, t and F with n - k "
            "degrees of freedom"
        )
    factor = "times n / (n - k)" if options.small_sample else "without small-sample factor"
    return (
        f"OLS, Newey-West covariance, Bartlett weights, bandwidth {options.bandwidth}, {factor}, "
        f"lags in {'calendar months' if options.lags == 'calendar' else 'adjacent values'}, "
        "t and F with n - k degrees of freedom"
    )
