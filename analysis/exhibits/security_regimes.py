"""Changes of regime in conflict counts at dates that nobody chose.

Counts are taken to 2 sqrt(y + 3/8), whose variance hardly depends on the mean (Anscombe 1948,
Biometrika 35), so that tests for a change of a mean apply.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from analysis.exhibits.security_conflict_fits import counts_of
from analysis.models.break_agnostic import AgnosticCheck, agnostic_check
from analysis.models.break_dates import BreakDates, bai_perron
from analysis.models.design import DesignSpec
from analysis.models.interrupted_series import fit_its
from analysis.models.its_fit_data import plain_data
from analysis.models.its_options import ItsOptions
from analysis.models.regular_series import RegularSeries
from analysis.models.structural_breaks import BreakOptions
from analysis.settings.border_security import AreaBlock, BorderSecurity

ANSCOMBE: Final = 3 / 8
LEVEL: Final = "level"


@dataclass(frozen=True)
class Regime:
    """A stretch of months with one level, and the mean of its counts."""

    first: str
    last: str
    mean: float


@dataclass(frozen=True)
class Regimes:
    """What the counts of an area say about breaks.

    Attributes
    ----------
    check
        The test of a break at an unknown date, beside the dated events.
    dates
        Bai-Perron dates by LWZ, which is the more sparing criterion under autocorrelation.
    last_date
        Latest month that could begin a new regime under the trimming.
    """

    area: AreaBlock
    series: RegularSeries
    check: AgnosticCheck
    dates: BreakDates
    stretches: tuple[Regime, ...]
    last_date: str


def area_regimes(context: pd.DataFrame, settings: BorderSecurity) -> dict[str, Regimes]:
    """Look for breaks in every area near the border."""
    return {
        area.name: _regimes(area, counts_of(context, area, settings), settings)
        for area in settings.blocks.conflict.areas
    }


def _regimes(area: AreaBlock, series: RegularSeries, settings: BorderSecurity) -> Regimes:
    block = settings.blocks.conflict
    window, breaks = block.window, block.breaks
    steady = replace(series, values=2 * np.sqrt(series.a_month + ANSCOMBE), unit="2 sqrt(y + 3/8)")
    spec = DesignSpec(
        window.start, window.end, trend="none", interventions=settings.conflict_events
    )
    options = ItsOptions(
        estimator="ols", covariance="newey_west", link="identity", level=settings.blocks.level
    )
    fit = fit_its(steady, spec, options)
    tests = BreakOptions(
        trimming=breaks.trimming, replications=breaks.replications, seed=breaks.seed
    )
    check = agnostic_check(fit, tests, changing=(LEVEL,))
    level = np.array([fit.design.names.index(LEVEL)], dtype=np.int64)
    data = plain_data(fit, level)
    dates = bai_perron(data, (LEVEL,), trimming=breaks.trimming, criterion="lwz")
    return Regimes(area, series, check, dates, _stretches(series, dates), max(check.tests.dates))


def _stretches(series: RegularSeries, dates: BreakDates) -> tuple[Regime, ...]:
    starts = [0, *(series.months.index(item.first_after) for item in dates.breaks)]
    ends = [*starts[1:], len(series)]
    return tuple(
        Regime(series.months[a], series.months[b - 1], float(series.a_month[a:b].mean()))
        for a, b in zip(starts, ends, strict=True)
    )
