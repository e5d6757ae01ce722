"""Placebo runs of a synthetic control: in space, in time, and without each donor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.models.synthetic_control import SyntheticControlFit, fit_panel
from analysis.models.synthetic_methods import METHODS
from analysis.models.synthetic_panel import MINIMUM_PRE_PERIODS

TIE = 1e-12  # relative difference below which two statistics are the same rank
STATISTICS = {"ratio": "ratio of errors after and before", "effect": "size of the average effect"}


@dataclass(frozen=True)
class PlaceboInSpace:
    """Every donor in the place of the treated unit.

    Attributes
    ----------
    table
        One row for each unit, the treated one first: `unit`, `treated`, `average_effect`,
        `pre_rmspe`, `post_rmspe`, `ratio`, `statistic`.
    gaps
        Gap by period, one column for each unit, index time.
    statistic
        What units are ranked by, in words.
    p_value
        Share of units, the treated one among them, whose statistic is as large or larger.
    smallest_p
        The smallest share that so many donors can give.
    """

    table: pd.DataFrame
    gaps: pd.DataFrame
    statistic: str
    p_value: float
    smallest_p: float


def placebo_in_space(
    fit: SyntheticControlFit, *, largest_pre_rmspe: float | None = None
) -> PlaceboInSpace:
    """Rank the treated unit among its donors, each fitted from the other donors.

    Parameters
    ----------
    fit
        A synthetic control with two or more donors.
    largest_pre_rmspe
        Leave out placebo units whose error before treatment is more than this many times the
        treated unit's; by default none is left out.

    Raises
    ------
    ModelError
        When there are fewer than two donors, or none is left.

    References
    ----------
    Abadie, Diamond and Hainmueller (2010), section 2.4.
    """
    _refuse_few(fit)
    fits = [fit, *(fit_panel(fit.panel.placebo(name), fit.method) for name in fit.panel.donors)]
    if largest_pre_rmspe is not None:
        limit = largest_pre_rmspe * fit.pre_rmspe
        fits = [one for one in fits if one is fit or one.pre_rmspe <= limit]
    if len(fits) < 2:
        raise ModelError(
            "no donor fits as well as `largest_pre_rmspe` asks",
            remedy="raise it, or leave it out",
        )
    kind = METHODS[fit.method].statistic
    table = pd.DataFrame([_row(one, kind) for one in fits])
    table.insert(1, "treated", table["unit"] == fit.treated)
    statistics = table["statistic"].to_numpy(dtype=float)
    return PlaceboInSpace(
        table=table,
        gaps=pd.DataFrame({one.treated: one.gaps for one in fits}, index=list(fit.panel.times)),
        statistic=STATISTICS[kind],
        p_value=float(np.mean(statistics >= statistics[0] * (1 - TIE))),
        smallest_p=1.0 / len(fits),
    )


def placebo_in_time(
    fit: SyntheticControlFit, *, befores: Sequence[int] | None = None
) -> pd.DataFrame:
    """Set treatment at earlier dates and use the periods before the true one only.

    Parameters
    ----------
    fit
        A synthetic control.
    befores
        Numbers of periods before the false treatment; by default every one that leaves five
        before it and one after.

    Returns
    -------
    pandas.DataFrame
        Columns `first_treated` (false), `periods_before`, `periods_after`, `average_effect`,
        `pre_rmspe`, `post_rmspe`, `ratio`.

    Raises
    ------
    ModelError
        When no earlier date leaves enough periods.
    """
    last = fit.panel.before
    chosen = list(range(MINIMUM_PRE_PERIODS, last)) if befores is None else list(befores)
    bad = [before for before in chosen if not 2 <= before < last]
    if bad or not chosen:
        raise ModelError(
            f"treatment cannot be set after {', '.join(map(str, bad)) or 'any'} periods",
            allowed=f"2 to {last - 1} of the {last} periods before treatment",
        )
    rows = []
    for before in chosen:
        one = fit_panel(fit.panel.backdated(before), fit.method)
        rows.append(
            {
                "first_treated": fit.panel.times[before],
                "periods_before": before,
                "periods_after": last - before,
                **_measures(one),
            }
        )
    return pd.DataFrame(rows)


def leave_one_donor_out(fit: SyntheticControlFit) -> pd.DataFrame:
    """Refit without each donor that has a weight.

    Returns
    -------
    pandas.DataFrame
        One row for each donor: `donor`, `weight`, `average_effect`, `change` (against the fit
        with all donors), `pre_rmspe`, `post_rmspe`, `ratio`.

    Raises
    ------
    ModelError
        When there are fewer than two donors.
    """
    _refuse_few(fit)
    rows = []
    for name, weight in zip(fit.weights["donor"], fit.weights["weight"], strict=True):
        if weight != 0.0:
            measures = _measures(fit_panel(fit.panel.without(name), fit.method))
            change = measures["average_effect"] - fit.average_effect
            rows.append({"donor": name, "weight": weight, **measures, "change": change})
    return pd.DataFrame(rows)


def _row(fit: SyntheticControlFit, kind: str) -> dict[str, object]:
    statistic = fit.ratio if kind == "ratio" else abs(fit.average_effect)
    return {"unit": fit.treated, **_measures(fit), "statistic": statistic}


def _measures(fit: SyntheticControlFit) -> dict[str, float]:
    return {
        "average_effect": fit.average_effect,
        "pre_rmspe": fit.pre_rmspe,
        "post_rmspe": fit.post_rmspe,
        "ratio": fit.ratio,
    }


def _refuse_few(fit: SyntheticControlFit) -> None:
    smallest = 3 if fit.method == "synthetic_did" else 2
    if len(fit.panel.donors) < smallest:
        raise ModelError(
            f"{len(fit.panel.donors)} donor(s): none can be left out or stand in",
            allowed=f"{smallest} or more donors",
        )
