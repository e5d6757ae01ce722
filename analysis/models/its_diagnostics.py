"""All diagnostics of a regular interrupted series in one frozen result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import ModelError
from analysis.models.its_autocorrelation import (
    Correlogram,
    breusch_godfrey,
    correlogram,
    durbin_watson,
    ljung_box,
)
from analysis.models.its_diagnostic_test import DiagnosticTest
from analysis.models.its_fit_data import fit_data, plain_data
from analysis.models.its_influence import Influence, influence
from analysis.models.its_regression_data import RegressionData
from analysis.models.its_residual_tests import (
    breusch_pagan,
    jarque_bera,
    shapiro,
    white,
    white_short,
)
from analysis.models.its_results import ItsFit
from analysis.models.its_stationarity import Deterministic, Stationarity, stationarity

SHORT: Final = 50  # values below which the estimated autocorrelation is known to be too small
COLUMNS: Final = ("test", "statistic", "df", "p_value", "convention", "reading")


@dataclass(frozen=True)
class Diagnostics:
    """Diagnostics of a fit.

    Attributes
    ----------
    tests
        Of the residuals.
    correlogram
        None where values cover several months.
    stationarity
        Of the response; its tests end the table.
    subject
        What the residuals are.
    """

    tests: tuple[DiagnosticTest, ...]
    correlogram: Correlogram | None
    influence: Influence
    stationarity: Stationarity
    subject: str
    notes: tuple[str, ...]

    @property
    def table(self) -> pd.DataFrame:
        """One row a test: test, statistic, df, p_value, convention, reading."""
        tests = (*self.tests, *self.stationarity.tests)
        return pd.DataFrame([vars(test) for test in tests], columns=list(COLUMNS))

    def test(self, name: str) -> DiagnosticTest:
        """Return the test of that name as it stands in the table.

        Raises
        ------
        ModelError
            When there is no such test.
        """
        found = {item.test: item for item in (*self.tests, *self.stationarity.tests)}
        if name not in found:
            raise ModelError(f"there is no test '{name}'", allowed=", ".join(found))
        return found[name]

    @property
    def sentences(self) -> tuple[str, ...]:
        """The findings in words."""
        rejected = [item for item in self.tests if item.rejects]
        found = "; ".join(f"{item.reading} ({item.test})" for item in rejected)
        missing = [item for item in self.tests if item.statistic is None]
        lines = [f"Tests of the {self.subject}: {found or 'none rejects at 5 %'}."]
        lines += [f"{item.test} {item.reading}." for item in missing]
        lines += [self.correlogram.sentence] if self.correlogram else []
        return (*lines, self.influence.sentence, self.stationarity.sentence, *self.notes)


def diagnose_regression(
    data: RegressionData,
    *,
    lags: Sequence[int] = (1, 12),
    fitted: int = 0,
    series: RegularResponse | None = None,
) -> Diagnostics:
    """Run every diagnostic on the least squares residuals of `data`.

    Parameters
    ----------
    lags
        Lags of Breusch-Godfrey and Ljung-Box, in calendar steps.
    fitted
        Autoregressive and moving-average coefficients behind the residuals.
    series
        The response for the tests of stationarity; None takes that of `data`.

    Raises
    ------
    ModelError
        When a correlogram cannot be made of consecutive values.
    """
    return Diagnostics(
        tests=_residual_tests(data, lags, fitted),
        correlogram=_correlogram(data),
        influence=influence(data),
        stationarity=_stationarity(series or RegularResponse(data)),
        subject=data.subject,
        notes=_notes(data),
    )


@dataclass(frozen=True)
class RegularResponse:
    """What the tests of stationarity look at."""

    data: RegressionData
    deterministic: Deterministic = "ct"
    seasonal: tuple[str, ...] = ()


def _residual_tests(
    data: RegressionData, lags: Sequence[int], fitted: int
) -> tuple[DiagnosticTest, ...]:
    shape = (breusch_pagan, white, white_short, jarque_bera, shapiro)
    return (
        durbin_watson(data),
        *(breusch_godfrey(data, lag) for lag in lags),
        *(ljung_box(data, lag, fitted) for lag in lags if lag > fitted),
        *(test(data) for test in shape),
    )


def _correlogram(data: RegressionData) -> Correlogram | None:
    if (data.spans > 1).any():
        return None
    return correlogram(data, min(24, data.n // 3))


def _stationarity(series: RegularResponse) -> Stationarity:
    return stationarity(series.data, series.deterministic, series.seasonal)


def _notes(data: RegressionData) -> tuple[str, ...]:
    if data.n >= SHORT:
        return ()
    return (
        f"With {data.n} values autocorrelation is underestimated and its tests find it too "
        "seldom (Turner et al. 2021).",
    )


def diagnose(fit: ItsFit, lags: Sequence[int] = (1, 12)) -> Diagnostics:
    """Run every diagnostic on the residuals that a fit takes to be white.

    Residuals of AR(1) fits are freed of the autocorrelation, those of counts are Pearson
    residuals; the response is tested for a unit root on the scale of the link, with the season
    taken out where the design has one.

    Raises
    ------
    ModelError
        When the fit leaves nothing to test.
    """
    data = fit_data(fit)
    response = plain_data(fit, _places(fit, data))
    seasonal = [t.name for t in fit.design.terms if t.role == "season" and t.name in data.names]
    series = RegularResponse(response, "ct", tuple(seasonal))
    return diagnose_regression(data, lags=lags, fitted=_fitted(fit), series=series)


def _places(fit: ItsFit, data: RegressionData) -> NDArray[np.int64]:
    return np.array([fit.design.names.index(name) for name in data.names], dtype=np.int64)


def _fitted(fit: ItsFit) -> int:
    p, _, q = fit.options.arima_order
    if fit.estimator == "arima":
        return p + q
    return 0 if fit.rho is None or fit.estimator == "ols" else 1
