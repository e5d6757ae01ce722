"""Weights of synthetic controls: exact solutions of small quadratic programmes on the simplex.

The programme min |A w - b|^2 + r |w|^2 over w >= 0, sum w = 1 is homogeneous in w once b is
written b sum(w), so its solution is that of the non-negative least squares min |D u|^2 + r |u|^2 +
(sum(u) - 1)^2 with D = A - b 1', divided by its sum. The active set of scipy's solver ends at the
optimum itself, where the Frank-Wolfe steps of synthetic differences in differences stop near it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from analysis.errors import ModelError
from analysis.models.arrays import Floats

PENALTIES = 20  # ridge penalties that are tried
SMALLEST_PENALTY = 1e-8  # beside the largest squared singular value, as augsynth does
ITERATIONS = 50  # of the active set for each donor; it needs about one


@dataclass(frozen=True)
class Weights:
    """Weights of one synthetic control.

    Attributes
    ----------
    donors
        Weight of each donor, shape (J,); they sum to one.
    shift
        Added to the weighted donors in every period, in units of the outcome.
    periods
        Weights of the periods before treatment, shape (T0,); None where they play no part.
    penalty
        Penalty on the sum of squares (ridge, synthetic differences in differences).
    """

    donors: Floats
    shift: float = 0.0
    periods: Floats | None = None
    penalty: float | None = None

    def synthetic(self, donors: Floats) -> Floats:
        """Return the synthetic outcome from donor outcomes (T, J), shape (T,)."""
        return np.asarray(donors @ self.donors + self.shift)


def simplex_weights(donors: Floats, target: Floats, penalty: float = 0.0) -> Floats:
    """Minimise |donors w - target|^2 + penalty |w|^2 over non-negative w that sum to one.

    Parameters
    ----------
    donors, target
        Outcomes to be matched, shapes (T, J) and (T,).
    penalty
        Weight of the sum of squared weights, in squared units of the outcome.

    Returns
    -------
    numpy.ndarray
        The weights, shape (J,); where the optimum is not unique, a corner of it.
    """
    count = donors.shape[1]
    distance = donors - target[:, None]
    scale = float(np.abs(distance).max()) or 1.0
    ridge = np.sqrt(penalty) * np.eye(count) if penalty > 0 else np.empty((0, count))
    rows = np.vstack([distance / scale, ridge / scale, np.ones((1, count))])
    goal = np.append(np.zeros(len(rows) - 1), 1.0)
    try:
        solution, _ = nnls(rows, goal, maxiter=ITERATIONS * count)
    except RuntimeError as error:
        raise ModelError(f"the donor weights were not found: {error}") from error
    return np.asarray(solution / solution.sum())


def ridge_weights(donors: Floats, target: Floats, penalty: float) -> Floats:
    """Correct simplex weights by a ridge regression on what they leave over.

    Parameters
    ----------
    donors, target
        Outcomes before treatment, shapes (T0, J) and (T0,).
    penalty
        Ridge penalty, in squared units of the outcome.

    References
    ----------
    Ben-Michael, Feller and Rothstein (2021), The Augmented Synthetic Control Method, JASA, eq. 8.
    """
    return _augmented(donors, target, np.array([penalty]))[:, 0]


def _augmented(donors: Floats, target: Floats, penalties: Floats) -> Floats:
    """Return the weights for every penalty, shape (J, number of penalties)."""
    base = simplex_weights(donors, target)
    centred = donors - donors.mean(axis=1, keepdims=True)
    left, sizes, right = np.linalg.svd(centred, full_matrices=False)
    remainder = left.T @ (target - donors @ base)
    shrunk = (sizes * remainder)[:, None] / (sizes[:, None] ** 2 + penalties)
    return np.asarray(base[:, None] + right.T @ shrunk)


def choose_penalty(donors: Floats, target: Floats) -> float:
    """Return the largest ridge penalty within one standard error of the best prediction.

    Each period before treatment is left out in turn and predicted from the others (as augsynth
    does); penalties run down from the largest squared singular value in 20 equal steps of the
    logarithm.
    """
    centred = donors - donors.mean(axis=1, keepdims=True)
    largest = float(np.linalg.norm(centred, 2) ** 2)
    penalties = largest * np.geomspace(1.0, SMALLEST_PENALTY, PENALTIES)
    if largest == 0.0:
        raise ModelError("the donors do not differ from one another before treatment")
    errors = np.empty((len(target), PENALTIES))
    for t in range(len(target)):
        kept = np.arange(len(target)) != t
        weights = _augmented(donors[kept], target[kept], penalties)
        errors[t] = (target[t] - donors[t] @ weights) ** 2
    mean = errors.mean(axis=0)
    best = int(np.argmin(mean))
    allowed = mean[best] + errors[:, best].std(ddof=1) / np.sqrt(len(target))
    return float(penalties[mean <= allowed].max())


def difference_weights(donors: Floats, target: Floats, before: int) -> Weights:
    """Return donor and period weights of synthetic differences in differences.

    Parameters
    ----------
    donors, target
        Outcomes in all periods, shapes (T, J) and (T,).
    before
        Number of periods before treatment T0.

    Notes
    -----
    Penalties as in the paper and R's synthdid for one treated unit: noise is the standard
    deviation of the donors' first differences before treatment; T0 (T1^(1/4) noise)^2 on donor
    weights, J (1e-6 noise)^2 on period weights. Both are matched up to a constant.

    References
    ----------
    Arkhangelsky, Athey, Hirshberg, Imbens and Wager (2021), Synthetic Difference-in-Differences,
    AER 111(12), algorithm 1.
    """
    earlier, later = donors[:before], donors[before:]
    noise = float(np.diff(earlier, axis=0).std(ddof=1))
    penalty = before * np.sqrt(len(later)) * noise**2
    unit = simplex_weights(
        earlier - earlier.mean(axis=0), target[:before] - target[:before].mean(), penalty
    )
    columns, goal = earlier.T, later.mean(axis=0)
    period = simplex_weights(
        columns - columns.mean(axis=0), goal - goal.mean(), donors.shape[1] * (1e-6 * noise) ** 2
    )
    shift = float(period @ (target[:before] - earlier @ unit))
    return Weights(unit, shift, period, penalty)
