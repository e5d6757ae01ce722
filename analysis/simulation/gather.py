"""Run the parts of a simulation study side by side, and keep each part that is finished."""

from __future__ import annotations

import hashlib
import inspect
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pandas as pd
from joblib import Parallel, delayed
from rich.progress import track

from analysis.config import SIMULATION
from analysis.program import fingerprint

Part = partial[pd.DataFrame]


def gather(parts: Sequence[Part], workers: int, folder: Path | None = None) -> pd.DataFrame:
    """Return the rows of all parts, in their order, whatever the number of workers.

    Parameters
    ----------
    parts
        Each draws from a seed of its own.
    folder
        Where finished parts are kept, by program and arguments; a run that was cut short, or
        whose cluster was lost, goes on from them. If None, beside those of the other studies.
    """
    kept = folder or SIMULATION
    work = Parallel(n_jobs=workers, return_as="generator")(
        delayed(_kept)(part, part_file(part, kept)) for part in parts
    )
    done = list(track(work, "simulating", total=len(parts), transient=True))
    whole: pd.DataFrame = pd.concat(done, ignore_index=True)
    return whole


def part_file(part: Part, folder: Path) -> Path:
    """Return where the rows of a part are kept: a changed program or argument finds no file."""
    module = Path(inspect.getfile(part.func))
    said = repr((part.func.__qualname__, part.args, sorted(part.keywords.items())))
    name = hashlib.sha256(said.encode()).hexdigest()[:16]
    return folder / fingerprint(module) / f"{part.func.__name__}_{name}.parquet"


def _kept(part: Part, file: Path) -> pd.DataFrame:
    if file.is_file():
        return pd.read_parquet(file)
    rows = part()
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_suffix(f".{os.getpid()}.tmp")
    rows.to_parquet(temporary, index=False)
    temporary.replace(file)
    return rows
