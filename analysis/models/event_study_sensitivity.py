"""How far trends may depart from parallel before the finding is gone (relative magnitudes).

Rambachan and Roth (2023): a difference in trends may change from one period to the next, after
treatment, by at most `m` times its largest change before treatment. For every place and sign of
that largest change the bound on the effect is a linear function of the estimates, so each has an
ordinary confidence bound; their union covers whatever the true place is (their lemma 2.2 and the
union of the component intervals). It is wider than their hybrid interval, and never too narrow for
taking the largest change before treatment as known, which it is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analysis.errors import ModelError
from analysis.models.arrays import Floats
from analysis.models.event_study_results import EventStudyFit

MAGNITUDES = (0.0, 0.5, 1.0, 1.5, 2.0)
LARGEST_BREAKDOWN = 1e3  # a finding that survives this is told as surviving all
HALVINGS = 60  # bisection of the breakdown value to double precision


@dataclass(frozen=True)
class Sensitivity:
    """Robust intervals of one average of effects by relative magnitude.

    Attributes
    ----------
    table
        Columns `magnitude`, `bound_lower`, `bound_upper` (what the estimates allow, without
        sampling error), `lower`, `upper` (robust interval).
    breakdown
        Largest magnitude at which the interval leaves out zero; None if it never does, infinity
        if it always does.
    target
        What is averaged, in words.
    """

    table: pd.DataFrame
    estimate: float
    standard_error: float
    breakdown: float | None
    target: str
    level: float
    convention: str


@dataclass(frozen=True)
class Problem:
    """Estimates around the reference and the average that is asked for.

    Attributes
    ----------
    estimates, covariance
        Estimates before and after the reference in order of time, shape (k,), and (k, k).
    weights
        Weights of the target over the estimates, zero before treatment, shape (k,).
    changes
        Rows give the change of the difference in trends between neighbours before treatment, the
        last one into the reference, shape (p, k).
    reach
        Sum over the target of weight x periods since the reference.
    quantile
        Quantile of the two-sided interval.
    """

    estimates: Floats
    covariance: Floats
    weights: Floats
    changes: Floats
    reach: float
    quantile: float

    def bounds(self, magnitude: float) -> tuple[float, float]:
        """Return the effects that the estimates allow, without sampling error."""
        centre = float(self.weights @ self.estimates)
        half = magnitude * self.reach * float(np.abs(self.changes @ self.estimates).max())
        return centre - half, centre + half

    def interval(self, magnitude: float) -> tuple[float, float]:
        """Return the union of the component intervals."""
        shift = magnitude * self.reach * np.vstack([self.changes, -self.changes])
        return self._limit(self.weights - shift, -1), self._limit(self.weights + shift, 1)

    def _limit(self, rows: Floats, sign: int) -> float:
        errors = np.sqrt(np.einsum("ij,jk,ik->i", rows, self.covariance, rows))
        return float(sign * np.max(sign * (rows @ self.estimates) + self.quantile * errors))


def relative_magnitudes(
    fit: EventStudyFit,
    *,
    magnitudes: Sequence[float] = MAGNITUDES,
    event_times: Sequence[int] | None = None,
) -> Sensitivity:
    """Widen the interval of an average effect for departures from parallel trends.

    Parameters
    ----------
    fit
        An event study with the joint covariance of its estimates before and after treatment.
    magnitudes
        Largest change after treatment in units of the largest one before.
    event_times
        Event times (0 or more) that are averaged with equal weights; by default all.

    Raises
    ------
    ModelError
        When the estimator gives no joint covariance, the event times have gaps, none lies before
        the reference, or a magnitude is negative.

    References
    ----------
    Rambachan and Roth (2023), A More Credible Approach to Parallel Trends, REStud 90(5).
    """
    problem, target = _problem(fit, event_times)
    if any(m < 0 for m in magnitudes):
        raise ModelError("a relative magnitude is negative", allowed="0 or more")
    rows = [(m, *problem.bounds(m), *problem.interval(m)) for m in magnitudes]
    columns = ["magnitude", "bound_lower", "bound_upper", "lower", "upper"]
    variance = problem.weights @ problem.covariance @ problem.weights
    return Sensitivity(
        table=pd.DataFrame(rows, columns=columns),
        estimate=float(problem.weights @ problem.estimates),
        standard_error=float(np.sqrt(variance)),
        breakdown=_breakdown(problem),
        target=target,
        level=fit.level,
        convention="relative magnitudes; union of the component intervals, "
        + ("normal" if fit.df is None else f"t with {fit.df:.0f} degrees of freedom"),
    )


def _problem(fit: EventStudyFit, event_times: Sequence[int] | None) -> tuple[Problem, str]:
    times = fit.covariance_times
    before = [k for k in times if k < fit.reference_period]
    after = [k for k in times if k >= 0]
    _refuse_unbounded(fit, before, after)
    wanted = list(event_times) if event_times is not None else after
    _refuse_unknown(wanted, after)
    weights = np.array([(k in wanted) / len(wanted) for k in times])
    padded = np.vstack([np.eye(len(before), len(times)), np.zeros(len(times))])
    reach = float(np.mean([k - fit.reference_period for k in wanted]))
    tail = 0.5 + fit.level / 2
    quantile = float(stats.norm.ppf(tail) if fit.df is None else stats.t.ppf(tail, fit.df))
    assert fit.covariance is not None
    problem = Problem(
        fit.estimates_at(times), fit.covariance, weights, np.diff(padded, axis=0), reach, quantile
    )
    return problem, f"mean of event times {', '.join(map(str, wanted))}"


def _refuse_unbounded(fit: EventStudyFit, before: list[int], after: list[int]) -> None:
    if not after:
        raise ModelError(
            f"'{fit.estimator}' gives no joint covariance of its estimates before and after",
            allowed="two_way_fixed_effects, sun_abraham, callaway_santanna, stacked",
        )
    if not before:
        raise ModelError(
            "not identified: no estimate before the reference to measure departures by",
            allowed="two or more periods before treatment",
        )
    first, last = before[0], after[-1]
    gaps = sorted(set(range(first, last + 1)) - {*before, *after, fit.reference_period})
    if gaps:
        raise ModelError(
            f"event times {', '.join(map(str, gaps))} have no estimate",
            allowed="event times without gaps around the reference",
            remedy="shorten the window",
        )


def _refuse_unknown(wanted: list[int], after: list[int]) -> None:
    unknown = sorted(set(wanted) - set(after))
    if unknown or not wanted:
        raise ModelError(
            f"no effect is estimated at event time {', '.join(map(str, unknown)) or 'none given'}",
            allowed=", ".join(map(str, after)),
        )


def _breakdown(problem: Problem) -> float | None:
    def leaves_out_zero(magnitude: float) -> bool:
        lower, upper = problem.interval(magnitude)
        return lower > 0 or upper < 0

    if not leaves_out_zero(0.0):
        return None
    if leaves_out_zero(LARGEST_BREAKDOWN):
        return float("inf")
    low, high = 0.0, LARGEST_BREAKDOWN
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if leaves_out_zero(middle) else (low, middle)
    return low
