"""What no single cell shows in tables of countries: gaps, one-sided borders, impossible values."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis.data_management import vocabularies as v
from analysis.data_management.faults import Check, Fault, row_faults
from analysis.data_management.simulation_schemas import shares_possible
from analysis.data_management.simulations import SIMULATIONS
from analysis.data_management.sources import COUNTRY_YEAR

HIGHEST_INDEX = 100.0


def _coordinates(df: pd.DataFrame) -> list[Fault]:
    faults = []
    for column, limit in (("latitude", 90), ("longitude", 180)):
        wrong = pd.to_numeric(df[column]).abs() > limit
        problem, allowed = f"a {column} of {{{column}}} degrees", f"-{limit} to {limit}"
        faults += row_faults(df, wrong, column, problem, allowed, "correct the number")
    return faults


def _borders_from_both_sides(df: pd.DataFrame) -> list[Fault]:
    pairs = pd.MultiIndex.from_frame(df)
    turned = pd.MultiIndex.from_arrays([df["neighbour"], df["iso3"]])
    one_sided = pd.Series(~turned.isin(pairs), index=df.index)
    alone = df["iso3"] == df["neighbour"]
    problem = "the border of {iso3} with {neighbour} stands once, from {iso3} alone"
    remedy = "add the row with the two turned round, or delete this one"
    return [
        *row_faults(df, one_sided, "neighbour", problem, "every border from both sides", remedy),
        *row_faults(
            df,
            alone,
            "neighbour",
            "{iso3} is given a border with itself",
            "two different countries",
            "delete or correct the row",
        ),
    ]


def _indices_within_bounds(df: pd.DataFrame) -> list[Fault]:
    faults = []
    for column in v.POLICY_INDICES:
        wrong = pd.to_numeric(df[column]) > HIGHEST_INDEX
        problem = f"{column} is {{{column}}} in {{month}}"
        faults += row_faults(df, wrong, column, problem, "0 to 100", "correct the number")
    return faults


def _no_month_missing(df: pd.DataFrame) -> list[Fault]:
    months = pd.to_numeric(df["month"].str[:4]) * 12 + pd.to_numeric(df["month"].str[5:])
    ordered = pd.DataFrame({"unit": df["unit"], "months": months}).sort_values(["unit", "months"])
    step = ordered.groupby("unit")["months"].diff()
    wrong = (step > 1).reindex(df.index)
    problem = "{unit} has no row for the month before {month}"
    allowed = "every month from the first to the last of a unit"
    return row_faults(df, wrong, "month", problem, allowed, "add the month or correct this one")


def _vaccinated_in_order(df: pd.DataFrame) -> list[Fault]:
    faults = []
    for column in ("vaccinated", "fully_vaccinated"):
        ordered = (
            df.assign(number=pd.to_numeric(df[column]))
            .sort_values(["unit", "month"])
            .dropna(subset="number")
        )
        falls = ordered.groupby("unit")["number"].diff() < 0
        wrong = falls.reindex(df.index, fill_value=False)
        problem = f"{column} of {{unit}} falls to {{{column}}} in {{month}}"
        allowed = "a number of persons that never falls"
        faults += row_faults(df, wrong, column, problem, allowed, "correct one of the months")
    return faults


def _total_never_below_zero(df: pd.DataFrame) -> list[Fault]:
    ordered = df.assign(number=pd.to_numeric(df["confirmed"])).sort_values(["unit", "month"])
    total = ordered.groupby("unit")["number"].cumsum()
    wrong = (total < 0).reindex(df.index)
    problem = "the cases of {unit} up to {month} add up to less than none"
    allowed = "corrections that do not exceed the cases before them"
    return row_faults(df, wrong, "confirmed", problem, allowed, "correct the number or its sign")


def _limits_in_order(df: pd.DataFrame) -> list[Fault]:
    wrong = pd.to_numeric(df["lowest"]) >= pd.to_numeric(df["highest"])
    problem = "{indicator} runs from {lowest} to {highest}"
    return row_faults(df, wrong, "highest", problem, "a highest above the lowest", "swap the two")


PANEL_CHECKS: Mapping[str, tuple[Check, ...]] = {
    "countries": (_coordinates,),
    "country_borders": (_borders_from_both_sides,),
    "provinces": (),
    "policy_monthly": (_indices_within_bounds, _no_month_missing),
    "policy_provinces_monthly": (_indices_within_bounds, _no_month_missing),
    "covid_monthly": (_no_month_missing, _vaccinated_in_order),
    "covid_provinces_monthly": (_no_month_missing, _total_never_below_zero),
    "indicators": (_limits_in_order,),
    **dict.fromkeys(COUNTRY_YEAR, ()),
    "drug_seizures": (),
    "data_gaps": (),
    **dict.fromkeys(SIMULATIONS, (shares_possible,)),
}
"""Raw table -> what is checked within it."""
