"""Tests of constant variance and of normality of residuals."""

from __future__ import annotations

import warnings
from typing import Final

import numpy as np

from analysis.models.arrays import Floats
from analysis.models.its_diagnostic_test import DiagnosticTest, computed, not_computed
from analysis.models.its_regression_data import RegressionData

SPREAD: Final = ("the variance of the residuals changes", "no sign of a changing variance")
SHAPE: Final = ("residuals are not normal", "no sign against normal residuals")
WHITE_SHARE: Final = 3  # values for each auxiliary regressor that White's full form must have
SHAPIRO_MOST: Final = 5000


def breusch_pagan(data: RegressionData) -> DiagnosticTest:
    """Studentised Breusch-Pagan test on all columns of the design (Koenker 1981)."""
    name, convention = "Breusch-Pagan", "studentised (Koenker), n R-squared, all columns"
    slopes = _with_constant(data.rows)
    if slopes.shape[1] < 2:
        return not_computed(name, convention, "the design has no column beside the constant")
    from statsmodels.stats.diagnostic import het_breuschpagan

    statistic, p_value, *_ = het_breuschpagan(data.residuals, slopes)
    df = slopes.shape[1] - 1
    return computed(name, statistic, p_value, df=df, convention=convention, readings=SPREAD)


def white(data: RegressionData) -> DiagnosticTest:
    """White's test with all squares and products (1980, Econometrica 48)."""
    name, convention = "White", "n R-squared on squares and products, df their rank less one"
    rows = _with_constant(data.rows)
    first, second = np.triu_indices(rows.shape[1])
    rank = int(np.linalg.matrix_rank(rows[:, first] * rows[:, second]))
    if rank < 2:
        return not_computed(name, convention, "the design has no column beside the constant")
    if rank * WHITE_SHARE > data.n:
        reason = f"{rank} squares and products for {data.n} values"
        return not_computed(name, convention, f"{reason}; the short form stands for it")
    from statsmodels.stats.diagnostic import het_white

    with warnings.catch_warnings():
        # Squares of steps and month effects are linear in the columns; the rank is counted above.
        warnings.filterwarnings("ignore", message="The design matrix is rank-deficient")
        statistic, p_value, *_ = het_white(data.residuals, rows)
    return computed(name, statistic, p_value, df=rank - 1, convention=convention, readings=SPREAD)


def white_short(data: RegressionData) -> DiagnosticTest:
    """White's test on the fitted values and their squares, two degrees of freedom."""
    name, convention = "White, short form", "n R-squared on fitted values and their squares"
    fitted = data.response - data.residuals
    spread = fitted.std()
    if spread <= 1e-10 * np.abs(data.response).max():
        return not_computed(name, convention, "the fitted values are constant")
    from statsmodels.stats.diagnostic import het_breuschpagan

    centred = (fitted - fitted.mean()) / spread
    columns = np.column_stack([np.ones(data.n), centred, centred**2])
    rank = int(np.linalg.matrix_rank(columns))
    statistic, p_value, *_ = het_breuschpagan(data.residuals, columns[:, :rank])
    return computed(name, statistic, p_value, df=rank - 1, convention=convention, readings=SPREAD)


def _with_constant(rows: Floats) -> Floats:
    """Return the design with a constant first, without the column that it replaces; full rank."""
    columns = np.ones((len(rows), 1))
    for column in (rows / np.linalg.norm(rows, axis=0)).T:
        wider = np.column_stack([columns, column])
        if np.linalg.matrix_rank(wider) == wider.shape[1]:
            columns = wider
    return columns


def jarque_bera(data: RegressionData) -> DiagnosticTest:
    """Jarque-Bera test of skewness and kurtosis (1987)."""
    from statsmodels.stats.stattools import jarque_bera as statistic_of

    statistic, p_value, *_ = statistic_of(data.residuals)
    convention = "chi-squared with 2 degrees of freedom, moments over n"
    return computed("Jarque-Bera", statistic, p_value, df=2, convention=convention, readings=SHAPE)


def shapiro(data: RegressionData) -> DiagnosticTest:
    """Shapiro-Wilk test (1965, Biometrika 52; Royston 1995)."""
    from scipy.stats import shapiro as statistic_of

    convention = "Royston's approximation; residuals of a regression, so approximate"
    if data.n > SHAPIRO_MOST:
        reason = f"{data.n} values, the approximation holds to {SHAPIRO_MOST}"
        return not_computed("Shapiro-Wilk", convention, reason)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        statistic, p_value = statistic_of(data.residuals)
    return computed("Shapiro-Wilk", statistic, p_value, convention=convention, readings=SHAPE)
