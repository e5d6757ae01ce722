"""Rows that are alone in a fixed effect."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.errors import ModelError
from analysis.models.arrays import Bools
from analysis.models.panel_results import Dropped, Integers
from analysis.models.panel_rows import PanelRows

SHOWN = 5


def without_singletons(rows: PanelRows, effects: Sequence[str]) -> PanelRows:
    """Drop rows that are alone in a fixed effect, again and again until none is left.

    Parameters
    ----------
    effects
        `unit`, `time` or both.

    Raises
    ------
    ModelError
        When nothing is left.
    """
    codes = {"unit": rows.unit, "time": rows.periods}
    if all(np.bincount(codes[effect]).min() > 1 for effect in effects):
        return rows
    alone = {effect: np.zeros(len(rows.unit), dtype=bool) for effect in effects}
    kept = np.ones(len(rows.unit), dtype=bool)
    while True:
        before = kept.sum()
        for effect in effects:
            found = _alone(kept, codes[effect])
            alone[effect] |= found
            kept &= ~found
        if kept.sum() == before:
            break
    dropped = [
        _singletons(rows, effect, alone[effect]) for effect in effects if alone[effect].any()
    ]
    if not kept.any():
        raise ModelError(
            f"every {' and '.join(effects)} fixed effect holds a single row, so nothing is left "
            "to compare",
            where=dropped[0].name,
            allowed="units that are seen at least twice",
            remedy="use pooled or between effects, or longer series",
        )
    return rows.take(kept, dropped)


def _alone(kept: Bools, codes: Integers) -> Bools:
    sizes = np.bincount(codes, weights=kept)
    return np.asarray(kept & (sizes[codes] == 1))


def _singletons(rows: PanelRows, effect: str, alone: Bools) -> Dropped:
    labels = rows.unit_labels if effect == "unit" else rows.time_labels
    codes = rows.unit if effect == "unit" else rows.periods
    found = [str(labels[code]) for code in codes[alone]]
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    name = ", ".join(found[:SHOWN]) + more
    return Dropped(
        "singleton", name, f"the {effect} effect of {name} holds a single row", len(found)
    )
