"""Gravity equations by Poisson pseudo-maximum likelihood with high-dimensional fixed effects."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy import stats

from analysis.errors import ModelError, require_known
from analysis.models.arrays import Floats
from analysis.models.gravity_estimation import PoissonStep, parameters, poisson_step
from analysis.models.gravity_results import GravityCoefficient, GravityFit, Kind
from analysis.models.gravity_sample import Columns, GravitySample, gravity_sample, grouping

LOG_PREFIXES: Final = ("log_", "ln_")
EFFECT_UNITS: Final[Mapping[Kind, str]] = {
    "log": "per cent of the flow for one per cent",
    "dummy": "per cent of the flow, 100 (exp(b) - 1)",
    "level": "per cent of the flow for one unit, 100 (exp(b) - 1)",
}
CLUSTERS: Final[Mapping[str, Callable[[Columns], Mapping[str, tuple[str, ...]]]]] = {
    "pair": lambda c: {"pair": (c.exporter, c.importer)},
    "exporter": lambda c: {c.exporter: (c.exporter,)},
    "importer": lambda c: {c.importer: (c.importer,)},
    "two_way": lambda c: {c.exporter: (c.exporter,), c.importer: (c.importer,)},
}
SMALL_SAMPLE: Final[Mapping[str, str]] = {
    "fixest": "G/(G-1) (n-1)/(n-K), G the smallest number of clusters, K as fixest counts it "
    "(effects nested in a cluster count once)",
    "clusters": "G/(G-1), G the smallest number of clusters",
    "none": "no small-sample factor",
}
THREE_WAY_NOTE: Final = (
    "three-way PPML has an incidental-parameter bias of order 1/N in the estimates, N countries, "
    "and its clustered standard errors are too small by the same order (Weidner and Zylkin 2021); "
    "see the analytical correction and the split-panel jackknife"
)
TWO_WAY_NOTE: Final = (
    "PPML with exporter and importer effects has no incidental-parameter bias in the estimates; "
    "clustered standard errors are too small by order 1/N, N countries (Weidner and Zylkin 2021)"
)
NOTES: Final[Mapping[str, tuple[str, ...]]] = {
    "two_way": (TWO_WAY_NOTE,),
    "two_way_by_period": (TWO_WAY_NOTE,),
    "three_way": (THREE_WAY_NOTE,),
    "pair_and_period": (),
}


def fit_gravity(
    frame: pd.DataFrame,
    *,
    flow: str,
    exporter: str,
    importer: str,
    period: str,
    regressors: Sequence[str],
    fixed_effects: str = "two_way",
    cluster: str = "pair",
    small_sample: str = "fixest",
    logs: Collection[str] | None = None,
    level: float = 0.95,
) -> GravityFit:
    """Fit a gravity equation.

    Parameters
    ----------
    frame
        One row for each exporter, importer and period; flows in levels, zeros included.
    fixed_effects
        `two_way` (exporter, importer, period), `two_way_by_period` (exporter-period,
        importer-period), `three_way` (these and the directed pair) or `pair_and_period`.
    cluster
        `pair` (directed), `exporter`, `importer` or `two_way` (exporter and importer).
    small_sample
        `fixest`, `clusters` or `none`, see `SMALL_SAMPLE`.
    logs
        Regressors in logs, whose coefficient is an elasticity; by default those whose name begins
        with `log_` or `ln_`.
    level
        Coverage of the intervals.

    Returns
    -------
    GravityFit
        With what was dropped, and the convention of the standard errors.

    Raises
    ------
    ModelError
        When columns, keys or flows are at fault, a regressor is absorbed or collinear, or the
        covariance cannot be computed.

    Notes
    -----
    Santos Silva and Tenreyro (2006); separation by Correia, Guimarães and Zylkin (2019, 2020).
    Intervals use Student's t with the smallest number of clusters less one degrees of freedom.
    """
    _require(cluster, CLUSTERS, "clustering")
    _require(small_sample, SMALL_SAMPLE, "small-sample factor")
    if not 0 < level < 1:
        raise ModelError(f"level {level} is no coverage", allowed="between 0 and 1, as in 0.95")
    columns = Columns(flow, exporter, importer, period, tuple(regressors))
    sample = gravity_sample(frame.reset_index(drop=True), columns, fixed_effects)
    step = poisson_step(sample, clusters_of(sample, cluster))
    clusters = clusters_of(step.sample, cluster)
    return _result(step, clusters, small_sample, logs, level, NOTES[fixed_effects])


def clusters_of(sample: GravitySample, cluster: str) -> dict[str, pd.Categorical]:
    """Return the cluster of each observation by clustering dimension."""
    parts = CLUSTERS[cluster](sample.columns)
    return {name: grouping(sample.keys, keys) for name, keys in parts.items()}


def _require(word: str, allowed: Mapping[str, Any], what: str) -> None:
    require_known(word, allowed, ModelError, f"unknown {what} '{word}'")


def _result(
    step: PoissonStep,
    clusters: Mapping[str, pd.Categorical],
    small_sample: str,
    logs: Collection[str] | None,
    level: float,
    notes: tuple[str, ...],
) -> GravityFit:
    sizes = {name: len(groups.categories) for name, groups in clusters.items()}
    factor = _factor(step.sample, clusters, small_sample)
    covariance = step.sandwich * factor
    df = min(sizes.values()) - 1
    return GravityFit(
        _coefficients(step, covariance, df, level, logs),
        covariance,
        {name: len(groups.categories) for name, groups in step.sample.effects.items()},
        sizes,
        len(step.sample.flow),
        df,
        factor,
        level,
        step.deviance,
        _convention(sizes, small_sample, df, level),
        step.dropped,
        notes + tuple(str(item) for item in step.dropped),
    )


def _factor(
    sample: GravitySample, clusters: Mapping[str, pd.Categorical], small_sample: str
) -> float:
    n, smallest = len(sample.flow), min(len(groups.categories) for groups in clusters.values())
    if smallest < 2:
        raise ModelError(
            f"{smallest} cluster of {', '.join(clusters)} in the estimation sample",
            allowed="two or more clusters",
        )
    count = parameters(sample, clusters)
    if small_sample == "fixest" and n <= count:
        raise ModelError(f"{n} observations for {count} parameters", remedy="use fewer effects")
    by_clusters = smallest / (smallest - 1)
    factors = {
        "fixest": by_clusters * (n - 1) / (n - count),
        "clusters": by_clusters,
        "none": 1.0,
    }
    return factors[small_sample]


def _convention(sizes: Mapping[str, int], small_sample: str, df: int, level: float) -> str:
    what = " and ".join(f"{name} ({size})" for name, size in sizes.items())
    return (
        f"clustered by {what}; {SMALL_SAMPLE[small_sample]}; "
        f"{100 * level:g} % intervals by Student's t with {df} degrees of freedom"
    )


def _coefficients(
    step: PoissonStep,
    covariance: Floats,
    df: int,
    level: float,
    logs: Collection[str] | None,
) -> tuple[GravityCoefficient, ...]:
    names = step.sample.columns.regressors
    unknown = sorted(set(logs or ()) - set(names))
    if unknown:
        raise ModelError(f"'{unknown[0]}' is said to be in logs", allowed=", ".join(names))
    variances = np.diag(covariance)
    if (variances <= 0).any():
        worst = names[int(np.argmin(variances))]
        raise ModelError(
            f"the variance of '{worst}' is not positive under this clustering",
            remedy="cluster one way; two-way variances need many clusters in both directions",
        )
    quantile = float(stats.t.ppf((1 + level) / 2, df))
    return tuple(
        _coefficient(
            name,
            _kind(name, step.sample.regressors[:, k], logs),
            (float(step.estimates[k]), float(np.sqrt(variances[k])), quantile),
            df,
        )
        for k, name in enumerate(names)
    )


def _kind(name: str, values: Floats, logs: Collection[str] | None) -> Kind:
    if name in logs if logs is not None else name.startswith(LOG_PREFIXES):
        return "log"
    return "dummy" if np.isin(values, (0.0, 1.0)).all() else "level"


def _coefficient(
    name: str, kind: Kind, numbers: tuple[float, float, float], df: int
) -> GravityCoefficient:
    estimate, error, quantile = numbers
    bounds = (estimate, estimate - quantile * error, estimate + quantile * error)
    effect = bounds if kind == "log" else tuple(float(100 * np.expm1(b)) for b in bounds)
    p_value = float(2 * stats.t.sf(abs(estimate / error), df))
    return GravityCoefficient(
        name,
        kind,
        estimate,
        error,
        bounds[1],
        bounds[2],
        p_value,
        effect[0],
        effect[1],
        effect[2],
        EFFECT_UNITS[kind],
    )
