"""Fitted and counterfactual curves of a regular series, with pointwise or simultaneous bands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.models.arrays import Bools, Floats
from analysis.models.interval_curves import contrasts
from analysis.models.interval_identification import estimable_subspace
from analysis.models.its_findings import quantile

if TYPE_CHECKING:
    from analysis.models.its_results import ItsFit

DRAWS: Final = 20_000  # the critical value then moves in the third digit
SEED: Final = 20200201


def curve_table(
    fit: ItsFit, *, simultaneous: bool = False, draws: int = DRAWS, seed: int = SEED
) -> pd.DataFrame:
    """Return every curve in long form, a row for each month of the window.

    Columns: month, first_day, curve, value, lower, upper. `curve` is `fitted`, `counterfactual`
    (all interventions off) or `without <name>`; `value` is a month's value in the unit of the
    series, on the log scale taken back without a factor for the noise (its median); for counts
    the expected count by unit of exposure. A curve that leans on an intervention that is not
    identified has no row for the months concerned.

    Parameters
    ----------
    simultaneous
        Whether a band covers its whole curve with the level of the fit, by the largest of the
        standardised deviations, simulated (sup-t; Montiel Olea & Plagborg-Moller 2019, Journal of
        Applied Econometrics 34), instead of each month for itself.
    """
    unknown = not_identified(fit)
    pieces = []
    for name, rows in named_contrasts(fit).items():
        leaning = (rows != fit.design.matrix)[:, unknown].any(axis=1)
        known = estimable(fit, rows) & ~leaning
        chosen = rows[known]
        times = _times(fit, chosen, (draws, seed) if simultaneous else None)
        pieces.append(_curve(fit, name, chosen, known, times))
    return pd.concat(pieces, ignore_index=True)


def named_contrasts(fit: ItsFit) -> Mapping[str, Floats]:
    """Return the design rows of every curve, each of shape (M, p)."""
    return contrasts(fit.design)


def not_identified(fit: ItsFit) -> Bools:
    """Tell which columns have no number, shape (p,)."""
    return np.array([item.verdict == "not identified" for item in fit.coefficients])


def estimable(fit: ItsFit, rows: Floats) -> Bools:
    """Tell which linear functions l'b the values determine; rows l of shape (q, p)."""
    return estimable_subspace(fit.rows).estimable(rows)


def inverse_link(fit: ItsFit, predictor: Floats) -> Floats:
    """Return a predictor in the unit of the series."""
    return np.exp(predictor) if fit.log_scale else predictor


def standard_errors(fit: ItsFit, rows: Floats) -> Floats:
    """Return standard errors of linear functions l'b, rows l (q, p), on the scale of the link."""
    variance = np.einsum("qi,ij,qj->q", rows, fit.covariance, rows)
    return np.asarray(np.sqrt(np.maximum(variance, 0.0)))


def _times(fit: ItsFit, rows: Floats, simulation: tuple[int, int] | None) -> float:
    df = float(fit.df.min())
    if simulation is None or not len(rows):
        return quantile(df, fit.options.level)
    return sup_t(fit.covariance, rows, df, fit.options.level, *simulation)


def _curve(fit: ItsFit, name: str, rows: Floats, known: Bools, times: float) -> pd.DataFrame:
    predictor = rows @ fit.estimates
    half = times * standard_errors(fit, rows)
    calendar = fit.design.calendar
    return pd.DataFrame(
        {
            "month": np.array(calendar.months)[known],
            "first_day": calendar.first_days[:-1][known],
            "curve": name,
            "value": inverse_link(fit, predictor),
            "lower": inverse_link(fit, predictor - half),
            "upper": inverse_link(fit, predictor + half),
        }
    )


def sup_t(
    covariance: Floats, rows: Floats, df: float, level: float, draws: int, seed: int
) -> float:
    """Critical value of the largest |t| among linear functions, simulated.

    Parameters
    ----------
    covariance
        Of the coefficients, shape (p, p).
    rows
        Linear functions, shape (q, p).
    df
        Degrees of freedom of the common scale; infinite for normal ones.

    Raises
    ------
    ModelError
        When there are fewer than a hundred draws.
    """
    if draws < 100:
        raise ModelError(f"{draws} draws", allowed="100 or more")
    rng = np.random.default_rng(seed)
    size, directions = np.linalg.eigh(covariance)
    root = rows @ (directions * np.sqrt(np.maximum(size, 0.0)))
    spread = np.linalg.norm(root, axis=1)
    moving = spread > 0
    standard = root[moving] / spread[moving, None]
    largest = np.abs(standard @ rng.normal(size=(root.shape[1], draws))).max(axis=0)
    scale = 1.0 if np.isinf(df) else np.sqrt(rng.chisquare(df, draws) / df)
    return float(np.quantile(largest / scale, level))
