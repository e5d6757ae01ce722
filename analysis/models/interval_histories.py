"""Made histories of reports on an irregular, overlapping calendar, to test the estimator.

The calendar is that of border-gate figures as they are published: fiscal years that change from
April-March to October-September and back, cumulative figures of one fiscal year, two-month and
one-week windows. Values are drawn; nothing here is a finding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from analysis.models.arrays import Bools, Days, Floats
from analysis.models.calendar import Calendar
from analysis.models.design import DesignSpec
from analysis.models.interval_rows import IntervalRows, year_before
from analysis.study import Intervention

Statements = tuple[Days, Days, Bools]

INTERVALS: Final = tuple(
    (line[:10], line[11:])
    for line in """\
2014-04-01 2014-11-15
2014-04-01 2015-03-31
2015-04-01 2015-09-23
2015-04-01 2016-01-13
2016-04-01 2016-09-23
2016-04-01 2016-11-11
2016-04-01 2017-01-13
2016-04-01 2017-03-31
2017-04-01 2017-07-28
2017-04-01 2017-12-29
2017-04-01 2018-03-31
2017-10-01 2017-11-30
2018-10-01 2018-11-30
2018-10-01 2019-06-28
2018-10-01 2019-09-30
2019-10-01 2019-11-06
2019-10-01 2020-07-23
2019-10-01 2020-09-30
2020-10-01 2020-12-10
2020-10-01 2020-12-31
2020-10-01 2021-07-02
2021-10-01 2021-11-11
2021-10-01 2021-12-10
2021-10-01 2022-03-04
2022-04-01 2022-07-15
2022-09-10 2022-09-16
2023-04-01 2023-08-04
2023-04-01 2023-08-31""".splitlines()
)
"""First and last day of 28 reports."""


def _step(name: str, label: str, start: date) -> Intervention:
    return Intervention(name, label, "step", start)


SPEC: Final = DesignSpec(
    "2013-04",
    "2023-12",
    "linear",
    "none",
    (
        _step("border_controls", "Border controls", date(2020, 4, 1)),
        _step("closure", "Closure", date(2021, 7, 8)),
        _step("reopening", "Reopening", date(2023, 1, 8)),
    ),
)
TRUTH: Final[Mapping[str, float]] = {
    "level": float(np.log(14.0)),
    "trend": 0.02,
    "border_controls": -0.2,
    "closure": -0.9,
    "reopening": 0.4,
}
SIGMA: Final = 0.25  # monthly noise of the log flow
TAU: Final = 0.02  # honest disagreement between sources
GROWTH_ENDS_BEFORE: Final = np.datetime64("2020-04-01")
GROWTH_BESIDE: Final = (16, 17, 18, 20)  # reports that also print growth on the year before
ERROR_FACTORS: Final = (1.25, 2.2)  # by how much a gross contradiction is off, up or down


@dataclass(frozen=True)
class History:
    """What sets one kind of history apart.

    Attributes
    ----------
    digits
        Least and most significant digits that a report prints.
    contradictions
        Probability that a report is grossly wrong.
    growth_before
        Whether reports before the first event print growth alone.
    """

    label: str
    rho: float = 0.6
    digits: tuple[int, int] = (3, 3)
    contradictions: float = 0.0
    growth_before: bool = False


HISTORIES: Final[Mapping[str, History]] = {
    "independent": History("No autocorrelation", rho=0.0),
    "rho_0.6": History("Autocorrelation 0.6"),
    "rho_0.9": History("Autocorrelation 0.9", rho=0.9),
    "coarse_rounding": History("Rounded to one or two digits", digits=(1, 2)),
    "contradictions": History("One report in ten grossly wrong", contradictions=0.1),
    "growth_before": History("Growth alone before the first event", growth_before=True),
}


@dataclass(frozen=True)
class Drawn:
    """Reports of one history, and the complete annual totals of the same flow."""

    reports: IntervalRows
    annual: IntervalRows


def simulate(
    history: History, calendar: Calendar, matrix: Floats, rng: np.random.Generator
) -> Drawn:
    """Draw the reports of one history.

    Parameters
    ----------
    matrix
        Design matrix of `SPEC`, shape (M, p).
    """
    flow = np.exp(matrix @ np.array(list(TRUTH.values())) + SIGMA * _ar1(history.rho, matrix, rng))
    reports = _reported(history, calendar, flow, _statements(history), rng)
    return Drawn(reports, _reported(history, calendar, flow, _calendar_years(calendar), rng))


def _reported(
    history: History,
    calendar: Calendar,
    flow: Floats,
    statements: Statements,
    rng: np.random.Generator,
) -> IntervalRows:
    start, end, growth = statements
    days = calendar.day_counts(start, end)
    before = calendar.day_counts(*year_before(start, end)) * growth[:, None]
    truth = (days @ flow) / np.where(growth, before @ flow, 1.0)
    said = truth * np.exp(TAU * rng.normal(size=len(truth))) * _gross(history, len(truth), rng)
    value, half = _rounded(said, _digits(history, growth, rng))
    names = tuple(f"r{i:02d}" for i in range(len(value)))
    return IntervalRows(
        names, names, growth, value, value - half, value + half, start, end, days, before
    )


def _ar1(rho: float, matrix: Floats, rng: np.random.Generator) -> Floats:
    shocks = rng.normal(size=len(matrix))
    noise = np.empty(len(matrix))
    noise[0] = shocks[0]
    for month in range(1, len(matrix)):
        noise[month] = rho * noise[month - 1] + np.sqrt(1 - rho**2) * shocks[month]
    return noise


def _calendar_years(calendar: Calendar) -> Statements:
    january = np.array([name.endswith("-01") for name in calendar.months])
    years = calendar.first_days[:-1][january]
    following = (years.astype("datetime64[Y]") + np.timedelta64(1, "Y")).astype("datetime64[D]")
    end: Days = np.asarray(following - np.timedelta64(1, "D"), dtype="datetime64[D]")
    return years, end, np.zeros(len(years), dtype=bool)


def _statements(history: History) -> Statements:
    start, end = (np.array(side, dtype="datetime64[D]") for side in zip(*INTERVALS, strict=True))
    if not history.growth_before:
        return start, end, np.zeros(len(start), dtype=bool)
    beside = np.array(GROWTH_BESIDE)
    growth = np.concatenate([end < GROWTH_ENDS_BEFORE, np.ones(len(beside), dtype=bool)])
    return np.concatenate([start, start[beside]]), np.concatenate([end, end[beside]]), growth


def _gross(history: History, size: int, rng: np.random.Generator) -> Floats:
    low, high = np.log(ERROR_FACTORS)
    hit = rng.random(size) < history.contradictions
    error = rng.uniform(low, high, size) * rng.choice([-1.0, 1.0], size)
    return np.asarray(np.exp(np.where(hit, error, 0.0)))


def _digits(history: History, growth: Bools, rng: np.random.Generator) -> Floats:
    """Significant digits; a ratio 1 + g prints one more than its growth rate does."""
    least, most = history.digits
    return np.asarray(rng.integers(least, most + 1, len(growth)) + growth, dtype=float)


def _rounded(value: Floats, digits: Floats) -> tuple[Floats, Floats]:
    unit = 10 ** (np.floor(np.log10(value)) - digits + 1)
    return np.round(value / unit) * unit, unit / 2
