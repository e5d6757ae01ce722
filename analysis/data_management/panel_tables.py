"""Schemas of the raw tables about countries, provinces and their months and years."""

from __future__ import annotations

from analysis.data_management import vocabularies as v
from analysis.data_management.cells import (
    ADDRESS,
    ANY,
    MONTH,
    TEXT,
    UNSIGNED,
    WHOLE,
    WORD,
    YEAR,
    optional,
    pattern,
    schema,
    words,
)

COUNTRY = "[A-Z]{3}"
PROVINCE = "CHN-[A-Z]{2}"
DECIMAL = r"-?[0-9]+(\.[0-9]+)?"

_COUNTRY = pattern(COUNTRY, "three capital letters (ISO 3166-1), for example LAO")
_PROVINCE = pattern(PROVINCE, "CHN- and two capital letters, for example CHN-YN")
_UNIT = pattern(f"{COUNTRY}|{PROVINCE}", "a country or Chinese province, for example LAO or CHN-YN")
_MONTH = pattern(MONTH)
_YEAR = pattern(YEAR, "a year, YYYY")
_INDEX = pattern(UNSIGNED, "a number from 0 to 100, for example 42.86")
_NUMBER = pattern(DECIMAL, "a number with a point for decimals, for example -0.5018")
_NUMBER_OR_NONE = optional(DECIMAL, "a number with a point for decimals, or nothing")
_COUNT = pattern(WHOLE, "a whole number, zero or more")
_COUNT_OR_NONE = optional(WHOLE, "a whole number, zero or more, or nothing")
_NAME = pattern(WORD, "a word in lower-case letters, digits and underscores")

RAW_COUNTRIES = schema(
    {
        "iso3": _COUNTRY,
        "name": TEXT,
        "region": words(v.REGIONS),
        "subregion": TEXT,
        "latitude": _NUMBER,
        "longitude": _NUMBER,
    }
)
"""One country or territory a row, with the middle of its area in degrees."""

RAW_COUNTRY_BORDERS = schema({"iso3": _COUNTRY, "neighbour": _COUNTRY})
"""Land borders, each twice: once from either side."""

RAW_PROVINCES = schema({"unit": _PROVINCE, "name": TEXT, "land_border": words(v.YES_NO)})
"""One Chinese province a row."""

RAW_POLICY = schema({"unit": _UNIT, "month": _MONTH, **dict.fromkeys(v.POLICY_INDICES, _INDEX)})
"""Monthly means of policy indices: policy_monthly.csv and policy_provinces_monthly.csv."""

RAW_COVID = schema(
    {
        "unit": _COUNTRY,
        "month": _MONTH,
        "cases": _COUNT,
        "deaths": _COUNT,
        "vaccinated": _COUNT_OR_NONE,
        "fully_vaccinated": _COUNT_OR_NONE,
    }
)
"""Reported COVID-19 cases and deaths of a month, and persons vaccinated by its end."""

RAW_COVID_PROVINCES = schema(
    {
        "unit": _PROVINCE,
        "month": _MONTH,
        "confirmed": pattern("-?[0-9]+", "a whole number; below zero for a correction"),
    }
)
"""Newly confirmed COVID-19 cases of a month by Chinese province."""

RAW_INDICATORS = schema(
    {
        "indicator": _NAME,
        "table": words(v.INDICATOR_TABLES),
        "unit": TEXT,
        "lowest": _NUMBER_OR_NONE,
        "highest": _NUMBER_OR_NONE,
        "label": TEXT,
        "note": ANY,
    }
)
"""The register of indicators: what is measured, in which unit, and what it can be."""

RAW_COUNTRY_YEAR = schema(
    {"indicator": _NAME, "iso3": _COUNTRY, "year": _YEAR, "value": _NUMBER},
)
"""One value of an indicator, country and year: country_annual.csv and the tables of indices."""

RAW_DRUG_SEIZURES = schema(
    {
        "area": words(v.SEIZURE_AREAS),
        "year": _YEAR,
        "drug": words(v.DRUGS),
        "value": pattern(UNSIGNED, "a number as printed, for example 171.5"),
        "unit": words(("tonnes",)),
        "qualifier": words(v.QUALIFIERS),
        "quoted_by": TEXT,
        "url": pattern(ADDRESS, "an address that starts with http:// or https://"),
    }
)
"""Quantities seized in a year, as the press quotes them."""

RAW_DATA_GAPS = schema(
    {
        "gap_id": pattern("G[0-9]{2}", "G and two digits, for example G04"),
        "studies": pattern(
            "[a-z][a-z0-9_]*(;[a-z][a-z0-9_]*)*",
            "names separated by semicolons, as border_security",
        ),
        **dict.fromkeys(("measure", "area", "question", "why", "publisher"), TEXT),
        "address": pattern(ADDRESS, "an address that starts with http:// or https://"),
        "access": words(v.GAP_ACCESS),
        "columns": pattern(
            "[a-z][a-z0-9_]*(;[a-z][a-z0-9_]*)+", "column names separated by semicolons"
        ),
    }
)
"""What a question needs and data_raw does not hold: why, who has it, where, in which columns."""
