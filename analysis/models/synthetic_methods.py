"""The methods that weigh donors, in one registry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.models.library_calls import quietly
from analysis.models.synthetic_panel import DonorPanel
from analysis.models.synthetic_weights import (
    Weights,
    choose_penalty,
    difference_weights,
    ridge_weights,
    simplex_weights,
)

SEARCH_SEED = 0  # of the starting points of the predictor weights; the search ends the same


@dataclass(frozen=True)
class Method:
    """A way to weigh donors.

    Attributes
    ----------
    weigh
        Weights for a panel; a penalty that is given is kept, otherwise it is chosen.
    statistic
        What placebo units are ranked by: `ratio` of errors after and before, or `effect`.
    convention
        The method in words.
    """

    weigh: Callable[[DonorPanel, float | None], Weights]
    statistic: str
    convention: str


def classic(panel: DonorPanel, penalty: float | None = None) -> Weights:
    """Match the outcome in every period before treatment (Abadie, Diamond, Hainmueller 2010)."""
    del penalty
    before = panel.before
    return Weights(simplex_weights(panel.outcomes[:before], panel.target[:before]))


def classic_predictors(panel: DonorPanel, penalty: float | None = None) -> Weights:
    """Match predictors, weighted so that the outcome before treatment fits best (diff-diff)."""
    del penalty
    from diff_diff import SyntheticControl

    if not panel.predictors:
        raise ModelError(
            "the method 'classic_predictors' was given no predictors",
            remedy="name predictors, or take the method 'classic'",
        )
    frame, names = _long(panel)
    model = SyntheticControl(v_method="nested", seed=SEARCH_SEED)
    after = list(range(panel.before, len(panel.times)))
    fit, _ = quietly(
        lambda: model.fit(
            frame, "y", "treated", "unit", "time", post_periods=after, predictors=names
        )
    )
    return Weights(np.array([fit.donor_weights.get(j + 1, 0.0) for j in range(len(panel.donors))]))


def _long(panel: DonorPanel) -> tuple[pd.DataFrame, list[str]]:
    """Return the panel as diff-diff reads it, unit 0 treated, predictors constant over time."""
    periods = len(panel.times)
    values = np.column_stack([panel.target, panel.outcomes])
    unit, time = np.divmod(np.arange(values.size), periods)
    frame = pd.DataFrame({"unit": unit, "time": time, "y": values.T.ravel()})
    frame["treated"] = ((unit == 0) & (time >= panel.before)).astype(int)
    means = np.column_stack([panel.target_predictors, panel.predictor_means])
    names = [f"x{p}" for p in range(len(panel.predictors))]
    for name, row in zip(names, means, strict=True):
        frame[name] = row[unit]
    return frame, [*names, "y"]


def ridge(panel: DonorPanel, penalty: float | None = None) -> Weights:
    """Augment the classic weights by ridge regression (Ben-Michael, Feller, Rothstein 2021)."""
    donors, target = panel.outcomes[: panel.before], panel.target[: panel.before]
    chosen = choose_penalty(donors, target) if penalty is None else penalty
    return Weights(ridge_weights(donors, target, chosen), penalty=chosen)


def synthetic_did(panel: DonorPanel, penalty: float | None = None) -> Weights:
    """Weigh donors and periods (Arkhangelsky et al. 2021)."""
    del penalty
    if len(panel.donors) < 2:
        raise ModelError("the method 'synthetic_did' needs two or more donors")
    return difference_weights(panel.outcomes, panel.target, panel.before)


METHODS: Mapping[str, Method] = {
    "classic": Method(
        classic,
        "ratio",
        "classic synthetic control: non-negative weights that sum to one, the outcome matched in "
        "every period before treatment with equal weight; exact optimum",
    ),
    "classic_predictors": Method(
        classic_predictors,
        "ratio",
        "classic synthetic control: non-negative weights that sum to one, means before treatment "
        "of the predictors and the outcome matched, their weights chosen for the best fit of the "
        "outcome before treatment (nested search)",
    ),
    "ridge": Method(
        ridge,
        "ratio",
        "ridge-augmented synthetic control: weights sum to one and may be negative; penalty by "
        "leaving out one period before treatment at a time, one-standard-error rule",
    ),
    "synthetic_did": Method(
        synthetic_did,
        "effect",
        "synthetic differences in differences: donors and periods weighted, level free; exact "
        "optimum of the penalised weights (penalties of R's synthdid)",
    ),
}
