"""From a covariance to intervals: what every panel covariance shares."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import stats

from analysis.errors import ModelError
from analysis.inference.wild_cluster import Weights
from analysis.models.arrays import Floats
from analysis.models.panel_conventions import Convention, Counted, counted_parameters
from analysis.models.panel_effects import Clustering, absorbed_effects, redundant_effects
from analysis.models.panel_estimators import Transformed

# Above this condition number cross-products lose half of the digits: QR is used instead, and
# corrections that need cross-products by cluster are refused.
ILL_CONDITIONED = 1e8


@dataclass(frozen=True)
class Solved:
    """A solved least-squares problem.

    Attributes
    ----------
    inverse
        A root of the inverse of X'X, upper triangular, shape (k, k): the columns of X times it
        are orthonormal.
    condition
        Condition number of the cross-products, columns scaled to one length.
    """

    problem: Transformed
    estimates: Floats
    residuals: Floats
    inverse: Floats
    condition: float

    @property
    def bread(self) -> Floats:
        """Inverse of X'X, shape (k, k)."""
        return np.asarray(self.inverse @ self.inverse.T)

    @property
    def scores(self) -> Floats:
        """Orthonormal columns times residuals, shape (n, k): sums of them lose no digits."""
        columns = np.asarray(self.inverse.T @ self.problem.design.T)
        columns *= self.residuals
        return columns.T


@dataclass(frozen=True)
class CovarianceRequest:
    """What a covariance needs to know beside the problem."""

    convention: Convention
    clusters: tuple[Clustering, ...]
    level: float
    bandwidth: int | None
    draws: int
    seed: int
    weights: Weights


@dataclass(frozen=True)
class Inference:
    """Covariance, degrees of freedom, intervals and p-values, shape (k,) or (k, k)."""

    matrix: Floats
    standard_errors: Floats
    df: Floats
    lower: Floats
    upper: Floats
    p_values: Floats
    convention: str
    notes: tuple[str, ...] = field(default=())


def parameter_count(solved: Solved, counted: Counted, groups: tuple[Clustering, ...]) -> int:
    """Return k under a rule for the absorbed effects."""
    problem = solved.problem
    effects = absorbed_effects(problem, groups)
    return counted_parameters(counted, problem.design.shape[1], effects, redundant_effects(problem))


def degrees_of_freedom(solved: Solved, convention: Convention, clusters: int) -> float:
    """Return the degrees of freedom of t for a number of clusters or periods."""
    if convention.degrees == "normal":
        return np.inf
    if convention.degrees == "clusters":
        return clusters - 1.0
    return float(len(solved.residuals) - parameter_count(solved, "all", ()))


def sandwich(solved: Solved, middle: Floats) -> Floats:
    """Return the covariance of the coefficients from the middle in orthonormal columns."""
    return np.asarray(solved.inverse @ middle @ solved.inverse.T)


def convention_words(convention: Convention, parameters: int, df: float) -> str:
    """Say which small-sample choices were made."""
    reference = "normal" if np.isinf(df) else f"t({df:g})"
    return (
        f"convention {convention.name}: factor {convention.regressor_factor}, k = {parameters} "
        f"(effects counted: {convention.counted}), "
        f"G/(G-1) {'yes' if convention.cluster_factor else 'no'}; {reference}"
    )


def student_inference(
    solved: Solved,
    matrix: Floats,
    df: float | Floats,
    level: float,
    words: str,
    notes: tuple[str, ...] = (),
) -> Inference:
    """Intervals and p-values from t, after a check that every variance is positive."""
    matrix = (matrix + matrix.T) / 2
    variances = np.diag(matrix)
    if (variances <= 0).any():
        name = solved.problem.names[int((variances <= 0).argmax())]
        raise ModelError(
            f"the variance of the coefficient of '{name}' is not positive ({words})",
            remedy="cluster one way, by the clustering with the larger errors, or use more rows",
        )
    errors = np.sqrt(variances)
    degrees = np.broadcast_to(np.asarray(df, dtype=float), errors.shape)
    wide = stats.t.ppf(0.5 + level / 2, degrees) * errors
    p_values = 2 * stats.t.sf(np.abs(solved.estimates) / errors, degrees)
    return Inference(
        matrix,
        errors,
        np.array(degrees),
        solved.estimates - wide,
        solved.estimates + wide,
        np.asarray(p_values),
        words,
        notes,
    )
