"""Raw tables about zones -> processed ones: places, glossary, coded events, problems."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import pandera.pandas as pa

from analysis.data_management import zone_words as z
from analysis.data_management.zone_tables import ZONE_SCHEMAS

PLACE_NUMBERS = ("latitude", "longitude", "accuracy")


def build_zones(raw: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return every table about zones, sorted by its key.

    Parameters
    ----------
    raw
        The raw tables of `zone_tables.ZONE_SCHEMAS`, by name, every cell as text.

    Returns
    -------
    dict
        Columns as in the raw tables; coordinates and their accuracy are degrees (float64, WGS 84),
        the rank of a problem is a whole number, all else is text.
    """
    built = {name: _sorted(raw[name], name) for name in ZONE_SCHEMAS}
    degrees = {name: built["places"][name].astype(float) for name in PLACE_NUMBERS}
    rank = built["problems"]["rank"].astype("int64")
    return built | {
        "places": built["places"].assign(**degrees),
        "problems": built["problems"].assign(rank=rank),
    }


def _sorted(df: pd.DataFrame, name: str) -> pd.DataFrame:
    key, schema = ZONE_SCHEMAS[name]
    return df[list(schema.columns)].sort_values(list(key)).reset_index(drop=True)


def _processed(name: str, special: Mapping[str, pa.Column]) -> pa.DataFrameSchema:
    columns = ZONE_SCHEMAS[name][1].columns
    typed = {column: special.get(column, pa.Column(str)) for column in columns}
    return pa.DataFrameSchema(typed, strict=True, ordered=True)


def _within(lowest: float, highest: float) -> pa.Column:
    return pa.Column(float, pa.Check.in_range(lowest, highest))


def _words(words: Mapping[str, str]) -> pa.Column:
    return pa.Column(str, pa.Check.isin(list(words)))


PROCESSED_ZONES: Mapping[str, pa.DataFrameSchema] = {
    "places": _processed(
        "places",
        {
            "latitude": _within(-90, 90),
            "longitude": _within(-180, 180),
            "accuracy": _within(0, 1),
            "kind": _words(z.PLACE_KINDS),
        },
    ),
    "glossary": _processed("glossary", {}),
    "event_coding": _processed("event_coding", {"level": _words(z.LEVELS)}),
    "problems": _processed("problems", {"rank": pa.Column("int64", pa.Check.ge(1))}),
    "problem_indicators": _processed("problem_indicators", {"rule": _words(z.RULES)}),
}
"""Processed table -> schema."""
