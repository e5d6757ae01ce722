"""Schemas and checks of tables of simulation results, made from their entry in `SIMULATIONS`."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pandera.pandas as pa

from analysis.data_management.cells import (
    REAL,
    TEXT,
    UNSIGNED,
    WHOLE,
    WORD,
    pattern,
    schema,
    words,
)
from analysis.data_management.faults import Fault, row_faults
from analysis.data_management.simulations import MEASURES, SHARES, SimulationTable

ROUNDING = 1e-9  # relative; the file keeps 12 significant digits
_WORD = pattern(WORD, "a word in lower-case letters, digits, underscores and points")
_COUNT = pattern(WHOLE, "a whole number, zero or more")
_NUMBER = pattern(REAL, "a number, for example -0.0123 or 1.5e-05")
_UNSIGNED = pattern(UNSIGNED, "a number, zero or more, for example 0.0123 or 1.5e-05")
_KINDS = {"word": _WORD, "text": TEXT, "count": _COUNT, "number": _NUMBER}


def raw_schema(table: SimulationTable) -> pa.DataFrameSchema:
    """Return what every cell of the raw table may hold, all columns as text."""
    return schema(
        {
            "study": _WORD,
            **{name: _KINDS[kind] for name, kind in table.settings.items()},
            "measure": words(MEASURES),
            "replications": _COUNT,
            "value": _NUMBER,
            "monte_carlo_error": _UNSIGNED,
        }
    )


def processed_schema(table: SimulationTable) -> pa.DataFrameSchema:
    """Return the types of the processed table."""
    text, count, number = pa.Column(str), pa.Column("int64", pa.Check.ge(0)), pa.Column(float)
    typed = dict.fromkeys(table.counts, count) | dict.fromkeys(table.numbers, number)
    columns = {name: typed.get(name, text) for name in table.columns}
    return pa.DataFrameSchema(columns, strict=True, ordered=True)


def shares_possible(df: pd.DataFrame) -> list[Fault]:
    """Return a fault for each share outside 0 to 1 or surer than its replications can make it."""
    share = df["measure"].isin(SHARES)
    value, error = pd.to_numeric(df["value"]), pd.to_numeric(df["monte_carlo_error"])
    replications = pd.to_numeric(df["replications"])
    widest = 0.5 / np.sqrt(replications.clip(lower=1)) * (1 + ROUNDING)
    return [
        *row_faults(
            df,
            share & ((value < 0) | (value > 1)),
            "value",
            "a {measure} of {value} is not a share",
            "0 to 1",
            "divide per cent by 100",
        ),
        *row_faults(
            df,
            share & (error > widest),
            "monte_carlo_error",
            "{replications} replications cannot leave an error of {monte_carlo_error}",
            "at most 0.5 divided by the root of the replications",
            "correct the error or the number of replications",
        ),
        *row_faults(
            df,
            replications < 1,
            "replications",
            "a result of no replication",
            "one or more",
            "leave the row out",
        ),
    ]
