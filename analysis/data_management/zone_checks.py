"""What no single cell shows in tables about zones: facing gates, rules, periods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.data_management.country_pairs import great_circle_km
from analysis.data_management.faults import Check, Fault, row_faults
from analysis.data_management.zone_words import RULES

Floats = NDArray[np.float64]

FACING_KM: Final = 15.0
"""Two gates that face each other lie within this distance, errors of both coordinates included."""
WINDOW: Final[Mapping[str, tuple[float, float]]] = {
    "latitude": (15.0, 27.0),
    "longitude": (95.0, 108.0),
}
"""Degrees within which every place of the studies lies: Yunnan, Laos, northern Myanmar."""


def _inside_the_window(df: pd.DataFrame) -> list[Fault]:
    faults = []
    for column, (lowest, highest) in WINDOW.items():
        wrong = ~pd.to_numeric(df[column]).between(lowest, highest)
        problem, allowed = f"{{name}} has a {column} of {{{column}}}", f"{lowest:g} to {highest:g}"
        faults += row_faults(df, wrong, column, problem, allowed, "correct the number")
    return faults


def _counterparts_face_each_other(df: pd.DataFrame) -> list[Fault]:
    named = df[df["counterpart"] != ""]
    missing = named[~named["counterpart"].isin(df["place"])]
    faults = row_faults(
        missing,
        pd.Series(data=True, index=missing.index),
        "counterpart",
        "'{counterpart}' is not a place of the table",
        "the column place of the same table",
        "correct it, or add the place",
    )
    pairs = named.drop(missing.index)
    other = df.set_index("place").loc[pairs["counterpart"]]
    same = pd.Series(pairs["iso3"].to_numpy() == other["iso3"].to_numpy(), index=pairs.index)
    distance = _distance(pairs, other)
    apart = pd.Series(distance > FACING_KM, index=pairs.index)
    shown = pairs.assign(distance=[f"{km:.0f}" for km in distance])
    return [
        *faults,
        *row_faults(
            pairs,
            same,
            "counterpart",
            "{name} and its counterpart {counterpart} lie in one country",
            "a place on the other side of the border",
            "correct the country or the counterpart",
        ),
        *row_faults(
            shown,
            apart,
            "counterpart",
            "{name} and its counterpart {counterpart} are {distance} km apart",
            f"at most {FACING_KM:g} km",
            "correct the coordinates or the counterpart",
        ),
    ]


def _distance(one: pd.DataFrame, other: pd.DataFrame) -> Floats:
    north = [_degrees(part["latitude"]) for part in (one, other)]
    east = [_degrees(part["longitude"]) for part in (one, other)]
    return great_circle_km(north[0], east[0], north[1], east[1])


def _degrees(column: pd.Series[str]) -> Floats:
    return np.asarray(column, dtype=np.float64)


def _rule_names_its_table(df: pd.DataFrame) -> list[Fault]:
    problem = "the rule {rule} does not read the table '{table}'"
    wrong = df["table"] != df["rule"].map(RULES)
    allowed = "; ".join(f"{rule}: {table or 'none'}" for rule, table in RULES.items())
    return row_faults(df, wrong, "table", problem, allowed, "correct the rule or the table")


def _reason_or_rule(df: pd.DataFrame) -> list[Fault]:
    silent = (df["rule"] == "no_data") != (df["reason"] != "")
    unmeasured = (df["rule"] != "no_data") & ((df["unit"] == "") | (df["name"] == ""))
    return [
        *row_faults(
            df,
            silent,
            "reason",
            "the reason and the rule {rule} do not go together",
            "a reason where the rule is no_data, and only there",
            "say why there is no data, or empty the reason",
        ),
        *row_faults(
            df,
            unmeasured,
            "unit",
            "the rule {rule} needs a name and a unit",
            "both filled",
            "fill them",
        ),
    ]


def _period_in_order(df: pd.DataFrame) -> list[Fault]:
    wrong = (df["first"] == "") != (df["last"] == "")
    wrong |= (df["last"] < df["first"]) | (df["first"].str.len() != df["last"].str.len())
    problem, allowed = "the period runs from '{first}' to '{last}'", "two of one form, in order"
    return row_faults(df, wrong, "last", problem, allowed, "correct first or last")


ZONE_CHECKS: Mapping[str, tuple[Check, ...]] = {
    "places": (_inside_the_window, _counterparts_face_each_other),
    "glossary": (),
    "event_coding": (),
    "problems": (),
    "problem_indicators": (_rule_names_its_table, _reason_or_rule, _period_in_order),
}
"""Raw table -> what is checked within it."""
