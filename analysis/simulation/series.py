"""Simulation studies of inference for regular series, as raw tables."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import product
from typing import Final

import numpy as np
import pandas as pd

from analysis.data_management.results import long_results
from analysis.inference.check_size import CELLS, simulate_size
from analysis.inference.multiplicity_simulation import simulate_error_rates
from analysis.inference.power import run_power
from analysis.inference.power_plan import PowerPlan
from analysis.models.break_simulation import simulate_break_size, simulate_estimated_rho
from analysis.models.design_shapes import MONTHS_PER_YEAR
from analysis.models.structural_breaks import SIZE
from analysis.simulation.gather import gather

Tables = Mapping[str, pd.DataFrame]
YEARS_BEFORE: Final = (2.0, 3.0, 5.0, 7.0, 10.0)
YEARS_AFTER: Final = (1.0, 2.0, 3.0, 5.0)
RHOS: Final = (0.0, 0.2, 0.4, 0.6, 0.8)
EFFECTS: Final = (0.25, 0.5, 1.0, 1.5, 2.0)
BREAK_LENGTHS: Final = (60, 120)
BREAK_RHOS: Final = (0.0, 0.5)
ESTIMATED: Final = ((60, 0.5), (120, 0.0), (120, 0.5))
"""Values and autocorrelation."""


def power_surface(replications: int, seed: int, workers: int) -> Tables:
    """Power and size of a step by years before and after, autocorrelation and effect."""
    windows = product(YEARS_BEFORE, YEARS_AFTER, RHOS)
    parts = [partial(power_rows, replications, seed, *window) for window in windows]
    return {"power_surface": gather(parts, workers)}


def power_rows(
    replications: int, seed: int, before: float, after: float, rho: float
) -> pd.DataFrame:
    """Power of every estimator in one window with one autocorrelation."""
    plan = PowerPlan((before,), (after,), (rho,), EFFECTS, replications=replications, seed=seed)
    table = run_power(plan).table
    wide = table.assign(
        months_before=(table["years_before"] * MONTHS_PER_YEAR).round().astype(int),
        months_after=(table["years_after"] * MONTHS_PER_YEAR).round().astype(int),
    )
    settings = ["months_before", "months_after", "rho", "effect", "estimator"]
    measures = {"power": ("power", None), "rejection_rate": ("size", None)}
    return long_results("power_surface", wide, settings, measures, replications)


def size_of_checks(replications: int, seed: int, workers: int) -> Tables:
    """Size of the resampling tests of an effect, by noise and window."""
    parts = [partial(size_rows, replications, seed, cell) for cell in CELLS]
    return {"size_of_checks": gather(parts, workers)}


def size_rows(replications: int, seed: int, cell: tuple[int, int]) -> pd.DataFrame:
    """Size of every test in one window."""
    table = simulate_size(replications, seed, cells=(cell,))
    wide = table.rename(columns={"n": "months"}).assign(share=table["rejection_percent"] / 100)
    settings = ["check", "noise", "months", "before"]
    rates = {"rejection_rate": ("share", None)}
    return long_results("size_of_checks", wide, settings, rates, "replications")


def break_size(replications: int, seed: int, workers: int) -> Tables:
    """Size of the tests for breaks at unknown dates."""
    cells = product(BREAK_LENGTHS, BREAK_RHOS)
    parts = [partial(break_rows, replications, seed, *cell) for cell in cells]
    return {"break_size": gather(parts, workers)}


def break_rows(replications: int, seed: int, values: int, rho: float) -> pd.DataFrame:
    """Size of every break test in series of one length and autocorrelation."""
    table = simulate_break_size(replications, seed, lengths=(values,), rho=(rho,))
    wide = table.rename(columns={"n": "values"})
    settings = ["design", "values", "rho", "test", "p_value"]
    rates = {"rejection_rate": ("rate", None)}
    return long_results("break_size", wide, settings, rates, "replications")


def break_size_estimated_rho(replications: int, seed: int, workers: int) -> Tables:
    """Size of the sup-F test whose p-value is simulated with an estimated autocorrelation."""
    parts = [partial(estimated_rho_rows, replications, seed, *cell) for cell in ESTIMATED]
    return {"break_size_estimated_rho": gather(parts, workers)}


def estimated_rho_rows(replications: int, seed: int, values: int, rho: float) -> pd.DataFrame:
    """Share of rejections and mean of the estimated autocorrelation in one setting."""
    found = simulate_estimated_rho(replications, seed, n=values, rho=rho)
    wide = pd.DataFrame(
        {
            "values": [values],
            "rho": [rho],
            "rejected": [(found["p_value"] <= SIZE).mean()],
            "mean": [found["rho"].mean()],
            "mean_error": [found["rho"].std(ddof=1) / np.sqrt(replications)],
        }
    )
    measures = {"rejection_rate": ("rejected", None), "mean": ("mean", "mean_error")}
    return long_results("break_size", wide, ["values", "rho"], measures, replications)


def multiplicity_error_rates(replications: int, seed: int, workers: int) -> Tables:
    """Error rates of adjustments for several hypotheses."""
    wide = gather([partial(simulate_error_rates, replications, seed)], workers)
    measures = {
        "family_wise_error": ("family_wise_error", None),
        "false_discovery_rate": ("false_discovery", None),
        "power": ("power", None),
    }
    long = long_results("multiplicity", wide, ["method"], measures, replications)
    return {"multiplicity_error_rates": long}
