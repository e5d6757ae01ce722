"""The restricted wild cluster bootstrap for one coefficient, with its interval by inversion.

Cameron, Gelbach and Miller (2008); the arithmetic on cluster sums follows the idea of Roodman,
MacKinnon, Nielsen and Webb (2019): a draw enters only through sums of scores by cluster, and
these are linear in the value of the coefficient under the null.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from analysis.errors import ModelError, require_known
from analysis.inference.covariance_cluster import ClusterSums
from analysis.inference.covariance_panel import Integers, weighted_sums
from analysis.models.arrays import Floats

Weights = Literal["rademacher", "webb"]

# Up to here all 2^(G-1) sign vectors, up to the sign of the whole, are taken instead of draws.
ENUMERATED_CLUSTERS = 12
# Statistics this close, relatively, are ties: the original sample is among the sign vectors.
TIE = 1e-9
# The interval is searched out to this many standard errors.
FARTHEST = 1e4
BISECTIONS = 60
WEBB = np.sqrt(np.array([0.5, 1.0, 1.5]))
BLOCK_CELLS = 4_000_000
# Draws times clusters; eight bytes each.
MOST_CELLS = 100_000_000


@dataclass(frozen=True)
class WildClusterResult:
    """The bootstrap test that a coefficient is zero, and the values that it does not reject.

    Attributes
    ----------
    statistic
        t with the one-way clustered standard error and no small-sample factor.
    p_value
        Share of draws at least as far from zero; with random draws (1 + count)/(draws + 1).
    lower, upper
        Interval by inversion; infinite where the test cannot reject at this level.
    smallest_p_value
        The least p-value that the test can reach.
    enumerated
        Whether all sign vectors were taken.
    """

    statistic: float
    p_value: float
    lower: float
    upper: float
    smallest_p_value: float
    draws: int
    enumerated: bool


@dataclass(frozen=True)
class Draws:
    """Numerators and variances of every draw as polynomials in the null value b.

    Attributes
    ----------
    numerator
        Coefficients of 1 and b, shape (2, R).
    variance
        Coefficients of 1, b and b², shape (3, R).
    estimate, standard_error
        Of the sample itself, without small-sample factors.
    enumerated
        Whether the draws are all sign vectors.
    """

    numerator: Floats
    variance: Floats
    estimate: float
    standard_error: float
    enumerated: bool

    def statistics(self, null: float) -> Floats:
        """Absolute t statistics of all draws under a null value, shape (R,)."""
        numerator = self.numerator[0] + null * self.numerator[1]
        variance = self.variance[0] + null * (self.variance[1] + null * self.variance[2])
        scale = np.abs(self.variance[0]) + null**2 * np.abs(self.variance[2])
        usable = variance > np.finfo(float).eps * scale
        ratio = np.abs(numerator) / np.sqrt(np.where(usable, variance, 1.0))
        return np.where(usable, ratio, np.inf)

    def p_value(self, null: float) -> float:
        """Two-sided p-value of a null value."""
        observed = abs(self.estimate - null) / self.standard_error
        reached = int((self.statistics(null) >= observed * (1 - TIE)).sum())
        draws = self.numerator.shape[1]
        return float(reached / draws if self.enumerated else (1 + reached) / (draws + 1))


def wild_cluster(
    sums: ClusterSums,
    design: Floats,
    residuals: Floats,
    codes: Integers,
    coefficient: int,
    estimate: float,
    *,
    draws: int = 9_999,
    seed: int = 0,
    weights: Weights = "rademacher",
    level: float = 0.95,
    enumerate_up_to: int = ENUMERATED_CLUSTERS,
) -> WildClusterResult:
    """Test that one coefficient is zero, with the null imposed.

    Parameters
    ----------
    sums, design, residuals, codes
        As for the corrections of few clusters: effects inside clusters projected out, the others
        among the columns; unrestricted residuals; shapes (n, p), (n,) and (n,).
    coefficient
        Column of the design.

    Raises
    ------
    ModelError
        When the weights are unknown or there are too few draws for the level.
    """
    groups = len(sums.grams)
    enumerated = weights == "rademacher" and groups <= enumerate_up_to
    _refuse(draws, level, weights, groups, enumerated)
    multipliers = (
        sign_vectors(groups)
        if enumerated
        else WEIGHTS[weights](np.random.default_rng(seed), draws, groups)
    )
    made = bootstrap_draws(sums, design, residuals, codes, coefficient, estimate, multipliers)
    made = replace(made, enumerated=enumerated)
    lower, upper = _interval(made, 1 - level)
    count = multipliers.shape[0]
    return WildClusterResult(
        estimate / made.standard_error,
        made.p_value(0.0),
        lower,
        upper,
        1 / count if enumerated else 1 / (count + 1),
        count,
        enumerated,
    )


def _refuse(draws: int, level: float, weights: str, groups: int, enumerated: bool) -> None:
    require_known(weights, WEIGHTS, ModelError, f"unknown bootstrap weights '{weights}'")
    if not enumerated and draws + 1 < 1 / (1 - level):
        raise ModelError(
            f"{draws} draws cannot reach a level of {1 - level:.3g}",
            allowed=f"{int(np.ceil(1 / (1 - level)))} draws or more",
            remedy="use 999 or 9999 draws",
        )
    if not enumerated and draws * groups > MOST_CELLS:
        raise ModelError(
            f"{draws} draws for {groups} clusters do not fit into memory",
            allowed=f"{MOST_CELLS:,} draws times clusters",
            remedy="use clustered errors, which so many clusters allow, or fewer draws",
        )


def sign_vectors(groups: int) -> Floats:
    """All sign vectors with a positive first sign, shape (2^(G-1), G).

    The statistic changes only its sign with the signs of all clusters, so that the other half
    has the same absolute values.
    """
    bits = np.arange(2 ** (groups - 1))[:, None] >> np.arange(groups)[None, :] & 1
    return np.asarray(1.0 - 2.0 * np.roll(bits, 1, axis=1))


def sign_draws(rng: np.random.Generator, draws: int, groups: int) -> Floats:
    """Return random signs of clusters, shape (draws, G)."""
    bits = np.unpackbits(
        rng.integers(0, 256, size=(draws, -(-groups // 8)), dtype=np.uint8), axis=1
    )
    signs = 1 - 2 * bits[:, :groups].view(np.int8)
    return np.asarray(signs, dtype=float)


def _webb(rng: np.random.Generator, draws: int, groups: int) -> Floats:
    points = np.concatenate([-WEBB, WEBB])
    return np.asarray(points[rng.integers(0, 6, size=(draws, groups))])


WEIGHTS: Mapping[str, Callable[[np.random.Generator, int, int], Floats]] = {
    "rademacher": sign_draws,
    "webb": _webb,
}


def bootstrap_draws(
    sums: ClusterSums,
    design: Floats,
    residuals: Floats,
    codes: Integers,
    coefficient: int,
    estimate: float,
    multipliers: Floats,
) -> Draws:
    """Return the statistics of all draws for every null value.

    Restricted residuals are u + (b̂ - b) e, with u the unrestricted residuals and e what the
    other columns leave of the regressor. The score of cluster g in a draw v is
    v_g m's_g - m'S_g M Σ v_h s_h, with m the column of M and s_h the restricted scores.
    """
    groups = len(sums.grams)
    column = sums.bread[:, coefficient]
    at_estimate = weighted_sums(residuals, design, codes, groups)
    slope = -(sums.grams @ (column / column[coefficient]))
    scores = (at_estimate - estimate * slope, slope)
    pulled = sums.grams @ column
    own = [part @ column for part in scores]
    blocks = max(1, multipliers.size // BLOCK_CELLS)
    parts = [
        _block(part, scores, own, pulled, sums.bread, coefficient)
        for part in np.array_split(multipliers, blocks)
    ]
    spread = at_estimate @ column
    return Draws(
        np.concatenate([numerator for numerator, _ in parts], axis=1),
        np.concatenate([variance for _, variance in parts], axis=1),
        estimate,
        float(np.sqrt(spread @ spread)),
        enumerated=False,
    )


def _block(
    multipliers: Floats,
    scores: tuple[Floats, Floats],
    own: list[Floats],
    pulled: Floats,
    bread: Floats,
    coefficient: int,
) -> tuple[Floats, Floats]:
    """Polynomials of some draws: numerators (2, r) and variances (3, r)."""
    moved = [multipliers @ (part @ bread) for part in scores]
    numerator = np.stack([part[:, coefficient] for part in moved])
    squares = multipliers**2
    crossed = [multipliers @ (part[:, None] * pulled) for part in own]
    middle = pulled.T @ pulled
    pairs = ((0, 0), (0, 1), (1, 1))
    variance = [
        squares @ (own[a] * own[b])
        - np.einsum("rp,rp->r", crossed[a], moved[b])
        - np.einsum("rp,rp->r", crossed[b], moved[a])
        + np.einsum("rp,rp->r", moved[a] @ middle, moved[b])
        for a, b in pairs
    ]
    variance[1] *= 2
    return numerator, np.stack(variance)


def _interval(draws: Draws, alpha: float) -> tuple[float, float]:
    return _limit(draws, alpha, -1.0), _limit(draws, alpha, 1.0)


def _limit(draws: Draws, alpha: float, direction: float) -> float:
    """Return the null value next to the estimate at which the test first rejects."""
    inside, step = 0.0, 1.0
    while draws.p_value(draws.estimate + direction * step * draws.standard_error) > alpha:
        inside, step = step, 1.5 * step
        if step > FARTHEST:
            return direction * np.inf
    outside = step
    for _ in range(BISECTIONS):
        middle = (inside + outside) / 2
        accepted = draws.p_value(draws.estimate + direction * middle * draws.standard_error) > alpha
        inside, outside = (middle, outside) if accepted else (inside, middle)
    return draws.estimate + direction * outside * draws.standard_error
