"""Tests of a unit root and of stationarity: ADF, KPSS and Zivot-Andrews."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.models.arrays import Floats
from analysis.models.its_diagnostic_test import DiagnosticTest, computed, not_computed
from analysis.models.its_regression_data import RegressionData

Deterministic = Literal["c", "ct"]
WORDS: Final = {"c": "constant", "ct": "constant and trend"}
SHORTEST: Final = 20
ROOT: Final = ("the series is stationary around its terms", "a unit root is not rejected")
LEVEL: Final = ("stationarity is rejected", "no sign against stationarity")


@dataclass(frozen=True)
class Stationarity:
    """The three tests and the break date of Zivot-Andrews.

    Attributes
    ----------
    break_after
        Last label before the break at which the unit root is rejected most; None where it was
        not computed.
    """

    tests: tuple[DiagnosticTest, ...]
    break_after: str | None

    @property
    def table(self) -> pd.DataFrame:
        """One row a test."""
        return pd.DataFrame([vars(test) for test in self.tests])

    @property
    def sentence(self) -> str:
        """The three readings in words."""
        words = "; ".join(f"{test.test}: {test.reading}" for test in self.tests)
        dated = f" (break after {self.break_after})" if self.break_after else ""
        return f"{words}{dated}."


def stationarity(
    data: RegressionData,
    deterministic: Deterministic = "ct",
    seasonal: Sequence[str] = (),
) -> Stationarity:
    """Test the response for a unit root and for stationarity.

    Parameters
    ----------
    deterministic
        Terms of the regressions: a constant, or a constant and a trend.
    seasonal
        Columns of the design that are taken out, with a constant, before the tests.

    Raises
    ------
    ModelError
        When the deterministic terms are unknown.
    """
    if deterministic not in WORDS:
        raise ModelError(f"unknown terms '{deterministic}'", allowed=", ".join(WORDS))
    reason = data.gap or (f"{data.n} values, {SHORTEST} are needed" if data.n < SHORTEST else "")
    if reason:
        names = ("ADF", "KPSS", "Zivot-Andrews")
        missing = tuple(not_computed(name, WORDS[deterministic], reason) for name in names)
        return Stationarity(missing, None)
    values = _without(data, seasonal)
    how = WORDS[deterministic] + (", season taken out" if seasonal else "")
    root, place = _zivot_andrews(values, deterministic, how)
    tests = (_adf(values, deterministic, how), _kpss(values, deterministic, how), root)
    return Stationarity(tests, data.labels[place])


def _without(data: RegressionData, seasonal: Sequence[str]) -> Floats:
    columns = [data.column(name) for name in seasonal]
    rows = np.column_stack([np.ones(data.n), data.rows[:, columns]])
    slopes = np.linalg.lstsq(rows, data.response, rcond=None)[0]
    return np.asarray(data.response - rows[:, 1:] @ slopes[1:])


def _adf(values: Floats, deterministic: Deterministic, how: str) -> DiagnosticTest:
    """Augmented Dickey-Fuller (Said and Dickey 1984), lags by AIC, MacKinnon p-value."""
    from statsmodels.tsa.stattools import adfuller

    result = adfuller(values, regression=deterministic, autolag="AIC", result_object=False)
    convention = f"{how}; {result[2]} lags by AIC; MacKinnon (1994) p-value; null: unit root"
    return computed("ADF", result[0], result[1], convention=convention, readings=ROOT)


def _kpss(values: Floats, deterministic: Deterministic, how: str) -> DiagnosticTest:
    """KPSS (1992, Journal of Econometrics 54), lags after Hobijn, Franses and Ooms (1998)."""
    from statsmodels.tsa.stattools import kpss

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = kpss(values, regression=deterministic, nlags="auto", result_object=False)
    convention = (
        f"{how}; {result[2]} lags (Hobijn et al. 1998); p-value interpolated in the published "
        "table and bounded by 0.01 and 0.10; null: stationarity"
    )
    return computed("KPSS", result[0], result[1], convention=convention, readings=LEVEL)


def _zivot_andrews(
    values: Floats, deterministic: Deterministic, how: str
) -> tuple[DiagnosticTest, int]:
    """Zivot and Andrews (1992, Journal of Business & Economic Statistics 10), 15 % trimmed."""
    from statsmodels.tsa.stattools import zivot_andrews

    result = zivot_andrews(values, trim=0.15, regression=deterministic, autolag="AIC")
    convention = (
        f"{how}, each with one break; {result[3]} lags by AIC, trimming 0.15; simulated p-value of "
        "statsmodels; null: unit root without a break"
    )
    test = computed(
        "Zivot-Andrews",
        result[0],
        result[1],
        convention=convention,
        readings=("stationary around a broken line", "a unit root is not rejected"),
    )
    return test, int(result[4])
