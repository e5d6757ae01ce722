"""What the reports can tell apart: null directions, variance inflation, reports before and after.

A direction d with A X d = 0 changes no report; every coefficient with a part in such a direction
is not identified, and every linear function that is orthogonal to all of them remains estimable
(Searle 1971, Linear Models, section 5.4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analysis.models.arrays import Bools, Days, Floats
from analysis.models.design import Design, Term
from analysis.models.interval_rows import IntervalRows, year_before
from analysis.models.interval_support import HOPELESS_INFLATION, unsupported
from analysis.study import Intervention

Verdict = Literal["identified", "weak", "not identified"]
Finding = tuple[Verdict, str, float | None, tuple[str, ...]]

NULL_DIRECTION = 1e-8  # singular value beside the largest, columns scaled: beyond is arithmetic
NULL_COMPONENT = 1e-6  # part of a unit null direction below which a coefficient is not in it
WEAK_INFLATION = 10.0  # the customary limit on a variance inflation factor
CONFOUNDED_CORRELATION = 0.6  # estimates that move together this much are named together


@dataclass(frozen=True)
class Subspace:
    """What the reports determine of the coefficients.

    Attributes
    ----------
    basis
        Coefficients are `basis @ g` for free g, shape (p, r); columns carry the scale.
    null
        Orthonormal directions in scaled coefficients that no report sees, shape (p, p - r).
    scale
        Scale of each column, so that scaled coefficients are `scale * b`, shape (p,).
    """

    basis: Floats
    null: Floats
    scale: Floats

    @property
    def rank(self) -> int:
        """Number of estimable directions r."""
        return int(self.basis.shape[1])

    def estimable(self, contrasts: Floats) -> Bools:
        """Whether each linear function l'b, rows of shape (q, p), is determined by the reports."""
        if self.null.shape[1] == 0:
            return np.ones(len(contrasts), dtype=bool)
        scaled = contrasts / self.scale
        size = np.maximum(np.linalg.norm(scaled, axis=1), np.finfo(float).tiny)
        part = np.abs(scaled @ self.null).max(axis=1)
        return np.asarray(part <= NULL_COMPONENT * size)


@dataclass(frozen=True)
class Solution:
    """Precision V^-1 of the reports (n, n) and covariance of the coefficients (p, p)."""

    precision: Floats
    covariance: Floats


@dataclass(frozen=True)
class Identification:
    """What the reports say about one term.

    Attributes
    ----------
    verdict
        `identified`, `weak` (variance inflation above 10) or `not identified`.
    reason
        A plain sentence where the verdict is not `identified`, otherwise empty.
    vif
        Variance inflation among whitened sensitivities; None where not identified.
    confounded_with
        Names of the terms that it cannot, or can hardly, be told apart from.
    """

    verdict: Verdict
    reason: str
    reports_before: int
    reports_after: int
    vif: float | None
    confounded_with: tuple[str, ...]


def estimable_subspace(sensitivity: Floats) -> Subspace:
    """Split the coefficients into what the reports see and what they do not.

    Parameters
    ----------
    sensitivity
        Derivative of the mean of each report by each coefficient, shape (n, p).
    """
    norms = np.linalg.norm(sensitivity, axis=0)
    scale = np.where(norms > NULL_DIRECTION * norms.max(initial=0.0), norms, 1.0)
    scaled = np.where(scale == norms, sensitivity / scale, 0.0)
    _, sizes, directions = np.linalg.svd(scaled, full_matrices=True)
    rank = int(np.sum(sizes > NULL_DIRECTION * max(sizes.max(initial=0.0), 1e-300)))
    return Subspace(directions[:rank].T / scale[:, None], directions[rank:].T, scale)


def identify(
    design: Design, rows: IntervalRows, sensitivity: Floats, subspace: Subspace, fit: Solution
) -> tuple[Identification, ...]:
    """Say for every term of the design what the reports can tell about it."""
    enough = len(rows) - int(rows.open_ended.sum()) > subspace.rank
    seen = subspace.estimable(np.eye(len(design.terms)))
    inflation = np.einsum("ij,ik,kj->j", sensitivity, fit.precision, sensitivity)
    inflation = np.maximum(inflation * np.diagonal(fit.covariance), 1.0)
    mixing = np.abs(subspace.null @ subspace.null.T) > NULL_COMPONENT
    found = []
    for j, term in enumerate(design.terms):
        before, after = reports_around(term, design, rows)
        if not enough:
            verdict = _too_few(len(rows), subspace.rank)
        elif not seen[j]:
            verdict = _unseen(design, j, mixing[j], before, after)
        else:
            verdict = _seen(design, j, float(inflation[j]), fit.covariance)
            verdict = _extrapolated(term, rows) or verdict
        found.append(Identification(*verdict[:2], before, after, *verdict[2:]))
    return tuple(found)


def reports_around(term: Term, design: Design, rows: IntervalRows) -> tuple[int, int]:
    """Count the reports with a day before a term sets in, and with a day under it.

    For a term without a date the pivot is the centre of the trend.
    """
    item = term.intervention
    start = np.datetime64(item.start if item else design.centre, "D")
    stop = _last_day(item) if item else None
    earlier = year_before(rows.start, rows.end)
    first = np.where(rows.growth, earlier[0], rows.start)
    after = _touches(rows.start, rows.end, start, stop)
    after |= rows.growth & _touches(*earlier, start, stop)
    return int(np.sum(first < start)), int(np.sum(after))


def _last_day(item: Intervention) -> np.datetime64 | None:
    if item.shape == "temporary" and item.end is not None:
        return np.datetime64(item.end, "D")
    if item.shape == "pulse" and item.months is not None:
        stop = pd.Timestamp(item.start) + pd.DateOffset(months=item.months, days=-1)
        return np.datetime64(stop.date(), "D")
    return None


def _touches(first: Days, last: Days, start: np.datetime64, stop: np.datetime64 | None) -> Bools:
    touches = last >= start
    return touches if stop is None else touches & (first <= stop)


def _too_few(reports: int, parameters: int) -> Finding:
    reason = f"as many parameters ({parameters}) as independent reports ({reports})"
    return "not identified", reason, None, ()


def _unseen(design: Design, j: int, mixed: Bools, before: int, after: int) -> Finding:
    others = tuple(k for k in np.flatnonzero(mixed) if k != j)
    names = tuple(design.terms[k].name for k in others)
    labels = " and ".join(design.terms[k].label for k in others)
    item = design.terms[j].intervention
    if item and after == 0:
        reason = f"no report covers any day on or after {item.start}"
    elif not others:
        reason = "it cancels in every report, because growth compares days that share it"
    elif item and before == 0:
        reason = f"no report covers any day before {item.start}"
    else:
        reason = f"the reports cannot tell it apart from {labels}"
    return "not identified", reason, None, names


def _extrapolated(term: Term, rows: IntervalRows) -> Finding | None:
    reason = unsupported(term, rows)
    return ("not identified", reason, None, ()) if reason else None


def _seen(design: Design, j: int, inflation: float, covariance: Floats) -> Finding:
    if inflation <= WEAK_INFLATION:
        return "identified", "", inflation, ()
    spread = np.sqrt(np.maximum(np.diagonal(covariance), np.finfo(float).tiny))
    together = np.abs(covariance[j] / (spread * spread[j]))
    together[j] = 0.0
    close = np.flatnonzero(together >= min(CONFOUNDED_CORRELATION, together.max()))
    labels = " and ".join(design.terms[k].label for k in close)
    names = tuple(design.terms[k].name for k in close)
    role = design.terms[j].role
    if inflation > HOPELESS_INFLATION and role in {"intervention", "trend"}:
        reason = f"variance inflation {inflation:.0f}: cannot be told apart from {labels}"
        return "not identified", reason, None, names
    reason = f"variance inflation {inflation:.0f}: hard to tell apart from {labels}"
    return "weak", reason, inflation, names
