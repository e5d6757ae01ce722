"""Influence of single values on a least squares fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from analysis.models.arrays import Bools, Floats
from analysis.models.its_autocorrelation import least_squares
from analysis.models.its_regression_data import RegressionData

DECISIVE: Final = 1e-10  # distance of a leverage from 1 below which the value decides a column


@dataclass(frozen=True)
class Influence:
    """Influence measures by value.

    Attributes
    ----------
    leverage, cook, studentised
        Shape (n,); studentised residuals are external (the value left out). A value that alone
        determines a column has leverage 1 and no studentised residual (None in the table).
    dfbetas
        Change of each coefficient in standard errors when the value is left out, shape (n, p).
    decisive
        Values with leverage 1, shape (n,).
    """

    labels: tuple[str, ...]
    names: tuple[str, ...]
    leverage: Floats
    cook: Floats
    studentised: Floats
    dfbetas: Floats
    decisive: Bools
    convention: str

    @property
    def table(self) -> pd.DataFrame:
        """One row a value."""
        measures = {"leverage": self.leverage, "cook": self.cook, "studentised": self.studentised}
        betas = {f"dfbetas_{name}": self.dfbetas[:, j] for j, name in enumerate(self.names)}
        frame = pd.DataFrame({"label": self.labels} | measures | betas)
        frame["decisive"] = self.decisive
        return frame

    @property
    def sentence(self) -> str:
        """The most influential value in words."""
        rest = np.where(self.decisive, -np.inf, self.cook)
        worst = int(rest.argmax())
        large = int(np.sum(rest > 4 / len(self.labels)))
        words = (
            f"The most influential value is {self.labels[worst]} (Cook's distance "
            f"{self.cook[worst]:.3f}); {large} of {len(self.labels)} exceed 4 / n."
        )
        alone = [label for label, yes in zip(self.labels, self.decisive, strict=True) if yes]
        more = f" A column rests on one value alone: {', '.join(alone)}." if alone else ""
        return words + more


def influence(data: RegressionData) -> Influence:
    """Leverage, Cook's distance, DFBETAS and externally studentised residuals.

    Belsley, Kuh and Welsch (1980). The variance without a value follows from the leverage, so that
    nothing is estimated n times. Measures of a value with leverage 1 are not defined and set to
    zero; `decisive` marks them.
    """
    from statsmodels.stats.outliers_influence import OLSInfluence

    with np.errstate(divide="ignore", invalid="ignore"):
        measures = OLSInfluence(least_squares(data))
        leverage = np.asarray(measures.hat_matrix_diag)
        decisive = leverage > 1 - DECISIVE
        without = np.sum(data.residuals**2) - data.residuals**2 / (1 - leverage)
        sigma = np.sqrt(without / (data.df - 1) * (1 - leverage))
        cook = np.where(decisive, 0.0, measures.cooks_distance[0])
        studentised = np.where(decisive, 0.0, data.residuals / sigma)
        weights = np.linalg.pinv(data.rows)
        scale = np.sqrt(1 - leverage)[:, None] * np.linalg.norm(weights, axis=1)
        dfbetas = np.where(decisive[:, None], 0.0, studentised[:, None] * weights.T / scale)
    return Influence(
        labels=data.labels,
        names=data.names,
        leverage=leverage,
        cook=cook,
        studentised=studentised,
        dfbetas=dfbetas,
        decisive=decisive,
        convention="Cook's distance over p and the residual variance; DFBETAS and studentised "
        "residuals with the variance without the value",
    )
