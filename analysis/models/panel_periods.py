"""Distances between the periods of a panel."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.models.panel_results import Integers

# Years in which a number such as 202012 is taken for a date.
YEARS = (1800, 2200)


def period_distances(labels: pd.Index, name: str) -> Integers:
    """Return the distance of each sorted period from the first, shape (T,).

    Raises
    ------
    ModelError
        When whole numbers look like dates.
    """
    values = _whole_numbers(labels)
    if values is None or len(values) < 2:
        return np.arange(len(labels), dtype=np.int64)
    _refuse_dates_as_numbers(values, name)
    away = values - values[0]
    return np.asarray(away // np.gcd.reduce(away[1:]))


def _whole_numbers(labels: pd.Index) -> Integers | None:
    if isinstance(labels, pd.PeriodIndex):
        return labels.astype("int64").to_numpy()
    if pd.api.types.is_integer_dtype(labels):
        return labels.to_numpy(dtype=np.int64)
    if pd.api.types.is_float_dtype(labels):
        values = labels.to_numpy(dtype=float)
        return values.astype(np.int64) if (values == np.round(values)).all() else None
    return None


def _refuse_dates_as_numbers(values: Integers, name: str) -> None:
    """Refuse 202012 and 20201231: from December to January such numbers jump."""
    months = values if values[-1] < 10**6 else values // 100
    years, month = months // 100, months % 100
    is_date = (years >= YEARS[0]) & (years <= YEARS[1]) & (month >= 1) & (month <= 12)
    if is_date.all():
        raise ModelError(
            f"the periods '{name}' look like dates written as numbers ({values[0]}), whose "
            "differences are not lengths of time",
            allowed="years, month numbers, dates or pandas periods",
            remedy=f"use pd.PeriodIndex(frame['{name}'].astype(str), freq='M')",
        )
