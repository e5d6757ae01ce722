"""Several series estimated together: one place's total, imports and exports, or several places.

Each series keeps its own level, trend and effects, except interventions that are named as shared
and have one coefficient in all series that have them. What joins the series is the noise, whose
autocorrelation, disagreement and common component are estimated from all reports at once. A
difference between two series' effects then carries the covariance between them.

The relative size of the noise comes from the series one by one, nothing shared, and the common
share is the maximum of a profile likelihood with normal errors; the small-sample covariance does
not count the uncertainty of either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.models.design import Design, DesignSpec, build_design
from analysis.models.interval_estimation import Converged, Options, constant_predictor, estimate
from analysis.models.interval_identification import Subspace, estimable_subspace
from analysis.models.interval_joint_parts import Settled, series_fits
from analysis.models.interval_joint_results import Difference, JointFit, SeriesFit, SharedEffect
from analysis.models.interval_joint_share import LARGEST_COMMON, best_common
from analysis.models.interval_layout import Layout
from analysis.models.interval_mean import linearise
from analysis.models.interval_rows import IntervalRows, interval_rows
from analysis.models.interval_series import fit_rows, state_of
from analysis.models.interval_stack import holders_of, stack_designs, stack_rows
from analysis.models.interval_words import convention
from analysis.models.its_windows import whole_window

__all__ = ["Difference", "JointFit", "SeriesFit", "SharedEffect", "fit_joint_series"]

PROFILED = (
    "maximum of the profile likelihood with normal errors, "
    "weights held at those of a fit with nothing in common"
)


def fit_joint_series(
    observations: Mapping[str, pd.DataFrame],
    designs: Mapping[str, DesignSpec],
    options: Options | None = None,
    *,
    common: float | None = None,
    shared: tuple[str, ...] = (),
) -> JointFit:
    """Estimate several series with a common noise component.

    Parameters
    ----------
    observations, designs
        By name of the series; the designs have one window.
    common
        Share of the noise variance in common, in [0, 0.95]; None estimates it. The estimate is
        the maximum of a profile likelihood with normal errors, the weights held at those of a fit
        with nothing in common; see `best_common`.
    shared
        Interventions with one coefficient, on the scale of the link, in all series that have
        them. Simulation finds the intervals of a shared effect somewhat short (about 92 per cent
        where 95 is nominal): read them as approximate.

    Raises
    ------
    ModelError
        When the windows differ, a series has too few reports of its own, an intervention cannot
        be shared, or a fit fails.
    """
    options = options or Options(errors="student_t")
    built = {name: build_design(whole_window(designs[name])) for name in observations}
    _check(built, common)
    stack = stack_designs(built, holders_of(built, shared))
    rows = {
        name: interval_rows(table, built[name].calendar, options.link)
        for name, table in observations.items()
    }
    layout = _layout(rows, built, options, common)
    fit, layout = _with_share(stack_rows(rows), stack.design, options, layout, common)
    settled = Settled(state_of(fit), _final(fit), rows, built, stack, layout, options.level)
    return _joint(settled, options, "given" if common is not None else PROFILED)


def _check(designs: Mapping[str, Design], common: float | None) -> None:
    if len(designs) < 2:
        raise ModelError("a joint fit needs two series or more")
    if len({design.calendar.months for design in designs.values()}) > 1:
        raise ModelError("the series have different windows", remedy="give them one window")
    if common is not None and not 0 <= common <= LARGEST_COMMON:
        raise ModelError(f"the common share is {common}", allowed=f"0 to {LARGEST_COMMON}")


def _layout(
    rows: Mapping[str, IntervalRows],
    designs: Mapping[str, Design],
    options: Options,
    common: float | None,
) -> Layout:
    scale = np.array([_own_sigma(name, rows[name], designs[name], options) for name in rows])
    series = np.repeat(np.arange(len(rows)), [len(item) for item in rows.values()])
    return Layout(series, scale / scale.mean(), common or 0.0)


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


def _with_share(
    rows: IntervalRows, design: Design, options: Options, layout: Layout, common: float | None
) -> tuple[Converged, Layout]:
    fit = _estimate(rows, design, options, layout)
    if common is not None:
        return fit, layout
    layout = replace(layout, common=best_common(fit, layout))
    return _estimate(rows, design, options, layout), layout


def _final(fit: Converged) -> Subspace:
    """Return what the reports determine at the estimate, no less than at the start."""
    final = estimable_subspace(fit.linear.shares @ fit.design.matrix)
    if final.rank < fit.subspace.rank:
        raise ModelError("the reports lose an effect at the estimate", remedy="fewer interventions")
    return final


def _joint(settled: Settled, options: Options, how: str) -> JointFit:
    whole, share = settled.whole, settled.layout.common
    words = convention(options, whole.noise)
    return JointFit(
        series=series_fits(settled),
        rho=whole.noise.rho,
        tau=whole.noise.tau,
        common=share,
        log_likelihood=whole.log_likelihood,
        whole=whole,
        columns=settled.stack.columns,
        shared=settled.stack.shared,
        convention=f"{words}; common share of the noise {share:.2f} ({how})",
        level=options.level,
    )
