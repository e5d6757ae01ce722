"""Zero flows that a gravity equation predicts perfectly, whose estimates would run off to infinity.

A flow of zero is separated where a combination z of regressors and fixed effects is zero on all
positive flows, not negative on the zeros and positive on this one (Correia, Guimarães and Zylkin
2019). Combinations that vanish on the positive flows are few: a pivoted Cholesky factor of their
cross-products finds them exactly, and a small linear programme over them finds the separated
flows. The iterative rectifier of pyfixest 0.60 overlooks blocks of fixed effects.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from scipy import linalg, sparse
from scipy.optimize import linprog

from analysis.errors import ModelError
from analysis.models.arrays import Bools, Floats
from analysis.models.gravity_sample import GravitySample

PIVOT: Final = 1e-11  # of a unit diagonal: rounding of the cross-products, not near-collinearity
VANISHING: Final = 1e-7  # of the largest value on the zero flows
LARGEST: Final = 15_000  # columns of a dense factor, 1.8 GB


def separated(sample: GravitySample) -> Bools:
    """Mark the separated zero flows, shape (n,).

    Every group of the fixed effects must hold a positive flow, as `prune` leaves them.

    Raises
    ------
    ModelError
        When the fixed effects have too many levels for the check.
    """
    zero = sample.flow == 0
    marked = np.zeros(len(zero), dtype=bool)
    if zero.any():
        marked[zero] = _positive_somewhere(_vanishing_combinations(sample, zero))
    return marked


def _columns(sample: GravitySample) -> tuple[Any, Any]:
    """Return dummies of the largest fixed effect, and all other columns, both sparse."""
    names = sorted(sample.effects, key=lambda name: len(sample.effects[name].categories))
    dummies = [_dummies(sample, name) for name in names]
    scaled = sample.regressors / np.abs(sample.regressors).max(axis=0)
    return dummies[-1], sparse.hstack([sparse.csr_array(scaled), *dummies[:-1]], format="csr")


def _dummies(sample: GravitySample, name: str) -> Any:
    groups, n = sample.effects[name], len(sample.flow)
    entries = (np.ones(n), (np.arange(n), groups.codes))
    return sparse.csr_array(entries, shape=(n, len(groups.categories)))


def _vanishing_combinations(sample: GravitySample, zero: Bools) -> Floats:
    """Values on the zero flows of combinations that vanish on the positive, shape (n0, d)."""
    largest, rest = _columns(sample)
    if rest.shape[1] > LARGEST:
        raise ModelError(
            f"{rest.shape[1]} levels of fixed effects are too many for the check of separation",
            allowed=f"{LARGEST} or fewer beside the largest fixed effect",
            remedy="use fewer periods or effects",
        )
    some, other = largest[~zero], rest[~zero]
    means = (some.T @ other).multiply(1 / some.sum(axis=0)[:, None]).tocsr()
    null = _null_space((other.T @ other - other.T @ some @ means).toarray())
    values = rest[zero] @ null - largest[zero] @ (means @ null)
    leak = np.abs(other @ null - some @ (means @ null)).max(axis=0, initial=0)
    size = np.abs(values).max(axis=0, initial=0)
    return np.asarray(values[:, (size > VANISHING) & (leak <= VANISHING * size)])


def _null_space(cross: Floats) -> Floats:
    """Return combinations with a zero quadratic form, shape (p, d)."""
    scale = np.sqrt(np.maximum(np.diag(cross), PIVOT))
    factor, pivots, rank, _ = linalg.lapack.dpstrf(cross / np.outer(scale, scale), PIVOT, lower=1)
    order, p = pivots - 1, len(cross)
    top, bottom = factor[:rank, :rank], factor[rank:, :rank]
    null = np.zeros((p, p - rank))
    null[order[:rank]] = -linalg.solve_triangular(top, bottom.T, trans="T", lower=True)
    null[order[rank:]] = np.eye(p - rank)
    return np.asarray(null / scale[:, None])


def _positive_somewhere(values: Floats) -> Bools:
    """Mark rows where some combination of the columns is positive and negative in no row."""
    n, d = values.shape
    if d == 0:
        return np.zeros(n, dtype=bool)
    values = values / np.abs(values).max(axis=0)
    values[np.abs(values) < VANISHING] = 0
    found = linprog(
        np.r_[np.zeros(d), -np.ones(n)],
        A_ub=sparse.hstack([sparse.csr_array(-values), sparse.eye_array(n)], format="csr"),
        b_ub=np.zeros(n),
        bounds=[(None, None)] * d + [(0, 1)] * n,
    )
    if found.x is None or found.status != 0:
        raise ModelError(f"the check of separation failed: {found.message}")
    return np.asarray(found.x[d:] > 0.5)
