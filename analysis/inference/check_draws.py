"""Series of noise under no effect, drawn from residuals.

Every scheme takes residuals (R, n) and gives draws (R, B, n), so that one call serves one series
or thousands of simulated ones. With `post_blacken` the residuals are first freed of AR(1)
autocorrelation, the innovations are resampled, and the autocorrelation is put back (Davison and
Hinkley 1997, Bootstrap Methods and Their Application, section 8.2.3).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from analysis.models.arrays import Floats
from analysis.models.its_noise import MonthlyNoise

Scheme = Literal["moving_block", "rademacher", "webb", "dependent_wild", "innovations", "gaussian"]
WEBB: Final = np.sqrt(np.array([0.5, 1.0, 1.5]))


@dataclass(frozen=True)
class DrawPlan:
    """How noise is drawn.

    Attributes
    ----------
    block
        Values in a block, or the reach of the weights of the dependent wild bootstrap.
    post_blacken
        Whether innovations are resampled instead of residuals.
    """

    scheme: Scheme
    draws: int
    block: int
    post_blacken: bool


def block_length(n: int, post_blacken: bool) -> int:
    """Return the length of a block: the power n^(1/3) of Hall, Horowitz and Jing (1995).

    Biometrika 82; times 1.5 where residuals keep their autocorrelation, and at least 2.
    """
    return max(2, int(np.ceil((1.0 if post_blacken else 1.5) * n ** (1 / 3))))


def noise_draws(
    residuals: Floats,
    rho: Floats,
    noise: MonthlyNoise,
    plan: DrawPlan,
    generator: np.random.Generator,
) -> Floats:
    """Return draws of noise, shape (R, B, n).

    Parameters
    ----------
    residuals
        Shape (R, n).
    rho
        Autocorrelation of each series, shape (R,); used where innovations are resampled.
    """
    if not plan.post_blacken:
        return SCHEMES[plan.scheme](residuals, plan, generator)
    innovations = whitened(residuals, rho, noise)
    innovations = innovations - innovations.mean(axis=1, keepdims=True)
    return coloured(SCHEMES[plan.scheme](innovations, plan, generator), rho, noise)


def whitened(residuals: Floats, rho: Floats, noise: MonthlyNoise) -> Floats:
    """Return residuals (R, n) without their autocorrelation, at the same variance."""
    if not noise.markov:
        pairs = zip(residuals, rho.tolist(), strict=True)
        return np.stack([noise.whiten(row[:, None], r)[0][:, 0] for row, r in pairs])
    keep = np.power(rho[:, None], noise.gaps[1:])
    later = (residuals[:, 1:] - keep * residuals[:, :-1]) / np.sqrt(1 - keep**2)
    return np.concatenate([residuals[:, :1], later], axis=1)


def coloured(innovations: Floats, rho: Floats, noise: MonthlyNoise) -> Floats:
    """Give innovations (R, B, n) the autocorrelation of their series."""
    if not noise.markov:
        pairs = zip(innovations, rho.tolist(), strict=True)
        return np.stack([e @ np.linalg.cholesky(noise.correlation(r)).T for e, r in pairs])
    keep = np.power(rho[:, None], noise.gaps)
    fresh = np.sqrt(1 - keep**2)
    found = np.empty_like(innovations)
    found[..., 0] = innovations[..., 0]
    for i in range(1, innovations.shape[-1]):
        found[..., i] = keep[:, [i]] * found[..., i - 1] + fresh[:, [i]] * innovations[..., i]
    return found


def _moving_block(values: Floats, plan: DrawPlan, generator: np.random.Generator) -> Floats:
    """Paste blocks of consecutive values (Kunsch 1989, Annals of Statistics 17).

    Draws are less the mean of what a place can hold, so that their mean is zero.
    """
    series, n = values.shape
    length = min(plan.block, n)
    pieces = -(-n // length)
    start = generator.integers(0, n - length + 1, size=(series, plan.draws, pieces))
    places = (start[..., None] + np.arange(length)).reshape(series, plan.draws, -1)[..., :n]
    held = np.lib.stride_tricks.sliding_window_view(values, length, axis=1).mean(axis=1)
    centre = np.tile(held, pieces)[:, :n]
    drawn = values[np.arange(series)[:, None, None], places]
    return np.asarray(drawn - centre[:, None, :])


def _rademacher(values: Floats, plan: DrawPlan, generator: np.random.Generator) -> Floats:
    shape = (len(values), plan.draws, values.shape[1])
    return np.asarray(values[:, None] * (2.0 * generator.integers(0, 2, size=shape) - 1.0))


def _webb(values: Floats, plan: DrawPlan, generator: np.random.Generator) -> Floats:
    """Multiply by one of six points (Webb 2023, Canadian Journal of Economics 56)."""
    points = np.concatenate([-WEBB, WEBB])
    shape = (len(values), plan.draws, values.shape[1])
    return np.asarray(values[:, None] * points[generator.integers(0, 6, size=shape)])


def _dependent_wild(values: Floats, plan: DrawPlan, generator: np.random.Generator) -> Floats:
    """Multiply by Gaussian weights with Bartlett correlation (Shao 2010, JASA 105)."""
    n = values.shape[1]
    distance: NDArray[np.int64] = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    correlation = np.maximum(1 - distance / plan.block, 0.0)
    size, vectors = np.linalg.eigh(correlation)
    root = vectors * np.sqrt(np.maximum(size, 0.0))
    weights = generator.normal(size=(len(values), plan.draws, n)) @ root.T
    return np.asarray(values[:, None] * weights)


def _innovations(values: Floats, plan: DrawPlan, generator: np.random.Generator) -> Floats:
    series, n = values.shape
    places = generator.integers(0, n, size=(series, plan.draws, n))
    return np.asarray(values[np.arange(series)[:, None, None], places])


def _gaussian(values: Floats, plan: DrawPlan, generator: np.random.Generator) -> Floats:
    spread = values.std(axis=1)[:, None, None]
    shape = (len(values), plan.draws, values.shape[1])
    return np.asarray(spread * generator.normal(size=shape))


SCHEMES: Final[Mapping[Scheme, Callable[[Floats, DrawPlan, np.random.Generator], Floats]]] = {
    "moving_block": _moving_block,
    "rademacher": _rademacher,
    "webb": _webb,
    "dependent_wild": _dependent_wild,
    "innovations": _innovations,
    "gaussian": _gaussian,
}


def circular_shifts(residuals: Floats) -> Floats:
    """Return every circular shift but the series itself, (R, n) to (R, n - 1, n)."""
    n = residuals.shape[1]
    places = (np.arange(n) + np.arange(1, n)[:, None]) % n
    return np.asarray(residuals[:, places])
