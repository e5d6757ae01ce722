"""The registry of panel covariances."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from analysis.errors import ModelError, require_known
from analysis.models.panel_inference import CovarianceRequest, Inference, Solved
from analysis.models.panel_sandwich import (
    one_or_two_way,
    robust,
    unadjusted,
    with_driscoll_kraay,
    with_newey_west,
)
from analysis.models.panel_small_clusters import with_cr2, with_cr3, with_wild_cluster


def infer(solved: Solved, covariance: str, request: CovarianceRequest) -> Inference:
    """Return the inference under a named covariance.

    Raises
    ------
    ModelError
        When the covariance is unknown or cannot be computed for this problem.
    """
    require_known(covariance, COVARIANCES, ModelError, f"unknown covariance '{covariance}'")
    return COVARIANCES[covariance](solved, request)


COVARIANCES: Mapping[str, Callable[[Solved, CovarianceRequest], Inference]] = {
    "unadjusted": unadjusted,
    "robust": robust,
    "clustered": one_or_two_way,
    "driscoll_kraay": with_driscoll_kraay,
    "newey_west": with_newey_west,
    "cr2": with_cr2,
    "cr3": with_cr3,
    "wild_cluster": with_wild_cluster,
}
