"""Published reports as rows over months: which days of which month each one covers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.models.arrays import Bools, Days, Floats
from analysis.models.calendar import Calendar

Link = Literal["log", "identity"]

COLUMNS = ("observation_id", "report_id", "kind", "start", "end", "value", "lower", "upper")
KINDS = ("level", "growth")
ONE_DAY, YEAR = np.timedelta64(1, "D"), np.timedelta64(12, "M")


@dataclass(frozen=True)
class IntervalRows:
    """Reports ready for estimation, in the order given.

    Attributes
    ----------
    observation_id, report_id
        Keys, each of length n.
    growth
        True for a growth ratio on the same days one year before, shape (n,).
    value
        Flow total over the interval in base units, or the growth ratio 1 + g, shape (n,).
    lower, upper
        Bounds of `value` from rounding; `upper` is infinite for a one-sided bound, shape (n,).
    start, end
        First and last day, both included, shape (n,).
    days, days_before
        Days of the interval, and of the same interval one year before (growth only), that fall in
        each month, shape (n, M).
    """

    observation_id: tuple[str, ...]
    report_id: tuple[str, ...]
    growth: Bools
    value: Floats
    lower: Floats
    upper: Floats
    start: Days
    end: Days
    days: Floats
    days_before: Floats

    @property
    def half_width(self) -> Floats:
        """Half the distance between the bounds; zero where one bound is open, shape (n,)."""
        width = np.where(np.isfinite(self.upper), self.upper - self.lower, 0.0)
        return width / 2

    @property
    def open_ended(self) -> Bools:
        """True for a report that is a lower bound only, shape (n,)."""
        return ~np.isfinite(self.upper)

    def __len__(self) -> int:
        """Return the number of observations n."""
        return len(self.observation_id)


def interval_rows(observations: pd.DataFrame, calendar: Calendar, link: Link) -> IntervalRows:
    """Check the observations and lay their days out over the months of the window.

    Raises
    ------
    ModelError
        When a column is missing or an observation cannot be used; the message names it.
    """
    _check_columns(observations)
    _check_values(observations, link)
    start = observations["start"].to_numpy(dtype="datetime64[D]")
    end = observations["end"].to_numpy(dtype="datetime64[D]")
    growth = (observations["kind"] == "growth").to_numpy(dtype=bool)
    _check_window(observations, calendar, _earliest_needed(start, growth), end)
    before = calendar.day_counts(*year_before(start, end))
    return IntervalRows(
        observation_id=tuple(observations["observation_id"].astype(str)),
        report_id=tuple(observations["report_id"].astype(str)),
        growth=growth,
        value=observations["value"].to_numpy(dtype=float),
        lower=observations["lower"].to_numpy(dtype=float),
        upper=observations["upper"].to_numpy(dtype=float),
        start=start,
        end=end,
        days=calendar.day_counts(start, end),
        days_before=before * growth[:, None],
    )


def inside_window(
    observations: pd.DataFrame, start: str, end: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Split observations into those a window can hold and those it cannot, with the reason.

    Returns
    -------
    tuple
        The observations inside, and the others with a column `reason`.
    """
    first, last, early, late = _beyond(observations, start, end)
    reason = np.where(early, f"needs days before {first}", f"needs days after {last}")
    outside = early | late
    return observations[~outside], observations[outside].assign(reason=reason[outside])


def only_inside(observations: pd.DataFrame, start: str, end: str) -> pd.DataFrame:
    """Return the observations that a window can hold."""
    _, _, early, late = _beyond(observations, start, end)
    kept: pd.DataFrame = observations[~(early | late)]
    return kept


def _beyond(
    observations: pd.DataFrame, start: str, end: str
) -> tuple[np.datetime64, np.datetime64, Bools, Bools]:
    """Return first and last day of a window, and which observations need days before or after."""
    first = np.datetime64(start, "M").astype("datetime64[D]")
    last = (np.datetime64(end, "M") + 1).astype("datetime64[D]") - ONE_DAY
    opens = observations["start"].to_numpy(dtype="datetime64[D]")
    closes = observations["end"].to_numpy(dtype="datetime64[D]")
    growth = (observations["kind"] == "growth").to_numpy(dtype=bool)
    return first, last, _earliest_needed(opens, growth) < first, closes > last


def one_year_before(days: Days) -> Days:
    """Return the same calendar days one year before; 29 February becomes 28 February."""
    month = days.astype("datetime64[M]")
    elapsed = (days - month.astype("datetime64[D]")).astype(np.int64)
    earlier = month - YEAR
    length = ((earlier + 1).astype("datetime64[D]") - earlier.astype("datetime64[D]")).astype(int)
    moved = np.minimum(elapsed, length - 1).astype("timedelta64[D]")
    return np.asarray(earlier.astype("datetime64[D]") + moved)


def year_before(start: Days, end: Days) -> tuple[Days, Days]:
    """Return the first and the last days of the same intervals one year before.

    Whole months stay whole months: what ends with the last of February ends with the last of
    February, whichever of the two years has a leap day. Any other interval keeps its days.
    """
    after = end + ONE_DAY
    opening, closing = start.astype("datetime64[M]"), after.astype("datetime64[M]")
    whole = (opening.astype(start.dtype) == start) & (closing.astype(after.dtype) == after)
    last = (closing - YEAR).astype(after.dtype) - ONE_DAY
    return one_year_before(start), np.where(whole, last, one_year_before(end))


def _earliest_needed(start: Days, growth: Bools) -> Days:
    return np.where(growth, one_year_before(start), start)


def _check_columns(observations: pd.DataFrame) -> None:
    missing = [name for name in COLUMNS if name not in observations]
    if missing:
        raise ModelError(f"the observations lack the column {', '.join(missing)}")
    if observations.empty:
        raise ModelError("there are no observations", remedy="check the series key of the outcome")
    twice = observations["observation_id"].duplicated()
    if twice.any():
        raise ModelError("an observation is there twice", where=_named(observations, twice))
    gaps = observations[list(COLUMNS)].isna().any(axis=1)
    if gaps.any():
        raise ModelError("an observation has an empty field", where=_named(observations, gaps))


def _check_values(observations: pd.DataFrame, link: Link) -> None:
    value, kind = observations["value"], observations["kind"]
    faults = {
        "the kind is neither level nor growth": ~kind.isin(KINDS),
        "the interval ends before it starts": observations["end"] < observations["start"],
        "the value is not finite": ~np.isfinite(value),
        "the bounds do not enclose the value": ~(
            (observations["lower"] <= value) & (value <= observations["upper"])
        ),
    }
    if link == "log":
        faults["the log link needs a value above zero"] = value <= 0
    else:
        faults["the identity link takes levels only"] = kind == "growth"
    for problem, rows in faults.items():
        if rows.any():
            raise ModelError(problem, where=_named(observations, rows))


def _check_window(observations: pd.DataFrame, calendar: Calendar, first: Days, last: Days) -> None:
    outside = (first < calendar.first_days[0]) | (last >= calendar.first_days[-1])
    if outside.any():
        raise ModelError(
            f"an interval lies outside the window {calendar.months[0]} to {calendar.months[-1]}",
            where=_named(observations, outside),
            remedy="widen the window (growth also needs the year before) or exclude the report",
        )


def _named(observations: pd.DataFrame, rows: pd.Series | Bools) -> str:
    names = observations.loc[np.asarray(rows), "observation_id"].astype(str)
    return "observation " + ", ".join(names.head(5)) + (" …" if len(names) > 5 else "")
