"""One schema a processed table: what its columns are and what always holds between them."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from analysis.data_management import (
    agreement,
    claims,
    context,
    contradictions,
    country_pairs,
    monte_carlo,
    observations,
    overlaps,
    panels,
    reports,
    tables,
)
from analysis.data_management import vocabularies as v
from analysis.data_management.claim_words import TOPICS, VERDICTS
from analysis.data_management.cost_schemas import PROCESSED_COST
from analysis.data_management.cost_table import COST
from analysis.data_management.simulation_schemas import processed_schema
from analysis.data_management.simulations import SIMULATIONS
from analysis.data_management.zones import PROCESSED_ZONES
from analysis.errors import DataError

_TEXT, _FLAG, _COUNT = pa.Column(str), pa.Column(bool), pa.Column("int64", pa.Check.ge(0))
_DAY, _DAY_OR_NONE = pa.Column("datetime64[us]"), pa.Column("datetime64[us]", nullable=True)
_NUMBER, _NUMBER_OR_NONE = pa.Column(float), pa.Column(float, nullable=True)
_SHARE, _NOT_NEGATIVE = pa.Column(float, pa.Check.in_range(0, 1)), pa.Column(float, pa.Check.ge(0))
_SHARE_OR_NONE = pa.Column(float, pa.Check.in_range(0, 1), nullable=True)

HALF_GIRTH_KM = 20_016
"""No two places on a sphere of the size of the earth are further apart."""


def _words(*words: str) -> pa.Column:
    return pa.Column(str, pa.Check.isin(words))


def _within(lowest: float, highest: float) -> pa.Column:
    return pa.Column(float, pa.Check.in_range(lowest, highest))


def _schema(
    columns: tuple[str, ...], special: Mapping[str, pa.Column], *checks: pa.Check
) -> pa.DataFrameSchema:
    """Return a schema whose columns are text unless `special` says otherwise."""
    described = {name: special.get(name, _TEXT) for name in columns}
    return pa.DataFrameSchema(described, checks=list(checks), strict=True, ordered=True)


def _bounds_hold(df: pd.DataFrame) -> pd.Series[bool]:
    inside = (df["lower"] <= df["value"]) & (df["value"] <= df["upper"]) & (df["lower"] > 0)
    return inside | df["value"].isna()


def _period_holds(df: pd.DataFrame) -> pd.Series[bool]:
    return df["end"].isna() | (df["start"] <= df["end"])


def _ends_in_order(df: pd.DataFrame) -> pd.Series[bool]:
    return df["lower"] <= df["upper"]


_BOUNDS = pa.Check(_bounds_hold, name="0 < lower <= value <= upper")
_PERIOD = pa.Check(_period_holds, name="start <= end")
_ENDS = pa.Check(_ends_in_order, name="lower <= upper")
_SERIES_COLUMNS = (*tables.RAW_SERIES.columns, "levels", "growths", "first_day", "last_day")
_EVENT_COLUMNS = (*tables.RAW_EVENTS.columns, "day_known")
_SUMMARY_COLUMNS = (
    *("group", "coded", "matched", "agree", "disagree", "identical"),
    *("rate", "lower", "upper"),
)

PROCESSED: Mapping[str, pa.DataFrameSchema] = {
    "reports": _schema(
        reports.COLUMNS,
        dict.fromkeys(("value", "half_width", "lower", "upper"), _NUMBER_OR_NONE)
        | dict.fromkeys(("growth", "growth_lower", "growth_upper"), _NUMBER_OR_NONE)
        | {"start": _DAY, "end": _DAY, "days": _COUNT, "is_rate": _FLAG, "published_early": _FLAG},
        _BOUNDS,
        _PERIOD,
    ),
    "observations": _schema(
        observations.COLUMNS,
        {
            "kind": _words("level", "growth"),
            "start": _DAY,
            "end": _DAY,
            "value": _NUMBER,
            "lower": _NUMBER,
            "upper": _NUMBER,
            "confidence": _words(*v.CONFIDENCE),
        },
        _BOUNDS,
        _PERIOD,
    ),
    "series": _schema(
        _SERIES_COLUMNS,
        {"levels": _COUNT, "growths": _COUNT, "first_day": _DAY_OR_NONE, "last_day": _DAY_OR_NONE},
    ),
    "overlaps": _schema(
        overlaps.COLUMNS,
        {
            "relation": _words("contains", "identical", "overlaps"),
            **dict.fromkeys(("days_shared", "days_only_report", "days_only_other"), _COUNT),
        },
    ),
    "contradictions": _schema(
        contradictions.COLUMNS,
        {
            "rule": _words(*contradictions.RULES),
            "cross_basis": _FLAG,
            "disagreement_percent": _NUMBER,
        },
    ),
    "agreement": _schema(
        agreement.COLUMNS,
        {
            "match": _words("", "exact", "near"),
            "verdict": _words("agree", "disagree", "unmatched"),
            "start": _DAY,
            "end": _DAY,
            "value_second": _NUMBER,
            **dict.fromkeys(("value_first", "relative_difference", "tolerance"), _NUMBER_OR_NONE),
        },
        _PERIOD,
    ),
    "agreement_summary": _schema(
        _SUMMARY_COLUMNS,
        dict.fromkeys(_SUMMARY_COLUMNS[1:6], _COUNT)
        | dict.fromkeys(_SUMMARY_COLUMNS[6:], _SHARE_OR_NONE),
    ),
    "events": _schema(
        _EVENT_COLUMNS,
        {"start": _DAY, "end": _DAY_OR_NONE, "to_check": _FLAG, "day_known": _FLAG},
        _PERIOD,
    ),
    "context": _schema(context.COLUMNS, {"month": _DAY, "value": _NUMBER}),
    "monte_carlo": _schema(
        monte_carlo.COLUMNS,
        dict.fromkeys(("coverage_error", "median_length", "mean_length"), _NOT_NEGATIVE)
        | {"replications": _COUNT, "coverage": _SHARE, "bias": _NUMBER, "spread": _NUMBER_OR_NONE},
    ),
    "monte_carlo_sample": _schema(
        monte_carlo.SAMPLE_COLUMNS,
        {"replication": _COUNT, "estimate": _NUMBER, "lower": _NUMBER, "upper": _NUMBER},
        _ENDS,
    ),
    "countries": _schema(
        panels.COUNTRY_COLUMNS, {"latitude": _within(-90, 90), "longitude": _within(-180, 180)}
    ),
    "provinces": _schema(panels.PROVINCE_COLUMNS, {"land_border": _FLAG}),
    "country_pairs": _schema(
        country_pairs.COLUMNS,
        {
            "distance_km": _within(0, HALF_GIRTH_KM),
            **dict.fromkeys(("contiguous", "same_region", "same_subregion"), _FLAG),
        },
    ),
    "indicators": _schema(
        panels.INDICATOR_COLUMNS,
        {
            "table": _words(*v.INDICATOR_TABLES),
            **dict.fromkeys(("lowest", "highest"), _NUMBER_OR_NONE),
        },
    ),
    "policy": _schema(
        panels.POLICY_COLUMNS,
        {"month": _DAY, "index": _words(*v.POLICY_INDICES), "value": _within(0, 100)},
    ),
    "covid": _schema(panels.COVID_COLUMNS, {"month": _DAY, "value": _NUMBER}),
    "country_year": _schema(panels.COUNTRY_YEAR_COLUMNS, {"year": _COUNT, "value": _NUMBER}),
    "drug_seizures": _schema(
        panels.SEIZURE_COLUMNS,
        {"year": _COUNT, **dict.fromkeys(("value", "lower", "upper"), _NUMBER)},
        _ENDS,
    ),
    "claims": _schema(
        claims.COLUMNS,
        dict.fromkeys(claims.NUMBERS, _NUMBER_OR_NONE)
        | {
            "topic": _words(*TOPICS),
            "verdict": _words(*VERDICTS),
            "tolerance_percent": _NOT_NEGATIVE,
        },
    ),
    "data_gaps": _schema(panels.GAP_COLUMNS, {"access": _words(*v.GAP_ACCESS)}),
    **PROCESSED_ZONES,
    COST: PROCESSED_COST,
    **{name: processed_schema(table) for name, table in SIMULATIONS.items()},
}
"""Processed table -> schema. Text is never missing; an empty cell is the empty text."""


def check_processed(name: str, df: pd.DataFrame, file: str | None = None) -> pd.DataFrame:
    """Check a processed table against its schema and return it unchanged.

    Raises
    ------
    DataError
        If a column is missing, unknown or of a wrong type, or a rule between columns is broken.
    """
    try:
        PROCESSED[name].validate(df, lazy=True)
    except SchemaErrors as error:
        case = error.failure_cases.iloc[0]
        column = f", column {case['column']}" if case["schema_context"] == "Column" else ""
        raise DataError(
            f"the processed table does not hold: {case['check']} (found {case['failure_case']})",
            file=file or f"{name}.csv",
            where=f"row {case['index']}{column}",
            remedy="run make reproduce; if the table was just built, the program is at fault",
        ) from error
    return df
