"""Tell a monthly series again as irregular statements, and see whether the estimate comes back.

The monthly flow is known here, so the estimate from its months is the yardstick for estimates
from fiscal-year-to-date, quarterly and annual statements of the very same flow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.models.arrays import Days, Floats
from analysis.models.calendar import Calendar, build_calendar
from analysis.models.design import DesignSpec
from analysis.models.interval_results import Effect
from analysis.models.interval_series import fit_interval_series

FISCAL_START: Final = 4  # month in which the fiscal year of the retold statements begins
DIGITS: Final = 4  # significant digits that a retold statement prints
COLUMNS: Final = ("observation_id", "report_id", "kind", "start", "end", "value", "lower", "upper")


@dataclass(frozen=True)
class Retold:
    """The estimate of one effect from the months and from one retelling of them.

    Attributes
    ----------
    within
        Whether the retold interval holds the monthly estimate.
    """

    number: int
    statements: int
    monthly: Effect
    retold: Effect
    within: bool


def monthly_statements(flow: pd.Series) -> pd.DataFrame:
    """Return a flow by month as one exact level a month.

    Parameters
    ----------
    flow
        Totals by month, index of consecutive monthly periods, all positive.

    Raises
    ------
    ModelError
        When a month is missing or its total is not positive.
    """
    calendar = _calendar(flow)
    first, last = calendar.first_days[:-1], calendar.first_days[1:] - np.timedelta64(1, "D")
    return _statements(first, last, flow.to_numpy(dtype=float), half=0.0)


def retold_statements(flow: pd.Series, rng: np.random.Generator) -> pd.DataFrame:
    """Return the same flow as annual, quarterly and fiscal-year-to-date statements.

    Every calendar year is stated whole; of each year one quarter, drawn at random, and the fiscal
    year up to a random day are stated too. Days of one month carry equal shares of it.
    """
    calendar = _calendar(flow)
    spans = [span for year in _whole_years(calendar) for span in _spans(year, rng)]
    end_of_all = calendar.first_days[-1] - np.timedelta64(1, "D")
    spans = [(start, end) for start, end in spans if end <= end_of_all]
    starts, ends = (np.array(side, dtype="datetime64[D]") for side in zip(*spans, strict=True))
    daily = flow.to_numpy(dtype=float) / calendar.days
    totals = calendar.day_counts(starts, ends) @ daily
    step = 10.0 ** (np.floor(np.log10(totals)) - DIGITS + 1)
    return _statements(starts, ends, np.round(totals / step) * step, half=step / 2)


def tell_again(
    flow: pd.Series, spec: DesignSpec, effect: str, repeats: int, seed: int
) -> tuple[Retold, ...]:
    """Estimate one effect from the months and from each of several retellings.

    Raises
    ------
    ModelError
        When the months themselves do not identify the effect.
    """
    monthly = fit_interval_series(monthly_statements(flow), spec).effect(effect)
    if monthly.estimate is None:
        raise ModelError(f"the monthly series does not identify '{effect}': {monthly.reason}")
    children = np.random.SeedSequence(seed).spawn(repeats)
    return tuple(
        _retold(number, flow, spec, monthly, np.random.default_rng(child))
        for number, child in enumerate(children, start=1)
    )


def _retold(
    number: int, flow: pd.Series, spec: DesignSpec, monthly: Effect, rng: np.random.Generator
) -> Retold:
    statements = retold_statements(flow, rng)
    effect = fit_interval_series(statements, spec).effect(monthly.name)
    ends = (effect.lower, monthly.estimate, effect.upper)
    within = None not in ends and bool(ends[0] <= ends[1] <= ends[2])  # type: ignore[operator]
    return Retold(number, len(statements), monthly, effect, within)


def _calendar(flow: pd.Series) -> Calendar:
    index = flow.index
    calendar = build_calendar(str(index[0]), str(index[-1]))
    if list(calendar.months) != [str(month) for month in index]:
        raise ModelError("the monthly series has a gap or is out of order")
    if not (flow > 0).all():
        month = index[int(np.argmin((flow > 0).to_numpy()))]
        raise ModelError(f"the total of {month} is not positive; the log link needs positive flow")
    return calendar


def _whole_years(calendar: Calendar) -> list[int]:
    years = [int(month[:4]) for month in calendar.months]
    return [year for year in dict.fromkeys(years) if years.count(year) == 12]


def _spans(year: int, rng: np.random.Generator) -> list[tuple[np.datetime64, np.datetime64]]:
    quarter = 3 * int(rng.integers(0, 4)) + 1
    cut_off = np.datetime64(f"{year}-{FISCAL_START:02d}-01") + int(rng.integers(60, 364))
    return [
        (np.datetime64(f"{year}-01-01"), np.datetime64(f"{year}-12-31")),
        (np.datetime64(f"{year}-{quarter:02d}-01"), _last_day(year, quarter + 2)),
        (np.datetime64(f"{year}-{FISCAL_START:02d}-01"), cut_off),
    ]


def _last_day(year: int, month: int) -> np.datetime64:
    following = np.datetime64(f"{year}-{month:02d}", "M") + 1
    last: np.datetime64 = following.astype("datetime64[D]") - np.timedelta64(1, "D")
    return last


def _statements(starts: Days, ends: Days, values: Floats, half: Floats | float) -> pd.DataFrame:
    names = [f"statement_{number:03d}" for number in range(1, len(values) + 1)]
    columns = (names, names, "level", starts, ends, values, values - half, values + half)
    return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)))
