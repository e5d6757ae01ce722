"""Simulation studies of inference for panels and pairs of countries, as raw tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import product
from typing import Final

import numpy as np
import pandas as pd

from analysis.data_management.results import long_results
from analysis.inference.cluster_simulation import REGRESSORS, simulate_cluster_inference
from analysis.inference.randomisation_simulation import simulate_group_randomisation
from analysis.inference.randomisation_size import simulate_permutation_test
from analysis.models.dyads_simulation import simulate_dyads
from analysis.models.event_study import ESTIMATORS
from analysis.models.event_study_simulation import StaggeredDesign, simulate_event_studies
from analysis.models.gravity_simulation import simulate_gravity_bias
from analysis.simulation.gather import gather

Tables = Mapping[str, pd.DataFrame]
CLUSTERS: Final = (5, 6, 10, 30)
COHORT_SIZES: Final = (3, 6, 12)
PPML: Final = {"ppml": "", "ppml_corrected": "_corrected"}
"""Estimator -> ending of its columns in the result of the simulation."""


def cluster_inference(replications: int, seed: int, workers: int) -> Tables:
    """Size and power of inference with few clusters."""
    cells = product(CLUSTERS, REGRESSORS)
    parts = [partial(cluster_rows, replications, seed, *cell) for cell in cells]
    return {"cluster_inference": gather(parts, workers)}


def cluster_rows(replications: int, seed: int, clusters: int, design: str) -> pd.DataFrame:
    """Size and power of every method in one design."""
    table = simulate_cluster_inference(replications, seed, clusters=(clusters,), designs=(design,))
    wide = table.assign(exact=0.0)
    measures = {
        "rejection_rate": ("size", None),
        "power": ("power", None),
        "smallest_p_value": ("smallest_p_value", "exact"),
    }
    settings = ["clusters", "design", "method"]
    return long_results("few_clusters", wide, settings, measures, "replications")


def event_study_coverage(replications: int, seed: int, workers: int) -> Tables:
    """Coverage, bias and spread of event-study estimators by units in a cohort."""
    parts = [partial(event_study_rows, replications, seed, size) for size in COHORT_SIZES]
    return {"event_study_coverage": gather(parts, workers)}


def event_study_rows(
    replications: int, seed: int, size: int, estimators: Sequence[str] = tuple(ESTIMATORS)
) -> pd.DataFrame:
    """Coverage, bias and spread of estimators at one size of cohorts."""
    design = StaggeredDesign(units=size)
    table = simulate_event_studies(replications, seed, design=design, estimators=estimators)
    wide = _with_errors(table.assign(units_per_cohort=size))
    measures = {
        "coverage": ("coverage", None),
        "bias": ("bias", "bias_error"),
        "spread": ("sd", "sd_error"),
    }
    settings = ["units_per_cohort", "estimator"]
    return long_results("event_study", wide, settings, measures, "replications")


def gravity_bias(replications: int, seed: int, workers: int) -> Tables:
    """Bias of three-way PPML, with and without its correction."""
    table = gather([partial(simulate_gravity_bias, replications, seed)], workers)
    parts = [
        table[["countries", "periods", "replications"]].assign(
            estimator=name,
            bias=table[f"bias{ending}"],
            sd=table[f"standard_deviation{ending}"],
        )
        for name, ending in PPML.items()
    ]
    wide = _with_errors(pd.concat(parts, ignore_index=True))
    measures = {"bias": ("bias", "bias_error"), "spread": ("sd", "sd_error")}
    settings = ["countries", "periods", "estimator"]
    return {"gravity_bias": long_results("gravity", wide, settings, measures, "replications")}


def dyads_size(replications: int, seed: int, workers: int) -> Tables:
    """Size of the dyadic t test, and how often its variance is refused."""
    table = gather([partial(simulate_dyads, replications, seed)], workers)
    wide = table.assign(failed=table["refused"] / table["replications"])
    measures = {"rejection_rate": ("share", None), "failure_rate": ("failed", None)}
    long = long_results("dyads", wide, ["units", "regressor"], measures, "replications")
    return {"dyads_size": long}


def randomisation(replications: int, seed: int, workers: int) -> Tables:
    """Size of the permutation test."""
    wide = gather([partial(simulate_permutation_test, replications, seed)], workers)
    rates = {"rejection_rate": ("share", None)}
    settings = ["scenario", "statistic"]
    return {"randomisation": long_results("permutation", wide, settings, rates, "replications")}


def randomisation_groups(replications: int, seed: int, workers: int) -> Tables:
    """Size of the comparison of a group of countries with groups like it."""
    wide = gather([partial(simulate_group_randomisation, replications, seed)], workers)
    settings = ["paths", "group_from", "reference", "nominal"]
    rates = {"rejection_rate": ("share", None)}
    long = long_results("groups", wide, settings, rates, "replications")
    return {"randomisation_groups": long}


def _with_errors(table: pd.DataFrame) -> pd.DataFrame:
    """Add the Monte Carlo errors of a mean and of a standard deviation of normal estimates."""
    count = table["replications"]
    return table.assign(
        bias_error=table["sd"] / np.sqrt(count),
        sd_error=table["sd"] / np.sqrt(2 * (count - 1)),
    )
