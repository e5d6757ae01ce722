"""Coefficients and effects of a regular series: what the values can tell, in words and numbers.

A verdict is `weak` from a variance inflation of 10 and `not identified` from 100, as for interval
series. The inflation is that among the whitened regressors after the intercept is taken out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from analysis.models.arrays import Days, Floats
from analysis.models.design import Design, Term
from analysis.models.interval_effects import PER_YEAR, effect_sentence
from analysis.models.interval_findings import Coefficient, Effect
from analysis.models.interval_identification import (
    CONFOUNDED_CORRELATION,
    NULL_COMPONENT,
    WEAK_INFLATION,
    Identification,
    Verdict,
    estimable_subspace,
)
from analysis.models.interval_support import HOPELESS_INFLATION
from analysis.models.regular_series import RegularSeries

Finding = tuple[Verdict, str, float | None, tuple[str, ...]]
DIGITS: Final = 3


@dataclass(frozen=True)
class Scale:
    """How a coefficient is told: unit of the series, whether in per cent, level of intervals."""

    unit: str
    percent: bool
    level: float


def quantile(df: float, level: float) -> float:
    """Two-sided quantile of t, or of the normal distribution where df is infinite."""
    p = (1 + level) / 2
    return float(ndtri(p)) if np.isinf(df) else float(stdtrit(df, p))


def two_sided(statistic: float, df: float) -> float:
    """Two-sided p-value of a t statistic, or a normal one where df is infinite."""
    tail = ndtr(-abs(statistic)) if np.isinf(df) else stdtr(df, -abs(statistic))
    return float(2 * tail)


def inflations(design: Design, whitened: Floats) -> Floats:
    """Variance inflation of each column once the intercept is taken out, shape (p,).

    Columns that others determine have no meaning here; they are not identified anyhow.
    """
    constant = np.array([term.role == "intercept" for term in design.terms])
    rest = whitened[:, ~constant]
    if constant.any():
        base, _ = np.linalg.qr(whitened[:, constant])
        rest = rest - base @ (base.T @ rest)
    inner = rest.T @ rest
    found = np.ones(len(constant))
    found[~constant] = np.diagonal(inner) * np.diagonal(np.linalg.pinv(inner, hermitian=True))
    return np.maximum(found, 1.0)


def identify_terms(
    design: Design, series: RegularSeries, rows: Floats, whitened: Floats, covariance: Floats
) -> tuple[Identification, ...]:
    """Say for every column what the values can tell about it.

    Parameters
    ----------
    rows, whitened
        Design rows of the values, plain and whitened, shapes (n, p) and (m, p).
    covariance
        Of the coefficients, shape (p, p).
    """
    subspace = estimable_subspace(rows)
    seen = subspace.estimable(np.eye(len(design.terms)))
    mixing = np.abs(subspace.null @ subspace.null.T) > NULL_COMPONENT
    inflation = inflations(design, whitened)
    days = _days(series)
    undated = values_around(Term("", "", "trend"), design, days)
    found = []
    for j, term in enumerate(design.terms):
        before, after = values_around(term, design, days) if term.intervention else undated
        verdict = _one_sided(term, before, after)
        if verdict is None and not seen[j]:
            verdict = _unseen(design, j, np.flatnonzero(mixing[j]).tolist())
        verdict = verdict or _seen(design, j, float(inflation[j]), covariance)
        found.append(Identification(*verdict[:2], before, after, *verdict[2:]))
    return tuple(found)


def values_around(term: Term, design: Design, days: tuple[Days, Days]) -> tuple[int, int]:
    """Count the values with a day before a term sets in, and with a day under it.

    For a term without a date the pivot is the centre of the trend.

    Parameters
    ----------
    days
        First day of each value, and first day after it, each of shape (n,).
    """
    first, beyond = days
    item = term.intervention
    start = np.datetime64(item.start if item else design.centre, "D")
    under = beyond > start
    stop = _end_of(term)
    if stop is not None:
        under &= first <= stop
    return int(np.sum(first < start)), int(np.sum(under))


def _days(series: RegularSeries) -> tuple[Days, Days]:
    """Return the first day of each value and the first day after it, each of shape (n,)."""
    opens = series.first.astype("datetime64[M]")
    return opens.astype("datetime64[D]"), (opens + series.spans).astype("datetime64[D]")


def _end_of(term: Term) -> np.datetime64 | None:
    item = term.intervention
    if item is None:
        return None
    if item.shape == "temporary" and item.end is not None:
        return np.datetime64(item.end, "D")
    if item.shape == "pulse" and item.months is not None:
        stop = pd.Timestamp(item.start) + pd.DateOffset(months=item.months, days=-1)
        return np.datetime64(stop.date(), "D")
    return None


def _one_sided(term: Term, before: int, after: int) -> Finding | None:
    if term.intervention is None or (before and after):
        return None
    side = "on or after" if before else "before"
    reason = f"no value has a day {side} {term.intervention.start}"
    if before and term.intervention.shape in {"pulse", "temporary"}:
        reason = "no value has a day under it"
    return "not identified", reason, None, ()


def _unseen(design: Design, j: int, mixed: list[int]) -> Finding:
    others = [k for k in mixed if k != j]
    labels = " and ".join(design.terms[k].label for k in others) or "the other terms"
    names = tuple(design.terms[k].name for k in others)
    return "not identified", f"the values cannot tell it apart from {labels}", None, names


def _seen(design: Design, j: int, inflation: float, covariance: Floats) -> Finding:
    if inflation <= WEAK_INFLATION:
        return "identified", "", inflation, ()
    spread = np.sqrt(np.maximum(np.diagonal(covariance), np.finfo(float).tiny))
    together = np.abs(covariance[j] / (spread * spread[j]))
    together[j] = 0.0
    close = np.flatnonzero(together >= min(CONFOUNDED_CORRELATION, float(together.max())))
    labels = " and ".join(design.terms[k].label for k in close)
    names = tuple(design.terms[k].name for k in close)
    hopeless = inflation > HOPELESS_INFLATION
    if hopeless and design.terms[j].role in {"intervention", "trend"}:
        reason = f"variance inflation {inflation:.0f}: cannot be told apart from {labels}"
        return "not identified", reason, None, names
    reason = f"variance inflation {inflation:.0f}: hard to tell apart from {labels}"
    return "weak", reason, inflation, names


def coefficients_of(
    design: Design,
    found: tuple[Identification, ...],
    estimates: Floats,
    covariance: Floats,
    df: Floats,
    level: float,
) -> tuple[Coefficient, ...]:
    """Return every coefficient with its interval, without numbers where not identified."""
    errors = np.sqrt(np.maximum(np.diagonal(covariance), 0.0))
    numbers = zip(estimates.tolist(), errors.tolist(), df.tolist(), strict=True)
    return tuple(
        _coefficient(term, item, *values, level)
        for term, item, values in zip(design.terms, found, numbers, strict=True)
    )


def _coefficient(
    term: Term, item: Identification, b: float, error: float, df: float, level: float
) -> Coefficient:
    named = (term.name, term.label, term.role)
    if item.verdict == "not identified":
        return Coefficient(*named, None, None, None, None, None, None, item.verdict, item.reason)
    half = quantile(df, level) * error
    numbers = (b, error, df, b - half, b + half, two_sided(b / error, df))
    return Coefficient(*named, *numbers, item.verdict, item.reason)


def effects_of_terms(
    terms: tuple[Term, ...],
    coefficients: tuple[Coefficient, ...],
    found: tuple[Identification, ...],
    scale: Scale,
) -> tuple[Effect, ...]:
    """Return the effects of the interventions, then the trend."""
    order = [j for j, term in enumerate(terms) if term.role == "intervention"]
    order += [j for j, term in enumerate(terms) if term.role == "trend"]
    return tuple(_effect(terms[j], coefficients[j], found[j], scale) for j in order)


def _effect(term: Term, coefficient: Coefficient, item: Identification, scale: Scale) -> Effect:
    numbers = (
        told(coefficient.estimate, scale),
        told(coefficient.lower, scale),
        told(coefficient.upper, scale),
    )
    base = "per cent" if scale.percent else scale.unit
    unit = f"{base} a year" if term.shape in PER_YEAR else base
    return Effect(
        name=term.name,
        label=term.label,
        shape=term.shape,
        start=str(term.intervention.start) if term.intervention else "",
        unit=unit,
        estimate=numbers[0],
        lower=numbers[1],
        upper=numbers[2],
        p_value=coefficient.p_value,
        standard_error_log=coefficient.standard_error,
        df=coefficient.df,
        verdict=item.verdict,
        reason=item.reason,
        reports_before=item.reports_before,
        reports_after=item.reports_after,
        vif=item.vif,
        confounded_with=item.confounded_with,
        sentence=effect_sentence(
            term, unit, numbers, item, scale.level, lambda value: number(value, scale)
        ),
    )


def told(value: float | None, scale: Scale) -> float | None:
    """Turn a coefficient into per cent, or leave it in the unit of the series."""
    if value is None or not scale.percent:
        return value
    return float(100 * np.expm1(value))


def number(value: float, scale: Scale) -> str:
    """Write a signed effect: one decimal for per cent, three digits otherwise."""
    return f"{value:+.1f}" if scale.percent else f"{value:+,.{DIGITS}g}"
