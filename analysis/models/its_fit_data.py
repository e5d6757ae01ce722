"""The regression whose residuals should be free of pattern if a fitted series is right.

Every estimator is a least squares fit of transformed values: as they are, freed of AR(1)
autocorrelation, or weighted as in the last step of a count model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.errors import ModelError
from analysis.models.arrays import Floats
from analysis.models.its_regression_data import RegressionData, regression_data
from analysis.models.its_results import ItsFit

Transformed = tuple[Floats, Floats, str]


def fit_data(fit: ItsFit) -> RegressionData:
    """Return the transformed regression of a fit, without columns that the values do not determine.

    Raises
    ------
    ModelError
        When it leaves nothing to test (see `regression_data`).
    """
    rows = fit.rows[:, determined(fit)]
    response, design, subject = TRANSFORMS.get(fit.estimator, _as_they_are)(fit, rows)
    return located(fit, response, design, determined(fit), subject)


def plain_data(fit: ItsFit, kept: NDArray[np.int64]) -> RegressionData:
    """Return the regression on the scale of the link with some columns of the design.

    Parameters
    ----------
    kept
        Places of the columns, shape (q,).
    """
    counts = fit.options.counts or fit.estimator in COUNTS
    transform = TRANSFORMS[fit.estimator] if counts else _as_they_are
    response, design, subject = transform(fit, fit.rows[:, kept])
    return located(fit, response, design, kept, subject)


def determined(fit: ItsFit) -> NDArray[np.int64]:
    """Places of the columns whose coefficient has a number."""
    return np.flatnonzero([item.estimate is not None for item in fit.coefficients])


def located(
    fit: ItsFit, response: Floats, rows: Floats, kept: NDArray[np.int64], subject: str
) -> RegressionData:
    """Give transformed arrays the months of the last values of a fit."""
    first = len(fit.series) - len(response)
    months = fit.series.first[first:]
    return regression_data(
        response,
        rows,
        names=[fit.design.names[j] for j in kept],
        labels=fit.series.months[first:],
        positions=months - months[0],
        spans=fit.series.spans[first:],
        subject=subject,
    )


def _as_they_are(fit: ItsFit, rows: Floats) -> Transformed:
    return fit.response - fit.offset, rows, "ordinary least squares residuals"


def _without_ar1(fit: ItsFit, rows: Floats) -> Transformed:
    """Take out AR(1) autocorrelation over the months between values; keep the variance."""
    if fit.rho is None:
        raise ModelError(f"the fit by '{fit.estimator}' has no autocorrelation")
    keep = fit.rho ** np.diff(fit.series.first).astype(float)
    noise = np.sqrt(1 - keep**2)
    columns = np.column_stack([fit.response - fit.offset, rows])
    freed = (columns[1:] - keep[:, None] * columns[:-1]) / noise[:, None]
    whole = freed if fit.estimator == "cochrane_orcutt" else np.vstack([columns[:1], freed])
    return whole[:, 0], whole[:, 1:], f"residuals freed of AR(1) errors with rho {fit.rho:.3f}"


def _innovations(fit: ItsFit, rows: Floats) -> Transformed:
    errors = fit.whitened_residuals
    order = "({}, {}, {})".format(*fit.options.arima_order)
    return errors, rows[len(rows) - len(errors) :], f"innovations of the ARIMA{order} errors"


def _working(fit: ItsFit, rows: Floats) -> Transformed:
    """Working response and rows of the last weighted step, both times the root of the weight."""
    mean = fit.fitted
    alpha = fit.dispersion if fit.estimator == "negative_binomial" and fit.dispersion else 0.0
    root = np.sqrt(mean / (1 + alpha * mean))
    working = np.log(mean) - fit.offset + (fit.response - mean) / mean
    return root * working, root[:, None] * rows, "Pearson residuals"


TRANSFORMS: Final[Mapping[str, Callable[[ItsFit, Floats], Transformed]]] = {
    "prais_winsten": _without_ar1,
    "cochrane_orcutt": _without_ar1,
    "gls_ar1_reml": _without_ar1,
    "gls_ar1_ml": _without_ar1,
    "arima": _innovations,
    "quasi_poisson": _working,
    "negative_binomial": _working,
}
COUNTS: Final = frozenset({"quasi_poisson", "negative_binomial"})
