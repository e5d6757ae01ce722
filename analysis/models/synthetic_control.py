"""Synthetic controls of one treated unit: classic, augmented, and with differences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analysis.errors import ModelError, require_known
from analysis.models.arrays import Floats
from analysis.models.synthetic_methods import METHODS
from analysis.models.synthetic_panel import MINIMUM_PRE_PERIODS, DonorPanel, build_donor_panel
from analysis.models.synthetic_weights import Weights, simplex_weights

PreFit = Literal["good fit", "poor fit"]
POOR_FIT = 0.5  # error before treatment beside the treated unit's own spread (R squared 0.75)
INSIDE = 1e-8  # distance to the donors' hull beside the outcome's size: beyond is arithmetic


@dataclass(frozen=True)
class SyntheticControlFit:
    """A synthetic control.

    Attributes
    ----------
    method
        Key of `METHODS`.
    weights
        Columns `donor` and `weight`, largest first, every donor.
    period_weights
        Columns `time` and `weight` (synthetic differences in differences), otherwise None.
    balance
        Columns `predictor`, `treated`, `synthetic`, `donor_mean`: means before treatment.
    path
        Columns `time`, `treated_period`, `observed`, `synthetic`, `gap`.
    average_effect
        Mean gap from treatment on, in units of the outcome.
    pre_rmspe, post_rmspe, ratio
        Root mean squared gap before and after treatment and their ratio (infinite where the fit
        before treatment is exact).
    hull_distance
        Root mean squared distance before treatment to the nearest weighted mean of donors; above
        zero the treated unit lies outside their convex hull.
    pre_fit, pre_fit_reason
        `poor fit` where the gap before treatment is above half the treated unit's own standard
        deviation, or where it lies outside the range of all donors in half the periods or more.
    penalty
        Penalty on squared weights, where the method has one.
    panel, weighting
        The arrays behind the fit, for placebo runs and intervals.
    """

    method: str
    treated: str
    weights: pd.DataFrame
    period_weights: pd.DataFrame | None
    balance: pd.DataFrame
    path: pd.DataFrame
    average_effect: float
    pre_rmspe: float
    post_rmspe: float
    ratio: float
    hull_distance: float
    pre_fit: PreFit
    pre_fit_reason: str
    penalty: float | None
    convention: str
    panel: DonorPanel
    weighting: Weights

    @property
    def gaps(self) -> Floats:
        """Observed less synthetic outcome, shape (T,)."""
        return self.path["gap"].to_numpy(dtype=float)


def fit_synthetic_control(
    frame: pd.DataFrame,
    *,
    outcome: str,
    unit: str,
    time: str,
    treated: str,
    first_treated: object,
    method: str = "classic",
    predictors: Sequence[str] = (),
    donors: Sequence[str] | None = None,
    minimum_pre_periods: int = MINIMUM_PRE_PERIODS,
) -> SyntheticControlFit:
    """Build the treated unit's outcome without treatment from weighted donors.

    Parameters
    ----------
    frame
        One row for each unit and period, no cell missing.
    outcome, unit, time
        Column names; `time` must sort in the order of time.
    treated
        Name of the treated unit.
    first_treated
        First period under treatment, as in `time`.
    method
        Key of `METHODS`.
    predictors
        Further columns: shown in the balance table, matched by `classic_predictors`.
    donors
        Units that may be weighted; by default all others.
    minimum_pre_periods
        Fewer periods before treatment are refused.

    Raises
    ------
    ModelError
        When a cell is missing, there is no donor or too little time before treatment, or the
        method is unknown.

    References
    ----------
    Abadie, Diamond and Hainmueller (2010); Ben-Michael, Feller and Rothstein (2021);
    Arkhangelsky, Athey, Hirshberg, Imbens and Wager (2021).
    """
    panel = build_donor_panel(
        frame,
        outcome=outcome,
        unit=unit,
        time=time,
        treated=treated,
        first_treated=first_treated,
        predictors=predictors,
        donors=donors,
        minimum_pre_periods=minimum_pre_periods,
    )
    return fit_panel(panel, method)


def fit_panel(
    panel: DonorPanel, method: str, *, penalty: float | None = None
) -> SyntheticControlFit:
    """Fit a checked panel; a ridge penalty that is given is kept.

    Raises
    ------
    ModelError
        When the method is unknown or refuses the panel.
    """
    require_known(method, METHODS, ModelError, f"there is no synthetic-control method '{method}'")
    weights = METHODS[method].weigh(panel, penalty)
    gaps = panel.target - weights.synthetic(panel.outcomes)
    before, after = _size(gaps[: panel.before]), _size(gaps[panel.before :])
    distance = hull_distance(panel)
    verdict, reason = _pre_fit(panel, before, distance)
    return SyntheticControlFit(
        method=method,
        treated=panel.treated,
        weights=_weight_table(panel.donors, weights.donors, "donor"),
        period_weights=_period_weights(panel, weights),
        balance=_balance(panel, weights),
        path=_path(panel, gaps),
        average_effect=float(gaps[panel.before :].mean()),
        pre_rmspe=before,
        post_rmspe=after,
        ratio=ratio_of(before, after, panel),
        hull_distance=distance,
        pre_fit=verdict,
        pre_fit_reason=reason,
        penalty=weights.penalty,
        convention=METHODS[method].convention,
        panel=panel,
        weighting=weights,
    )


def ratio_of(before: float, after: float, panel: DonorPanel) -> float:
    """Return the ratio of errors after and before; infinite where the one before is rounding."""
    size = float(np.abs(panel.target).max())
    return after / before if before > INSIDE * size else float("inf")


def hull_distance(panel: DonorPanel) -> float:
    """Return the distance of the treated unit before treatment to the donors' convex hull."""
    donors, target = panel.outcomes[: panel.before], panel.target[: panel.before]
    distance = _size(target - donors @ simplex_weights(donors, target))
    return distance if distance > INSIDE * float(np.abs(target).max()) else 0.0


def _size(gaps: Floats) -> float:
    return float(np.sqrt(np.mean(gaps**2)))


def _pre_fit(panel: DonorPanel, error: float, distance: float) -> tuple[PreFit, str]:
    target, donors = panel.target[: panel.before], panel.outcomes[: panel.before]
    spread = float(target.std(ddof=1))
    outside = int(np.sum((target > donors.max(axis=1)) | (target < donors.min(axis=1))))
    hull = (
        f"{panel.treated} lies outside the convex hull of its donors before treatment "
        f"(distance {distance:.4g}); it is outside their range in {outside} of {panel.before} "
        "periods"
    )
    if error > POOR_FIT * spread and error > INSIDE * float(np.abs(target).max()):
        share = f"{error / spread:.2f} of" if spread > 0 else "beside no"
        text = f"the gap before treatment is {share} its own standard deviation"
        return "poor fit", f"{text}; {hull}" if distance > 0 else text
    if 2 * outside >= panel.before:
        return "poor fit", hull
    return "good fit", hull if distance > 0 else ""


def _weight_table(names: Sequence[object], weights: Floats, column: str) -> pd.DataFrame:
    table = pd.DataFrame({column: list(names), "weight": weights})
    return table.sort_values("weight", ascending=False, kind="stable", ignore_index=True)


def _period_weights(panel: DonorPanel, weights: Weights) -> pd.DataFrame | None:
    if weights.periods is None:
        return None
    return pd.DataFrame({"time": list(panel.times[: panel.before]), "weight": weights.periods})


def _balance(panel: DonorPanel, weights: Weights) -> pd.DataFrame:
    before = panel.before
    rows = [
        (name, own, means @ weights.donors, means.mean())
        for name, own, means in zip(
            panel.predictors, panel.target_predictors, panel.predictor_means, strict=True
        )
    ]
    donors = panel.outcomes[:before]
    rows.append(
        (
            f"{panel.outcome} (mean before)",
            panel.target[:before].mean(),
            weights.synthetic(donors).mean(),
            donors.mean(),
        )
    )
    rows += [
        (f"{panel.outcome} ({panel.times[t]})", panel.target[t], value, donors[t].mean())
        for t, value in enumerate(weights.synthetic(donors))
    ]
    return pd.DataFrame(rows, columns=["predictor", "treated", "synthetic", "donor_mean"])


def _path(panel: DonorPanel, gaps: Floats) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "time": list(panel.times),
            "treated_period": np.arange(len(panel.times)) >= panel.before,
            "observed": panel.target,
            "synthetic": panel.target - gaps,
            "gap": gaps,
        }
    )
