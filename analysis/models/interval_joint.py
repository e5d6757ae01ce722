"""Several series estimated together: one place's total, imports and exports, or several places.

Each series keeps its own level, trend and effects; what joins them is the noise, whose
autocorrelation, disagreement and common component are estimated from all reports at once. A
difference between two series' effects then carries the covariance between them.

The relative size of the noise comes from the series one by one, and the common share is the maximum
of the profiled criterion; the small-sample covariance does not count the uncertainty of either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar
from scipy.special import stdtr, stdtrit

from analysis.errors import ModelError
from analysis.models.arrays import Floats
from analysis.models.design import Design, DesignSpec, build_design
from analysis.models.interval_curves import monthly_curves
from analysis.models.interval_effects import (
    coefficient_table,
    degrees_of_freedom,
    effects_of,
    to_effect,
)
from analysis.models.interval_estimation import Converged, Options, constant_predictor, estimate
from analysis.models.interval_findings import Effect
from analysis.models.interval_identification import (
    Identification,
    Solution,
    Subspace,
    estimable_subspace,
    identify,
)
from analysis.models.interval_layout import Layout
from analysis.models.interval_mean import linearise
from analysis.models.interval_noise import coordinates
from analysis.models.interval_penalty import penalty_terms
from analysis.models.interval_rows import IntervalRows, interval_rows
from analysis.models.interval_series import fit_rows, state_of
from analysis.models.interval_stack import stack_designs, stack_rows
from analysis.models.interval_state import FitState

LARGEST_COMMON: Final = 0.95  # beyond, the series are one series
COMMON_PRECISION: Final = 0.02


@dataclass(frozen=True)
class SeriesFit:
    """What a joint fit says of one series; `state` holds its block of every array."""

    name: str
    effects: tuple[Effect, ...]
    found: tuple[Identification, ...]
    sigma: float
    state: FitState
    level: float

    @property
    def monthly(self) -> pd.DataFrame:
        """The curves of the series by month, as in a fit of one series."""
        return monthly_curves(self.state, self.found, self.level)


@dataclass(frozen=True)
class Difference:
    """One effect in two series: how far apart they are, on the scale of the link."""

    name: str
    first: str
    second: str
    estimate: float | None
    lower: float | None
    upper: float | None
    p_value: float | None
    sentence: str


@dataclass(frozen=True)
class JointFit:
    """Several series with one noise.

    Attributes
    ----------
    rho, tau, common
        Autocorrelation, disagreement, and the share of the noise variance in common.
    whole
        The arrays of all series together.
    columns
        Columns of each series in the arrays of the whole.
    """

    series: tuple[SeriesFit, ...]
    rho: float
    tau: float
    common: float
    log_likelihood: float
    whole: FitState
    columns: Mapping[str, slice]
    level: float

    def of(self, name: str) -> SeriesFit:
        """Return the fit of one series."""
        for item in self.series:
            if item.name == name:
                return item
        raise ModelError(
            f"the fit has no series '{name}'", allowed=", ".join(s.name for s in self.series)
        )

    def difference(self, effect: str, first: str, second: str) -> Difference:
        """Compare one effect in two series, in per cent of the second for the log link."""
        effects = [
            next((e for e in self.of(name).effects if e.name == effect), None)
            for name in (first, second)
        ]
        if any(e is None or e.estimate is None for e in effects):
            sentence = f"{effect}: {first} against {second} not identified."
            return Difference(effect, first, second, None, None, None, None, sentence)
        contrast = np.zeros(len(self.whole.coefficients))
        for name, sign in ((first, 1.0), (second, -1.0)):
            names = [term.name for term in self.of(name).state.design.terms]
            contrast[self.columns[name].start + names.index(effect)] = sign
        return _difference(self, (effect, first, second), contrast)


def fit_joint_series(
    observations: Mapping[str, pd.DataFrame],
    designs: Mapping[str, DesignSpec],
    options: Options | None = None,
    *,
    common: float | None = None,
) -> JointFit:
    """Estimate several series with a common noise component.

    Parameters
    ----------
    observations, designs
        By name of the series; the designs have one window.
    common
        Share of the noise variance in common, in [0, 0.95]; None estimates it.

    Raises
    ------
    ModelError
        When the windows differ, a series has too few reports of its own, or a fit fails.
    """
    options = options or Options(errors="student_t")
    built = {name: build_design(designs[name]) for name in observations}
    _check(built, common)
    rows = {
        name: interval_rows(table, built[name].calendar, options.link)
        for name, table in observations.items()
    }
    scale = np.array([_own_sigma(name, rows[name], built[name], options) for name in rows])
    stacked, design = stack_rows(rows), stack_designs(built)
    series = np.repeat(np.arange(len(rows)), [len(item) for item in rows.values()])
    layout = Layout(series, scale / scale.mean(), 0.0)
    share = _best_common(stacked, design, options, layout) if common is None else common
    fit = _estimate(stacked, design, options, replace(layout, common=share))
    return _split(fit, rows, built, replace(layout, common=share))


def _check(designs: Mapping[str, Design], common: float | None) -> None:
    if len(designs) < 2:
        raise ModelError("a joint fit needs two series or more")
    if len({design.calendar.months for design in designs.values()}) > 1:
        raise ModelError("the series have different windows", remedy="give them one window")
    if common is not None and not 0 <= common <= LARGEST_COMMON:
        raise ModelError(f"the common share is {common}", allowed=f"0 to {LARGEST_COMMON}")


def _own_sigma(name: str, rows: IntervalRows, design: Design, options: Options) -> float:
    sigma = fit_rows(rows, design, options).sigma
    if sigma is None:
        raise ModelError(f"series '{name}' has too few reports of its own")
    return sigma


def _estimate(rows: IntervalRows, design: Design, options: Options, layout: Layout) -> Converged:
    predictor = constant_predictor(rows, design, options.link)
    linear = linearise(rows, predictor, options.link)
    subspace = estimable_subspace(linear.shares @ design.matrix)
    return estimate(rows, design, options, subspace, layout)


def _best_common(rows: IntervalRows, design: Design, options: Options, layout: Layout) -> float:
    """Maximise the criterion, penalty included, over the common share."""

    def loss(share: float) -> float:
        fit = _estimate(rows, design, options, replace(layout, common=float(share)))
        point = coordinates(fit.noise.noise)
        terms = penalty_terms(options.noise_spec.penalty, point, fit.noise.interior)
        return -(fit.noise.solved.log_likelihood + terms.value)

    found = minimize_scalar(
        loss, bounds=(0.0, LARGEST_COMMON), method="bounded", options={"xatol": COMMON_PRECISION}
    )
    inside, edge = float(found.x), 0.0
    return edge if loss(edge) <= float(found.fun) else inside


def _split(
    fit: Converged, rows: Mapping[str, IntervalRows], designs: Mapping[str, Design], layout: Layout
) -> JointFit:
    whole = state_of(fit)
    edges = np.cumsum([0, *(len(design.terms) for design in designs.values())])
    columns = {name: slice(int(edges[k]), int(edges[k + 1])) for k, name in enumerate(designs)}
    parts = tuple(
        _series(whole, fit.options, name, rows[name], designs[name], columns[name], k, layout)
        for k, name in enumerate(designs)
    )
    noise = whole.noise
    return JointFit(
        parts,
        noise.rho,
        noise.tau,
        layout.common,
        whole.log_likelihood,
        whole,
        columns,
        fit.options.level,
    )


def _series(
    whole: FitState,
    options: Options,
    name: str,
    rows: IntervalRows,
    design: Design,
    own: slice,
    number: int,
    layout: Layout,
) -> SeriesFit:
    members = layout.series == number
    subspace = estimable_subspace(whole.sensitivity[members][:, own])
    sigma = float(whole.noise.sigma * layout.scale[number])
    state = _block(whole, rows, design, own, subspace, sigma)
    solution = Solution(whole.precision, state.model_covariance)
    found = identify(design, rows, whole.sensitivity[:, own], subspace, solution)
    coefficients = coefficient_table(state, found, options.level)
    effects = effects_of(design, coefficients, found, options.link, options.level)
    return SeriesFit(name, effects, found, sigma, state, options.level)


def _block(
    whole: FitState,
    rows: IntervalRows,
    design: Design,
    own: slice,
    subspace: Subspace,
    sigma: float,
) -> FitState:
    """Return the block of one series; its reports stay among all others in the precision."""
    return replace(
        whole,
        design=design,
        rows=rows,
        subspace=subspace,
        noise=replace(whole.noise, sigma=sigma),
        coefficients=whole.coefficients[own],
        covariance=whole.covariance[own, own],
        model_covariance=whole.model_covariance[own, own],
        sensitivity=whole.sensitivity[:, own],
        covariance_slopes=whole.covariance_slopes[:, own, own],
    )


def _difference(joint: JointFit, names: tuple[str, str, str], contrast: Floats) -> Difference:
    state, (effect, first, second) = joint.whole, names
    value = float(contrast @ state.coefficients)
    spread = float(np.sqrt(contrast @ state.covariance @ contrast))
    df = float(degrees_of_freedom(state, contrast[None, :])[0])
    half = float(stdtrit(df, (1 + joint.level) / 2)) * spread
    low, middle, high = (to_effect(value + shift, state.link) for shift in (-half, 0.0, half))
    sentence = (
        f"{effect}: {first} against {second} {middle:+.1f} "
        f"({100 * joint.level:g} % interval {low:+.1f} to {high:+.1f})."
    )
    p_value = float(2 * stdtr(df, -abs(value) / spread))
    return Difference(effect, first, second, middle, low, high, p_value, sentence)
