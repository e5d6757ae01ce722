"""The usual mistakes in reports that are no fault of form: each rule says which rows look like it.

The rules read the text of the page that a row quotes, the office that measured, and the other
reports of its series. They are tuned so that the register of this project, which was read twice,
raises none without a reason that its card states.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from analysis.data_management.contradictions import build_contradictions
from analysis.data_management.overlaps import level_reports
from analysis.data_management.units import UNITS

FISCAL_OFFICES: Final = ("mm_commerce", "mm_cso")
"""Offices that count from 1 April or 1 October, not from 1 January."""
FISCAL_WORDS: Final = re.compile(r"\bfiscal\b|\bFY ?[0-9]|\bbudget year", re.IGNORECASE)
MONTH_DAYS: Final = 31
CUMULATIVE_WORDS: Final = re.compile(
    r"\bcumulative\b|\bcumulated\b|year[- ]to[- ]date|so far this year|\bin total since\b|"
    r"\bfirst (?:two|three|four|five|six|seven|eight|nine|ten|eleven|[2-9]|1[01]) months\b",
    re.IGNORECASE,
)
RAILWAY_PORT: Final = re.compile(r"railway port|rail port|railway station|铁路口岸", re.IGNORECASE)
RISING_MONTHS: Final = 3
RISING_TIMES: Final = 2.0
FACTOR: Final = 8.0
"""Times beyond the largest, or below the smallest, daily flow of the series that is a doubt."""
FEWEST_TO_COMPARE: Final = 3
ROUNDING_WORDS: Final = r"\b(over|more than|nearly|almost|about|around)\s+\D{0,3}"


@dataclass(frozen=True)
class Suspicion:
    """A row that a rule suspects: its key, the column at fault and what is odd about it."""

    row: str
    column: str
    problem: str


Rule = Callable[[pd.DataFrame], Iterator[Suspicion]]
"""From the reports, with columns of the processed table, to the rows that look like the mistake."""


def fiscal_year(reports: pd.DataFrame) -> Iterator[Suspicion]:
    """Find periods from 1 January where the office or the page counts in fiscal years."""
    from_january = reports["start"].dt.strftime("%m-%d") == "01-01"
    longer = reports["days"].gt(MONTH_DAYS) | _long(reports)
    told = _text(reports).str.contains(FISCAL_WORDS)
    fiscal = reports["basis"].isin(FISCAL_OFFICES)
    for row in _rows(reports[from_january & longer & (told | fiscal)]):
        who = (
            "the page speaks of a fiscal year" if FISCAL_WORDS.search(_said(row)) else row["basis"]
        )
        reason = who if " " in who else f"{who} counts in fiscal years"
        yield Suspicion(row["report_id"], "start", f"the period starts on 1 January, but {reason}")


def cumulative(reports: pd.DataFrame) -> Iterator[Suspicion]:
    """Find single months whose page speaks of a longer period, or that only ever rise."""
    month = _single_months(reports)
    for row in _rows(month[_text(month).str.contains(CUMULATIVE_WORDS)]):
        word = CUMULATIVE_WORDS.search(_said(row))
        said = word.group() if word else ""
        yield Suspicion(
            row["report_id"], "start", f"the row is of one month, but the page says '{said}'"
        )
    for _, rows in month[month["value"].notna()].groupby("series"):
        yield from _rising(rows.sort_values("start"))


def _rising(rows: pd.DataFrame) -> Iterator[Suspicion]:
    """Find months of one year that follow one another and pile up."""
    numbers = rows["start"].dt.year * 12 + rows["start"].dt.month
    follows = numbers.diff().eq(1) & rows["value"].gt(rows["value"].shift())
    run = follows.astype(int).groupby((~follows).cumsum()).cumsum() + 1
    first = rows["value"].groupby((~follows).cumsum()).transform("first")
    piled = (run >= RISING_MONTHS) & (rows["value"] >= RISING_TIMES * first)
    for row in _rows(rows[piled]):
        yield Suspicion(
            row["report_id"],
            "value",
            f"each month is larger than the one before, this one ({row['value_printed']} "
            f"{row['unit_printed']}) twice the first",
        )


def railway_port(reports: pd.DataFrame) -> Iterator[Suspicion]:
    """Find rows of a road port whose page or place speaks of the railway port."""
    told = _text(reports).str.contains(RAILWAY_PORT) | reports["place"].str.contains(RAILWAY_PORT)
    for row in _rows(reports[reports["scope"].eq("port") & told]):
        yield Suspicion(
            row["report_id"], "scope", f"the row is of the port {row['place']}, but names a railway"
        )


def percent_as_fraction(reports: pd.DataFrame) -> Iterator[Suspicion]:
    """Find growth rates between -1 and 1 per cent with two decimals."""
    for row in _rows(reports[reports["growth_printed"].str.fullmatch(r"-?0?\.[0-9]{2,}")]):
        yield Suspicion(
            row["report_id"],
            "growth_percent",
            f"a growth of {row['growth_printed']} per cent is next to nothing",
        )


def wrong_factor(reports: pd.DataFrame) -> Iterator[Suspicion]:
    """Find daily flows far outside those of all other reports of the series."""
    levels = level_reports(reports)
    levels = levels.assign(rate=levels["value"] / levels["days"])
    for _, rows in levels.groupby("series"):
        if len(rows) <= FEWEST_TO_COMPARE:
            continue
        for at, row in rows.iterrows():
            others = rows["rate"].drop(at)
            above, below = row["rate"] / others.max(), others.min() / row["rate"]
            if max(above, below) > FACTOR:
                times, side = (above, "largest") if above > below else (1 / below, "smallest")
                yield Suspicion(
                    str(row["report_id"]),
                    "unit",
                    f"{row['value_printed']} {row['unit_printed']} is {times:.3g} times the "
                    f"{side} daily flow of the other {len(others)} reports of the series",
                )


def same_figure(reports: pd.DataFrame) -> Iterator[Suspicion]:
    """Find a figure of one series, period and value that another row has already."""
    levels = level_reports(reports).sort_values("report_id")
    same = ["series", "start", "end", "value"]
    first = levels.groupby(same)["report_id"].transform("first")
    for row, other in zip(_rows(levels), first, strict=True):
        if other != row["report_id"]:
            yield Suspicion(
                row["report_id"], "value", f"{other} has the same period and value in this series"
            )


def published_early(reports: pd.DataFrame) -> Iterator[Suspicion]:
    """Find figures that were published before their period was over."""
    for row in _rows(reports[reports["published_early"]]):
        yield Suspicion(
            row["report_id"],
            "end",
            f"published on {row['published']}, before the period ends on {row['end']:%Y-%m-%d}",
        )


def growth_without_base(reports: pd.DataFrame) -> Iterator[Suspicion]:
    """Find growth rates of series that hold no level of the period nor of the year before."""
    levels = level_reports(reports)
    alone = reports[reports["growth"].notna() & reports["value"].isna()]
    for row in _rows(alone):
        known = levels[levels["series"] == row["series"]]
        start, end = pd.Timestamp(row["start"]), pd.Timestamp(row["end"])
        before = start - pd.DateOffset(years=1)
        if not ((known["start"] <= end) & (known["end"] >= before)).any():
            yield Suspicion(
                row["report_id"],
                "growth_percent",
                f"a growth of {row['growth_printed']} per cent, but the series has no value for "
                "this period nor for the year before",
            )


def rounded_word(reports: pd.DataFrame) -> Iterator[Suspicion]:
    """Find values that the page gives with a rounding word and the row calls exact."""
    exact = reports[reports["qualifier"].eq("exact") & reports["value"].notna()]
    for row in _rows(exact):
        number = re.escape(str(row["value_printed"]))
        found = re.search(rf"{ROUNDING_WORDS}{number}\b(?![.,]\d)", _said(row), re.IGNORECASE)
        if found:
            yield Suspicion(
                row["report_id"],
                "qualifier",
                f"the page says '{found.group()}', the row says that the value is exact",
            )


def contradicted(reports: pd.DataFrame) -> Iterator[Suspicion]:
    """Find reports that another report of the same office contradicts."""
    found = build_contradictions(reports)
    columns = {"growth": "growth_percent", "growth_of_parts": "growth_percent"}
    for row in _rows(found[~found["cross_basis"]]):
        for key in str(row["reports"]).split(";"):
            yield Suspicion(key, columns.get(row["rule"], "value"), row["sentence"])


RULES: Final[Mapping[str, Rule]] = {
    "fiscal_year": fiscal_year,
    "cumulative": cumulative,
    "railway_port": railway_port,
    "percent_as_fraction": percent_as_fraction,
    "wrong_factor": wrong_factor,
    "same_figure": same_figure,
    "published_early": published_early,
    "growth_without_base": growth_without_base,
    "rounded_word": rounded_word,
    "contradicted": contradicted,
}
"""Name of each mistake -> the rule that finds it."""
KNOWN_IN_REGISTER: Final = frozenset({"contradicted"})
"""Rules whose finds in the register are kept as they are and listed by the audit."""


def _text(reports: pd.DataFrame) -> pd.Series[str]:
    return reports["title"] + " " + reports["note"]


def _said(row: Mapping[str, str]) -> str:
    return f"{row['title']} {row['note']}"


def _long(reports: pd.DataFrame) -> pd.Series[bool]:
    """Tell which periods are longer than a month; growth-only rows have no count of days."""
    return (reports["end"] - reports["start"]).dt.days.ge(MONTH_DAYS)


def _single_months(reports: pd.DataFrame) -> pd.DataFrame:
    start, end = reports["start"], reports["end"]
    whole = start.dt.is_month_start & end.dt.is_month_end
    flow = ~reports["unit_printed"].map({name: unit.is_rate for name, unit in UNITS.items()})
    one = start.dt.to_period("M") == end.dt.to_period("M")
    found: pd.DataFrame = reports[whole & one & flow.astype(bool)]
    return found


def _rows(df: pd.DataFrame) -> Iterator[dict[str, Any]]:
    return ({str(key): cell for key, cell in row.items()} for row in df.to_dict("records"))
