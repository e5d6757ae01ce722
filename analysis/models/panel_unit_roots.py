"""Panel unit roots: the Fisher tests of Maddala and Wu (1999) and of Choi (2001)."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from analysis.errors import ModelError
from analysis.models.arrays import Floats
from analysis.models.panel_results import SpecificationTest
from analysis.models.panel_rows import panel_rows
from analysis.models.panel_test_words import specification_test

Deterministic = Literal["constant", "trend"]
CODES = {"constant": "c", "trend": "ct"}
# An augmented Dickey–Fuller regression with a trend and one lag needs a few residual degrees.
SHORTEST_SERIES = 10
# The approximate p-values of MacKinnon (1994) are cut to this range before logarithms are taken.
SMALLEST_P = 1e-12


def panel_unit_root(
    frame: pd.DataFrame,
    *,
    variable: str,
    unit: str,
    time: str,
    deterministic: Deterministic = "constant",
    lags: int | None = None,
) -> SpecificationTest:
    """Test that every unit has a unit root, from the p-values of augmented Dickey–Fuller tests.

    The statistic is -2 Σ log p, chi-squared with 2N degrees of freedom if units are independent
    (Maddala and Wu, 1999; plm: purtest(test = "madwu"); Stata: xtunitroot fisher). Choi's
    inverse normal Z is told in `method`. The p-values are MacKinnon's approximations as in
    statsmodels' `adfuller`.

    Parameters
    ----------
    lags
        Lagged differences in every unit; chosen by AIC for each unit if not given.

    Raises
    ------
    ModelError
        When a unit is shorter than ten periods, has a gap, or does not vary.
    """
    if deterministic not in CODES:
        raise ModelError(f"unknown deterministic part '{deterministic}'", allowed=", ".join(CODES))
    p_values = np.array(
        [_p_value(*item, deterministic, lags) for item in _series(frame, variable, unit, time)]
    )
    p_values = np.clip(p_values, SMALLEST_P, 1 - SMALLEST_P)
    statistic, df = float(-2 * np.log(p_values).sum()), 2.0 * len(p_values)
    choi = float(stats.norm.ppf(p_values).sum() / np.sqrt(len(p_values)))
    how = "chosen by AIC" if lags is None else str(lags)
    return specification_test(
        "Maddala–Wu panel unit root",
        f"'{variable}' has a unit root in every unit",
        statistic,
        "chi-squared",
        (df,),
        float(stats.chi2.sf(statistic, df)),
        f"Fisher combination of {len(p_values)} augmented Dickey–Fuller tests ({deterministic}, "
        f"lags {how}), units taken as independent; Choi's Z = {choi:.2f}, "
        f"p = {stats.norm.cdf(choi):.3f}",
    )


def _series(frame: pd.DataFrame, variable: str, unit: str, time: str) -> list[tuple[str, Floats]]:
    """Return the series of every unit, checked for length and gaps."""
    rows = panel_rows(frame, variable, [], unit, time)
    found = []
    for code, label in enumerate(rows.unit_labels.astype(str)):
        own = rows.unit == code
        values = rows.outcome[own]
        if (np.diff(rows.time[own]) != 1).any():
            raise ModelError(
                f"unit '{label}' has a gap in '{variable}'",
                allowed="series without missing periods",
                remedy="leave the unit out or shorten the window",
            )
        if len(values) < SHORTEST_SERIES or np.ptp(values) == 0:
            raise ModelError(
                f"unit '{label}' has {len(values)} periods of '{variable}'"
                f"{' that do not vary' if len(values) and np.ptp(values) == 0 else ''}",
                allowed=f"{SHORTEST_SERIES} periods or more that vary",
                remedy="leave the unit out",
            )
        found.append((label, values))
    return found


def _p_value(label: str, values: Floats, deterministic: Deterministic, lags: int | None) -> float:
    from statsmodels.tsa.stattools import adfuller

    try:
        found = adfuller(
            values,
            maxlag=lags,
            regression=CODES[deterministic],
            autolag="AIC" if lags is None else None,
            result_object=True,
        )
    except ValueError as error:
        raise ModelError(
            f"the Dickey–Fuller test of unit '{label}' fails: {error}",
            remedy="use fewer lags or longer series",
        ) from error
    return float(found.pvalue)
