"""CUSUM tests of constant coefficients, from recursive and from least squares residuals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import kolmogi, kolmogorov
from scipy.stats import norm

from analysis.errors import ModelError
from analysis.models.arrays import Floats
from analysis.models.break_statistics import normal_noise
from analysis.models.its_regression_data import RegressionData
from analysis.models.structural_breaks import REPLICATIONS, say_p

CONDITION: Final = 1e10  # condition number at which the first p rows do not identify the design


@dataclass(frozen=True)
class Cusum:
    """A CUSUM process with its boundary.

    Attributes
    ----------
    labels
        Label of each point, shape (m,).
    process, boundary
        Shape (m,); the test rejects where the absolute process passes the boundary.
    peak
        Label at which the process is largest relative to the boundary.
    p_value, p_simulated
        In the limit, and from normal AR(1) errors on this design.
    """

    name: str
    statistic: float
    p_value: float
    p_simulated: float
    level: float
    peak: str
    labels: tuple[str, ...]
    process: Floats
    boundary: Floats
    convention: str

    @property
    def table(self) -> pd.DataFrame:
        """One row with the test."""
        row = {
            "test": self.name,
            "statistic": self.statistic,
            "p_value": self.p_value,
            "p_simulated": self.p_simulated,
            "peak": self.peak,
            "convention": self.convention,
        }
        return pd.DataFrame([row])

    @property
    def curve(self) -> pd.DataFrame:
        """Process and boundary by label."""
        return pd.DataFrame(
            {"label": self.labels, "process": self.process, "boundary": self.boundary}
        )

    @property
    def sentence(self) -> str:
        """The finding in words."""
        verb = "leaves" if self.p_simulated < 1 - self.level else "stays inside"
        return (
            f"The {self.name} process {verb} what constant coefficients allow at "
            f"{100 * (1 - self.level):g} % (statistic {self.statistic:.3f}, simulated p "
            f"{say_p(self.p_simulated)}, peak at {self.peak})."
        )


def ols_cusum(
    data: RegressionData,
    *,
    rho: float = 0.0,
    level: float = 0.95,
    replications: int = REPLICATIONS,
    seed: int = 0,
) -> Cusum:
    """CUSUM of least squares residuals with a constant boundary.

    Ploberger and Kraemer (1992, Econometrica 60): the limit is the maximum of a Brownian bridge,
    for regressors without a trend; the simulated p-value holds for the given design.
    """
    paths = _ols_paths(data.residuals[:, None], data.df)
    noise = normal_noise(data, rho, replications, seed)
    within = np.linalg.qr(data.rows)[0]
    null = _ols_paths(noise - within @ (within.T @ noise), data.df)
    statistic = float(np.abs(paths).max())
    above = int(np.sum(np.abs(null).max(axis=0) >= statistic))
    return Cusum(
        name="OLS-CUSUM",
        statistic=statistic,
        p_value=float(kolmogorov(statistic)),
        p_simulated=(1 + above) / (1 + replications),
        level=level,
        peak=data.labels[int(np.abs(paths[:, 0]).argmax())],
        labels=data.labels,
        process=paths[:, 0],
        boundary=np.full(data.n, float(kolmogi(1 - level))),
        convention=f"error variance with n - p = {data.df} degrees of freedom; constant boundary; "
        f"simulated with rho {rho:.3f}, {replications} replications, seed {seed}",
    )


def _ols_paths(residuals: Floats, df: int) -> Floats:
    scale = np.sqrt(np.sum(residuals**2, axis=0) / df * len(residuals))
    return np.asarray(np.cumsum(residuals, axis=0) / scale)


def recursive_cusum(
    data: RegressionData,
    *,
    rho: float = 0.0,
    level: float = 0.95,
    replications: int = REPLICATIONS,
    seed: int = 0,
) -> Cusum:
    """CUSUM of recursive residuals with the linear boundary.

    Brown, Durbin and Evans (1975, Journal of the Royal Statistical Society B 37).

    Raises
    ------
    ModelError
        When the first p values do not identify the p coefficients.
    """
    responses = np.column_stack([data.response, normal_noise(data, rho, replications, seed)])
    paths = _recursive_paths(recursive_residuals(data, responses))
    share = np.arange(1, len(paths) + 1) / len(paths)
    scaled = np.abs(paths) / (1 + 2 * share[:, None])
    statistics = scaled.max(axis=0)
    return Cusum(
        name="recursive CUSUM",
        statistic=float(statistics[0]),
        p_value=recursive_p_value(float(statistics[0])),
        p_simulated=(1 + int(np.sum(statistics[1:] >= statistics[0]))) / (1 + replications),
        level=level,
        peak=data.labels[data.p + int(scaled[:, 0].argmax())],
        labels=data.labels[data.p :],
        process=paths[:, 0],
        boundary=_recursive_critical(1 - level) * (1 + 2 * share),
        convention="statistic max |W(t)| / (1 + 2 t); variance of the recursive residuals about "
        f"their mean, n - p - 1 degrees of freedom; simulated with rho {rho:.3f}, "
        f"{replications} replications, seed {seed}",
    )


def recursive_residuals(data: RegressionData, responses: Floats) -> Floats:
    """Scaled one-step prediction errors of many responses, shape (n - p, R) from (n, R).

    Raises
    ------
    ModelError
        When the first p values do not identify the p coefficients.
    """
    whole = np.linalg.qr(data.rows)[0]
    start = whole[: data.p]
    if np.linalg.cond(start) > CONDITION:
        raise ModelError(
            f"the first {data.p} values do not identify the {data.p} columns of the design, so "
            "there are no recursive residuals",
            where=", ".join(data.names),
            remedy="leave out the columns that are zero at the start (interventions)",
        )
    inverse = np.linalg.inv(start.T @ start)
    estimates = np.linalg.solve(start, responses[: data.p])
    residuals = np.empty((data.df, responses.shape[1]))
    for i in range(data.p, data.n):
        gain = inverse @ whole[i]
        size = 1 + whole[i] @ gain
        error = responses[i] - whole[i] @ estimates
        residuals[i - data.p] = error / np.sqrt(size)
        estimates = estimates + np.outer(gain, error) / size
        inverse = inverse - np.outer(gain, gain) / size
    return residuals


def _recursive_paths(residuals: Floats) -> Floats:
    scale = residuals.std(axis=0, ddof=1) * np.sqrt(len(residuals))
    return np.asarray(np.cumsum(residuals, axis=0) / scale)


def recursive_p_value(statistic: float) -> float:
    """Probability that Brownian motion passes `statistic` times (1 + 2 t) on either side.

    Two one-sided passages less the double one, close for small p-values and cut at 1.
    """
    x = statistic
    once = norm.sf(3 * x) + np.exp(-4 * x**2) * (norm.cdf(x) + norm.cdf(5 * x) - 1)
    return float(min(1.0, 2 * (once - np.exp(-16 * x**2) * norm.sf(x))))


def _recursive_critical(size: float) -> float:
    return float(brentq(lambda x: recursive_p_value(x) - size, 0.4, 5.0))
