"""Intervals for the effect on a treated unit: in each period, and on average over several.

One test is inverted for both, so that the interval for the average over one period is the interval
for that period:

- `placebo`: the rank of the treated unit among its donors (Firpo and Possebom 2018, with the
  absolute mean gap over the window beside the error before treatment). Few donors give no bounds.
- `conformal`: the rank of the window among stretches of time (see `synthetic_conformal`).
- `placebo_variance`: normal, with the variance of the effects on the donors (Arkhangelsky et al.
  2021, algorithm 4).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analysis.errors import ModelError, require_known
from analysis.models.arrays import Floats
from analysis.models.interval_identification import Verdict
from analysis.models.synthetic_conformal import ConformalTest, Weigh, invert
from analysis.models.synthetic_control import SyntheticControlFit, fit_panel
from analysis.models.synthetic_methods import METHODS
from analysis.models.synthetic_weights import ridge_weights, simplex_weights

FEW_DONORS = 10  # below, a placebo variance is itself hardly known
ROUNDING = 1e-9  # so that a level such as 1 - 0.9 counts the ranks that it names
TIE = 1e-12  # relative: statistics closer than this have the same rank


@dataclass(frozen=True)
class EffectInterval:
    """The effect over a window of periods, with its interval.

    Attributes
    ----------
    first, last
        First and last period of the window.
    estimate
        Mean gap over the window, in units of the outcome.
    lower, upper
        Limits; None where the test never rejects, however large the effect.
    p_value, smallest_p
        Of no effect, and the smallest that the test can give.
    verdict
        `not identified` without limits; `weak` where they rest on few donors or stretches.
    """

    first: object
    last: object
    periods: int
    estimate: float
    lower: float | None
    upper: float | None
    p_value: float
    smallest_p: float
    level: float
    verdict: Verdict
    reason: str
    inference: str


@dataclass(frozen=True)
class Limits:
    """What a test says of one window, before it is put beside the estimate."""

    lower: float | None
    upper: float | None
    p_value: float
    smallest_p: float
    verdict: Verdict = "identified"
    reason: str = ""


@dataclass(frozen=True)
class Placebos:
    """Gaps of every donor, fitted from the others, shape (J, T), and its error before (J,)."""

    gaps: Floats
    errors: Floats


Inference = Callable[[SyntheticControlFit, list[int], float, Placebos | None], Limits]


def effect_interval(
    fit: SyntheticControlFit,
    *,
    periods: Sequence[object] | None = None,
    level: float = 0.9,
    inference: str | None = None,
) -> EffectInterval:
    """Return the average effect over a window with its interval.

    Parameters
    ----------
    fit
        A synthetic control.
    periods
        Consecutive periods under treatment; by default all of them.
    level
        Level of the interval.
    inference
        Key of `INFERENCES`; by default `placebo_variance` for `synthetic_did`, else `placebo`.

    Raises
    ------
    ModelError
        When the inference does not suit the method, or the periods are not consecutive treated
        ones.
    """
    windows = [list(fit.panel.times[fit.panel.before :]) if periods is None else list(periods)]
    return _intervals(fit, windows, level, inference)[0]


def effect_intervals(
    fit: SyntheticControlFit, *, level: float = 0.9, inference: str | None = None
) -> pd.DataFrame:
    """Return the interval for each treated period and, last, for their average.

    Raises
    ------
    ModelError
        As `effect_interval`.
    """
    after = list(fit.panel.times[fit.panel.before :])
    rows = _intervals(fit, [*([time] for time in after), after], level, inference)
    return pd.DataFrame([vars(row) for row in rows])


def _intervals(
    fit: SyntheticControlFit, windows: list[list[object]], level: float, inference: str | None
) -> list[EffectInterval]:
    if not 0.0 < level < 1.0:
        raise ModelError(f"level {level} is not a probability", allowed="between 0 and 1")
    usual = "placebo_variance" if fit.method == "synthetic_did" else "placebo"
    name = inference or usual
    require_known(name, INFERENCES, ModelError, f"there is no inference '{name}'")
    placebos = None if name == "conformal" else _placebos(fit)
    rows = []
    for window in windows:
        positions = _positions(fit, window)
        limits = INFERENCES[name](fit, positions, level, placebos)
        estimate = float(fit.gaps[positions].mean())
        span = (window[0], window[-1], len(window))
        rows.append(EffectInterval(*span, estimate, **vars(limits), level=level, inference=name))
    return rows


def _positions(fit: SyntheticControlFit, window: list[object]) -> list[int]:
    times, before = list(fit.panel.times), fit.panel.before
    unknown = [time for time in window if time not in times[before:]]
    if unknown or not window:
        raise ModelError(
            f"{', '.join(map(str, unknown)) or 'no period'} is not a period under treatment",
            allowed=f"{times[before]} to {times[-1]}",
        )
    positions = [times.index(time) for time in window]
    if positions != list(range(positions[0], positions[0] + len(positions))):
        raise ModelError(
            "the periods of a window are not consecutive",
            allowed="a stretch of periods in the order of time",
        )
    return positions


def _placebos(fit: SyntheticControlFit) -> Placebos:
    smallest = 3 if fit.method == "synthetic_did" else 2
    if len(fit.panel.donors) < smallest:
        raise ModelError(
            f"{len(fit.panel.donors)} donor(s): none can stand for the treated unit",
            allowed=f"{smallest} or more donors",
            remedy="the inference 'conformal' ranks periods instead",
        )
    fits = [fit_panel(fit.panel.placebo(name), fit.method) for name in fit.panel.donors]
    return Placebos(np.array([one.gaps for one in fits]), np.array([one.pre_rmspe for one in fits]))


def _by_rank(
    fit: SyntheticControlFit, positions: list[int], level: float, placebos: Placebos | None
) -> Limits:
    """Invert the rank of the absolute mean gap, scaled where the method ranks by a ratio."""
    assert placebos is not None
    count = len(placebos.errors)
    scaled = METHODS[fit.method].statistic == "ratio"
    own = fit.pre_rmspe if scaled else 1.0
    if not np.isfinite(fit.ratio) or (scaled and placebos.errors.min() == 0.0):
        reason = "a fit before treatment is exact: its error gives no scale"
        return Limits(None, None, 1.0, 1 / (count + 1), "not identified", reason)
    means = np.abs(placebos.gaps[:, positions].mean(axis=1))
    statistics = np.sort(means / (placebos.errors if scaled else 1.0))[::-1]
    estimate = float(fit.gaps[positions].mean())
    p_value = (1 + int(np.sum(statistics >= abs(estimate) / own * (1 - TIE)))) / (count + 1)
    needed = int(np.floor((1 - level) * (count + 1) + ROUNDING))
    if needed == 0:
        reason = (
            f"{count} donors give no p-value below {1 / (count + 1):.3g}: the interval at level "
            f"{level:.3g} is unbounded"
        )
        return Limits(None, None, p_value, 1 / (count + 1), "not identified", reason)
    half = float(statistics[needed - 1]) * own
    return Limits(estimate - half, estimate + half, p_value, 1 / (count + 1))


PROXIES: Mapping[str, Callable[[float | None], Weigh]] = {
    "classic": lambda _: simplex_weights,
    "ridge": lambda penalty: lambda donors, target: ridge_weights(donors, target, penalty or 0.0),
}


def _conformal(
    fit: SyntheticControlFit, positions: list[int], level: float, placebos: Placebos | None
) -> Limits:
    del placebos
    if fit.method not in PROXIES:
        raise ModelError(
            f"the inference 'conformal' does not suit the method '{fit.method}'",
            allowed=", ".join(PROXIES),
        )
    rows = [*range(fit.panel.before), *positions]
    weigh = PROXIES[fit.method](fit.penalty)
    test = ConformalTest(fit.panel.outcomes[rows], fit.panel.target[rows], len(positions), weigh)
    lower, upper, reason = invert(test, float(fit.gaps[positions].mean()), 1.0 - level)
    verdict: Verdict = "identified" if lower is not None else "not identified"
    if lower is not None and test.stretches * (1.0 - level) < 1.0 - ROUNDING:
        verdict = "weak"
        few = f"the window is one of {test.stretches} stretches that do not overlap"
        reason = f"{few}; {reason}" if reason else few
    return Limits(lower, upper, test.p_value(0.0), test.smallest_p, verdict, reason)


def _by_variance(
    fit: SyntheticControlFit, positions: list[int], level: float, placebos: Placebos | None
) -> Limits:
    assert placebos is not None
    effects = placebos.gaps[:, positions].mean(axis=1)
    error = float(np.std(effects))
    estimate = float(fit.gaps[positions].mean())
    if error == 0.0:
        return Limits(None, None, 1.0, 0.0, "not identified", "the placebo effects do not differ")
    half = float(stats.norm.ppf(0.5 + level / 2)) * error
    p_value = float(2 * stats.norm.sf(abs(estimate) / error))
    few = len(effects) < FEW_DONORS
    reason = f"the variance comes from {len(effects)} placebo units" if few else ""
    verdict: Verdict = "weak" if few else "identified"
    return Limits(estimate - half, estimate + half, p_value, 0.0, verdict, reason)


INFERENCES: Mapping[str, Inference] = {
    "placebo": _by_rank,
    "conformal": _conformal,
    "placebo_variance": _by_variance,
}
