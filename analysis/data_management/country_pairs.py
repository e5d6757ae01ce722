"""Pairs of countries: who borders on whom, how far apart, and in which part of the world."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

COLUMNS = ("iso3_a", "iso3_b", "contiguous", "distance_km", "same_region", "same_subregion")
EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the earth (International Union of Geodesy and Geophysics)."""


def build_country_pairs(countries: pd.DataFrame, borders: pd.DataFrame) -> pd.DataFrame:
    """Return every pair of countries once.

    Parameters
    ----------
    countries
        N countries (see `panels.build_countries`).
    borders
        Raw land borders, each from both sides (see `panel_tables.RAW_COUNTRY_BORDERS`).

    Returns
    -------
    pandas.DataFrame
        N (N - 1) / 2 rows with `COLUMNS`, sorted; `iso3_a` comes before `iso3_b` in the alphabet.
        `distance_km` is the great-circle distance between the middles of the two countries.
    """
    df = countries.sort_values("iso3").reset_index(drop=True)
    first, second = np.triu_indices(len(df), k=1)
    a, b = df.iloc[first].reset_index(drop=True), df.iloc[second].reset_index(drop=True)
    pairs = pd.MultiIndex.from_arrays([a["iso3"], b["iso3"]])
    return pd.DataFrame(
        {
            "iso3_a": a["iso3"],
            "iso3_b": b["iso3"],
            "contiguous": pairs.isin(pd.MultiIndex.from_frame(borders)),
            "distance_km": great_circle_km(
                *(part[name].to_numpy() for part in (a, b) for name in ("latitude", "longitude"))
            ).round(1),
            "same_region": a["region"] == b["region"],
            "same_subregion": a["subregion"] == b["subregion"],
        }
    )


def great_circle_km(
    latitude_a: NDArray[np.float64],
    longitude_a: NDArray[np.float64],
    latitude_b: NDArray[np.float64],
    longitude_b: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return distances on a sphere in km, by the haversine formula.

    Parameters
    ----------
    latitude_a, longitude_a, latitude_b, longitude_b
        Degrees, shape (N,) or numbers.
    """
    lat_a, lon_a, lat_b, lon_b = map(np.radians, (latitude_a, longitude_a, latitude_b, longitude_b))
    inner = (
        np.sin((lat_b - lat_a) / 2) ** 2
        + np.cos(lat_a) * np.cos(lat_b) * np.sin((lon_b - lon_a) / 2) ** 2
    )
    angle = 2 * np.arcsin(np.sqrt(np.clip(inner, 0, 1)))
    return np.asarray(EARTH_RADIUS_KM * angle, dtype=float)
