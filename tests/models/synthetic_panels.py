"""Made panels of one treated unit and its donors."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.models.synthetic_control import fit_synthetic_control

FIRST = 2016
COLUMNS = {"outcome": "y", "unit": "unit", "time": "year"}


def outcomes(seed=1, periods=20, donors=12, factors=3, noise=0.3):
    """Donor outcomes from common factors, shape (T, J)."""
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(periods, factors)).cumsum(axis=0)
    values = 10 + common @ rng.uniform(size=(factors, donors))
    return values + noise * rng.normal(size=values.shape)


def long(target, donors, start=2001):
    values = np.column_stack([target, donors])
    periods, units = values.shape
    names = ["treated", *(f"donor_{j:02d}" for j in range(1, units))]
    return pd.DataFrame(
        {
            "unit": np.repeat(names, periods),
            "year": np.tile(np.arange(start, start + periods), units),
            "y": values.T.ravel(),
        }
    )


def combination(effect=1.0, noise=0.0, seed=1, **options):
    """A panel whose treated unit is half donor 1, three tenths donor 2, a fifth donor 3."""
    donors = outcomes(seed, **options)
    target = donors[:, :3] @ np.array([0.5, 0.3, 0.2])
    target = target + noise * np.random.default_rng(seed + 100).normal(size=len(target))
    after = np.arange(len(target)) >= FIRST - 2001
    return long(target + effect * after, donors)


def fit(frame, method="classic", **options):
    settings = {**COLUMNS, "treated": "treated", "first_treated": FIRST, **options}
    return fit_synthetic_control(frame, method=method, **settings)
