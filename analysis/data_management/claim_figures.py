"""The printed figures that claims are checked against, and sums of them over periods."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from analysis.data_management.rounding import Interval, growth_ratio, interval_of, range_of
from analysis.data_management.units import UNITS

Span = tuple[pd.Timestamp, pd.Timestamp]
"""First and last day of a closed period."""


@dataclass(frozen=True)
class Bounded:
    """A number as it is printed, or computed from printed ones, with the bounds of rounding."""

    lower: Decimal
    value: Decimal
    upper: Decimal

    def __add__(self, other: Bounded) -> Bounded:
        """Add two numbers that are rounded independently."""
        return Bounded(self.lower + other.lower, self.value + other.value, self.upper + other.upper)

    def __neg__(self) -> Bounded:
        """Turn the sign."""
        return Bounded(-self.upper, -self.value, -self.lower)

    def __truediv__(self, other: Bounded) -> Bounded:
        """Divide two positive numbers that are rounded independently."""
        return Bounded(self.lower / other.upper, self.value / other.value, self.upper / other.lower)

    def moved(self, by: Decimal) -> Bounded:
        """Add an exact number."""
        return Bounded(self.lower + by, self.value + by, self.upper + by)

    def scaled(self, by: Decimal) -> Bounded:
        """Multiply by an exact positive number."""
        return Bounded(self.lower * by, self.value * by, self.upper * by)

    def widened(self, percent: Decimal) -> Bounded:
        """Move both bounds outwards by a share of the size of the number."""
        room = abs(self.value) * percent / 100
        return Bounded(self.lower - room, self.value, self.upper + room)


def bounded(number: Decimal, interval: Interval) -> Bounded:
    """Return a printed number with its bounds; "over 8" is the number 8 and lies in 8 to 9."""
    return Bounded(interval.lower, number, interval.upper)


def printed_number(printed: str, qualifier: str) -> Bounded:
    """Return a number as printed with the bounds that its last digit and word leave to it."""
    return bounded(Decimal(printed), interval_of(printed, qualifier))


@dataclass(frozen=True)
class PrintedFigure:
    """One row of reports.csv or second_coding.csv.

    Attributes
    ----------
    unit
        Base unit; `level` is in it.
    level
        Missing where only a growth is printed.
    growth
        Ratio to the same period one year before, missing where none is printed.
    """

    key: str
    place: str
    scope: str
    metric: str
    basis: str
    unit: str
    start: pd.Timestamp
    end: pd.Timestamp
    level: Bounded | None
    growth: Bounded | None
    published: str

    @property
    def span(self) -> Span:
        """Period of the figure."""
        return self.start, self.end


@dataclass(frozen=True)
class Term:
    """A figure with its sign in a sum."""

    figure: PrintedFigure
    sign: int


def figure_keys(cell: str) -> list[tuple[str, int]]:
    """Return keys and signs of a cell such as "R0013;-R0006"."""
    parts = filter(None, cell.split(";"))
    return [(part.lstrip("-"), -1 if part.startswith("-") else 1) for part in parts]


def text_rows(df: pd.DataFrame) -> list[dict[str, str]]:
    """Return the rows of a raw table as dictionaries."""
    return [{str(key): str(cell) for key, cell in row.items()} for row in df.to_dict("records")]


def read_figures(tables: Mapping[str, pd.DataFrame]) -> dict[str, PrintedFigure]:
    """Return every printed figure by its key.

    Parameters
    ----------
    tables
        The raw tables `reports` and `second_coding`, every cell as text.
    """
    reports = [_of_report(row) for row in text_rows(tables["reports"])]
    coded = [_of_coding(row) for row in text_rows(tables["second_coding"])]
    return {figure.key: figure for figure in (*reports, *coded)}


def _of_report(row: Mapping[str, str]) -> PrintedFigure:
    growth = None
    if row["growth_percent"]:
        ratio = 1 + Decimal(row["growth_percent"]) / 100
        growth = bounded(ratio, growth_ratio(row["growth_percent"], row["growth_qualifier"]))
    level = _level(row, row["qualifier"], row["value_to"])
    return _figure(row, row["report_id"], level, growth, row["published"])


def _of_coding(row: Mapping[str, str]) -> PrintedFigure:
    qualifier = "rounded" if row["rounded"] == "1" else "exact"
    return _figure(row, row["coding_id"], _level(row, qualifier, ""), None, "")


def _level(row: Mapping[str, str], qualifier: str, value_to: str) -> Bounded | None:
    if not row["value"]:
        return None
    number = printed_number(row["value"], qualifier)
    if value_to:
        span = range_of(row["value"], value_to)
        number = bounded(span.middle, span)
    return number.scaled(Decimal(UNITS[row["unit"]].factor))


def _figure(
    row: Mapping[str, str],
    key: str,
    level: Bounded | None,
    growth: Bounded | None,
    published: str,
) -> PrintedFigure:
    return PrintedFigure(
        key=key,
        place=row["place"],
        scope=row["scope"],
        metric=row["metric"],
        basis=row["basis"],
        unit=UNITS[row["unit"]].base,
        start=pd.Timestamp(row["start"]),
        end=pd.Timestamp(row["end"]),
        level=level,
        growth=growth,
        published=published,
    )


def level_sum(terms: Sequence[Term]) -> Bounded:
    """Return the signed sum of levels in base units; every figure has a level."""
    total = Bounded(Decimal(0), Decimal(0), Decimal(0))
    for term in terms:
        level = term.figure.level
        if level is not None:
            total += level if term.sign > 0 else -level
    return total


def span_of(terms: Iterable[Term]) -> Span | None:
    """Return the one period that a signed sum of figures covers, None if it is not one.

    Figures that are added and share a period are parts of one total; any other sum has to cover
    every day of one period once.

    Notes
    -----
    Counted on the edges of periods: 3 December 2021 to 2 January 2023 less 3 to 31 December 2021
    leaves 1 January 2022 to 2 January 2023.
    """
    terms = tuple(terms)
    spans = {term.figure.span for term in terms}
    if len(spans) == 1 and all(term.sign > 0 for term in terms):
        return spans.pop()
    edges: Counter[pd.Timestamp] = Counter()
    for term in terms:
        edges[term.figure.start] += term.sign
        edges[term.figure.end + pd.Timedelta(days=1)] -= term.sign
    left = sorted((day, count) for day, count in edges.items() if count)
    if [count for _, count in left] != [1, -1]:
        return None
    return left[0][0], left[1][0] - pd.Timedelta(days=1)


def year_before(span: Span) -> Span:
    """Return the same period one year before; the last day of February stays the last one."""
    start, end = (day - pd.DateOffset(years=1) for day in span)
    leap = span[1].is_month_end
    return start, end + pd.offsets.MonthEnd(0) if leap else end


def days_apart(one: Span, other: Span) -> int:
    """Return the larger of the distances between two first and two last days."""
    return max(abs((a - b).days) for a, b in zip(one, other, strict=True))
