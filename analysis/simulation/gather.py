"""Run the parts of a simulation study side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
from joblib import Parallel, delayed
from rich.progress import track

Part = Callable[[], pd.DataFrame]


def gather(parts: Sequence[Part], workers: int) -> pd.DataFrame:
    """Return the rows of all parts, in their order, whatever the number of workers.

    Parameters
    ----------
    parts
        Each draws from a seed of its own.
    """
    work = Parallel(n_jobs=workers, return_as="generator")(delayed(part)() for part in parts)
    done = list(track(work, "simulating", total=len(parts), transient=True))
    whole: pd.DataFrame = pd.concat(done, ignore_index=True)
    return whole
