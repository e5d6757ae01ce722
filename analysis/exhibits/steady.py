"""Numbers as they are saved: the digits that every processor agrees on.

Linear algebra libraries choose their kernels by processor, so the last digits of an estimate
differ from one machine to the next (about 1e-11 of the value after an optimisation). An exhibit
keeps the digits that do not; published figures, which have few, are kept as they are.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analysis.models.arrays import Floats

SIGNIFICANT: Final = 6  # digits of an estimate; noise of 1e-11 changes one in 100,000 such numbers
PUBLISHED: Final = 9  # a number with no more digits than this is taken for an exact one
ROUNDING: Final = 5e-16  # relative distance at which a number counts as one with few digits: two
# roundings of a float; an estimate is that near to nine digits once in a million


def steady(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose columns of floats hold only digits that are the same everywhere."""
    floats = [name for name in frame.columns if _holds_floats(frame[name])]
    return frame.assign(**{name: steady_values(frame[name]) for name in floats})


def _holds_floats(column: pd.Series) -> bool:
    """Tell whether a column is one of floats, also where missing values made objects of them."""
    if pd.api.types.is_float_dtype(column):
        return True
    known = column.dropna().tolist() if column.dtype == object else []
    return bool(known) and all(isinstance(value, float) for value in known)


def steady_values(column: pd.Series) -> pd.Series:
    """Round one column, see `steady`; missing values stay missing."""
    known = column.notna().to_numpy()
    values = column.to_numpy(dtype=float, na_value=np.nan)
    rounded = values.copy()
    rounded[known] = _rounded(values[known])
    return pd.Series(rounded, index=column.index).astype(column.dtype).where(known)


def _rounded(values: Floats) -> Floats:
    short = _to_digits(values, PUBLISHED)
    exact = np.isclose(values, short, rtol=ROUNDING, atol=0.0)
    return np.where(exact, short, _to_digits(values, SIGNIFICANT))


def _to_digits(values: Floats, digits: int) -> Floats:
    """Round through decimal text, which gives the float nearest to the decimal number."""
    return np.array([float(f"{value:.{digits - 1}e}") for value in values], dtype=float)
