"""Sandwich covariances of a panel regression under a named small-sample convention."""

from __future__ import annotations

import numpy as np

from analysis.errors import ModelError
from analysis.inference.covariance_panel import (
    clustered,
    default_bandwidth,
    driscoll_kraay,
    intersection,
    newey_west,
)
from analysis.models.arrays import Floats
from analysis.models.panel_conventions import (
    Convention,
    Counted,
    cluster_factors,
    regressor_factor,
)
from analysis.models.panel_effects import Clustering, few_notes, single_row_notes
from analysis.models.panel_inference import (
    CovarianceRequest,
    Inference,
    Solved,
    convention_words,
    degrees_of_freedom,
    parameter_count,
    sandwich,
    student_inference,
)


def unadjusted(solved: Solved, request: CovarianceRequest) -> Inference:
    """Errors independent with one variance."""
    left = len(solved.residuals) - parameter_count(solved, "all", ())
    if left <= 0:
        raise ModelError(
            f"no residual degree of freedom is left ({len(solved.residuals)} rows)",
            remedy="use fewer regressors or fixed effects",
        )
    variance = float(solved.residuals @ solved.residuals) / left
    words = "one error variance; s² divides by n - k with every effect counted; t(n - k)"
    return student_inference(solved, variance * solved.bread, float(left), request.level, words)


def robust(solved: Solved, request: CovarianceRequest) -> Inference:
    """Errors independent with any variance (White, 1980)."""
    convention, rows = request.convention, len(solved.residuals)
    counted: Counted = "none" if convention.counted == "none" else "all"
    parameters = parameter_count(solved, counted, ())
    factor = regressor_factor(convention, rows, parameters)
    factor *= cluster_factors(convention, [rows])[0]
    scores = solved.scores
    df = (
        np.inf
        if convention.degrees == "normal"
        else float(rows - parameter_count(solved, "all", ()))
    )
    words = f"heteroskedasticity-robust; {convention_words(convention, parameters, df)}"
    return student_inference(
        solved, factor * sandwich(solved, scores.T @ scores), df, request.level, words
    )


def one_or_two_way(solved: Solved, request: CovarianceRequest) -> Inference:
    """Errors dependent within clusters, one way or two (Cameron, Gelbach and Miller, 2011)."""
    convention, groups = request.convention, request.clusters
    parameters = parameter_count(solved, convention.counted, groups)
    factor = regressor_factor(convention, len(solved.residuals), parameters)
    middle = _cluster_middle(solved.scores, convention, groups)
    smallest = min(item.count for item in groups)
    df = degrees_of_freedom(solved, convention, smallest)
    names = " and ".join(f"{item.name} (G = {item.count})" for item in groups)
    rule = f"; {convention.two_way} G" if len(groups) == 2 and convention.cluster_factor else ""
    words = f"clustered by {names}{rule}; {convention_words(convention, parameters, df)}"
    notes = few_notes(smallest, "clusters", "clustered errors")
    notes += tuple(note for item in groups for note in single_row_notes(item))
    matrix = factor * sandwich(solved, middle)
    return student_inference(solved, matrix, df, request.level, words, notes)


def _cluster_middle(
    scores: Floats, convention: Convention, groups: tuple[Clustering, ...]
) -> Floats:
    """Sum over clusters; with two clusterings, both less their intersection."""
    codes, signs = [item.codes for item in groups], [1.0] * len(groups)
    if len(groups) == 2:
        codes, signs = [*codes, intersection(codes[0], codes[1])], [1.0, 1.0, -1.0]
    factors = cluster_factors(convention, [int(code.max()) + 1 for code in codes])
    parts = zip(signs, factors, codes, strict=True)
    return np.asarray(sum(sign * factor * clustered(scores, code) for sign, factor, code in parts))


def with_driscoll_kraay(solved: Solved, request: CovarianceRequest) -> Inference:
    """Errors dependent across units and over time."""
    time = solved.problem.panel.time[solved.problem.source]
    bandwidth = _bandwidth(solved, request)
    middle = driscoll_kraay(solved.scores, time, bandwidth)
    words = f"Driscoll–Kraay, Bartlett lags up to {bandwidth}"
    notes = few_notes(_periods(solved), "periods", "Driscoll–Kraay errors")
    return _serial(solved, request, middle, words, notes)


def with_newey_west(solved: Solved, request: CovarianceRequest) -> Inference:
    """Errors dependent over time within units."""
    panel, source = solved.problem.panel, solved.problem.source
    bandwidth = _bandwidth(solved, request)
    middle = newey_west(solved.scores, panel.unit[source], panel.time[source], bandwidth)
    return _serial(
        solved, request, middle, f"Newey–West within units, Bartlett lags up to {bandwidth}"
    )


def _serial(
    solved: Solved,
    request: CovarianceRequest,
    middle: Floats,
    name: str,
    notes: tuple[str, ...] = (),
) -> Inference:
    convention = request.convention
    periods = _periods(solved)
    counted: Counted = "none" if convention.counted == "none" else "all"
    parameters = parameter_count(solved, counted, ())
    factor = regressor_factor(convention, len(solved.residuals), parameters)
    factor *= cluster_factors(convention, [periods])[0]
    df = degrees_of_freedom(solved, convention, periods)
    words = f"{name}; T = {periods}; {convention_words(convention, parameters, df)}"
    matrix = factor * sandwich(solved, middle)
    return student_inference(solved, matrix, df, request.level, words, notes)


def _bandwidth(solved: Solved, request: CovarianceRequest) -> int:
    if solved.problem.averaged:
        raise ModelError(
            "unit means have no periods, so their errors have no serial covariance",
            allowed="unadjusted, robust or clustered covariances for the between model",
        )
    periods = _periods(solved)
    bandwidth = default_bandwidth(periods) if request.bandwidth is None else request.bandwidth
    if not 0 <= bandwidth < periods:
        raise ModelError(
            f"a bandwidth of {bandwidth} does not fit {periods} periods",
            allowed=f"0 to {periods - 1}",
        )
    return bandwidth


def _periods(solved: Solved) -> int:
    return int(np.count_nonzero(np.bincount(solved.problem.panel.time[solved.problem.source])))
