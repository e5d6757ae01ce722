"""The arithmetic of a batch: partialling out, and Newey-West scores as matrix products.

With z an orthonormal basis of the candidate columns after the base is partialled out (Frisch and
Waugh 1933, Econometrica 1; Lovell 1963, JASA 58) the coefficients are b = z'y and the residuals
e = y - z b. The centre of the sandwich of Newey and West (1987, Econometrica 55),

    M_ac = sum over t, s of K_ts z_a,t z_c,s e_t e_s,    K_ts = max(0, 1 - |t - s| / (L + 1)),

is a quadratic in b whose coefficients are matrix products of y_t y_{t-l} (series by months) with
z_t z_{t-l} (months by dates), one a lag. Where the terms of that quadratic cancel, the pair is
computed again from its residuals.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations_with_replacement, product
from typing import Final

import numpy as np

from analysis.models.arrays import Bools, Floats

CANCELLED: Final = 1e-4  # share left of the terms below which a sum has lost four digits of sixteen


@dataclass(frozen=True)
class Candidates:
    """Candidate columns with the base partialled out, on a grid of G months.

    Attributes
    ----------
    basis
        Orthonormal basis at each date, shape (q, J, G); zero in months without a value.
    triangle
        Upper triangles R with partialled columns = basis R, shape (J, q, q).
    """

    basis: Floats
    triangle: Floats


@dataclass(frozen=True)
class Kernel:
    """Everything about the candidates that the centre of a sandwich needs, for Bartlett weights.

    Attributes
    ----------
    weights
        Bartlett weights of lags 0 to L, shape (L + 1,).
    linear
        By pair of terms (a, c) and term d, months by dates, each shape (G, J).
    quadratic
        By pair of terms (a, c) and terms (d, f), by date, each shape (J,).
    """

    candidates: Candidates
    weights: Floats
    lagged: dict[tuple[int, int, int], Floats]
    linear: dict[tuple[int, int, int], Floats]
    quadratic: dict[tuple[int, int, int, int], Floats]


def orthonormal(columns: Floats) -> tuple[Floats, Floats]:
    """Return an orthonormal basis (T, k) of the columns and the smallest relative singular value.

    Columns are scaled to length one first, so that the unit of a regressor does not matter.
    """
    lengths = np.linalg.norm(columns, axis=0)
    basis, singular, _ = np.linalg.svd(
        columns / np.where(lengths > 0, lengths, 1), full_matrices=False
    )
    return basis, np.asarray(singular[-1] / singular[0])


def partialled(rows: Floats, basis: Floats) -> Floats:
    """Take the span of an orthonormal basis (T, k) out of each row (n, T).

    Done twice, because once leaves a remainder of the size of rounding times the row (Giraud et
    al. 2005, Numerische Mathematik 101).
    """
    once = rows - (rows @ basis) @ basis.T
    return np.asarray(once - (once @ basis) @ basis.T)


def bartlett(bandwidth: int) -> Floats:
    """Return the weights of lags 0 to `bandwidth`."""
    return np.asarray(1 - np.arange(bandwidth + 1) / (bandwidth + 1))


def kernel_of(candidates: Candidates, bandwidth: int) -> Kernel:
    """Prepare the products that do not depend on the series."""
    basis, weights = candidates.basis, bartlett(bandwidth)
    terms = range(len(basis))
    pairs = list(combinations_with_replacement(terms, 2))
    smoothed = {
        pair: _smooth(basis[pair[0]] * basis[pair[1]], weights) for pair in product(terms, repeat=2)
    }
    lagged = {
        (a, c, lag): _lagged_product(basis[a], basis[c], lag) * weights[lag]
        for a, c in pairs
        for lag in range(bandwidth + 1)
    }
    linear = {
        (a, c, d): np.ascontiguousarray((basis[a] * smoothed[c, d] + basis[c] * smoothed[a, d]).T)
        for (a, c), d in product(pairs, terms)
    }
    quadratic = {
        (a, c, d, f): np.einsum("jg,jg->j", basis[a] * basis[d], smoothed[c, f])
        for (a, c), d, f in product(pairs, terms, terms)
    }
    return Kernel(candidates, weights, lagged, linear, quadratic)


def _smooth(rows: Floats, weights: Floats) -> Floats:
    """Multiply rows (J, G) by the Bartlett band."""
    total: Floats = np.asarray(weights[0] * rows)
    for lag in range(1, len(weights)):
        total[:, lag:] += weights[lag] * rows[:, :-lag]
        total[:, :-lag] += weights[lag] * rows[:, lag:]
    return total


def _lagged_product(first: Floats, second: Floats, lag: int) -> Floats:
    if lag == 0:
        return np.ascontiguousarray((first * second).T)
    late_early = first[:, lag:] * second[:, :-lag] + first[:, :-lag] * second[:, lag:]
    return np.ascontiguousarray(late_early.T)


def coefficients_of(series: Floats, candidates: Candidates) -> Floats:
    """Return the coefficients on the orthonormal basis, shape (q, S, J), of series (S, G)."""
    return np.stack([series @ basis.T for basis in candidates.basis])


def expanded_centres(series: Floats, b: Floats, kernel: Kernel) -> tuple[Floats, Bools]:
    """Return the centres M, shape (S, J, q, q), and which of them cancellation has spoilt."""
    terms = range(len(b))
    centres = np.empty((*b.shape[1:], len(b), len(b)))
    size = np.zeros(b.shape[1:])
    levels = _squares(series, kernel)
    for a, c in combinations_with_replacement(terms, 2):
        linear = sum(b[d] * (series @ kernel.linear[a, c, d]) for d in terms)
        quadratic = sum(
            b[d] * b[f] * kernel.quadratic[a, c, d, f] for d, f in product(terms, repeat=2)
        )
        centres[..., a, c] = levels[a, c] - linear + quadratic
        centres[..., c, a] = centres[..., a, c]
        size = np.maximum(size, np.abs(levels[a, c]) + np.abs(linear) + np.abs(quadratic))
    return centres, ~(smallest_root(centres) > CANCELLED * size)


def _squares(series: Floats, kernel: Kernel) -> dict[tuple[int, int], Floats]:
    """Sum the products of series and candidates over lags, by pair of terms, each (S, J)."""
    totals: dict[tuple[int, int], Floats] = {}
    for lag in range(len(kernel.weights)):
        products = series[:, lag:] * series[:, : series.shape[1] - lag]
        for a, c in combinations_with_replacement(range(len(kernel.candidates.basis)), 2):
            part = products @ kernel.lagged[a, c, lag]
            totals[a, c] = totals[a, c] + part if lag else part
    return totals


def smallest_root(centres: Floats) -> Floats:
    """Return a lower bound of the smallest eigenvalue of symmetric matrices, shape (..., q, q).

    Exact for q = 1; the determinant over the trace for q = 2.
    """
    terms = centres.shape[-1]
    if terms == 1:
        return np.asarray(centres[..., 0, 0])
    trace = np.trace(centres, axis1=-2, axis2=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.linalg.det(centres) / trace ** (terms - 1))


def residuals_of(series: Floats, b: Floats, basis: Floats) -> tuple[Floats, Floats]:
    """Return residuals (P, G) and coefficients (q, P) after one step of refinement.

    Parameters
    ----------
    series, b, basis
        Shapes (P, G), (q, P) and (q, P, G): one row a pair of series and date.
    """
    residuals = series - np.einsum("ap,apg->pg", b, basis)
    change = np.einsum("apg,pg->ap", basis, residuals)
    return residuals - np.einsum("ap,apg->pg", change, basis), b + change


def direct_centres(residuals: Floats, basis: Floats, weights: Floats) -> Floats:
    """Return the centres from residuals (P, G) and basis (q, P, G), shape (P, q, q)."""
    scores = basis * residuals
    total = weights[0] * np.einsum("apg,cpg->pac", scores, scores)
    for lag in range(1, len(weights)):
        part = np.einsum("apg,cpg->pac", scores[..., lag:], scores[..., :-lag])
        total += weights[lag] * (part + np.swapaxes(part, 1, 2))
    return np.asarray(total)
