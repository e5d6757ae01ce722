"""Coefficients, effects in per cent and the sentence for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from scipy.special import stdtr, stdtrit

from analysis.models.arrays import Floats
from analysis.models.design import Design, Term
from analysis.models.interval_findings import Coefficient, Effect
from analysis.models.interval_identification import Identification
from analysis.models.interval_rows import Link
from analysis.models.interval_state import FitState

PER_YEAR = frozenset({"slope", "trend"})
LEAST_DF = 2.0  # below two the length of a t interval has no finite spread


def degrees_of_freedom(state: FitState, contrasts: Floats) -> Floats:
    """Degrees of freedom of each linear function l'b, see `interval_small_sample`.

    n - r exactly where only one scale is estimated, and at most n - r.

    Parameters
    ----------
    contrasts
        Rows l, shape (q, p).
    """
    residual = max(len(state.rows) - state.subspace.rank, 1)
    variance = np.einsum("qi,ij,qj->q", contrasts, state.model_covariance, contrasts)
    slope = np.einsum("qi,kij,qj->qk", contrasts, state.covariance_slopes, contrasts)
    spread = np.einsum("qk,kl,ql->q", slope, state.noise_covariance, slope)
    ratio = 2 * variance**2 / np.maximum(spread, np.finfo(float).tiny)
    return np.asarray(np.clip(ratio, min(LEAST_DF, residual), residual))


def coefficient_table(
    state: FitState, found: Iterable[Identification], level: float
) -> tuple[Coefficient, ...]:
    """Return every coefficient with its t interval."""
    df = degrees_of_freedom(state, np.eye(len(state.coefficients)))
    errors = np.sqrt(np.maximum(np.diagonal(state.covariance), 0.0))
    return tuple(
        _coefficient(term, item, float(b), float(se), float(nu), level)
        for term, item, b, se, nu in zip(
            state.design.terms, found, state.coefficients, errors, df, strict=True
        )
    )


def without_numbers(design: Design, found: Iterable[Identification]) -> tuple[Coefficient, ...]:
    """Return the coefficients of a design of which nothing is identified."""
    return tuple(_empty(term, item) for term, item in zip(design.terms, found, strict=True))


def _coefficient(
    term: Term, item: Identification, b: float, se: float, df: float, level: float
) -> Coefficient:
    if item.verdict == "not identified":
        return _empty(term, item)
    half = float(stdtrit(df, (1 + level) / 2)) * se
    p_value = float(2 * stdtr(df, -abs(b) / se))
    numbers = (b, se, df, b - half, b + half, p_value)
    return Coefficient(term.name, term.label, term.role, *numbers, item.verdict, item.reason)


def _empty(term: Term, item: Identification) -> Coefficient:
    nothing = (None, None, None, None, None, None)
    return Coefficient(term.name, term.label, term.role, *nothing, item.verdict, item.reason)


def effects_of(
    design: Design,
    coefficients: tuple[Coefficient, ...],
    found: tuple[Identification, ...],
    link: Link,
    level: float,
) -> tuple[Effect, ...]:
    """Return the effects of the interventions, then the trend."""
    order = [j for j, t in enumerate(design.terms) if t.role == "intervention"]
    order += [j for j, t in enumerate(design.terms) if t.role == "trend"]
    return tuple(_effect(design.terms[j], coefficients[j], found[j], link, level) for j in order)


def _effect(
    term: Term, coefficient: Coefficient, item: Identification, link: Link, level: float
) -> Effect:
    unit = _unit(term.shape, link)
    estimate, lower, upper = (
        to_effect(value, link)
        for value in (coefficient.estimate, coefficient.lower, coefficient.upper)
    )
    return Effect(
        name=term.name,
        label=term.label,
        shape=term.shape,
        start=str(term.intervention.start) if term.intervention else "",
        unit=unit,
        estimate=estimate,
        lower=lower,
        upper=upper,
        p_value=coefficient.p_value,
        standard_error_log=coefficient.standard_error,
        df=coefficient.df,
        verdict=item.verdict,
        reason=item.reason,
        reports_before=item.reports_before,
        reports_after=item.reports_after,
        vif=item.vif,
        confounded_with=item.confounded_with,
        sentence=effect_sentence(term, unit, (estimate, lower, upper), item, level),
    )


def to_effect(value: float | None, link: Link) -> float | None:
    """Turn a coefficient into per cent (log link) or leave it in flow a day (identity link)."""
    if value is None or link == "identity":
        return value
    return float(100 * np.expm1(value))


def _unit(shape: str, link: Link) -> str:
    base = "per cent" if link == "log" else "flow a day"
    return f"{base} a year" if shape in PER_YEAR else base


def effect_sentence(
    term: Term,
    unit: str,
    numbers: tuple[float | None, float | None, float | None],
    item: Identification,
    level: float,
    write: Callable[[float], str] = "{:+.1f}".format,
) -> str:
    """Return what can be said of an effect.

    Parameters
    ----------
    numbers
        Estimate, lower and upper end of the interval; None where the effect is not identified.
    write
        How a number is written.
    """
    when = f" ({term.shape} from {term.intervention.start})" if term.intervention else ""
    estimate, lower, upper = numbers
    if estimate is None or lower is None or upper is None:
        return f"{term.label}{when}: not identified; {item.reason}."
    finding = (
        f"{term.label}{when}: {write(estimate)} {unit} "
        f"({100 * level:g} % interval {write(lower)} to {write(upper)})"
    )
    return f"{finding}; weakly identified, {item.reason}." if item.reason else f"{finding}."
