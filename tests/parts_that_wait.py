"""Parts of a simulation that a test holds back, in a module that a worker can import."""

from __future__ import annotations

import time
from pathlib import Path

import pandas as pd

from analysis.models.dyads_simulation import simulate_dyads

PATIENCE = 120.0  # seconds, so that a worker whose test has failed ends


def held_back(gate: str, seed: int) -> pd.DataFrame:
    """Draw at once if this part is the first to be run, and else when the gate, a file, is there.

    In which order a cluster runs its parts is for the cluster to say.
    """
    if not _is_first(Path(f"{gate}.first")):
        end = time.monotonic() + PATIENCE
        while not Path(gate).exists() and time.monotonic() < end:
            time.sleep(0.02)
    return simulate_dyads(20, seed, (6, 30))


def _is_first(mark: Path) -> bool:
    try:
        mark.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True
