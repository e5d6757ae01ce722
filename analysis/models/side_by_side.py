"""A regular series and reports of its sums, estimated side by side over the same months.

The regular model sees each month, the interval model only what was published over longer spells.
Both describe the flow a day on the log scale with the same trend, season and interventions, so a
month is divided by its days. Where they part, the reports alone would have led elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.models.design import DesignSpec
from analysis.models.interrupted_series import fit_its
from analysis.models.interval_findings import Effect
from analysis.models.interval_results import IntervalFit
from analysis.models.interval_rows import inside_window
from analysis.models.interval_series import fit_interval_series
from analysis.models.its_options import ItsOptions
from analysis.models.its_results import ItsFit
from analysis.models.regular_series import RegularSeries

PERCENT: Final = 100.0
CONVENTION: Final = (
    "log of the flow a day; regular model by REML with AR(1) noise, interval model by REML with "
    "monthly AR(1) noise; the same window, trend, season and interventions"
)


@dataclass(frozen=True)
class Pair:
    """One effect as both models see it.

    Attributes
    ----------
    gap_log
        Interval model less regular model on the log scale; None unless both are identified.
    gap_in_errors
        The gap over the standard error of the interval model.
    covered
        Whether the interval of the interval model holds the estimate of the regular one.
    width_ratio
        Length of the log interval from reports over that from months.
    """

    name: str
    label: str
    shape: str
    start: str
    regular: Effect
    interval: Effect
    gap_log: float | None
    gap_in_errors: float | None
    covered: bool | None
    width_ratio: float | None


@dataclass(frozen=True)
class SideBySide:
    """Both fits over the same months, and each effect of both.

    Attributes
    ----------
    spec
        The design over the window that both use.
    left_out
        Observations that reach beyond the window, with `reason`.
    """

    spec: DesignSpec
    regular: ItsFit
    interval: IntervalFit
    pairs: tuple[Pair, ...]
    left_out: pd.DataFrame
    convention: str = CONVENTION


def side_by_side(
    series: RegularSeries,
    observations: pd.DataFrame,
    spec: DesignSpec,
    *,
    rho: float | Literal["reml"] = "reml",
    level: float = 0.95,
) -> SideBySide:
    """Estimate a monthly series and the reports of its sums with one design.

    Parameters
    ----------
    series
        Monthly totals, positive, in the unit of the reports.
    observations
        Reports as `fit_interval_series` takes them.
    spec
        The window is narrowed to the months of the series; interventions that do not begin
        inside it are left out.
    rho
        Monthly autocorrelation for both models, or `reml`.

    Raises
    ------
    ModelError
        When the window holds no intervention or no report, or a fit fails.
    """
    shared = shared_window(series, spec)
    kept, left_out = inside_window(observations, shared.start, shared.end)
    if kept.empty:
        raise ModelError(
            "no report lies within the months of the series",
            where=series.name,
            allowed=f"{shared.start} to {shared.end}",
            remedy="add months that the reports cover",
        )
    given = None if rho == "reml" else float(rho)
    options = ItsOptions(estimator="gls_ar1_reml", link="log", level=level, rho=given)
    regular = fit_its(a_day(series), shared, options)
    interval = fit_interval_series(kept.reset_index(drop=True), shared, rho=rho, level=level)
    return SideBySide(shared, regular, interval, _pairs(regular, interval), left_out)


def shared_window(series: RegularSeries, spec: DesignSpec) -> DesignSpec:
    """Return the design over the months that both the window and the series span.

    Raises
    ------
    ModelError
        When there is no such month, or no intervention begins inside.
    """
    start, end = max(spec.start, series.months[0]), min(spec.end, series.months[-1])
    inside = tuple(item for item in spec.interventions if start < f"{item.start:%Y-%m}" <= end)
    if start >= end or not inside:
        raise ModelError(
            "the months of the series hold no intervention with a month before it",
            where=series.name,
            allowed=f"{spec.start} to {spec.end}",
            remedy="add months on both sides of an intervention",
        )
    return replace(spec, start=start, end=end, interventions=inside)


def a_day(series: RegularSeries) -> RegularSeries:
    """Return monthly totals divided by the days of their months.

    Raises
    ------
    ModelError
        When a value covers more than one month.
    """
    if (series.spans != 1).any():
        raise ModelError("a value covers several months", where=series.name, allowed="one each")
    months = np.array(series.months, dtype="datetime64[M]")
    days = ((months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")).astype(float)
    return replace(series, values=series.a_month / days, unit=f"{series.unit} a day")


def _pairs(regular: ItsFit, interval: IntervalFit) -> tuple[Pair, ...]:
    others = {effect.name: effect for effect in interval.effects}
    return tuple(_pair(effect, others[effect.name]) for effect in regular.effects)


def _pair(regular: Effect, interval: Effect) -> Pair:
    months, reports = _log_interval(regular), _log_interval(interval)
    about: dict[str, Any] = {name: getattr(regular, name) for name in _WORDS}
    if months is None or reports is None:
        nothing: dict[str, Any] = dict.fromkeys(_NUMBERS)
        return Pair(**about, regular=regular, interval=interval, **nothing)
    gap, error = reports[0] - months[0], interval.standard_error_log
    return Pair(
        **about,
        regular=regular,
        interval=interval,
        gap_log=gap,
        gap_in_errors=gap / error if error else None,
        covered=reports[1] <= months[0] <= reports[2],
        width_ratio=(reports[2] - reports[1]) / (months[2] - months[1]),
    )


_WORDS: Final = ("name", "label", "shape", "start")
_NUMBERS: Final = ("gap_log", "gap_in_errors", "covered", "width_ratio")


def _log_interval(effect: Effect) -> tuple[float, float, float] | None:
    """Return estimate and limits on the log scale, or None where nothing is identified."""
    numbers = (effect.estimate, effect.lower, effect.upper)
    if any(number is None or number <= -PERCENT for number in numbers):
        return None
    low, *others = (
        float(np.log1p(float(number) / PERCENT)) for number in numbers if number is not None
    )
    return low, others[0], others[1]
