"""CR2, CR3 and the wild cluster bootstrap of a panel regression."""

from __future__ import annotations

import numpy as np

from analysis.errors import ModelError
from analysis.inference.covariance_cluster import (
    ClusterSums,
    SmallClusterCovariance,
    cluster_sums,
    cr2,
    cr3,
)
from analysis.inference.wild_cluster import WildClusterResult, wild_cluster
from analysis.models.arrays import Floats
from analysis.models.panel_effects import Clustering, explicit_design
from analysis.models.panel_inference import (
    ILL_CONDITIONED,
    CovarianceRequest,
    Inference,
    Solved,
    student_inference,
)
from analysis.models.panel_sandwich import one_or_two_way

# A note is made unless p-values can be this many times smaller than the test needs.
COMFORTABLE = 5


def with_cr2(solved: Solved, request: CovarianceRequest) -> Inference:
    """Bias-reduced errors with Satterthwaite degrees of freedom."""
    group = _single(request, "cr2")
    design, sums = _explicit(solved, group)
    found = cr2(sums, design, solved.residuals, group.codes, solved.problem.design.shape[1])
    notes = tuple(
        f"cluster '{group.labels[code]}' alone determines a coefficient; CR2 cannot correct for it"
        for code in found.undetermined
    )
    words = (
        f"CR2 by {group.name} (G = {group.count}), working model of independent errors; "
        "Satterthwaite degrees of freedom"
    )
    return _small(solved, found, request.level, words, notes)


def with_cr3(solved: Solved, request: CovarianceRequest) -> Inference:
    """Jackknife errors over clusters."""
    group = _single(request, "cr3")
    design, sums = _explicit(solved, group)
    slopes = solved.problem.design.shape[1]
    found = cr3(
        sums,
        design,
        solved.residuals,
        group.codes,
        slopes,
        group.labels.astype(str).tolist(),
        solved.problem.names,
    )
    words = f"CR3 by {group.name} (G = {group.count}), jackknife with (G - 1)/G; t(G - 1)"
    return _small(solved, found, request.level, words, ())


def with_wild_cluster(solved: Solved, request: CovarianceRequest) -> Inference:
    """Test and interval of the restricted wild cluster bootstrap."""
    group = _single(request, "wild_cluster")
    design, sums = _explicit(solved, group)
    results = [
        wild_cluster(
            sums,
            design,
            solved.residuals,
            group.codes,
            column,
            float(solved.estimates[column]),
            draws=request.draws,
            seed=request.seed,
            weights=request.weights,
            level=request.level,
        )
        for column in range(len(solved.estimates))
    ]
    plain = one_or_two_way(solved, request)
    return Inference(
        plain.matrix,
        plain.standard_errors,
        np.full(len(results), np.inf),
        np.array([item.lower for item in results]),
        np.array([item.upper for item in results]),
        np.array([item.p_value for item in results]),
        f"restricted wild cluster bootstrap by {group.name} (G = {group.count}), "
        f"{_draws_in_words(results[0], request)}, interval by inversion; standard errors "
        f"{plain.convention}",
        _reach(results[0], request.level),
    )


def _draws_in_words(result: WildClusterResult, request: CovarianceRequest) -> str:
    if result.enumerated:
        return f"all {2 * result.draws} sign vectors"
    return f"{result.draws} {request.weights} draws, seed {request.seed}"


def _reach(result: WildClusterResult, level: float) -> tuple[str, ...]:
    """Say what the bootstrap cannot show where sign vectors are few."""
    if result.smallest_p_value <= (1 - level) / COMFORTABLE:
        return ()
    return (f"the smallest p-value that this bootstrap can reach is {result.smallest_p_value:.4f}",)


def _single(request: CovarianceRequest, covariance: str) -> Clustering:
    if len(request.clusters) != 1:
        raise ModelError(
            f"{covariance} takes one clustering, not {len(request.clusters)}",
            allowed="one column in `clusters`",
        )
    return request.clusters[0]


def _explicit(solved: Solved, group: Clustering) -> tuple[Floats, ClusterSums]:
    if solved.condition > ILL_CONDITIONED:
        raise ModelError(
            f"the columns {', '.join(solved.problem.names)} are too nearly collinear for the "
            f"corrections of few clusters (condition number {solved.condition:.1g})",
            allowed=f"a condition number up to {ILL_CONDITIONED:.0g}",
            remedy="subtract a round number from regressors that are far from zero",
        )
    design = explicit_design(solved.problem, group)
    return design, cluster_sums(design, group.codes)


def _small(
    solved: Solved,
    found: SmallClusterCovariance,
    level: float,
    words: str,
    notes: tuple[str, ...],
) -> Inference:
    slopes = solved.problem.design.shape[1]
    return student_inference(solved, found.matrix[:slopes, :slopes], found.df, level, words, notes)
