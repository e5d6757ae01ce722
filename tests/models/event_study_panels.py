"""The reference panel and short ways to fit it."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from analysis.models.event_study import fit_event_study

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "event_study.json").read_text())
COLUMNS = {"outcome": "y", "unit": "unit", "time": "year", "first_treated": "first_treated"}


def reference_panel():
    return pd.DataFrame(REFERENCE["panel"])


def fit(frame=None, estimator="sun_abraham", **options):
    panel = reference_panel() if frame is None else frame
    return fit_event_study(panel, estimator=estimator, **{**COLUMNS, **options})
