"""Tests and coefficients of residual autocorrelation at calendar lags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.stats import chi2, norm

from analysis.errors import ModelError
from analysis.models.arrays import Floats
from analysis.models.its_diagnostic_test import DiagnosticTest, computed, not_computed
from analysis.models.its_regression_data import RegressionData

LEFT: Final = ("residuals are autocorrelated", "no sign of autocorrelation")


def durbin_watson(data: RegressionData) -> DiagnosticTest:
    """Durbin-Watson statistic; p-value against positive autocorrelation.

    The mean and variance under no autocorrelation are exact for this design (Durbin and Watson
    1950, Biometrika 37); the law is approximated by a beta law on (0, 4) with those two moments
    (Durbin and Watson 1951, Biometrika 38).
    """
    convention = "one-sided against positive autocorrelation; beta law with the exact moments"
    if data.gap:
        return not_computed("Durbin-Watson", convention, data.gap)
    from statsmodels.stats.stattools import durbin_watson as statistic_of

    statistic = float(statistic_of(data.residuals))
    return computed(
        "Durbin-Watson",
        statistic,
        _beta_tail(statistic, data),
        convention=convention,
        readings=("residuals are positively autocorrelated", LEFT[1]),
    )


def _beta_tail(statistic: float, data: RegressionData) -> float:
    from scipy.stats import beta

    first, second = _durbin_watson_moments(data)
    mean, variance = first / 4, second / 16
    size = mean * (1 - mean) / variance - 1
    return float(beta.cdf(statistic / 4, mean * size, (1 - mean) * size))


def _durbin_watson_moments(data: RegressionData) -> tuple[float, float]:
    """Exact mean and variance of the statistic for white noise and this design."""
    difference = np.diff(np.eye(data.n), axis=0)
    basis = np.linalg.qr(data.rows)[0]
    form = difference.T @ difference
    form = form - basis @ (basis.T @ form)
    trace, squared = np.trace(form), np.sum(form * form.T)
    mean = trace / data.df
    return float(mean), float(2 * (squared - trace * mean) / (data.df * (data.df + 2)))


def breusch_godfrey(data: RegressionData, lags: int) -> DiagnosticTest:
    """Lagrange multiplier test of autocorrelation up to calendar lag `lags`.

    n times the R-squared of the residuals on the design and their lags, chi-squared with `lags`
    degrees of freedom; lags before the sample or in a missing month are zero (Godfrey 1978,
    Econometrica 46).
    """
    name = f"Breusch-Godfrey ({lags})"
    convention = "chi-squared, n R-squared, lags that were not observed are zero"
    if np.any(data.spans > 1):
        return not_computed(name, convention, data.gap)
    if not 1 <= lags < data.df:
        return not_computed(name, convention, f"{lags} lags with {data.df} degrees of freedom")
    if data.gap:
        statistic = _gapped_multiplier(data, lags)
        p_value = float(chi2.sf(statistic, lags))
    else:
        from statsmodels.stats.diagnostic import acorr_breusch_godfrey

        result = acorr_breusch_godfrey(least_squares(data), nlags=lags, result_object=True)
        statistic, p_value = float(result[0]), float(result[1])
    return computed(name, statistic, p_value, df=lags, convention=convention, readings=LEFT)


def _gapped_multiplier(data: RegressionData, lags: int) -> float:
    residuals = data.residuals
    spread = np.concatenate([np.zeros(lags), data.on_calendar(residuals, 0.0)])
    lagged = [spread[lags - lag + data.positions] for lag in range(1, lags + 1)]
    basis = np.linalg.qr(np.column_stack([data.rows, *lagged]))[0]
    explained = np.sum((basis.T @ residuals) ** 2)
    return float(data.n * explained / np.sum((residuals - residuals.mean()) ** 2))


def least_squares(data: RegressionData) -> Any:
    """Return the statsmodels least squares results of the data."""
    from statsmodels.regression.linear_model import OLS

    return OLS(data.response, data.rows).fit()


def ljung_box(data: RegressionData, lags: int, fitted: int = 0) -> DiagnosticTest:
    """Ljung-Box test on `lags` - `fitted` degrees of freedom (1978, Biometrika 65).

    Parameters
    ----------
    fitted
        Autoregressive and moving-average coefficients that were estimated.
    """
    name, df = f"Ljung-Box ({lags})", lags - fitted
    convention = f"chi-squared with lags - {fitted} degrees of freedom"
    if data.gap:
        return not_computed(name, convention, data.gap)
    if df < 1 or lags >= data.n:
        return not_computed(name, convention, f"{lags} lags, {fitted} fitted, {data.n} values")
    from statsmodels.stats.diagnostic import acorr_ljungbox

    row = acorr_ljungbox(data.residuals, lags=[lags], model_df=fitted).iloc[0]
    return computed(
        name, row["lb_stat"], row["lb_pvalue"], df=df, convention=convention, readings=LEFT
    )


@dataclass(frozen=True)
class Correlogram:
    """Autocorrelations and partial autocorrelations at calendar lags 1 to L.

    Attributes
    ----------
    acf, pacf
        Shape (L,); pacf follows from acf by the Durbin-Levinson recursion.
    pairs
        Pairs of observed values behind each lag, shape (L,).
    acf_band, pacf_band
        Half-widths under white noise, normal quantile over the root of the pairs, shape (L,).
    """

    acf: Floats
    pacf: Floats
    pairs: Floats
    acf_band: Floats
    pacf_band: Floats
    level: float
    convention: str

    @property
    def table(self) -> pd.DataFrame:
        """One row a lag."""
        names = ("acf", "acf_band", "pacf", "pacf_band", "pairs")
        columns = {"lag": np.arange(1, len(self.acf) + 1)}
        return pd.DataFrame(columns | {name: getattr(self, name) for name in names})

    @property
    def sentence(self) -> str:
        """The lags outside the bands in words."""
        outside = np.flatnonzero(np.abs(self.acf) > self.acf_band) + 1
        if not outside.size:
            return f"No autocorrelation up to lag {len(self.acf)} lies outside its band."
        return (
            f"Autocorrelations outside their {100 * self.level:g} % bands: lags "
            f"{', '.join(map(str, outside))} (lag 1: {self.acf[0]:.2f})."
        )


def correlogram(data: RegressionData, lags: int = 24, level: float = 0.95) -> Correlogram:
    """Autocorrelations of the residuals from the pairs of months that were both seen.

    Without gaps the usual sum of products over the sum of squares; with gaps the sum at each lag
    is scaled up to the pairs that a full calendar would have (Parzen 1963, Sankhya A 25).

    Raises
    ------
    ModelError
        When a value covers several months, the level is out of range or the lags are too many.
    """
    if np.any(data.spans > 1):
        raise ModelError(
            "there is no correlogram of values over several months",
            remedy="split or leave out the combined months",
        )
    steps = int(data.positions[-1]) + 1
    if not (1 <= lags < steps and 0 < level < 1):
        raise ModelError(f"{lags} lags at level {level:g}", allowed=f"1 to {steps - 1} lags")
    errors = data.residuals - data.residuals.mean()
    values, seen = data.on_calendar(errors, 0.0), data.on_calendar(np.ones(data.n), 0.0)
    products = np.array([values[lag:] @ values[:-lag] for lag in range(1, lags + 1)])
    pairs = np.array([seen[lag:] @ seen[:-lag] for lag in range(1, lags + 1)])
    if pairs.min() < 1:
        raise ModelError(f"no pair of values is {int(pairs.argmin()) + 1} months apart")
    whole = (steps - np.arange(1, lags + 1)) / steps
    acf = products / (errors @ errors) * whole * data.n / pairs
    band = norm.ppf((1 + level) / 2) / np.sqrt(pairs / whole)
    return Correlogram(
        acf=acf,
        pacf=_partial(acf),
        pairs=pairs,
        acf_band=band,
        pacf_band=band,
        level=level,
        convention="sums of products over the sum of squares, without a correction for the lag; "
        "bands of white noise; partial coefficients by Durbin-Levinson",
    )


def _partial(acf: Floats) -> Floats:
    """Durbin-Levinson recursion, shape (L,)."""
    from statsmodels.tsa.stattools import levinson_durbin

    with np.errstate(invalid="raise", divide="raise"):
        result = levinson_durbin(np.concatenate([[1.0], acf]), nlags=len(acf), isacov=True)
    return np.asarray(result[2][1:])
