"""Test the differences before treatment, and say which slope the test would have found.

Not to reject is not to have parallel trends: the test is told with its power (Roth 2022,
Pretest with Caution). A linear violation is `slope` x (event time - reference), in units of the
outcome a period.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from analysis.errors import ModelError
from analysis.models.arrays import Floats
from analysis.models.event_study_results import EventStudyFit
from analysis.models.interval_identification import Verdict

RANK = 1e-10  # eigenvalue beside the largest below which a covariance has lost a direction
BOX_ERROR = 1e-4  # absolute error asked of the normal box probability: 0.01 points of power
BOX_POINTS = 4_000  # integration points for each dimension of the box at most
SLOPE_TOLERANCE = 1e-5  # relative, on the slope that a test detects
WIDEST = 60  # doublings of the smallest slope before the search is given up


@dataclass(frozen=True)
class PreTrendTest:
    """A joint Wald test of no difference before treatment, with its power.

    Attributes
    ----------
    event_times
        Event times that are tested.
    statistic, df1, df2, p_value
        F statistic, its numerator and denominator degrees of freedom (None: chi-squared / df1).
    slope_50, slope_80
        Slope that the joint test would detect half and four fifths of the time.
    individual_slope_50, individual_slope_80
        The same for the usual look at the figure: any single estimate significant (Roth 2022).
    bias_80
        Average over the event times from 0 on of a trend with slope `slope_80`: the error that
        the average effect would carry, and that the test would miss one time in five.
    verdict
        `not identified` where the covariance has fewer directions than estimates; numbers None.
    """

    event_times: tuple[int, ...]
    statistic: float | None
    df1: int
    df2: float | None
    p_value: float | None
    slope_50: float | None
    slope_80: float | None
    individual_slope_50: float | None
    individual_slope_80: float | None
    bias_80: float | None
    level: float
    verdict: Verdict
    reason: str
    convention: str


@dataclass(frozen=True)
class PreTrendPower:
    """Probability of detecting a linear violation by slope, for one set of estimates.

    Attributes
    ----------
    distance
        Event time less the reference, shape (k,).
    covariance
        Covariance of the estimates, shape (k, k).
    df
        Denominator degrees of freedom; None for chi-squared.
    alpha
        Size of the test.
    seed
        Seed of the quasi-random integration behind `individual`.
    """

    distance: Floats
    covariance: Floats
    df: float | None
    alpha: float = 0.05
    seed: int = 0

    def joint(self, slope: float) -> float:
        """Return the power of the joint Wald test against `slope`."""
        k = len(self.distance)
        shift = slope**2 * float(self.distance @ np.linalg.solve(self.covariance, self.distance))
        if self.df is None:
            return float(stats.ncx2.sf(stats.chi2.isf(self.alpha, k), k, shift))
        return float(stats.ncf.sf(stats.f.isf(self.alpha, k, self.df), k, self.df, shift))

    def individual(self, slope: float) -> float:
        """Return the probability that any single estimate is significant (normal) at `slope`."""
        errors = np.sqrt(np.diagonal(self.covariance))
        bound = float(stats.norm.isf(self.alpha / 2)) * errors
        inside = stats.multivariate_normal.cdf(
            bound,
            mean=slope * self.distance,
            cov=self.covariance,
            lower_limit=-bound,
            abseps=BOX_ERROR,
            releps=BOX_ERROR,
            maxpts=BOX_POINTS * len(bound),
            rng=np.random.default_rng(self.seed),
        )
        return 1.0 - float(inside)

    def slope_detected(self, power: float, test: str = "joint") -> float:
        """Return the smallest positive slope that `test` detects with probability `power`."""
        detect: Callable[[float], float] = getattr(self, test)
        step = float(np.min(np.sqrt(np.diagonal(self.covariance)) / np.abs(self.distance))) / 8
        if detect(0.0) >= power:
            return 0.0
        for i in range(WIDEST):
            if detect(step * 2.0**i) >= power:
                break
        else:
            raise ModelError(f"no slope is detected with probability {power}")
        return float(
            optimize.brentq(
                lambda slope: detect(slope) - power, 0.0, step * 2.0**i, rtol=SLOPE_TOLERANCE
            )
        )


def check_pre_trends(fit: EventStudyFit, *, seed: int = 0) -> PreTrendTest:
    """Test jointly that the differences before treatment are zero, and give the test's power.

    Parameters
    ----------
    fit
        An event study with a joint covariance of its estimates before the reference.
    seed
        Seed of the integration for the individual tests (error of a probability 1e-4).

    Raises
    ------
    ModelError
        When the estimator gives no joint covariance or no estimate lies before the reference.

    References
    ----------
    Roth (2022), Pretest with Caution, AER: Insights 4(3).
    """
    times = tuple(k for k in fit.covariance_times if k < fit.reference_period)
    _refuse_untestable(fit, times)
    order = [fit.covariance_times.index(k) for k in times]
    assert fit.covariance is not None
    covariance = fit.covariance[np.ix_(order, order)]
    if _rank(covariance) < len(times):
        return _untold(fit, times, _rank(covariance))
    estimates = fit.estimates_at(times)
    wald = float(estimates @ np.linalg.solve(covariance, estimates)) / len(times)
    distance = np.array(times, dtype=float) - fit.reference_period
    power = PreTrendPower(distance, covariance, fit.df, 1.0 - fit.level, seed)
    joint_80 = power.slope_detected(0.8)
    return PreTrendTest(
        event_times=times,
        statistic=wald,
        df1=len(times),
        df2=fit.df,
        p_value=_tail(wald, len(times), fit.df),
        slope_50=power.slope_detected(0.5),
        slope_80=joint_80,
        individual_slope_50=power.slope_detected(0.5, "individual"),
        individual_slope_80=power.slope_detected(0.8, "individual"),
        bias_80=joint_80 * _mean_distance(fit),
        level=fit.level,
        verdict="identified",
        reason="",
        convention=_convention(fit),
    )


def _refuse_untestable(fit: EventStudyFit, times: tuple[int, ...]) -> None:
    if fit.covariance is None:
        raise ModelError(
            f"'{fit.estimator}' gives no joint covariance of its estimates before treatment",
            allowed="two_way_fixed_effects, sun_abraham, callaway_santanna, imputation, "
            "two_stage, stacked",
        )
    if not times:
        raise ModelError(
            "not identified: no estimate lies before the reference period",
            allowed="two or more periods before treatment",
            remedy="widen the window, or say that the trends before treatment cannot be tested",
        )


def _rank(covariance: Floats) -> int:
    errors = np.sqrt(np.diagonal(covariance))
    sizes = np.linalg.eigvalsh(covariance / np.outer(errors, errors))
    return int(np.sum(sizes > RANK * sizes.max()))


def _untold(fit: EventStudyFit, times: tuple[int, ...], rank: int) -> PreTrendTest:
    reason = (
        f"{len(times)} estimates before treatment but {rank} independent directions in their "
        f"covariance ({fit.units} clusters): shorten the window"
    )
    return PreTrendTest(
        event_times=times,
        statistic=None,
        df1=len(times),
        df2=fit.df,
        p_value=None,
        slope_50=None,
        slope_80=None,
        individual_slope_50=None,
        individual_slope_80=None,
        bias_80=None,
        level=fit.level,
        verdict="not identified",
        reason=reason,
        convention=_convention(fit),
    )


def _tail(wald: float, k: int, df: float | None) -> float:
    return float(stats.chi2.sf(wald * k, k) if df is None else stats.f.sf(wald, k, df))


def _mean_distance(fit: EventStudyFit) -> float:
    after = [row.event_time for row in fit.effects if row.event_time >= 0]
    return float(np.mean(after) - fit.reference_period)


def _convention(fit: EventStudyFit) -> str:
    joint = "chi-squared" if fit.df is None else f"F with {fit.df:.0f} denominator degrees"
    return (
        f"joint Wald test, {joint}; power from its noncentral distribution with the covariance "
        "taken as known; individual tests two-sided and normal"
    )
