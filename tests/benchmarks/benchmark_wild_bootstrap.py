"""The wild cluster bootstrap of 100,000 rows against pyfixest's own, on one core.

`make benchmark` installs what pyfixest needs for it (`peers.lock`) beside the packages of the lock.
Without it the peer is a plain loop over draws, and the script says so.

Seconds are processor time. pyfixest's is a call of `Feols.wildboottest` on a finished fit, as its
user waits for it; the package behind it compiles its loop in each call. Ours is everything from the
arrays to the p-value, draws included.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import numpy as np
import pandas as pd

from analysis.inference.covariance_cluster import cluster_sums
from analysis.inference.wild_cluster import Draws, bootstrap_draws, sign_draws

PEERS = Path(sys.prefix) / "peers"
SINGLE = ("OMP", "OPENBLAS", "RAYON", "MKL", "NUMBA")
ROWS, DRAWS, LOOP_DRAWS = 100_000, 9_999, 100
GROUPS = (50, 500)
REPETITIONS = 5
FASTER = 20.0
EQUAL = 1e-10  # to the loop, which does the same arithmetic
# To the peer, whose statistics are compared as multiples of the sample's: it has small-sample
# factors; it sums in another order, so that draws of little variance lose a digit more.
EQUAL_TO_PEER = 1e-9
REGRESSOR = 1  # its column in the design


@dataclass(frozen=True)
class Sample:
    """Design (n, 4), outcome (n,) and clusters (n,), with the fit of least squares."""

    design: np.ndarray
    y: np.ndarray
    codes: np.ndarray

    @property
    def groups(self) -> int:
        return int(self.codes.max()) + 1


def sample(groups: int) -> Sample:
    """Return made rows whose regressor and errors share a part within clusters."""
    rng = np.random.default_rng(groups)
    codes = rng.integers(0, groups, ROWS)
    design = np.column_stack([np.ones(ROWS), rng.normal(size=(ROWS, 3))])
    design[:, REGRESSOR] += rng.normal(size=groups)[codes]
    y = design @ np.array([1.0, 0.004, 0.2, 0.1]) + 0.1 * rng.normal(size=groups)[codes]
    return Sample(design, y + rng.normal(size=ROWS), codes)


def own(data: Sample, signs: np.ndarray) -> Draws:
    """Bootstrap with given signs, shape (draws, groups)."""
    bread = np.linalg.inv(data.design.T @ data.design)
    estimate = bread @ (data.design.T @ data.y)
    residuals = data.y - data.design @ estimate
    sums = cluster_sums(data.design, data.codes)
    value = float(estimate[REGRESSOR])
    return bootstrap_draws(sums, data.design, residuals, data.codes, REGRESSOR, value, signs)


def drawn(data: Sample) -> float:
    """Return our p-value, with signs of our own."""
    signs = sign_draws(np.random.default_rng(1), DRAWS, data.groups)
    return own(data, signs).p_value(0.0)


def loop(data: Sample, signs: np.ndarray) -> np.ndarray:
    """Fit every draw anew: the same bootstrap without its arithmetic, |t| by draw."""
    design, y = data.design, data.y
    bread, others = np.linalg.inv(design.T @ design), np.delete(design, REGRESSOR, axis=1)
    fitted = others @ np.linalg.lstsq(others, y, rcond=None)[0]
    statistics = []
    for row in signs:
        made = fitted + row[data.codes] * (y - fitted)
        estimate = bread @ (design.T @ made)
        moved = (design @ bread[:, REGRESSOR]) * (made - design @ estimate)
        spread = np.bincount(data.codes, weights=moved)
        statistics.append(abs(estimate[REGRESSOR]) / np.sqrt(spread @ spread))
    return np.array(statistics)


def seconds(task: Callable[[], Any]) -> float:
    task()
    times = []
    for _ in range(REPETITIONS):
        begin = process_time()
        task()
        times.append(process_time() - begin)
    return median(times)


def against_loop(data: Sample) -> dict[str, float]:
    signs = sign_draws(np.random.default_rng(1), DRAWS, data.groups)
    begin = process_time()
    looped = loop(data, signs[:LOOP_DRAWS])
    slow = (process_time() - begin) * DRAWS / LOOP_DRAWS
    ours = own(data, signs).statistics(0.0)[:LOOP_DRAWS]
    return {
        f"loop_seconds_from_{LOOP_DRAWS}_draws": slow,
        "loop_difference": float(np.abs(ours / looped - 1).max()),
    }


def against_pyfixest(data: Sample) -> dict[str, float]:
    from pyfixest import feols

    frame = pd.DataFrame(data.design[:, 1:], columns=["x", "a", "b"])
    frame = frame.assign(y=data.y, group=data.codes)
    fit = feols("y ~ x + a + b", frame, vcov={"CRV1": "group"})
    return {
        "pyfixest_seconds": seconds(lambda: fit.wildboottest(param="x", reps=DRAWS, seed=1)),
        **with_the_signs_of_the_peer(data),
    }


def with_the_signs_of_the_peer(data: Sample) -> dict[str, float]:
    """Compare statistics and p-values draw by draw, on the very signs that the peer draws."""
    from wildboottest.wildboottest import WildboottestCL

    chosen = np.eye(data.design.shape[1])[REGRESSOR]
    peer = WildboottestCL(data.design, data.y, data.codes, chosen, DRAWS, seed=1)
    peer.get_scores(bootstrap_type="11", impose_null=True)
    signs, _, _ = peer.get_weights(weights_type="rademacher")
    for step in (peer.get_numer, peer.get_denom, peer.get_tboot, peer.get_vcov, peer.get_tstat):
        step()
    peer.get_pvalue()
    made = own(data, np.asarray(signs, dtype=float).T)
    theirs = np.abs(peer.t_boot) / abs(float(np.squeeze(peer.t_stat)))
    ours = made.statistics(0.0) * made.standard_error / abs(made.estimate)
    further = float((ours > 1).mean())  # the peer counts no 1 for the sample itself
    return {
        "draw_difference": float(np.abs(ours / theirs - 1).max()),
        "p_value_on_the_same_signs": further,
        "pyfixest_p_value_on_the_same_signs": float(peer.pvalue),
    }


def measured(groups: int, peer: bool) -> dict[str, float]:
    data = sample(groups)
    found = {"seconds": seconds(lambda: drawn(data)), "p_value": drawn(data)} | against_loop(data)
    return found | (against_pyfixest(data) if peer else {})


def verdicts(found: dict[str, float], peer: bool) -> dict[str, bool]:
    slow = found["pyfixest_seconds" if peer else f"loop_seconds_from_{LOOP_DRAWS}_draws"]
    verdict = {
        "time": slow >= FASTER * found["seconds"],
        "equal_to_loop": found["loop_difference"] <= EQUAL,
    }
    if peer:
        p_values = (
            found["p_value_on_the_same_signs"],
            found["pyfixest_p_value_on_the_same_signs"],
        )
        verdict["equal_draws"] = found["draw_difference"] <= EQUAL_TO_PEER
        verdict["same_p_value"] = p_values[0] == p_values[1]
    return verdict


def main() -> int:
    """Print one JSON line; return 1 over a limit."""
    names = [f"{library}_NUM_THREADS" for library in SINGLE]
    if any(os.environ.get(name) != "1" for name in names):
        alone = os.environ | dict.fromkeys(names, "1")
        return subprocess.run([sys.executable, __file__], env=alone, check=False).returncode
    sys.path.append(str(PEERS))
    peer = find_spec("wildboottest") is not None
    found = {groups: measured(groups, peer) for groups in GROUPS}
    passed = {groups: verdicts(one, peer) for groups, one in found.items()}
    name = (
        "pyfixest's wildboottest"
        if peer
        else "a plain loop over draws: run `make benchmark`, which installs pyfixest's peer"
    )
    print(json.dumps({"passed": passed, "peer": name, "found": found}))
    return 0 if all(all(verdict.values()) for verdict in passed.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
