"""Raw reports -> processed reports: base units, bounds of the printed digits, growth ratios."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from analysis.data_management.rounding import Interval, growth_ratio, interval_of, range_of
from analysis.data_management.series_keys import base_units, series_key
from analysis.data_management.units import RATE_BASE_UNITS, UNITS

COLUMNS = (
    "report_id",
    "series",
    "place",
    "counterpart",
    "scope",
    "metric",
    "basis",
    "start",
    "end",
    "days",
    "unit",
    "value",
    "half_width",
    "lower",
    "upper",
    "value_printed",
    "value_to_printed",
    "unit_printed",
    "qualifier",
    "is_rate",
    "growth",
    "growth_lower",
    "growth_upper",
    "growth_printed",
    "growth_qualifier",
    "publisher",
    "title",
    "url",
    "published",
    "published_early",
    "confidence",
    "availability",
    "note",
)


def process_reports(raw: pd.DataFrame) -> pd.DataFrame:
    """Convert the validated raw reports.

    Parameters
    ----------
    raw
        N reports as text (see `tables.RAW_REPORTS`).

    Returns
    -------
    pandas.DataFrame
        N rows, sorted by `report_id`, with `COLUMNS`. `value` is the middle of `lower` and `upper`
        in base units `unit`, `half_width` half their distance, `days` the length of the period;
        all four are missing for a growth-only report. `growth` is the ratio to the same period one
        year before with its bounds, missing where no growth is printed. `is_rate` marks a mean
        per day, which does not add up over its period. `value_printed`, `unit_printed` and
        `growth_printed` are as published. `published_early` marks a page that is older than the
        end of its period.
    """
    base = base_units(raw["unit"])
    start, end = pd.to_datetime(raw["start"]), pd.to_datetime(raw["end"])
    computed: dict[str, Any] = {
        "series": series_key(raw, base),
        "start": start,
        "end": end,
        "days": (end - start).dt.days + 1,
        "unit": base,
        "is_rate": base.isin(RATE_BASE_UNITS),
        "value_printed": raw["value"],
        "value_to_printed": raw["value_to"],
        "unit_printed": raw["unit"],
        "growth_printed": raw["growth_percent"],
        "published_early": _published_early(raw),
        **_levels(raw),
        **_growths(raw),
    }
    df = raw.assign(**computed)[list(COLUMNS)]
    return df.sort_values("report_id").reset_index(drop=True)


def level_bounds(value: str, value_to: str, unit: str, qualifier: str) -> tuple[float, ...]:
    """Return value, half-width, lower and upper bound of a printed level, in base units."""
    factor = UNITS[unit].factor
    bounds = range_of(value, value_to) if value_to else interval_of(value, qualifier)
    half_width = (bounds.upper - bounds.lower) / 2
    numbers = (bounds.middle, half_width, bounds.lower, bounds.upper)
    return tuple(float(number * factor) for number in numbers)


def _levels(raw: pd.DataFrame) -> dict[str, np.ndarray]:
    cells = zip(raw["value"], raw["value_to"], raw["unit"], raw["qualifier"], strict=True)
    missing = (np.nan,) * 4
    rows = [level_bounds(*row) if row[0] else missing for row in cells]
    return _columns(("value", "half_width", "lower", "upper"), rows)


def _growths(raw: pd.DataFrame) -> dict[str, np.ndarray]:
    cells = zip(raw["growth_percent"], raw["growth_qualifier"], strict=True)
    rows = [_ratio(growth_ratio(*row)) if row[0] else (np.nan,) * 3 for row in cells]
    return _columns(("growth", "growth_lower", "growth_upper"), rows)


def _ratio(bounds: Interval) -> tuple[float, ...]:
    return float(bounds.middle), float(bounds.lower), float(bounds.upper)


def _columns(names: tuple[str, ...], rows: Iterable[tuple[float, ...]]) -> dict[str, np.ndarray]:
    values = np.array(list(rows), dtype=float).reshape(-1, len(names))
    return dict(zip(names, values.T, strict=True))


def _published_early(raw: pd.DataFrame) -> np.ndarray:
    dates = zip(raw["published"], raw["end"], strict=True)
    return np.array([bool(page) and page < end[: len(page)] for page, end in dates], dtype=bool)
