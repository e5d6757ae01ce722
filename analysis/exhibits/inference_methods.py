"""Which inference may be trusted: simulation results opened, the rule, and what all exhibits say.

Simulation tests estimators on data that are made up; none of it is a finding about a border.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

import pandas as pd

from analysis.data_management.load import load_table
from analysis.data_management.simulations import SIMULATIONS
from analysis.exhibits.table import Column, Table
from analysis.models.panel_conventions import conventions_table as conventions

Simulations = Mapping[str, pd.DataFrame]
NOMINAL: Final = 5.0
ACCEPTED: Final = (4.0, 6.0)
DIGITS: Final = 9  # of a percentage; sums of shares are no rounder than that
NO_FINDING: Final = "Made data test the estimator; nothing here is a finding about a border."
RULE: Final = (
    "Rule: at a nominal 5 %, rejection in every setting within 4 to 6 % holds its level; above 6 % "
    "anywhere rejects too often; below 4 % somewhere and above 6 % nowhere rejects too rarely: "
    "its rejections are safe, but it finds less than it could."
)
HOLDS: Final = "holds its level"
OFTEN: Final = "rejects too often"
RARELY: Final = "rejects too rarely"
NEVER: Final = "cannot reject"
SAFE: Final = "safe, but weak"


@cache
def open_simulations() -> Simulations:
    """Open the results of every simulation study but that of the interval estimator.

    Raises
    ------
    DataError
        When a processed table is missing.
    """
    return {name: load_table(name) for name in SIMULATIONS}


def measured(table: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return the rows of one measure, with value and error in per cent as `rate` and `error`."""
    rows = table[table["measure"] == measure].reset_index(drop=True)
    return rows.assign(
        rate=(100 * rows["value"]).round(DIGITS), error=100 * rows["monte_carlo_error"]
    )


def verdict(rates: Sequence[float], smallest_p: float | None = None) -> str:
    """Judge a test by its rejection rates where there is nothing to find.

    Parameters
    ----------
    rates
        Rejections in per cent, one a setting.
    smallest_p
        Least p-value that a resampling method can reach; None where it has no such bound.
    """
    if smallest_p is not None and 100 * smallest_p > NOMINAL:
        return NEVER
    if max(rates) > ACCEPTED[1]:
        return OFTEN
    return RARELY if min(rates) < ACCEPTED[0] else HOLDS


TRUSTED: Final[Mapping[str, str]] = {HOLDS: "yes", RARELY: SAFE, OFTEN: "no", NEVER: "no"}
"""Verdict -> whether a test may be trusted."""


def conventions_table(tables: Simulations) -> Table:  # noqa: ARG001
    """Return the small-sample conventions with what Stata, R and Python call them."""
    frame = conventions().assign(
        cluster_factor=lambda df: df["cluster_factor"].map({True: "G/(G - 1)", False: "none"})
    )
    return Table(
        name="conventions",
        title="Conventions of panel standard errors, and their equivalents",
        frame=frame,
        columns=(
            Column("name", "Convention"),
            Column("regressor_factor", "Factor for k"),
            Column("counted", "Fixed effects in k"),
            Column("cluster_factor", "Factor for clusters"),
            Column("two_way", "G with two clusterings"),
            Column("degrees", "Degrees of freedom"),
            Column("stata", "Stata"),
            Column("r", "R"),
            Column("python", "Python"),
        ),
        note=(
            "n rows, k estimated parameters, G clusters. Degrees of freedom: clusters is G - 1 of "
            "the smaller clustering, residual is n - k, normal is without limit. Every result of "
            f"a panel names its convention. {NO_FINDING}"
        ),
    )
