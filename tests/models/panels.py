"""Made panels and the reference panel, shared by the tests of panel models."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "panel.json").read_text())
STAGGERED = {"outcome": "y", "regressors": ["x", "post"], "unit": "unit", "time": "year"}
GRUNFELD = {
    "outcome": "invest",
    "regressors": ["value", "capital"],
    "unit": "firm",
    "time": "year",
}
MADE = {"outcome": "y", "regressors": ["x", "z"], "unit": "unit", "time": "time"}


def staggered() -> pd.DataFrame:
    frame = pd.DataFrame(REFERENCE["series"])
    treated = (frame["first_treated"] > 0) & (frame["year"] >= frame["first_treated"])
    return frame.assign(post=treated.astype(float))


def grunfeld() -> pd.DataFrame:
    from statsmodels.datasets import grunfeld as data

    frame = data.load_pandas().data
    return frame[frame["firm"] != "American Steel"]


def made(units: int = 12, periods: int = 6, seed: int = 1, keep: float = 1.0) -> pd.DataFrame:
    """Return a panel with region clusters; rows are dropped at random where `keep` is below 1."""
    rng = np.random.default_rng(seed)
    unit, time = np.repeat(np.arange(units), periods), np.tile(np.arange(periods), units)
    rows = units * periods
    x = rng.normal(size=rows) + rng.normal(size=units)[unit]
    z = rng.normal(size=rows) + 0.3 * time
    y = 0.5 * x - 0.2 * z + rng.normal(size=units)[unit] + rng.normal(size=periods)[time]
    frame = pd.DataFrame(
        {
            "y": y + rng.normal(size=rows),
            "x": x,
            "z": z,
            "unit": unit,
            "time": time,
            "region": unit // 2,
        }
    )
    return frame[rng.uniform(size=rows) < keep].reset_index(drop=True)
