"""Covariances for few clusters: CR2 with Bell–McCaffrey degrees of freedom, and CR3.

The design holds the slopes and every fixed effect that no cluster contains; effects inside
clusters are projected out beforehand. For ordinary least squares this gives the same
corrections as the design with all dummies (Pustejovsky and Tipton, 2018, theorem 2), and only
cross-products by cluster are needed: a function of the leverage Z_g M Z_g' acts on Z_g as the
same function of M Z_g'Z_g.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.errors import ModelError
from analysis.inference.covariance_panel import Integers, group_sums
from analysis.models.arrays import Bools, Floats

# A leverage this close to one means that the cluster alone determines a direction of the design;
# rounding leaves eigenvalues of cross-products about 1e-12 from one.
WHOLE_LEVERAGE = 1e-9


@dataclass(frozen=True)
class ClusterSums:
    """What the corrections need of a design, by cluster.

    Attributes
    ----------
    grams
        Z_g'Z_g, shape (G, p, p).
    bread
        M, the inverse of Z'Z (a pseudo-inverse where dummies repeat each other), shape (p, p).
    half, half_inverse
        A root of M, so that M = half half', and its (pseudo-)inverse, shape (p, p). Columns are
        scaled before the root is taken, so that units of measurement do not matter.
    leverages, directions
        Eigenvalues, shape (G, p), and eigenvectors of the leverage, shape (G, p, p).
    """

    grams: Floats
    bread: Floats
    half: Floats
    half_inverse: Floats
    leverages: Floats
    directions: Floats


@dataclass(frozen=True)
class SmallClusterCovariance:
    """A corrected covariance.

    Attributes
    ----------
    matrix
        Shape (p, p), in the order of the design.
    df
        Degrees of freedom of t for each coefficient, shape (p,).
    undetermined
        Clusters that alone determine a slope; CR2 leaves that direction out of its correction.
    """

    matrix: Floats
    df: Floats
    undetermined: tuple[int, ...] = ()


def cluster_sums(design: Floats, codes: Integers) -> ClusterSums:
    """Return cross-products and leverages by cluster.

    Parameters
    ----------
    design
        Shape (n, p).
    codes
        Clusters 0 to G - 1, shape (n,).
    """
    grams = _grams(design, codes)
    total = grams.sum(axis=0)
    size = np.sqrt(np.maximum(np.diag(total), np.finfo(float).tiny))
    values, vectors = np.linalg.eigh(total / np.outer(size, size))
    kept = values > WHOLE_LEVERAGE * values.max()
    vectors, roots = vectors[:, kept], np.sqrt(values[kept])
    half = (vectors / roots) @ vectors.T / size[:, None]
    half_inverse = (vectors * roots) @ vectors.T * size
    leverages, directions = np.linalg.eigh(half.T @ grams @ half)
    return ClusterSums(grams, half @ half.T, half, half_inverse, leverages, directions)


def _grams(design: Floats, codes: Integers) -> Floats:
    narrow = codes.astype(np.min_scalar_type(int(codes.max())))  # 16 bits are sorted by radix
    order = np.argsort(narrow, kind="stable")
    edges = np.concatenate([[0], np.cumsum(np.bincount(codes))])
    sorted_rows = design.take(order, axis=0)
    grams = np.empty((len(edges) - 1, design.shape[1], design.shape[1]))
    for group in range(len(grams)):
        block = sorted_rows[edges[group] : edges[group + 1]]
        grams[group] = block.T @ block
    return grams


def _undetermined(sums: ClusterSums, slopes: int) -> Bools:
    """Whether a cluster alone determines a slope, shape (G, slopes)."""
    whole = sums.leverages > 1 - WHOLE_LEVERAGE
    loadings = np.abs(sums.half[:slopes] @ sums.directions)
    size = np.sqrt(np.diag(sums.bread)[:slopes])[None, :, None]
    return np.asarray(((loadings > np.sqrt(WHOLE_LEVERAGE) * size) & whole[:, None, :]).any(axis=2))


def _corrections(sums: ClusterSums, function: Callable[[Floats], Floats]) -> Floats:
    """C_g with f(Z_g M Z_g') Z_g = Z_g C_g, shape (G, p, p); whole leverages count as none."""
    whole = sums.leverages > 1 - WHOLE_LEVERAGE
    values = np.where(whole, 0.0, function(np.where(whole, 0.0, sums.leverages)))
    turned = (sums.directions * values[:, None, :]) @ sums.directions.transpose(0, 2, 1)
    return np.asarray(sums.half @ turned @ sums.half_inverse)


def cr2(
    sums: ClusterSums, design: Floats, residuals: Floats, codes: Integers, slopes: int
) -> SmallClusterCovariance:
    """Bias-reduced covariance with Satterthwaite degrees of freedom.

    Unbiased, as are the degrees of freedom, where errors are independent with one variance
    (Bell and McCaffrey, 2002; Imbens and Kolesár, 2016; Pustejovsky and Tipton, 2018).
    """
    corrections = _corrections(sums, lambda leverage: 1 / np.sqrt(1 - leverage))
    scores = _scores(design, residuals, codes, len(sums.grams))
    matrix = _sandwich(sums, np.einsum("gji,gj->gi", corrections, scores))
    found = np.flatnonzero(_undetermined(sums, slopes).any(axis=1))
    df = np.array([_satterthwaite(sums, corrections, j) for j in range(slopes)])
    return SmallClusterCovariance(matrix, df, tuple(int(group) for group in found))


def _satterthwaite(sums: ClusterSums, corrections: Floats, coefficient: int) -> float:
    """Degrees of freedom of the variance of one coefficient under the working model."""
    moved = corrections @ sums.bread[:, coefficient]
    pulled = np.einsum("gij,gj->gi", sums.grams, moved)
    products = -pulled @ sums.bread @ pulled.T
    products[np.diag_indices_from(products)] += np.einsum("gi,gi->g", moved, pulled)
    return float(np.trace(products) ** 2 / (products**2).sum())


def cr3(
    sums: ClusterSums,
    design: Floats,
    residuals: Floats,
    codes: Integers,
    slopes: int,
    labels: Sequence[str] = (),
    names: Sequence[str] = (),
) -> SmallClusterCovariance:
    """Jackknife covariance over clusters, about the full estimate, with t(G - 1).

    The factor is (G - 1)/G (CV3 of MacKinnon, Nielsen and Webb, 2023; Stata: vce(jackknife,
    mse); sandwich: vcovBS(type = "jackknife"); clubSandwich leaves the factor out).

    Raises
    ------
    ModelError
        When a slope cannot be estimated without one of the clusters.
    """
    missing = _undetermined(sums, slopes)
    if missing.any():
        group, slope = (int(place) for place in np.argwhere(missing)[0])
        name = names[slope] if names else f"number {slope}"
        raise ModelError(
            f"without cluster '{labels[group] if labels else group}' the coefficient of "
            f"'{name}' cannot be estimated, so the jackknife (CR3) does not exist",
            remedy="use cr2 or randomisation inference, and say that one cluster decides",
        )
    corrections = _corrections(sums, lambda leverage: 1 / (1 - leverage))
    scores = _scores(design, residuals, codes, len(sums.grams))
    groups = len(sums.grams)
    matrix = _sandwich(sums, np.einsum("gji,gj->gi", corrections, scores)) * (groups - 1) / groups
    return SmallClusterCovariance(matrix, np.full(slopes, groups - 1.0))


def _scores(design: Floats, residuals: Floats, codes: Integers, groups: int) -> Floats:
    return group_sums(design * residuals[:, None], codes, groups)


def _sandwich(sums: ClusterSums, scores: Floats) -> Floats:
    moved = scores @ sums.bread
    return np.asarray(moved.T @ moved)
