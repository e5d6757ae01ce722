"""One schema a raw table, every cell as text, so that a message shows what was in the file.

The schemas are schema objects and not pandera model classes: building a model class imports every
data frame library that is installed, which costs each process more than all validation does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandera.pandas as pa

from analysis.data_management import vocabularies as v
from analysis.data_management.cells import (
    ADDRESS,
    ANY,
    MONTH,
    REAL,
    TEXT,
    UNSIGNED,
    WHOLE,
    WORD,
    day,
    optional,
    pattern,
    schema,
    words,
)
from analysis.data_management.units import BASE_UNIT_SLUG, UNITS

CONTEXT_KEY = r"(exchange_rate|cpi|commodity|customs_(trade|exports|imports))/[A-Za-z0-9_]+"
COUNT_KEY = r"conflict/[a-z0-9_]+/(events|deaths_(best|low|high))|dengue/[A-Z]{3}/cases"
POSITIVE = r"(?=.*[1-9])[0-9]+(\.[0-9]+)?"
SIGNED = r"-?[0-9]+(\.[0-9]+)?"
PARTIAL_DAY = r"[0-9]{4}(-(0[1-9]|1[0-2])(-[0-3][0-9])?)?"
NOT_EMPTY = "any text, not empty"
SLUG = r"[a-z0-9_-]+(/[a-z0-9_-]+){4}"


_SERIES_COLUMNS = {
    "place": TEXT,
    "scope": words(v.SCOPES),
    "metric": words(v.METRIC_DIMENSION),
    "basis": words(v.BASES),
}
_SOURCE_COLUMNS = {
    "publisher": TEXT,
    "url": optional(ADDRESS),
    "confidence": words(v.CONFIDENCE),
    "availability": words(v.AVAILABILITY),
    "note": ANY,
}

RAW_REPORTS = schema(
    {
        "report_id": pattern("R[0-9]{4,}"),
        **_SERIES_COLUMNS,
        "counterpart": ANY,
        "start": day(),
        "end": day(),
        "value": optional(POSITIVE),
        "value_to": optional(POSITIVE),
        "unit": words(UNITS),
        "qualifier": words(["", *v.QUALIFIERS]),
        "growth_percent": optional(SIGNED),
        "growth_qualifier": words(["", *v.QUALIFIERS]),
        "title": ANY,
        "published": optional(PARTIAL_DAY),
        **_SOURCE_COLUMNS,
    }
)
"""One published figure a row."""

RAW_SERIES = schema(
    {
        "series": pattern(SLUG),
        **_SERIES_COLUMNS,
        "unit": words(BASE_UNIT_SLUG),
        "side": words(v.SIDES),
        "label": TEXT,
        "note": ANY,
    }
)
"""The register of series, each with one base unit."""

RAW_SECOND_CODING = schema(
    {
        "coding_id": pattern("[A-Z][0-9]{3,}"),
        **_SERIES_COLUMNS,
        "start": day(),
        "end": day(),
        "value": pattern(POSITIVE),
        "unit": words(UNITS),
        "prior_year_value": optional(POSITIVE),
        "rounded": words(v.YES_NO),
        "publisher": TEXT,
        "url": optional(ADDRESS),
        "note": ANY,
    }
)
"""The same pages, read by a second reader."""

RAW_EVENTS = schema(
    {
        "event_id": pattern("EV[0-9]{3,}"),
        "place": TEXT,
        "countries": pattern("[A-Z][a-z]+(;[A-Z][a-z]+)*"),
        "start": day(),
        "end": day(may_be_empty=True),
        "category": words(v.CATEGORIES),
        "description": TEXT,
        "day_precision": words(v.DAY_PRECISION),
        "to_check": words(v.YES_NO),
        **_SOURCE_COLUMNS,
    }
)
"""Dated events."""

RAW_MONTHLY = schema(
    {
        "series": pattern(CONTEXT_KEY),
        "month": pattern(MONTH),
        "value": pattern(POSITIVE),
        "unit": words(v.CONTEXT_UNITS),
    }
)
"""Monthly series: macro_monthly.csv, commodity_prices_monthly.csv and customs_monthly.csv."""

RAW_COUNTS = schema(
    {
        "series": pattern(
            COUNT_KEY, "a series key, for example conflict/kachin/events or dengue/LAO/cases"
        ),
        "month": pattern(MONTH),
        "value": pattern(WHOLE, "a whole number, zero or more, without a thousands separator"),
        "unit": words(v.COUNT_UNITS),
    }
)
"""Monthly counts, which may be zero: conflict_monthly.csv and dengue_monthly.csv."""

_REAL = pattern(REAL, "a number, for example -0.0123 or 1.5e-05")
_UNSIGNED = pattern(UNSIGNED, "a number, zero or more, for example 0.0123 or 1.5e-05")
_WHOLE = pattern(WHOLE, "a whole number, zero or more")
_WORD = pattern(WORD, "a word in lower-case letters, digits, underscores and points")

RAW_MONTE_CARLO = schema(
    {
        "history": _WORD,
        "method": _WORD,
        "name": _WORD,
        "replications": _WHOLE,
        "coverage": _UNSIGNED,
        "coverage_error": _UNSIGNED,
        "bias": _REAL,
        "spread": optional(UNSIGNED, "a number, zero or more, or nothing if there is one alone"),
        "median_length": _UNSIGNED,
        "mean_length": _UNSIGNED,
    }
)
"""What a simulation study says of each method: one row a history, method and coefficient."""

RAW_MONTE_CARLO_SAMPLE = schema(
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
    "measured_on": "a day of the calendar, YYYY-MM-DD",
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
