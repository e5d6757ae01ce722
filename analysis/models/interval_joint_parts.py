"""What a joint fit says of each series, and of each effect that several series share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from analysis.models.design import Design
from analysis.models.interval_effects import coefficient_table, effects_of
from analysis.models.interval_findings import Effect
from analysis.models.interval_identification import (
    Identification,
    Solution,
    Subspace,
    estimable_subspace,
    identify,
)
from analysis.models.interval_joint_results import SeriesFit, SharedEffect
from analysis.models.interval_layout import Layout
from analysis.models.interval_rows import IntervalRows
from analysis.models.interval_stack import Indices, Stack, stack_rows
from analysis.models.interval_state import FitState


@dataclass(frozen=True)
class Settled:
    """A settled joint fit: its arrays, what the reports determine, and how it was laid out."""

    whole: FitState
    subspace: Subspace
    rows: Mapping[str, IntervalRows]
    designs: Mapping[str, Design]
    stack: Stack
    layout: Layout
    level: float

    def sigma(self, name: str) -> float:
        """Return the standard deviation of the monthly noise of one series."""
        return float(self.whole.noise.sigma * self.layout.scale[list(self.rows).index(name)])


def series_fits(fit: Settled) -> tuple[SeriesFit, ...]:
    """Return what the fit says of each series."""
    shared = {name: _shared(fit, name) for name in fit.stack.shared}
    return tuple(_series(fit, name, shared) for name in fit.rows)


def _series(
    fit: Settled, name: str, shared: Mapping[str, tuple[SharedEffect, Identification]]
) -> SeriesFit:
    design, own = fit.designs[name], fit.stack.columns[name]
    state = _block(fit, (name,), design, own)
    state = replace(state, noise=replace(state.noise, sigma=fit.sigma(name)))
    pooled = {k: item for k, item in shared.items() if name in item[0].shared_by}
    found = tuple(
        pooled[term.name][1] if term.name in pooled else item
        for term, item in zip(design.terms, _identified(state), strict=True)
    )
    effects = tuple(
        pooled[effect.name][0] if effect.name in pooled else effect
        for effect in _effects(state, found, fit.level)
    )
    return SeriesFit(name, effects, found, fit.sigma(name), state, fit.level)


def _shared(fit: Settled, name: str) -> tuple[SharedEffect, Identification]:
    """Judge a shared effect on all reports of the series that have it."""
    series = fit.stack.shared[name]
    state = _block(fit, series, *fit.stack.part(series))
    found = _identified(state)
    effect = next(e for e in _effects(state, found, fit.level) if e.name == name)
    marked = SharedEffect(**vars(effect), shared_by=series)
    sentence = f"{effect.sentence[:-1]}; one coefficient for {' and '.join(series)}."
    return replace(marked, sentence=sentence), found[state.design.names.index(name)]


def _identified(state: FitState) -> tuple[Identification, ...]:
    solution = Solution(state.precision, state.model_covariance)
    return identify(state.design, state.rows, state.sensitivity, state.subspace, solution)


def _effects(
    state: FitState, found: tuple[Identification, ...], level: float
) -> tuple[Effect, ...]:
    coefficients = coefficient_table(state, found, level)
    return effects_of(state.design, coefficients, found, state.link, level)


def _block(fit: Settled, series: tuple[str, ...], design: Design, own: Indices) -> FitState:
    """Return the block of some series; their reports stay among all others in the precision.

    The null directions are those of all reports, since a shared effect that another series
    determines frees the terms beside it; the rank is that of the reports of the block alone.
    """
    whole, square = fit.whole, np.ix_(own, own)
    numbers = [k for k, name in enumerate(fit.rows) if name in series]
    members = np.isin(fit.layout.series, numbers)
    alone = estimable_subspace(whole.sensitivity[members][:, own])
    return replace(
        whole,
        design=design,
        rows=stack_rows({name: fit.rows[name] for name in series}),
        subspace=Subspace(alone.basis, fit.subspace.null[own], fit.subspace.scale[own]),
        coefficients=whole.coefficients[own],
        covariance=whole.covariance[square],
        model_covariance=whole.model_covariance[square],
        sensitivity=whole.sensitivity[:, own],
        covariance_slopes=np.asarray([slope[square] for slope in whole.covariance_slopes]),
    )
