"""Time and memory of a regression on 612,720 pair-months: `python -m <this file>`.

The peer is the decomposition of Aronow, Samii and Assenova (2015) by statsmodels: for each unit
a clustered variance in which all pairs with that unit are one cluster and every other pair is one.
Prints one JSON line; exit code 1 over 5 seconds, over 2 GB, or where the two variances differ.
"""

from __future__ import annotations

import json
import resource
import sys
from time import perf_counter

import numpy as np
import pandas as pd

from analysis.models.arrays import Floats
from analysis.models.dyads import DyadFit, fit_dyads
from analysis.models.dyads_frame import DyadFrame, add_pair_values, dyad_frame

UNITS, MONTHS = 185, 36
SECONDS, GIGABYTES = 5.0, 2.0
SAME = 1e-8  # statsmodels solves by a pseudo-inverse
VALUES = ["stringency", "containment", "support"]
REGRESSORS = ["containment", "support", "log_distance", "border"]


def made_panel(seed: int) -> pd.DataFrame:
    """Return made paths of three indices, no finding."""
    rng = np.random.default_rng(seed)
    months = pd.period_range("2020-01", periods=MONTHS, freq="M").astype(str)
    keys = [(f"u{i:03d}", month) for i in range(UNITS) for month in months]
    panel = pd.DataFrame(keys, columns=["unit", "month"])
    common = np.repeat(rng.normal(size=UNITS), MONTHS)[:, None]
    return pd.concat(
        [panel, pd.DataFrame(common + rng.normal(size=(len(panel), 3)), columns=VALUES)], axis=1
    )


def made_matrices(seed: int) -> dict[str, pd.DataFrame]:
    """Return made distances and borders."""
    rng = np.random.default_rng(seed)
    place = rng.uniform(size=(UNITS, 2))
    apart = np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1)) + 0.01
    names = [f"u{i:03d}" for i in range(UNITS)]
    return {
        "log_distance": pd.DataFrame(np.log(apart), names, names),
        "border": pd.DataFrame((apart < 0.1).astype(float), names, names),
    }


def ours(panel: pd.DataFrame, matrices: dict[str, pd.DataFrame]) -> tuple[DyadFrame, DyadFit]:
    """Build the pairs and fit them."""
    frame = dyad_frame(panel, "unit", "month", VALUES)
    for name, matrix in matrices.items():
        frame = add_pair_values(frame, name, matrix)
    fit = fit_dyads(frame, outcome="stringency", regressors=REGRESSORS, small_sample="none")
    return frame, fit


def peer(frame: DyadFrame) -> Floats:
    """Return the same covariance by one clustered variance a unit."""
    import statsmodels.api as sm
    from statsmodels.stats.sandwich_covariance import cov_cluster

    data = np.column_stack([frame.column(name) for name in ["stringency", *REGRESSORS]])
    means = pd.DataFrame(data).groupby(frame.period).transform("mean").to_numpy()
    data = data - means
    result = sm.OLS(data[:, 0], data[:, 1:]).fit()
    pair = pd.factorize(frame.pair)[0]
    by_pair = cov_cluster(result, pair, use_correction=False)
    total = -(UNITS - 1) * by_pair
    for unit in range(UNITS):
        shares = (frame.first == unit) | (frame.second == unit)
        groups = pd.factorize(np.where(shares, -1, pair))[0]
        total = total + cov_cluster(result, groups, use_correction=False)
    return np.asarray(total)


def main() -> int:
    """Print the figures, return the exit code."""
    panel, matrices = made_panel(1), made_matrices(2)
    begin = perf_counter()
    frame, fit = ours(panel, matrices)
    seconds = perf_counter() - begin
    gigabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    begin = perf_counter()
    expected = peer(frame)
    peer_seconds = perf_counter() - begin
    difference = float(np.abs(fit.covariance / expected - 1).max())
    figures = {
        "pair_months": len(frame),
        "seconds": round(seconds, 3),
        "limit_seconds": SECONDS,
        "peak_gigabytes": round(gigabytes, 3),
        "limit_gigabytes": GIGABYTES,
        "peer_seconds": round(peer_seconds, 1),
        "times_faster": round(peer_seconds / seconds, 1),
        "largest_relative_difference": difference,
    }
    sys.stdout.write(json.dumps(figures) + "\n")
    return int(seconds > SECONDS or gigabytes > GIGABYTES or difference > SAME)


if __name__ == "__main__":
    sys.exit(main())
