"""The conformal test of an effect on one treated unit, and its inversion.

Under an assumed constant effect over the window the outcome without treatment is known; the
control is refitted on the periods before treatment and the window together, and the mean residual
of the window is ranked among those of all stretches of the same length (moving blocks, wrapped).

References
----------
Chernozhukov, Wuthrich and Zhu (2021), An Exact and Robust Conformal Inference Method for
Counterfactual and Synthetic Controls, JASA 116(536).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analysis.models.arrays import Floats

GRID = 200  # effects that are tried between two rejected ones
DOUBLINGS = 40  # of the distance searched before an interval is called unbounded
HALVINGS = 40  # of a grid step, to about twelve digits of it
TIE = 1e-9  # relative: residuals closer than this are equal but for rounding

Weigh = Callable[[Floats, Floats], Floats]
Limits = tuple[float | None, float | None, str]


@dataclass(frozen=True)
class ConformalTest:
    """Outcomes before treatment and in one window, and how a control is fitted to them.

    Attributes
    ----------
    donors, target
        Outcomes, shapes (T0 + k, J) and (T0 + k,); the window is last.
    window
        Number of periods k of the window.
    weigh
        Weights (J,) from donors and target in all these periods.
    """

    donors: Floats
    target: Floats
    window: int
    weigh: Weigh

    @property
    def smallest_p(self) -> float:
        """The smallest p-value that so many periods can give."""
        return 1.0 / len(self.target)

    @property
    def stretches(self) -> int:
        """Number of stretches of the window's length that do not overlap."""
        return len(self.target) // self.window

    def p_value(self, effect: float) -> float:
        """Return the p-value of a constant effect over the window."""
        assumed = self.target.copy()
        assumed[-self.window :] -= effect
        residuals = assumed - self.donors @ self.weigh(self.donors, assumed)
        wrapped = np.append(residuals, residuals[: self.window - 1])
        means = np.abs(np.convolve(wrapped, np.full(self.window, 1.0 / self.window), "valid"))
        own = means[len(residuals) - self.window]
        return float(np.mean(means >= own - TIE * np.abs(self.target).max()))


def invert(test: ConformalTest, centre: float, alpha: float) -> Limits:
    """Return the outermost effects that the test does not reject at `alpha`, and a reason.

    Parameters
    ----------
    centre
        Where the search begins, normally the estimate.

    Returns
    -------
    tuple
        Limits, None where there are none, and a sentence where something is to be said.
    """
    if alpha < test.smallest_p:
        reason = (
            f"{len(test.target)} periods give no p-value below {test.smallest_p:.3g}: the interval "
            f"at level {1 - alpha:.3g} is unbounded"
        )
        return None, None, reason
    step = max(float(np.ptp(test.target)), TIE * abs(centre), TIE) / 8
    low, high = (_reach(test, centre, sign * step, alpha) for sign in (-1, 1))
    if low is None or high is None:
        return None, None, "the control follows any effect: the interval is unbounded"
    grid = np.unique(np.append(np.linspace(low, high, GRID), centre))
    accepted = np.flatnonzero([test.p_value(value) > alpha for value in grid])
    if not accepted.size:
        return None, None, "every effect that is constant over the window is rejected"
    first, last = int(accepted[0]), int(accepted[-1])
    lower = _edge(test, grid[first], grid[first - 1], alpha)
    upper = _edge(test, grid[last], grid[last + 1], alpha)
    whole = last - first + 1 == accepted.size
    return lower, upper, "" if whole else "effects between the limits are rejected too"


def _reach(test: ConformalTest, centre: float, step: float, alpha: float) -> float | None:
    """Double the distance until an effect is rejected; None if none is."""
    for i in range(DOUBLINGS):
        value = centre + step * 2.0**i
        if test.p_value(value) <= alpha:
            return value
    return None


def _edge(test: ConformalTest, inside: float, outside: float, alpha: float) -> float:
    for _ in range(HALVINGS):
        middle = (inside + outside) / 2
        accepted = test.p_value(middle) > alpha
        inside, outside = (middle, outside) if accepted else (inside, middle)
    return float(inside)
