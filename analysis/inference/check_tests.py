"""The resampling tests on arrays: one series or thousands, the same arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from analysis.inference.check_draws import DrawPlan, circular_shifts, noise_draws
from analysis.inference.check_gls import (
    GRID,
    GlsEngine,
    Tested,
    gls_engine,
    nearest_place,
    whiteners_of,
)
from analysis.models.arrays import Floats
from analysis.models.its_noise import MonthlyNoise

TIE = 1e-9  # statistics this close, relatively, count as equal, against the effect


class Engine(Protocol):
    """Whatever estimates the tested coefficient of many draws."""

    def test(self, draws: Floats) -> Tested:
        """Estimate draws (B, n)."""
        ...


@dataclass(frozen=True)
class NullSample:
    """Statistics of R series and of their draws under no effect.

    Attributes
    ----------
    observed
        Shape (R,).
    draws
        Shape (R, B).
    rho
        Autocorrelation behind the draws, shape (R,).
    """

    observed: Floats
    draws: Floats
    rho: Floats

    @property
    def p_values(self) -> Floats:
        """Two-sided: (1 + draws as far from zero) / (B + 1), shape (R,)."""
        return p_values(np.abs(self.observed), np.abs(self.draws))


def p_values(observed: Floats, draws: Floats) -> Floats:
    """Return (1 + draws as large) / (B + 1), shapes (R,) and (R, B)."""
    reached = (draws >= observed[:, None] * (1 - TIE)).sum(axis=1)
    return np.asarray((1 + reached) / (draws.shape[1] + 1))


@dataclass(frozen=True)
class Regression:
    """The engines of one design: full model, model under no effect, and the statistic.

    Attributes
    ----------
    full, null
        Generalised least squares with and without the tested column.
    statistic
        What studentises the effect; `full` or another engine.
    """

    noise: MonthlyNoise
    full: GlsEngine
    null: GlsEngine
    statistic: Engine


def regression(rows: Floats, noise: MonthlyNoise, statistic: Engine | None = None) -> Regression:
    """Factorise a design (n, k), its tested column last, with and without that column.

    Raises
    ------
    ModelError
        When no residual degree of freedom is left.
    """
    whiteners = whiteners_of(noise)
    full = gls_engine(rows, whiteners)
    return Regression(noise, full, gls_engine(rows[:, :-1], whiteners), statistic or full)


def null_noise(
    model: Regression,
    responses: Floats,
    plan: DrawPlan,
    generator: np.random.Generator,
    restricted: bool,
) -> tuple[Floats, Floats]:
    """Return noise (R, B, n) from the residuals of R series, and their autocorrelation (R,).

    Parameters
    ----------
    restricted
        Whether residuals are those under no effect.
    """
    engine = model.null if restricted else model.full
    rho = engine.rho_of(responses)
    residuals = engine.residuals(responses, rho)
    return noise_draws(residuals, rho, model.noise, plan, generator), rho


def bootstrap_test(
    model: Regression,
    responses: Floats,
    plan: DrawPlan,
    generator: np.random.Generator,
    restricted: bool,
) -> NullSample:
    """Compare t of R series (R, n) with t of noise alone: the percentile-t bootstrap.

    The terms other than the effect are left out of the draws, because t does not change with them.
    """
    noise, rho = null_noise(model, responses, plan, generator, restricted)
    series, draws, n = noise.shape
    drawn = model.statistic.test(noise.reshape(-1, n)).t.reshape(series, draws)
    return NullSample(model.statistic.test(responses).t, drawn, rho)


def shift_test(model: Regression, responses: Floats) -> NullSample:
    """Compare t of R series with t of every circular shift of their residuals under no effect."""
    rho = model.null.rho_of(responses)
    residuals = model.null.residuals(responses, rho)
    shifted = circular_shifts(residuals)
    series, draws, n = shifted.shape
    drawn = model.statistic.test(shifted.reshape(-1, n)).t.reshape(series, draws)
    return NullSample(model.statistic.test(responses).t, drawn, rho)


@dataclass(frozen=True)
class DateEngine:
    """One regression a date, by generalised least squares at the rho of the shared base.

    Attributes
    ----------
    base
        Engine of the model without a candidate; gives rho.
    basis, corner
        Q'W of each date, shape (G, J, k, n), and last element of its triangle, shape (G, J).
    """

    base: GlsEngine
    basis: Floats
    corner: Floats

    def test(self, draws: Floats) -> tuple[Floats, Floats]:
        """Return estimates and standard errors of each draw and date, both (B, J)."""
        left = draws - (draws @ self.base.plain) @ self.base.plain.T
        places = nearest_place(self.base.rho_of(left))
        dates, k, n = self.basis.shape[1:]
        estimates = np.empty((len(draws), dates))
        errors = np.empty_like(estimates)
        for g in np.unique(places):
            chosen = places == g
            seen = (left[chosen] @ self.basis[g].reshape(-1, n).T).reshape(-1, dates, k)
            whole = self.base.forms.of(left[chosen])[:, [g]]
            squares = np.maximum(whole - (seen**2).sum(axis=2), np.finfo(float).tiny)
            estimates[chosen] = seen[..., -1] / self.corner[g]
            errors[chosen] = np.sqrt(squares / (n - k)) / np.abs(self.corner[g])
        return estimates, errors


def date_engine(base: Floats, candidates: Sequence[Floats], noise: MonthlyNoise) -> DateEngine:
    """Factorise the regressions of the dates.

    Parameters
    ----------
    base
        Shape (n, k0), of full rank.
    candidates
        Columns that each date adds, each of shape (n, q), the tested column last.

    Raises
    ------
    ModelError
        When no residual degree of freedom is left.
    """
    whiteners = whiteners_of(noise)
    shared = gls_engine(base, whiteners)
    width = base.shape[1] + candidates[0].shape[1]
    basis = np.empty((len(GRID), len(candidates), width, len(base)))
    corner = np.empty((len(GRID), len(candidates)))
    whole = np.stack([np.hstack([base, added]) for added in candidates])
    for g, whitener in enumerate(whiteners.matrices):
        q, r = np.linalg.qr(whitener @ whole)
        basis[g] = np.swapaxes(q, 1, 2) @ whitener
        corner[g] = r[:, -1, -1]
    return DateEngine(shared, basis, corner)


def placebo_sizes(effect: Floats, placebos: Floats) -> Floats:
    """Return |t| of the effect (B,) beside the root mean square of placebo t (B, J), shape (B,)."""
    return np.asarray(np.abs(effect) / np.sqrt((placebos**2).mean(axis=1)))
