"""How often the resampling tests reject where there is no effect.

Measured at a nominal 5 per cent over 2,000 series of white noise and of AR(1) noise with rho 0.5,
96 months with a step in the middle and 120 with a step after two thirds, level and trend in the
model, 199 draws; the lowest and highest of the four rejection rates in per cent (Monte Carlo
standard error 0.5). A test is trusted where all four lie within 4 to 6.

Trusted: moving blocks 4.6 to 5.1 (Newey-West statistic 4.4 to 5.5), wild 4.1 to 5.2 (4.6 to 5.3),
parametric 4.3 to 5.0 (4.4 to 5.0), circular shifts 4.4 to 5.7 (4.6 to 5.8), placebo dates 4.1 to
5.1, placebo series 4.7 to 5.2, independent weights on residuals with GLS t 4.7 to 4.9, and GLS t
with rho by REML and no resampling 5.1 to 6.0.

Not trusted: residuals of the full model (moving blocks 4.8 to 6.1, wild 5.4 to 6.5), blocks of
residuals that keep their autocorrelation 3.8 to 5.6, independent weights with Newey-West t 4.6 to
10.4 (they destroy the autocorrelation), dependent weights with GLS t 3.0 to 3.4 and with Newey-West
t 5.3 to 7.9, ranks among dates 3.7 to 5.6 and among placebo dates 4.1 to 7.6 (neighbouring dates
share months), and the t test with Newey-West errors without resampling, 7.7 to 13.8.

Stronger autocorrelation, shorter series and seasonal terms are not part of the measurement.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd
from scipy import stats

from analysis.errors import ModelError, require_known
from analysis.inference.check_draws import DrawPlan, Scheme, block_length, coloured
from analysis.inference.check_ols import newey_west_engine
from analysis.inference.check_problem import part_of, regular_noise
from analysis.inference.check_tests import (
    DateEngine,
    Regression,
    bootstrap_test,
    date_engine,
    null_noise,
    p_values,
    placebo_sizes,
    regression,
    shift_test,
)
from analysis.models.arrays import Floats
from analysis.models.design_shapes import MONTHS_PER_YEAR
from analysis.models.its_noise import MonthlyNoise

NOMINAL: Final = 0.05
DRAWS: Final = 199
CHUNK: Final = 100  # series at once; part of the seeds, so that it must not change
TRIM: Final = 0.15
CONTROLS: Final = 19
TRUSTED: Final = (4.0, 6.0)
NOISES: Final[Mapping[str, float]] = {"white noise": 0.0, "AR(1), rho 0.5": 0.5}
CELLS: Final = ((96, 48), (120, 80))  # months, and months before the step


@dataclass(frozen=True)
class SizeDesign:
    """Level, trend and step over regular months."""

    months: int
    before: int

    @cached_property
    def noise(self) -> MonthlyNoise:
        """The months."""
        return regular_noise(self.months)

    @cached_property
    def rows(self) -> Floats:
        """Regressors, the step last, shape (n, 3)."""
        month = np.arange(self.months)
        trend = (month - self.months / 2) / MONTHS_PER_YEAR
        return np.column_stack([np.ones(self.months), trend, month >= self.before]).astype(float)

    @cached_property
    def gls(self) -> Regression:
        """The test with generalised least squares."""
        return regression(self.rows, self.noise)

    @cached_property
    def ols(self) -> Regression:
        """The test with Newey-West errors; draws as with `gls`."""
        engine = newey_west_engine(self.rows, self.noise)
        return Regression(self.noise, self.gls.full, self.gls.null, engine)

    def dates(self, length: int) -> tuple[DateEngine, Sequence[int]]:
        """Return the regressions of steps at the dates of the first `length` months."""
        edge = int(np.ceil(TRIM * length))
        places = range(edge, length - edge + 1)
        month = np.arange(length)
        steps = [(month >= place).astype(float)[:, None] for place in places]
        values = slice(0, length)
        return date_engine(self.rows[values, :2], steps, part_of(self.noise, values)), places

    @cached_property
    def placebos(self) -> DateEngine:
        """Placebo dates before the step."""
        return self.dates(self.before)[0]

    @cached_property
    def everywhere(self) -> tuple[DateEngine, Sequence[int]]:
        """Dates over the whole window."""
        return self.dates(self.months)


Test = Callable[[SizeDesign, Floats, np.random.Generator], Floats]


def _bootstrap(
    scheme: Scheme, *, blacken: bool = True, restricted: bool = True, gls: bool = True
) -> Test:
    def test(design: SizeDesign, series: Floats, generator: np.random.Generator) -> Floats:
        plan = DrawPlan(scheme, DRAWS, block_length(design.months, blacken), blacken)
        model = design.gls if gls else design.ols
        return bootstrap_test(model, series, plan, generator, restricted).p_values

    return test


def _t_test(design: SizeDesign, series: Floats, _: np.random.Generator) -> Floats:
    t = design.gls.full.test(series).t
    return np.asarray(2 * stats.t.sf(np.abs(t), design.gls.full.df))


def _newey_west_t(design: SizeDesign, series: Floats, _: np.random.Generator) -> Floats:
    t = design.ols.statistic.test(series).t
    return np.asarray(2 * stats.t.sf(np.abs(t), design.gls.full.df))


def _shifts(design: SizeDesign, series: Floats, _: np.random.Generator) -> Floats:
    return shift_test(design.gls, series).p_values


def _newey_west_shifts(design: SizeDesign, series: Floats, _: np.random.Generator) -> Floats:
    return shift_test(design.ols, series).p_values


def _placebo_t(design: SizeDesign, series: Floats) -> tuple[Floats, Floats]:
    estimates, errors = design.placebos.test(series[:, : design.before])
    return design.gls.full.test(series).t, estimates / errors


def _placebo(design: SizeDesign, series: Floats, generator: np.random.Generator) -> Floats:
    plan = DrawPlan("innovations", DRAWS, 1, post_blacken=True)
    noise, _ = null_noise(design.gls, series, plan, generator, restricted=True)
    drawn = placebo_sizes(*_placebo_t(design, noise.reshape(-1, design.months)))
    return p_values(placebo_sizes(*_placebo_t(design, series)), drawn.reshape(noise.shape[:2]))


def _placebo_rank(design: SizeDesign, series: Floats, _: np.random.Generator) -> Floats:
    effect, placebos = _placebo_t(design, series)
    return p_values(np.abs(effect), np.abs(placebos))


def _dates_rank(design: SizeDesign, series: Floats, _: np.random.Generator) -> Floats:
    engine, places = design.everywhere
    estimates, errors = engine.test(series)
    own = places.index(design.before)
    t = np.abs(estimates / errors)
    return p_values(t[:, own], np.delete(t, own, axis=1))


def _space(design: SizeDesign, series: Floats, generator: np.random.Generator) -> Floats:
    """Take controls with the noise of the other series of the chunk, each series once its own."""
    t = np.abs(design.gls.full.test(series).t)
    others = np.stack([generator.choice(np.delete(t, i), CONTROLS, False) for i in range(len(t))])
    return p_values(t, others)


TESTS: Final[Mapping[str, tuple[Test, str]]] = {
    "t test": (_t_test, "GLS, rho by REML; no resampling"),
    "t test, newey_west": (_newey_west_t, "least squares, plug-in bandwidth; no resampling"),
    "moving_block_bootstrap": (_bootstrap("moving_block"), "default"),
    "moving_block_bootstrap, unrestricted": (
        _bootstrap("moving_block", restricted=False),
        "residuals of the full model",
    ),
    "moving_block_bootstrap, residuals": (
        _bootstrap("moving_block", blacken=False),
        "blocks cut autocorrelation: draws spread too little",
    ),
    "moving_block_bootstrap, newey_west": (_bootstrap("moving_block", gls=False), ""),
    "wild_bootstrap": (_bootstrap("webb"), "default: Webb weights on innovations"),
    "wild_bootstrap, rademacher": (_bootstrap("rademacher"), ""),
    "wild_bootstrap, unrestricted": (
        _bootstrap("webb", restricted=False),
        "residuals of the full model",
    ),
    "wild_bootstrap, newey_west": (_bootstrap("webb", gls=False), ""),
    "wild_bootstrap, independent weights": (
        _bootstrap("rademacher", blacken=False),
        "weights destroy autocorrelation",
    ),
    "wild_bootstrap, independent weights, newey_west": (
        _bootstrap("rademacher", blacken=False, gls=False),
        "weights destroy autocorrelation: over-rejects by theory",
    ),
    "wild_bootstrap, dependent weights": (_bootstrap("dependent_wild", blacken=False), ""),
    "wild_bootstrap, dependent weights, newey_west": (
        _bootstrap("dependent_wild", blacken=False, gls=False),
        "weights keep autocorrelation only in part",
    ),
    "parametric_bootstrap": (_bootstrap("gaussian"), "default: Gaussian innovations"),
    "parametric_bootstrap, newey_west": (_bootstrap("gaussian", gls=False), ""),
    "parametric_bootstrap, sieve": (_bootstrap("innovations"), "innovations drawn anew"),
    "randomisation_inference": (_shifts, "default: circular shifts"),
    "randomisation_inference, newey_west": (_newey_west_shifts, ""),
    "randomisation_inference, dates": (
        _dates_rank,
        "exact only for a date drawn at random, not for a given one",
    ),
    "placebo_in_time": (_placebo, "default: ratio, calibrated by AR(1) draws"),
    "placebo_in_time, rank": (_placebo_rank, "placebo dates share months"),
    "placebo_in_space": (_space, "rank among 19 independent controls"),
}


def simulate_size(
    replications: int,
    seed: int,
    tests: Sequence[str] = tuple(TESTS),
    cells: Sequence[tuple[int, int]] = CELLS,
) -> pd.DataFrame:
    """Count rejections at a nominal 5 per cent where there is no effect.

    Parameters
    ----------
    replications
        Series a cell, a multiple of 100.
    tests
        Keys of `TESTS`; every test sees the same series.
    cells
        Months of a series, and months before the step.

    Returns
    -------
    pandas.DataFrame
        `check`, `noise`, `n`, `before`, `replications`, `nominal`, `rejection_percent`,
        `monte_carlo_se` (per cent), `trusted` (all cells of a test within 4 to 6), `note`.

    Raises
    ------
    ModelError
        When a test is unknown or the replications are no multiple of 100.
    """
    for name in tests:
        require_known(name, TESTS, ModelError, f"unknown test '{name}'")
    if replications < CHUNK or replications % CHUNK:
        raise ModelError(f"{replications} replications", allowed=f"multiples of {CHUNK}")
    rows = [
        _cell(SizeDesign(*cell), noise, name, replications, seed)
        for cell in cells
        for noise in NOISES
        for name in tests
    ]
    table = pd.DataFrame(rows)
    inside = table["rejection_percent"].between(*TRUSTED).groupby(table["check"]).transform("all")
    table.insert(len(table.columns) - 1, "trusted", inside)
    return table


def _cell(
    design: SizeDesign, noise: str, name: str, replications: int, seed: int
) -> dict[str, object]:
    key = (seed, design.months, design.before, list(NOISES).index(noise))
    chunks = range(replications // CHUNK)
    found = np.concatenate([_chunk(design, noise, name, (*key, i)) for i in chunks])
    share = float(np.mean(found <= NOMINAL + 1e-12))
    return {
        "check": name,
        "noise": noise,
        "n": design.months,
        "before": design.before,
        "replications": replications,
        "nominal": NOMINAL,
        "rejection_percent": 100 * share,
        "monte_carlo_se": 100 * float(np.sqrt(share * (1 - share) / replications)),
        "note": TESTS[name][1],
    }


def _chunk(design: SizeDesign, noise: str, name: str, key: tuple[int, ...]) -> Floats:
    fresh = np.random.default_rng([*key, 0]).normal(size=(1, CHUNK, design.months))
    series = coloured(fresh, np.array([NOISES[noise]]), design.noise)[0]
    generator = np.random.default_rng([*key, 1 + list(TESTS).index(name)])
    return TESTS[name][0](design, series, generator)
