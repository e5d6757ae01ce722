"""Schemas of the raw tables about zones: places, names, coded events, problems, indicators."""

from __future__ import annotations

from collections.abc import Mapping

import pandera.pandas as pa

from analysis.data_management import zone_words as z
from analysis.data_management.cells import ANY, TEXT, WORD, optional, pattern, schema, words

DECIMAL = r"-?[0-9]+(\.[0-9]+)?"
PERIOD = r"[0-9]{4}(-(0[1-9]|1[0-2])(-[0-3][0-9])?)?"
NO_ZONE = "none"
BOTH = "both"

_NAME = pattern(WORD, "a word in lower-case letters, digits and underscores")
_NAME_OR_NONE = optional(WORD, "a word in lower-case letters, digits and underscores, or nothing")
_DEGREES = pattern(DECIMAL, "degrees with a point for decimals, for example 21.19")
_PERIOD = optional(PERIOD, "a year, month or day, or nothing")

RAW_PLACES = schema(
    {
        "place": _NAME,
        "name": TEXT,
        "iso3": pattern("[A-Z]{3}", "three capital letters (ISO 3166-1), for example LAO"),
        "latitude": _DEGREES,
        "longitude": _DEGREES,
        "accuracy": pattern(r"0\.[0-9]+", "degrees between zero and one, for example 0.03"),
        "kind": words(z.PLACE_KINDS),
        "zone": words(z.ZONES),
        "counterpart": _NAME_OR_NONE,
    }
)
"""One port, gate, town or city a row, with approximate coordinates (WGS 84)."""

RAW_GLOSSARY = schema(
    {
        "term": _NAME,
        "kind": words(z.TERM_KINDS),
        "english": TEXT,
        **dict.fromkeys(("chinese", "lao", "burmese", "definition"), ANY),
    }
)
"""One place name or term a row; an empty cell means that the name is not known here."""

RAW_EVENT_CODING = schema(
    {
        "event_id": pattern("EV[0-9]{3,}", "EV and three digits, for example EV042"),
        "level": words(z.LEVELS),
        "instrument": words(z.INSTRUMENTS),
        "zone": words((*z.COMPARED, BOTH, NO_ZONE)),
    }
)
"""Who acted in each event, how, and which of the two zones it concerns."""

RAW_PROBLEMS = schema(
    {
        "problem": _NAME,
        "rank": pattern("[1-9]", "a digit"),
        "label": TEXT,
        "countermeasure": TEXT,
    }
)
"""One problem of cross-border zones a row, with the countermeasure that bears on it."""

RAW_PROBLEM_INDICATORS = schema(
    {
        "problem": _NAME,
        "indicator": _NAME,
        "zone": words(z.COMPARED),
        "label": TEXT,
        "directness": words(z.DIRECTNESS),
        "rule": words(z.RULES),
        "table": ANY,
        "name": ANY,
        "first": _PERIOD,
        "last": _PERIOD,
        "unit": ANY,
        "worse": words(z.WORSE),
        "reason": ANY,
    }
)
"""How each indicator of a problem is computed for a zone, or why there is no data."""

ZONE_SCHEMAS: Mapping[str, tuple[tuple[str, ...], pa.DataFrameSchema]] = {
    "places": (("place",), RAW_PLACES),
    "glossary": (("term",), RAW_GLOSSARY),
    "event_coding": (("event_id",), RAW_EVENT_CODING),
    "problems": (("problem",), RAW_PROBLEMS),
    "problem_indicators": (("problem", "indicator", "zone"), RAW_PROBLEM_INDICATORS),
}
"""Raw table -> the columns that identify a row, and what every cell may hold."""
