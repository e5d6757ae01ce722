"""Gauss-Newton for the coefficients and scoring for the noise, in turns until neither moves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from analysis.errors import ModelError
from analysis.models.arrays import Floats
from analysis.models.design import Design
from analysis.models.interval_bounds import StandIn, first_stand_in, update_stand_in
from analysis.models.interval_covariance import UNIFORM_VARIANCE, NoiseShape
from analysis.models.interval_errors import Errors, update_weights
from analysis.models.interval_identification import Subspace
from analysis.models.interval_layout import Layout
from analysis.models.interval_likelihood import SINGULAR, Criterion, Regression
from analysis.models.interval_mean import (
    Linearised,
    jensen,
    linearise,
    response,
    rounding_half_width,
    start_level,
)
from analysis.models.interval_noise import (
    NoiseFit,
    NoiseSpec,
    better_noise,
    coordinates,
    estimate_noise,
)
from analysis.models.interval_penalty import NO_PENALTY, WEAK_PENALTY
from analysis.models.interval_rows import IntervalRows, Link

ITERATIONS: Final = 200
TOLERANCE: Final = 1e-6
"""Largest move of a monthly predictor, beside its size, at which turns stop."""

WEIGHT_TOLERANCE: Final = 1e-4  # a weight is shown with two digits
STEADIEST: Final = 0.95  # a drift that fades more slowly than this is not followed to its end
FIRST_STEPS: Final = 30  # the first turn stands far off: a flat ridge of its noise leads nowhere
LONGEST_MOVE: Final = 2.0  # longest Gauss-Newton move of a log flow; longer ones overshoot
CAUTIOUS_FROM: Final = 20  # turns that have not settled by then swing between two optima
CAUTION: Final = 0.5
MOST_RIVALS: Final = 2  # higher optima of the noise that a fit may move to after settling
NOISE_TOLERANCE: Final = 1e-3  # a standard deviation is shown with three digits
VAGUE: Final = 1.0  # first spread of a one-sided report on the log scale

Covariance = Literal["kenward_roger", "model"]


@dataclass(frozen=True)
class Options:
    """How to estimate.

    Attributes
    ----------
    rho
        A number in [0, 1), or None to estimate it.
    tau
        A number of 0 or more on the scale of the link, or None to estimate it.
    criterion
        `reml` or `ml`, for whatever of (sigma, rho, tau) is estimated.
    penalised
        Whether the weakly informative penalty keeps the noise off its edges; never with `ml`.
    errors
        Distribution of the disagreement between sources.
    covariance
        Covariance of the coefficients from which intervals are made.
    """

    rho: float | None = None
    tau: float | None = None
    criterion: Criterion = "reml"
    link: Link = "log"
    level: float = 0.95
    penalised: bool = True
    errors: Errors = "gaussian"
    covariance: Covariance = "kenward_roger"

    @property
    def noise_spec(self) -> NoiseSpec:
        """What is given of the noise, and the penalty on the rest."""
        penalised = self.penalised and self.criterion == "reml"
        penalty = WEAK_PENALTY if penalised else NO_PENALTY
        return NoiseSpec(rho=self.rho, tau=self.tau, penalty=penalty)


@dataclass(frozen=True)
class Converged:
    """A settled fit: coefficients (p,), the reports linearised there, and the noise."""

    rows: IntervalRows
    design: Design
    options: Options
    subspace: Subspace
    coefficients: Floats
    linear: Linearised
    mean: Floats
    stand_in: StandIn
    regression: Regression
    noise: NoiseFit


@dataclass(frozen=True)
class _Task:
    """What is estimated; `layout` is None where all reports are of one series."""

    rows: IntervalRows
    design: Design
    options: Options
    subspace: Subspace
    layout: Layout | None


@dataclass(frozen=True)
class _Turn:
    """Where a turn starts: free coefficients (r,), weights (n,), stand-ins and the noise.

    `drift` is how the logarithm of the weights moved in the turn before, zero after a leap. The
    noise is taken to its optimum in a `thorough` turn, and one step nearer in another.
    """

    number: int
    free: Floats
    weights: Floats
    drift: Floats
    stand_in: StandIn
    noise: NoiseFit | None
    thorough: bool = False


def constant_predictor(rows: IntervalRows, design: Design, link: Link) -> Floats:
    """Return the predictor of a constant flow that is about that of the reports, shape (M,)."""
    return np.full(len(design.matrix), start_level(rows, link))


def estimate(
    rows: IntervalRows,
    design: Design,
    options: Options,
    subspace: Subspace,
    layout: Layout | None = None,
) -> Converged:
    """Estimate coefficients and noise.

    Parameters
    ----------
    layout
        Which report belongs to which series; None where there is one series.

    Raises
    ------
    ModelError
        When the turns do not settle.
    """
    try:
        return _settled(_Task(rows, design, options, subspace, layout))
    except ModelError as error:
        if error.problem != SINGULAR or _is_given(options):
            raise
        raise _unsettled() from error


def _is_given(options: Options) -> bool:
    """Whether the covariance of the reports is known before a turn is taken."""
    return options.rho is not None and options.tau is not None


def _unsettled() -> ModelError:
    """Return the one error of a likelihood without an inner optimum.

    The noise then runs to an edge. Whether the covariance turns singular there or the turns end
    first is decided by the last digits of the arithmetic, so it is no reason to tell apart.
    """
    return ModelError(
        f"the fit did not settle in {ITERATIONS} turns, or its noise ran to an edge",
        remedy="fewer interventions, or a given rho",
    )


def _settled(task: _Task) -> Converged:
    """Settle in quick turns, or begin again with thorough ones where these do not settle."""
    start = _first_turn(task)
    try:
        quick = _turns(task, start, CAUTIOUS_FROM)
    except ModelError:
        quick = None
    found = quick or _turns(task, replace(start, thorough=True), ITERATIONS)
    if found is None:
        raise _unsettled()
    return found


def _turns(task: _Task, turn: _Turn, most: int) -> Converged | None:
    """Take turns until one settles; the last one is thorough. None where `most` do not do."""
    rivals = 0
    for _ in range(most):
        fit, thorough = _take_turn(task, turn), turn.thorough
        turn, settled = _next_turn(fit, turn)
        if not settled:
            continue
        if not thorough:
            turn = replace(turn, thorough=True)
            continue
        rival = better_noise(fit.regression, task.options.noise_spec, fit.noise)
        if rival is None or rivals == MOST_RIVALS:
            return fit
        rivals += 1
        turn = replace(turn, number=1, noise=rival, drift=np.zeros(len(task.rows)))
    return None


def _first_turn(task: _Task) -> _Turn:
    """Start from the free coefficients whose predictor is nearest to a constant flow."""
    rows, link = task.rows, task.options.link
    target = constant_predictor(rows, task.design, link)
    free = np.linalg.lstsq(task.design.matrix @ task.subspace.basis, target, rcond=None)[0]
    rounding = rounding_half_width(rows, link) ** 2 * UNIFORM_VARIANCE
    seen = response(rows, link)
    vague = VAGUE if link == "log" else float(np.std(seen)) or VAGUE
    stand_in = first_stand_in(seen, rounding, rows.open_ended, vague)
    still = np.zeros(len(rows))
    return _Turn(0, np.asarray(free, dtype=float), np.ones(len(rows)), still, stand_in, None)


def _take_turn(task: _Task, turn: _Turn) -> Converged:
    design, options, layout, basis = task.design, task.options, task.layout, task.subspace.basis
    coefficients = basis @ turn.free
    linear = linearise(task.rows, design.matrix @ coefficients, options.link)
    last = turn.noise.noise if turn.noise else None
    folded = layout.fold(linear) if layout else linear
    excess = jensen(folded, last, options.link) if last else 0.0
    mean = linear.mean + (excess * layout.size**2 if layout else excess)
    regressors = linear.shares @ design.matrix @ basis
    shares = folded.shares * layout.size[:, None] if layout else folded.shares
    mixing = layout.mixing if layout else None
    shape = NoiseShape(shares, turn.stand_in.variance, turn.weights, mixing)
    working = turn.stand_in.response - mean + regressors @ turn.free
    regression = Regression(working, regressors, shape, options.criterion)
    noise = estimate_noise(regression, options.noise_spec, turn.noise, _steps(turn))
    return Converged(
        task.rows,
        design,
        options,
        task.subspace,
        coefficients,
        linear,
        mean,
        turn.stand_in,
        regression,
        noise,
    )


def _steps(turn: _Turn) -> int:
    """Return the most steps that the noise may take in a turn."""
    if turn.noise is None:
        return FIRST_STEPS
    return ITERATIONS if turn.thorough and turn.number < CAUTIOUS_FROM else 1


def _next_turn(fit: Converged, turn: _Turn) -> tuple[_Turn, bool]:
    """Return where the next turn starts, and whether this one has settled."""
    move = fit.noise.solved.coefficients - turn.free
    reach = float(np.abs(fit.design.matrix @ (fit.subspace.basis @ move)).max())
    size = max(1.0, float(np.abs(fit.design.matrix @ fit.coefficients).max()))
    weights = update_weights(fit.options.errors, fit.regression.shape, fit.noise)
    bound = response(fit.rows, fit.options.link)
    stand_in = update_stand_in(fit.stand_in, bound, fit.rows.open_ended, fit.noise.solved)
    settled = (
        turn.noise is not None
        and _noise_move(fit.noise, turn.noise) <= NOISE_TOLERANCE
        and reach <= TOLERANCE * size
        and float(np.abs(weights - turn.weights).max()) <= WEIGHT_TOLERANCE
        and bool(np.allclose(stand_in.response, fit.stand_in.response, rtol=0, atol=1e-6 * size))
    )
    limit = LONGEST_MOVE if fit.options.link == "log" else np.inf
    whole = 1.0 if turn.number < CAUTIOUS_FROM else CAUTION
    free = turn.free + move * min(whole, limit / max(reach, np.finfo(float).tiny))
    weights, drift = _leap(weights, turn)
    number, thorough = turn.number + 1, turn.thorough
    return _Turn(number, free, weights, drift, stand_in, fit.noise, thorough), settled


def _noise_move(now: NoiseFit, before: NoiseFit) -> float:
    return float(np.abs(coordinates(now.noise) - coordinates(before.noise)).max())


def _leap(weights: Floats, turn: _Turn) -> tuple[Floats, Floats]:
    """Go on to where a steady drift of the weights leads, since EM steps may be short.

    The rate of the drift is taken from two turns in a row (Aitken), and the next two turns are
    then plain ones.
    """
    drift = np.log(weights) - np.log(turn.weights)
    length = float(turn.drift @ turn.drift)
    pace = float(drift @ turn.drift) / length if length > 0 else 0.0
    if pace <= 0:
        return weights, drift
    further = drift / (1 - min(pace, STEADIEST)) - drift
    return weights * np.exp(np.clip(further, -1.0, 1.0)), np.zeros(len(weights))
