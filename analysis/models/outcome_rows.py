"""Which observations of its series the model of an outcome uses, and why it leaves out others."""

from __future__ import annotations

import pandas as pd

from analysis.models.interval_rows import inside_window, only_inside
from analysis.study import Outcome


def used_observations(outcome: Outcome, observations: pd.DataFrame) -> pd.DataFrame:
    """Return the observations that the model of an outcome uses."""
    mine = observations["series"] == outcome.series
    trusted = observations["confidence"].isin(outcome.confidence)
    named = observations["report_id"].isin(outcome.exclude)
    kept = only_inside(observations[mine & trusted & ~named], outcome.start, outcome.end)
    return kept.reset_index(drop=True)


def left_out_observations(outcome: Outcome, observations: pd.DataFrame) -> pd.DataFrame:
    """Return the observations of an outcome's series that its model does not use, with `reason`."""
    rows = observations[observations["series"] == outcome.series]
    named = rows["report_id"].isin(outcome.exclude)
    doubtful = ~rows["confidence"].isin(outcome.confidence) & ~named
    _, outside = inside_window(rows[~named & ~doubtful], outcome.start, outcome.end)
    left_out = [
        rows[named].assign(reason="left out by the study file"),
        rows[doubtful].assign(reason=rows.loc[doubtful, "confidence"] + " confidence"),
        outside,
    ]
    return pd.concat(left_out).sort_values("observation_id", ignore_index=True)
