"""One schema a raw table, every cell as text, so that a message shows what was in the file.

The schemas are schema objects and not pandera model classes: building a model class imports every
data frame library that is installed, which costs each process more than all validation does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import pandera.pandas as pa

from analysis.data_management import vocabularies as v
from analysis.data_management.units import BASE_UNIT_SLUG, UNITS

CONTEXT_KEY = r"(exchange_rate|cpi|commodity)/[A-Za-z0-9_]+"
COUNT_KEY = r"conflict/[a-z0-9_]+/(events|deaths_best)|dengue/[A-Z]{3}/cases"
POSITIVE = r"(?=.*[1-9])[0-9]+(\.[0-9]+)?"
SIGNED = r"-?[0-9]+(\.[0-9]+)?"
WHOLE = r"[0-9]+"
UNSIGNED = r"[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?"
REAL = f"-?{UNSIGNED}"
DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
PARTIAL_DAY = r"[0-9]{4}(-(0[1-9]|1[0-2])(-[0-3][0-9])?)?"
MONTH = r"[0-9]{4}-(0[1-9]|1[0-2])"
ADDRESS = r"https?://\S+"
NOT_EMPTY = "any text, not empty"
SLUG = r"[a-z0-9_-]+(/[a-z0-9_-]+){4}"
WORD = r"[a-z][a-z0-9_.]*"


def _exact(pattern: str) -> str:
    return f"^(?:{pattern})$"


def _or_empty(pattern: str) -> str:
    return f"^(?:{pattern})?$"


def is_day(text: pd.Series[str]) -> pd.Series[bool]:
    """Tell which texts are a day of the calendar, YYYY-MM-DD; an empty text passes."""
    known = pd.to_datetime(text, format="%Y-%m-%d", errors="coerce").notna()
    return (known & text.str.fullmatch(DAY)) | (text == "")


def _words(words: Iterable[str]) -> pa.Column:
    return pa.Column(str, pa.Check.isin(list(words)))


def _pattern(pattern: str, says: str | None = None) -> pa.Column:
    """Return a column of texts of one form; `says` describes the form where `EXPECTED` does not."""
    return pa.Column(str, pa.Check.str_matches(_exact(pattern)), description=says)


def _optional(pattern: str, says: str | None = None) -> pa.Column:
    return pa.Column(str, pa.Check.str_matches(_or_empty(pattern)), description=says)


def _day(*, optional: bool = False) -> pa.Column:
    pattern = _or_empty(DAY) if optional else _exact(DAY)
    return pa.Column(str, [pa.Check.str_matches(pattern), pa.Check(is_day, name="day")])


def _schema(columns: Mapping[str, pa.Column]) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(dict(columns), strict=True)


_ANY = pa.Column(str)
_TEXT = pa.Column(str, pa.Check.str_length(min_value=1))
_SERIES_COLUMNS = {
    "place": _TEXT,
    "scope": _words(v.SCOPES),
    "metric": _words(v.METRIC_DIMENSION),
    "basis": _words(v.BASES),
}
_SOURCE_COLUMNS = {
    "publisher": _TEXT,
    "url": _optional(ADDRESS),
    "confidence": _words(v.CONFIDENCE),
    "availability": _words(v.AVAILABILITY),
    "note": _ANY,
}

RAW_REPORTS = _schema(
    {
        "report_id": _pattern("R[0-9]{4,}"),
        **_SERIES_COLUMNS,
        "counterpart": _ANY,
        "start": _day(),
        "end": _day(),
        "value": _optional(POSITIVE),
        "value_to": _optional(POSITIVE),
        "unit": _words(UNITS),
        "qualifier": _words(["", *v.QUALIFIERS]),
        "growth_percent": _optional(SIGNED),
        "growth_qualifier": _words(["", *v.QUALIFIERS]),
        "title": _ANY,
        "published": _optional(PARTIAL_DAY),
        **_SOURCE_COLUMNS,
    }
)
"""One published figure a row."""

RAW_SERIES = _schema(
    {
        "series": _pattern(SLUG),
        **_SERIES_COLUMNS,
        "unit": _words(BASE_UNIT_SLUG),
        "side": _words(v.SIDES),
        "label": _TEXT,
        "note": _ANY,
    }
)
"""The register of series, each with one base unit."""

RAW_SECOND_CODING = _schema(
    {
        "coding_id": _pattern("[A-Z][0-9]{3,}"),
        **_SERIES_COLUMNS,
        "start": _day(),
        "end": _day(),
        "value": _pattern(POSITIVE),
        "unit": _words(UNITS),
        "prior_year_value": _optional(POSITIVE),
        "rounded": _words(v.YES_NO),
        "publisher": _TEXT,
        "url": _optional(ADDRESS),
        "note": _ANY,
    }
)
"""The same pages, read by a second reader."""

RAW_EVENTS = _schema(
    {
        "event_id": _pattern("EV[0-9]{3,}"),
        "place": _TEXT,
        "countries": _pattern("[A-Z][a-z]+(;[A-Z][a-z]+)*"),
        "start": _day(),
        "end": _day(optional=True),
        "category": _words(v.CATEGORIES),
        "description": _TEXT,
        "day_precision": _words(v.DAY_PRECISION),
        "to_check": _words(v.YES_NO),
        **_SOURCE_COLUMNS,
    }
)
"""Dated events."""

RAW_MONTHLY = _schema(
    {
        "series": _pattern(CONTEXT_KEY),
        "month": _pattern(MONTH),
        "value": _pattern(POSITIVE),
        "unit": _words(v.CONTEXT_UNITS),
    }
)
"""Monthly context series: macro_monthly.csv and commodity_prices_monthly.csv."""

RAW_COUNTS = _schema(
    {
        "series": _pattern(
            COUNT_KEY, "a series key, for example conflict/kachin/events or dengue/LAO/cases"
        ),
        "month": _pattern(MONTH),
        "value": _pattern(WHOLE, "a whole number, zero or more, without a thousands separator"),
        "unit": _words(v.COUNT_UNITS),
    }
)
"""Monthly counts, which may be zero: conflict_monthly.csv and dengue_monthly.csv."""

_REAL = _pattern(REAL, "a number, for example -0.0123 or 1.5e-05")
_UNSIGNED = _pattern(UNSIGNED, "a number, zero or more, for example 0.0123 or 1.5e-05")
_WHOLE = _pattern(WHOLE, "a whole number, zero or more")
_WORD = _pattern(WORD, "a word in lower-case letters, digits, underscores and points")

RAW_MONTE_CARLO = _schema(
    {
        "history": _WORD,
        "method": _WORD,
        "name": _WORD,
        "replications": _WHOLE,
        "coverage": _UNSIGNED,
        "coverage_error": _UNSIGNED,
        "bias": _REAL,
        "spread": _optional(UNSIGNED, "a number, zero or more, or nothing if there is one alone"),
        "median_length": _UNSIGNED,
        "mean_length": _UNSIGNED,
    }
)
"""What a simulation study says of each method: one row a history, method and coefficient."""

RAW_MONTE_CARLO_SAMPLE = _schema(
    {
        "history": _WORD,
        "replication": _WHOLE,
        "method": _WORD,
        "name": _WORD,
        "estimate": _REAL,
        "lower": _REAL,
        "upper": _REAL,
    }
)
"""Single replications of the same study: one row an estimated coefficient."""

_NUMBER = "a positive number with a point for decimals and no thousands separator, for example 5.67"
EXPECTED: Mapping[str, str] = {
    "report_id": "R and four digits, for example R0215",
    "coding_id": "a letter and three digits, for example P001",
    "event_id": "EV and three digits, for example EV042",
    "series": "a series key, for example mohan/port/trade_value/cn_port_office/cny or cpi/LAO",
    "start": "a day of the calendar, YYYY-MM-DD",
    "end": "a day of the calendar, YYYY-MM-DD",
    "month": "a month, YYYY-MM",
    "published": "a date, YYYY, YYYY-MM or YYYY-MM-DD, or nothing",
    "value": _NUMBER,
    "value_to": _NUMBER,
    "prior_year_value": _NUMBER,
    "growth_percent": "a number in per cent, for example -17.15",
    "url": "an address that starts with http:// or https://, or nothing",
    "countries": "country names separated by semicolons, for example China;Laos",
}
"""Column -> what a cell may hold, where no closed vocabulary and no description says so."""


def expected_of(schema: pa.DataFrameSchema, column: str) -> str:
    """Return in words what a cell of a column without a closed vocabulary may hold."""
    return schema.columns[column].description or EXPECTED.get(column, NOT_EMPTY)


def vocabulary_of(schema: pa.DataFrameSchema, column: str) -> tuple[str, ...]:
    """Return the closed vocabulary of a column, or () if it has none."""
    for check in schema.columns[column].checks:
        statistics: Mapping[str, Any] = check.statistics or {}
        if "allowed_values" in statistics:
            return tuple(str(value) for value in statistics["allowed_values"])
    return ()
