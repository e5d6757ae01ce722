"""What interventions did at a horizon and over a window, in words and numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.errors import ModelError
from analysis.models.arrays import Floats
from analysis.models.interval_cumulative import CumulativeEffect
from analysis.models.its_curves import estimable, inverse_link, not_identified, standard_errors
from analysis.models.its_findings import Scale, number, quantile, told, two_sided
from analysis.models.its_results import ItsFit
from analysis.models.regular_series import month_numbers

Names = str | tuple[str, ...]
Estimate = tuple[float, float, float]


@dataclass(frozen=True)
class HorizonEffect:
    """What interventions together change in one month; numbers are None if not identified.

    Attributes
    ----------
    names
        Interventions that are switched off in the counterfactual.
    month
        The month of the effect, YYYY-MM.
    estimate, lower, upper
        In `unit`: per cent (log link, counts) or the unit of the series.
    estimate_link, standard_error_link, df, p_value
        On the scale of the link, with a two-sided p-value of no effect.
    """

    names: tuple[str, ...]
    month: str
    unit: str
    estimate: float | None
    lower: float | None
    upper: float | None
    estimate_link: float | None
    standard_error_link: float | None
    df: float | None
    p_value: float | None
    reason: str
    sentence: str


def effect_at(fit: ItsFit, names: Names, months_after: int) -> HorizonEffect:
    """Return the joint effect of interventions some months after the first of them begins.

    Parameters
    ----------
    names
        One intervention, or several that belong together (a step and its slope).
    months_after
        0 is the month in which the first of them begins.

    Raises
    ------
    ModelError
        When a name is no intervention or the month lies outside the window.
    """
    chosen = _chosen(fit, names)
    begin = min(str(np.datetime64(fit.effect(name).start, "M")) for name in chosen)
    month = str(np.datetime64(begin, "M") + months_after)
    place = int(_places(fit, month, month)[0])
    scale = Scale(fit.series.unit, fit.log_scale, fit.options.level)
    row = (fit.design.matrix - fit.design.without(frozenset(chosen)))[[place]]
    reason = _unknown(fit, chosen, row)
    unit = "per cent" if scale.percent else scale.unit
    if reason:
        words = f"{_labels(fit, chosen)} in {month}: not identified; {reason}."
        nothing = (None, None, None, None, None, None, None)
        return HorizonEffect(chosen, month, unit, *nothing, reason, words)
    b, error = float(row[0] @ fit.estimates), float(standard_errors(fit, row)[0])
    df = float(fit.df.min())
    half = quantile(df, scale.level) * error
    numbers = (_told(b, scale), _told(b - half, scale), _told(b + half, scale))
    p_value = two_sided(b / error, df) if error > 0 else 1.0
    words = f"{_labels(fit, chosen)} in {month}: {_finding(numbers, unit, scale)}."
    return HorizonEffect(chosen, month, unit, *numbers, b, error, df, p_value, "", words)


def cumulative_effect(fit: ItsFit, start: str, end: str, names: Names = ()) -> CumulativeEffect:
    """Sum the effect of interventions over the months from `start` to `end`, both included.

    The total is in the unit of the series summed over months, missing ones included, on the log
    scale of the median month (no factor for the noise); for counts it is of expected counts, at the
    exposure of each month. Its interval is by the delta method; that of the percentage is by the
    delta method on the log ratio.

    Parameters
    ----------
    names
        Interventions to switch off; all of the design if empty.

    Raises
    ------
    ModelError
        When a name is no intervention, the window lies outside the model, or a month has no
        exposure.
    """
    chosen = _chosen(fit, names)
    places = _places(fit, start, end)
    actual = fit.design.matrix[places]
    other = fit.design.without(frozenset(chosen))[places]
    reason = _unknown(fit, chosen, np.vstack([actual, other]))
    if reason:
        return _no_total(fit, chosen, (start, end), reason)
    weights = _exposure(fit, places)
    now, slope_now = _sum(fit, actual, weights)
    off, slope_off = _sum(fit, other, weights)
    total = _interval(fit, now - off, slope_now - slope_off)
    if min(now, off) <= 0:
        return _no_total(fit, chosen, (start, end), "the series without it is not positive")
    ratio = _interval(fit, float(np.log(now / off)), slope_now / now - slope_off / off)
    percent = _percent(ratio)
    words = _total_words(fit, chosen, (start, end), total, percent)
    return CumulativeEffect(chosen, start, end, *total, *percent, "", words)


def _chosen(fit: ItsFit, names: Names) -> tuple[str, ...]:
    known = tuple(term.name for term in fit.design.terms if term.role == "intervention")
    chosen = (names,) if isinstance(names, str) else names or known
    strange = [name for name in chosen if name not in known]
    if strange or not chosen:
        raise ModelError(
            f"'{strange[0]}' is no intervention" if strange else "there is no intervention",
            allowed=", ".join(known) or None,
        )
    return chosen


def _places(fit: ItsFit, start: str, end: str) -> NDArray[np.int64]:
    months = fit.design.calendar.months
    if not months[0] <= start <= end <= months[-1]:
        raise ModelError(
            f"the months {start} to {end} are not inside the model",
            allowed=f"months from {months[0]} to {months[-1]}, in order",
            remedy="a month inside the window, or a longer window; nothing is extrapolated",
        )
    first, last = months.index(start), months.index(end)
    return np.arange(first, last + 1)


def _unknown(fit: ItsFit, names: tuple[str, ...], rows: Floats) -> str:
    unknown = not_identified(fit)
    bad = [n for n, u in zip(fit.design.names, unknown, strict=True) if u and n in names]
    if bad:
        return f"{', '.join(bad)} is not identified"
    return "" if estimable(fit, rows).all() else "the values do not determine it"


def _labels(fit: ItsFit, names: tuple[str, ...]) -> str:
    return " and ".join(fit.effect(name).label for name in names)


def _told(value: float, scale: Scale) -> float:
    found = told(value, scale)
    return value if found is None else found


def _finding(numbers: Estimate, unit: str, scale: Scale) -> str:
    estimate, lower, upper = (number(value, scale) for value in numbers)
    return f"{estimate} {unit} ({100 * scale.level:g} % interval {lower} to {upper})"


def _exposure(fit: ItsFit, places: NDArray[np.int64]) -> Floats:
    """Exposure of each month for counts, one otherwise, shape (m,)."""
    exposure = fit.series.exposure
    if not fit.options.counts or exposure is None:
        return np.ones(len(places))
    opening = int(month_numbers((fit.design.calendar.months[0],))[0])
    found = np.full(len(fit.design.matrix), np.nan)
    for first, span, value in zip(fit.series.first, fit.series.spans, exposure, strict=True):
        found[first - opening : first - opening + span] = value
    bare = np.flatnonzero(np.isnan(found[places]))
    if len(bare):
        raise ModelError(
            f"the exposure of {fit.design.calendar.months[places[bare[0]]]} is not known",
            remedy="a window in which every month has a value; nothing is filled in",
        )
    return np.asarray(found[places])


def _sum(fit: ItsFit, rows: Floats, weights: Floats) -> tuple[float, Floats]:
    """Return a total over months and its derivative by the coefficients, shape (p,)."""
    value = inverse_link(fit, rows @ fit.estimates) * weights
    slope = value[:, None] * rows if fit.log_scale else weights[:, None] * rows
    return float(value.sum()), np.asarray(slope.sum(axis=0))


def _interval(fit: ItsFit, value: float, slope: Floats) -> Estimate:
    error = float(standard_errors(fit, slope[None, :])[0])
    half = quantile(float(fit.df.min()), fit.options.level) * error
    return value, value - half, value + half


def _percent(ratio: Estimate) -> Estimate:
    middle, lower, upper = (float(100 * np.expm1(value)) for value in ratio)
    return middle, lower, upper


def _total_words(
    fit: ItsFit,
    names: tuple[str, ...],
    window: tuple[str, str],
    total: Estimate,
    percent: Estimate,
) -> str:
    level = 100 * fit.options.level
    return (
        f"{_labels(fit, names)}, {window[0]} to {window[1]}: {total[0]:+,.4g} {fit.series.unit} "
        f"in total ({level:g} % interval {total[1]:+,.4g} to {total[2]:+,.4g}), "
        f"{percent[0]:+.1f} per cent ({percent[1]:+.1f} to {percent[2]:+.1f})."
    )


def _no_total(
    fit: ItsFit, names: tuple[str, ...], window: tuple[str, str], reason: str
) -> CumulativeEffect:
    words = f"{_labels(fit, names)}, {window[0]} to {window[1]}: not identified; {reason}."
    nothing = (None, None, None, None, None, None)
    return CumulativeEffect(names, *window, *nothing, reason, words)
