"""The key of a published series: place/scope/metric/basis/unit in short form."""

from __future__ import annotations

import re

import pandas as pd

from analysis.data_management.units import BASE_UNIT_SLUG, UNITS


def slug(text: str) -> str:
    """Return lower-case letters and digits joined by hyphens: "Mong Cai" -> "mong-cai"."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def series_stem(df: pd.DataFrame) -> pd.Series[str]:
    """Return the key without its unit: place/scope/metric/basis."""
    places = df["place"].map({place: slug(place) for place in df["place"].unique()})
    return places + "/" + df["scope"] + "/" + df["metric"] + "/" + df["basis"]


def series_key(df: pd.DataFrame, base_unit: pd.Series[str]) -> pd.Series[str]:
    """Return the key of every row of a table with place, scope, metric and basis.

    Parameters
    ----------
    df
        N rows.
    base_unit
        Base unit of every row (see `units.BASE_UNIT_SLUG`), shape (N,).
    """
    return series_stem(df) + "/" + base_unit.map(BASE_UNIT_SLUG)


def base_units(printed: pd.Series[str]) -> pd.Series[str]:
    """Return the base unit of every printed unit."""
    return printed.map({name: unit.base for name, unit in UNITS.items()})
