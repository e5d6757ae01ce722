"""What no single cell shows: dates out of order, units that do not fit, duplicates, currencies."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis.data_management.claim_tables import CLAIM_CHECKS
from analysis.data_management.cost_schemas import COST_CHECKS
from analysis.data_management.faults import Check, Fault, row_faults, rows_of
from analysis.data_management.panel_checks import PANEL_CHECKS
from analysis.data_management.series_keys import series_key
from analysis.data_management.units import UNITS, units_of
from analysis.data_management.vocabularies import METRIC_DIMENSION
from analysis.data_management.whys import EARLY, GONE, ORDER, PAIR, RANGE, TWICE, UNIT
from analysis.data_management.zone_checks import ZONE_CHECKS

SAME_REPORT = (
    "place",
    "scope",
    "metric",
    "basis",
    "start",
    "end",
    "value",
    "unit",
    "growth_percent",
    "publisher",
    "url",
)
"""Two rows that agree in all of these are one report, entered twice."""
STATES_AND_REGIONS = (
    *("ayeyarwady", "bago", "chin", "kachin", "kayah", "kayin", "magway", "mandalay", "mon"),
    *("naypyidaw", "rakhine", "sagaing", "shan", "tanintharyi", "yangon", "unspecified"),
)
"""Areas of conflict_monthly.csv that do not overlap and make up Myanmar."""
ADDED_UP = ("events", "deaths_best")


def cross_checks(name: str, df: pd.DataFrame) -> list[Fault]:
    """Return the faults of one raw table that need more than one cell or row to see."""
    return [fault for check in _CHECKS[name] for fault in check(df)]


def _date_order(df: pd.DataFrame) -> list[Fault]:
    wrong = (df["end"] != "") & (df["end"] < df["start"])
    problem = "the period ends on {end}, before it starts on {start}"
    allowed = "an end on or after the start"
    return row_faults(df, wrong, "end", problem, allowed, "swap the dates", ORDER)


def _published_before_start(df: pd.DataFrame) -> list[Fault]:
    known = df["published"] != ""
    starts = [start[: len(text)] for start, text in zip(df["start"], df["published"], strict=True)]
    wrong = known & (df["published"] < pd.Series(starts, index=df.index, dtype="str"))
    problem = "published on {published}, before the period starts on {start}"
    allowed = "a page that is not older than its figure"
    remedy = "correct the year of one of them"
    return row_faults(df, wrong, "published", problem, allowed, remedy, EARLY)


def _unit_fits(df: pd.DataFrame) -> list[Fault]:
    needed = df["metric"].map(METRIC_DIMENSION)
    found = df["unit"].map({name: unit.dimension for name, unit in UNITS.items()})
    faults = []
    for line, row in rows_of(df[needed != found]):
        problem = f"the metric {row['metric']} cannot be measured in '{row['unit']}'"
        allowed = ", ".join(units_of(METRIC_DIMENSION[row["metric"]]))
        remedy = "correct the unit or the metric"
        faults.append(Fault(line, str(row.iloc[0]), "unit", problem, allowed, remedy, UNIT))
    return faults


def _level_or_growth(df: pd.DataFrame) -> list[Fault]:
    no_value, no_growth = df["value"] == "", df["growth_percent"] == ""
    rules = (
        (no_value & no_growth, "value", "the row has neither a value nor a growth"),
        (no_value & (df["value_to"] != ""), "value_to", "an upper end without a lower end"),
        (no_value != (df["qualifier"] == ""), "qualifier", "value and qualifier go together"),
        (
            no_growth != (df["growth_qualifier"] == ""),
            "growth_qualifier",
            "growth and its qualifier go together",
        ),
    )
    allowed = "a value with its qualifier, a growth with its qualifier, or both"
    remedy = "fill the missing cell or empty the other"
    return [
        fault
        for wrong, column, problem in rules
        for fault in row_faults(df, wrong, column, problem, allowed, remedy, PAIR)
    ]


def _numbers_possible(df: pd.DataFrame) -> list[Fault]:
    value = pd.to_numeric(df["value"])
    falls, above = pd.to_numeric(df["growth_percent"]), pd.to_numeric(df["value_to"])
    return [
        *row_faults(
            df,
            falls <= -100,
            "growth_percent",
            "a growth of {growth_percent} per cent leaves nothing",
            "growth above -100 per cent",
            "correct the number or its sign",
            GONE,
        ),
        *row_faults(
            df,
            above <= value,
            "value_to",
            "the range runs from {value} to {value_to}",
            "an upper end above the lower end",
            "swap value and value_to",
            RANGE,
        ),
    ]


def _address_fits(df: pd.DataFrame) -> list[Fault]:
    wrong = (df["url"] != "") & (df["availability"] != "original")
    problem = "the row has an address, but its availability is {availability}"
    remedy = "empty the address; addresses of copies are not kept"
    return row_faults(df, wrong, "url", problem, "an address for an original page only", remedy)


def _duplicate_reports(df: pd.DataFrame) -> list[Fault]:
    same = list(SAME_REPORT)
    faults = []
    for line, row in rows_of(df[df.duplicated(same)]):
        first = df[(df[same] == row[same]).all(axis=1)]["report_id"].iloc[0]
        problem = f"this is the report {first} once more"
        allowed = "two rows that differ in one of " + ", ".join(same)
        remedy = f"delete it, or merge its note into {first}"
        faults.append(Fault(line, row["report_id"], "report_id", problem, allowed, remedy, TWICE))
    return faults


def _register_consistent(df: pd.DataFrame) -> list[Fault]:
    expected = series_key(df, df["unit"])
    dimension = df["metric"].map(METRIC_DIMENSION)
    bases = {unit.base: unit.dimension for unit in UNITS.values()}
    fits = df["unit"].map(bases) == dimension
    problem = "the metric {metric} cannot be measured in {unit}"
    allowed = "a base unit with the dimension of the metric"
    faults = row_faults(df, ~fits, "unit", problem, allowed, "correct the unit or the metric")
    for line, row in rows_of(df[fits & (df["series"] != expected)]):
        problem = "the key does not say what the other columns say"
        remedy = "correct the key or the columns"
        faults.append(Fault(line, row["series"], "series", problem, expected.loc[line], remedy))
    return faults


def _share_possible(df: pd.DataFrame) -> list[Fault]:
    problem = "a coverage of {coverage} is not a share"
    above = pd.to_numeric(df["coverage"]) > 1
    return row_faults(df, above, "coverage", problem, "0 to 1", "correct the number")


def _ends_in_order(df: pd.DataFrame) -> list[Fault]:
    problem, allowed = "the interval runs from {lower} to {upper}", "an upper end not below lower"
    wrong = pd.to_numeric(df["upper"]) < pd.to_numeric(df["lower"])
    return row_faults(df, wrong, "upper", problem, allowed, "swap the ends")


def _one_unit(df: pd.DataFrame) -> list[Fault]:
    first = df.groupby("series")["unit"].transform("first")
    problem, allowed = "the series {series} changes its unit to '{unit}'", "one unit a series"
    return row_faults(df, df["unit"] != first, "unit", problem, allowed, "correct the unit")


def _areas_add_up(df: pd.DataFrame) -> list[Fault]:
    parts = df["series"].str.extract("^conflict/(?P<area>[^/]+)/(?P<measure>.+)$")
    numbers = parts.assign(month=df["month"], value=pd.to_numeric(df["value"]))
    inside = numbers[numbers["area"].isin(STATES_AND_REGIONS)]
    sums = inside.groupby(["measure", "month"])["value"].sum()
    national = numbers[(numbers["area"] == "national") & numbers["measure"].isin(ADDED_UP)]
    keys = pd.MultiIndex.from_frame(national[["measure", "month"]])
    found = pd.Series(sums.reindex(keys, fill_value=0).to_numpy(), index=national.index)
    wrong = (national["value"] != found).reindex(df.index, fill_value=False)
    problem = "{series} says {value} in {month}, its states and regions add up to another number"
    allowed = "the sum of all states and regions and of unspecified places"
    return row_faults(df, wrong, "value", problem, allowed, "correct the nation or its parts")


_CHECKS: Mapping[str, tuple[Check, ...]] = {
    "reports": (
        _date_order,
        _published_before_start,
        _unit_fits,
        _level_or_growth,
        _numbers_possible,
        _address_fits,
        _duplicate_reports,
    ),
    "series": (_register_consistent,),
    "second_coding": (_date_order, _unit_fits),
    "events": (_date_order, _address_fits),
    "macro_monthly": (_one_unit,),
    "commodity_prices_monthly": (_one_unit,),
    "conflict_monthly": (_one_unit, _areas_add_up),
    "dengue_monthly": (_one_unit,),
    "customs_monthly": (_one_unit,),
    "monte_carlo": (_share_possible,),
    "monte_carlo_sample": (_ends_in_order,),
    **PANEL_CHECKS,
    **ZONE_CHECKS,
    **CLAIM_CHECKS,
    **COST_CHECKS,
}
