"""Schemas and checks of the table of measured costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd
import pandera.pandas as pa

from analysis.data_management.cells import TEXT, UNSIGNED, WHOLE, day, pattern, schema, words
from analysis.data_management.cost_table import (
    BOOTSTRAP,
    COST,
    COST_COLUMNS,
    COST_COUNTS,
    MACHINE,
    NOTHING,
    SIZES,
    TAKEN,
    UNIVERSE,
    WORKS,
)
from analysis.data_management.faults import Check, Fault, row_faults

_COUNT = pattern(WHOLE, "a whole number, zero or more")
_UNSIGNED = pattern(UNSIGNED, "a number, zero or more, for example 0.0123 or 1.5e-05")
_SPECIAL = {
    "work": words(WORKS),
    "processor": TEXT,
    "platform": TEXT,
    "python": pattern(r"[0-9]+\.[0-9]+\.[0-9]+", "a release of Python, for example 3.12.3"),
    "measured_on": day(),
}
RAW_COST: Final = schema(
    {
        name: _SPECIAL.get(name, _COUNT if name in COST_COUNTS else _UNSIGNED)
        for name in COST_COLUMNS
    }
)
"""One job on one number of workers a row."""
PROCESSED_COST: Final = pa.DataFrameSchema(
    {
        name: pa.Column("int64", pa.Check.ge(0))
        if name in COST_COUNTS
        else pa.Column(float, pa.Check.gt(0))
        if name in TAKEN
        else pa.Column(float, pa.Check.ge(0))
        if name == "load"
        else pa.Column(str)
        for name in COST_COLUMNS
    },
    strict=True,
    ordered=True,
)
NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    UNIVERSE: ("series", "months", "dates"),
    BOOTSTRAP: ("series", "months", "draws"),
    NOTHING: ("draws",),
}
"""Work -> sizes that are more than none; the others are none."""


def _sizes_fit_the_work(df: pd.DataFrame) -> list[Fault]:
    faults = []
    for column in SIZES:
        needed = df["work"].isin([work for work, sizes in NEEDED.items() if column in sizes])
        wrong = needed != (pd.to_numeric(df[column]) > 0)
        problem = f"work of the kind {{work}} with {{{column}}} {column}"
        allowed = f"{column} for the works that have them, 0 for the others"
        faults += row_faults(df, wrong, column, problem, allowed, "measure anew")
    return faults


def _measured_at_all(df: pd.DataFrame) -> list[Fault]:
    faults = []
    for column in ("workers", "repeats", "processors", *TAKEN):
        none = pd.to_numeric(df[column]) <= 0
        problem = f"{column} of {{{column}}}"
        faults += row_faults(df, none, column, problem, "more than 0", "measure anew")
    return faults


def _no_more_workers_than_processors(df: pd.DataFrame) -> list[Fault]:
    wrong = pd.to_numeric(df["workers"]) > pd.to_numeric(df["processors"])
    problem = "{workers} workers on {processors} processors: they wait for each other"
    allowed = "at most as many workers as processors"
    return row_faults(df, wrong, "workers", problem, allowed, "measure fewer workers")


def _one_machine(df: pd.DataFrame) -> list[Fault]:
    faults = []
    for column in MACHINE:
        problem = f"{column} is '{{{column}}}' here and another in the first row"
        allowed = "one measurement on one machine"
        other = df[column] != df[column].iloc[0]
        faults += row_faults(df, other, column, problem, allowed, "measure all of it anew")
    return faults


def _every_job_on_every_number_of_workers(df: pd.DataFrame) -> list[Fault]:
    """Look for jobs only where every size can be: a wrong one is told as such."""
    if _sizes_fit_the_work(df) or _measured_at_all(df) or _no_more_workers_than_processors(df):
        return []
    there = df.groupby(["work", *SIZES])["workers"].transform("nunique")
    problem = "this job was not measured on every number of workers"
    allowed = "each job on " + ", ".join(sorted(df["workers"].unique())) + " workers"
    wrong = there < df["workers"].nunique()
    return row_faults(df, wrong, "workers", problem, allowed, "measure the job that is missing")


COST_CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    COST: (
        _sizes_fit_the_work,
        _measured_at_all,
        _no_more_workers_than_processors,
        _one_machine,
        _every_job_on_every_number_of_workers,
    )
}
"""Raw table -> what is checked within it."""
