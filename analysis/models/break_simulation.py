"""Size of the break tests and of the choice of breaks by BIC on series without a break."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from analysis.models.arrays import Floats
from analysis.models.break_agnostic import unbiased_rho
from analysis.models.break_dates import bic, lwz
from analysis.models.break_p_values import Stretch
from analysis.models.break_partition import Layout, partitions
from analysis.models.break_statistics import (
    Candidates,
    candidates,
    f_statistics,
    normal_noise,
    robust_statistics,
    summaries,
)
from analysis.models.its_regression_data import RegressionData, regression_data
from analysis.models.structural_breaks import LAWS, SIZE, BreakOptions

RHO_REPLICATIONS: Final = 199
CALIBRATION: Final = 19_999
PARTITION_SHARE: Final = 10  # one series in ten goes through the dynamic programme
Row = dict[str, object]


def _level(n: int) -> Floats:
    return np.ones((n, 1))


def _level_and_trend(n: int) -> Floats:
    return np.column_stack([np.ones(n), np.linspace(-0.5, 0.5, n)])


DESIGNS: Final[Mapping[str, Callable[[int], Floats]]] = {
    "level": _level,
    "level and trend": _level_and_trend,
}


def simulate_break_size(
    replications: int,
    seed: int,
    lengths: tuple[int, ...] = (60, 120),
    rho: tuple[float, ...] = (0.0, 0.5),
) -> pd.DataFrame:
    """Share of normal AR(1) series without a break in which a 5 % test finds one.

    Parameters
    ----------
    lengths, rho
        Numbers of values and autocorrelations to go through; all coefficients may change.

    Returns
    -------
    pd.DataFrame
        design, n, rho, test, p_value (asymptotic; simulated with the true rho; Newey-West;
        criterion), replications, rate, standard_error.
    """
    rows: list[Row] = []
    for name, design in DESIGNS.items():
        for n in lengths:
            data = regression_data(np.random.default_rng(n).standard_normal(n), design(n))
            for value in rho:
                found = _rates(data, value, replications, seed)
                rows += [{"design": name, "n": n, "rho": value} | row for row in found]
    return pd.DataFrame(rows)


def _rates(data: RegressionData, rho: float, replications: int, seed: int) -> Iterator[Row]:
    dates = candidates(data, data.names, BreakOptions().trimming)
    noise = normal_noise(data, rho, replications, seed)
    limits = np.array(_limits(dates, data))[:, None]
    values = summaries(f_statistics(dates, noise))
    null = normal_noise(data, rho, CALIBRATION, seed + 1)
    exact = np.quantile(summaries(f_statistics(dates, null)), 1 - SIZE, axis=1)[:, None]
    robust = _robust(dates, data, noise)
    for i, test in enumerate(LAWS):
        yield _row(test, "asymptotic", values[i] > limits[i])
        yield _row(test, "simulated", values[i] > exact[i])
        yield _row(test, "newey_west asymptotic", robust[i] > limits[i])
    yield from _criteria(data, noise[:, ::PARTITION_SHARE])


def _row(test: str, kind: str, found: object) -> Row:
    hits = np.asarray(found, dtype=float)
    rate = float(hits.mean())
    error = float(np.sqrt(rate * (1 - rate) / hits.size))
    return {
        "test": test,
        "p_value": kind,
        "replications": hits.size,
        "rate": rate,
        "standard_error": error,
    }


def _limits(dates: Candidates, data: RegressionData) -> list[float]:
    """Asymptotic critical values of the three tests at 5 %."""
    stretch = Stretch(dates.before[0] / data.n, dates.before[-1] / data.n, dates.basis.shape[2])
    return [
        float(brentq(lambda x, law=law: law(x, stretch).value - SIZE, 0.2, 60.0, xtol=1e-4))
        for law in LAWS.values()
    ]


def _robust(dates: Candidates, data: RegressionData, noise: Floats) -> Floats:
    lag = BreakOptions().lag(data.n)
    columns = []
    for response in noise.T:
        series = regression_data(response, data.rows)
        columns.append(robust_statistics(dates, series, lag))
    return summaries(np.column_stack(columns))


def _criteria(data: RegressionData, noise: Floats) -> Iterator[Row]:
    shortest = int(0.15 * data.n)
    found: dict[str, list[bool]] = {"BIC": [], "LWZ": []}
    for response in noise.T:
        layout = Layout(regression_data(response, data.rows), data.names, shortest)
        items = partitions(layout, 3)
        for name, rule in (("BIC", bic), ("LWZ", lwz)):
            found[name].append(int(np.argmin([rule(layout, item) for item in items])) > 0)
    for name, hits in found.items():
        yield _row(name, "criterion", hits)


def simulate_estimated_rho(
    replications: int, seed: int, n: int = 120, rho: float = 0.5
) -> pd.DataFrame:
    """Size of the sup-F test whose p-value is simulated with an estimated autocorrelation.

    The series has a level and a trend and no break; rho is the median-unbiased estimate from the
    residuals of a level, a trend and a step in the middle, as in the date-agnostic check.

    Returns
    -------
    pd.DataFrame
        One row a series: estimated rho, statistic and simulated p-value.
    """
    rows = _level_and_trend(n)
    dated = np.column_stack([rows, np.arange(n) >= n // 2])
    data = regression_data(np.random.default_rng(n).standard_normal(n), rows)
    dates = candidates(data, data.names, BreakOptions().trimming)
    found = []
    for i, response in enumerate(normal_noise(data, rho, replications, seed).T):
        value = unbiased_rho(regression_data(response, dated), seed=i)
        noise = normal_noise(data, value, RHO_REPLICATIONS, seed + 1 + i)
        null = f_statistics(dates, noise).max(axis=0)
        statistic = float(f_statistics(dates, response[:, None]).max())
        chance = (1 + int(np.sum(null >= statistic))) / (1 + RHO_REPLICATIONS)
        found.append({"rho": value, "statistic": statistic, "p_value": chance})
    return pd.DataFrame(found)
