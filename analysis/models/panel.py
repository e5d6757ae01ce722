"""Panel regressions behind one interface: seven models, eight covariances, one kind of result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, get_args

import numpy as np
import pandas as pd
from scipy import linalg

from analysis.errors import ModelError, require_known
from analysis.inference.wild_cluster import Weights
from analysis.models.arrays import Floats
from analysis.models.panel_conventions import lookup_convention
from analysis.models.panel_covariances import infer
from analysis.models.panel_effects import clustering
from analysis.models.panel_estimators import (
    ABSORBED,
    ESTIMATORS,
    Transformed,
    independent_columns,
)
from analysis.models.panel_inference import ILL_CONDITIONED, CovarianceRequest, Inference, Solved
from analysis.models.panel_results import Dropped, Integers, PanelCoefficient, PanelFit
from analysis.models.panel_rows import panel_rows

Model = Literal[
    "pooled",
    "fixed",
    "two_way",
    "random",
    "between",
    "first_difference",
    "correlated_random",
]
Covariance = Literal[
    "unadjusted",
    "robust",
    "clustered",
    "driscoll_kraay",
    "newey_west",
    "cr2",
    "cr3",
    "wild_cluster",
]
MODELS: tuple[str, ...] = get_args(Model)
COVARIANCES: tuple[str, ...] = get_args(Covariance)
MOST_CLUSTERINGS = 2
# Residuals below this share of the largest outcome are what rounding leaves.
PERFECT = 1e-13


def fit_panel(
    frame: pd.DataFrame,
    *,
    outcome: str,
    regressors: Sequence[str],
    unit: str,
    time: str,
    model: Model = "fixed",
    covariance: Covariance = "clustered",
    clusters: Sequence[str] | None = None,
    convention: str = "fixest",
    level: float = 0.95,
    bandwidth: int | None = None,
    draws: int = 9_999,
    seed: int = 0,
    weights: Weights = "rademacher",
) -> PanelFit:
    """Fit a linear panel model.

    Parameters
    ----------
    frame
        One row for each unit and period, in any order. Periods that are whole numbers or pandas
        periods keep their distances; dates and words count by their order.
    model
        `pooled` (with a constant), `fixed` (unit effects), `two_way` (unit and period effects),
        `random` (Swamy and Arora), `between` (unit means), `first_difference` (no constant) or
        `correlated_random` (Mundlak).
    covariance
        `unadjusted`, `robust`, `clustered` (one or two ways), `driscoll_kraay`, `newey_west`
        (within units), `cr2`, `cr3` or `wild_cluster` (restricted).
    clusters
        Columns to cluster by, one or two; the unit if not given. Used by the clustered kinds.
    convention
        Name of the small-sample convention; see `panel_conventions.conventions_table`. CR2, CR3
        and unadjusted errors have one convention of their own.
    bandwidth
        Largest lag of Driscoll–Kraay and Newey–West; floor(4 (T/100)^(2/9)) if not given.
    draws, seed, weights
        Of the wild cluster bootstrap; with 12 clusters or fewer and Rademacher weights all sign
        vectors are taken and none of these matters.

    Raises
    ------
    ModelError
        When the table, the model or the covariance cannot be used; it names the variable, unit
        or cluster.
    """
    _refuse_unknown_model(model)
    if not regressors:
        raise ModelError("no regressor was named", allowed="one regressor or more")
    names = _cluster_names(clusters, unit, covariance)
    rule = lookup_convention(convention)
    _refuse_level(level)
    panel = panel_rows(frame, outcome, regressors, unit, time, names)
    problem = _identified(ESTIMATORS[model](panel))
    solved = solve(problem)
    _refuse_perfect_fit(solved, outcome)
    groups = tuple(clustering(problem, name, unit, time) for name in names)
    request = CovarianceRequest(rule, groups, level, bandwidth, draws, seed, weights)
    return _result(model, outcome, covariance, level, solved, infer(solved, covariance, request))


CLUSTERED_KINDS = ("clustered", "cr2", "cr3", "wild_cluster")


def _refuse_unknown_model(model: str) -> None:
    require_known(model, ESTIMATORS, ModelError, f"unknown panel model '{model}'")


def _refuse_level(level: float) -> None:
    if not 0 < level < 1:
        raise ModelError(f"the level {level} is no share", allowed="between 0 and 1, such as 0.95")


def _cluster_names(clusters: Sequence[str] | None, unit: str, covariance: str) -> tuple[str, ...]:
    if covariance not in CLUSTERED_KINDS:
        if clusters is not None:
            raise ModelError(
                f"`clusters` were named, but the covariance is '{covariance}'",
                allowed=f"clusters with {', '.join(CLUSTERED_KINDS)}",
                remedy="choose a clustered covariance or leave `clusters` out",
            )
        return ()
    names = (unit,) if clusters is None else tuple(clusters)
    if not 1 <= len(names) <= MOST_CLUSTERINGS or len(set(names)) < len(names):
        raise ModelError(
            f"the clusters {', '.join(names) or 'are empty'}",
            allowed="one column, or two different ones",
        )
    return names


def _identified(problem: Transformed) -> Transformed:
    """Leave out columns that effects absorb or that repeat others, and report them."""
    kept = independent_columns(problem.design, problem.scales)
    if len(kept) == 0:
        raise ModelError(
            f"no regressor is left: {', '.join(problem.names)} vary only with the effects "
            f"({', '.join(problem.effects) or 'none'}) or not at all",
            allowed="regressors that vary within the effects",
        )
    out = [position for position in range(len(problem.names)) if position not in kept]
    constant = problem.constant if problem.constant in kept else None
    return replace(
        problem,
        design=problem.design[:, kept] if out else problem.design,
        names=tuple(problem.names[position] for position in kept),
        scales=problem.scales[kept],
        constant=constant,
        dropped=(*problem.dropped, *(_reason(problem, position, kept) for position in out)),
    )


def _reason(problem: Transformed, position: int, kept: Integers) -> Dropped:
    name = problem.names[position]
    column = problem.design[:, position]
    if np.sqrt(column @ column) <= ABSORBED * max(problem.scales[position], np.finfo(float).tiny):
        effects = f"the {' and '.join(problem.effects)} effects"
        cause = effects if problem.effects else "differences or means over time"
        return Dropped("absorbed", name, f"'{name}' is absorbed by {cause}")
    weights = np.linalg.lstsq(problem.design[:, kept], column, rcond=None)[0]
    sizes = np.abs(weights) * np.sqrt((problem.design[:, kept] ** 2).sum(axis=0))
    partners = [
        problem.names[other]
        for other, size in zip(kept, sizes, strict=True)
        if size > np.sqrt(ABSORBED) * sizes.max()
    ]
    return Dropped("collinear", name, f"'{name}' is a combination of {', '.join(partners)}")


def solve(problem: Transformed) -> Solved:
    """Solve by a root of the scaled cross-products, with one step of refinement.

    Raises
    ------
    ModelError
        When there are no more rows than columns.
    """
    design, response = problem.design, problem.response
    if len(response) <= design.shape[1]:
        raise ModelError(
            f"{len(response)} rows cannot support {design.shape[1]} coefficients",
            remedy="use fewer regressors or more rows",
        )
    size = np.sqrt(np.einsum("ij,ij->j", design, design))
    gram = design.T @ design / np.outer(size, size)
    condition = float(np.linalg.cond(gram))
    root = linalg.cholesky(gram) if condition < ILL_CONDITIONED else _root(design / size)
    inverse = linalg.solve_triangular(root, np.eye(len(size))) / size[:, None]
    estimates = inverse @ (inverse.T @ (design.T @ response))
    estimates = estimates + inverse @ (inverse.T @ (design.T @ (response - design @ estimates)))
    return Solved(problem, estimates, response - design @ estimates, inverse, condition)


def _root(design: Floats) -> Floats:
    """Upper triangular root of the cross-products without forming them, shape (k, k)."""
    return np.asarray(linalg.qr(design, mode="r", check_finite=False)[0][: design.shape[1]])


def _result(
    model: str,
    outcome: str,
    covariance: str,
    level: float,
    solved: Solved,
    inference: Inference,
) -> PanelFit:
    problem, panel = solved.problem, solved.problem.panel
    unit_codes, time_codes = panel.unit[problem.source], panel.time[problem.source]
    return PanelFit(
        model=model,
        outcome=outcome,
        coefficients=_coefficients(solved, inference),
        covariance_matrix=inference.matrix,
        covariance=covariance,
        convention=inference.convention,
        level=level,
        dropped=(*panel.dropped, *problem.dropped),
        r2=_r2(solved),
        rows=len(problem.response),
        units=int(np.count_nonzero(np.bincount(unit_codes))),
        periods=int(np.count_nonzero(np.bincount(time_codes))),
        balanced=panel.balanced,
        residuals=solved.residuals,
        unit_codes=unit_codes,
        time_codes=time_codes,
        unit_labels=panel.unit_labels,
        details=problem.details,
        notes=inference.notes,
    )


def _coefficients(solved: Solved, inference: Inference) -> tuple[PanelCoefficient, ...]:
    columns = (
        solved.estimates,
        inference.standard_errors,
        inference.df,
        inference.lower,
        inference.upper,
        inference.p_values,
    )
    return tuple(
        PanelCoefficient(name, *(float(column[position]) for column in columns))
        for position, name in enumerate(solved.problem.names)
    )


def _refuse_perfect_fit(solved: Solved, outcome: str) -> None:
    """Residuals at the level of rounding would give standard errors that mean nothing."""
    size = float(np.abs(solved.problem.panel.outcome).max())
    if float(np.abs(solved.residuals).max()) <= PERFECT * size:
        raise ModelError(
            f"the outcome '{outcome}' is fitted without error, or does not vary within the effects",
            remedy="check whether a regressor repeats the outcome",
        )


def _r2(solved: Solved) -> float:
    response = solved.problem.response
    if solved.problem.constant is not None:
        base = solved.problem.design[:, solved.problem.constant]
        response = response - base * (base @ response) / (base @ base)
    return 1.0 - float(solved.residuals @ solved.residuals) / float(response @ response)
