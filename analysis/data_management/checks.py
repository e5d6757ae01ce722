"""What no single cell shows: dates out of order, units that do not fit, duplicates, currencies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pandas as pd

from analysis.data_management.faults import Fault
from analysis.data_management.series_keys import base_units, series_key, series_stem
from analysis.data_management.units import UNITS, units_of
from analysis.data_management.vocabularies import METRIC_DIMENSION
from analysis.errors import spelling_hint

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
Check = Callable[[pd.DataFrame], list[Fault]]


def cross_checks(name: str, df: pd.DataFrame) -> list[Fault]:
    """Return the faults of one raw table that need more than one cell or row to see."""
    return [fault for check in _CHECKS[name] for fault in check(df)]


def register_faults(series: pd.DataFrame, reports: pd.DataFrame) -> list[Fault]:
    """Compare reports with the register of series: undeclared, in another currency, or unused.

    Parameters
    ----------
    series, reports
        The raw tables series and reports, as text, indexed by line.
    """
    declared, stems = set(series["series"]), series_stem(series)
    keys, report_stems = series_key(reports, base_units(reports["unit"])), series_stem(reports)
    units_by_stem = series["unit"].groupby(stems).agg(lambda units: " or ".join(units))
    stray = reports[~keys.isin(declared)]
    faults = [
        _stray_report(row, line, keys.loc[line], units_by_stem.get(report_stems.loc[line]))
        for line, row in _rows(stray)
    ]
    unused = series[~series["series"].isin(set(keys))]
    return faults + [
        Fault(
            line,
            row["series"],
            "series",
            "no report belongs to this series",
            "series that at least one row of reports.csv belongs to",
            spelling_hint(row["series"], set(keys) - declared),
        )
        for line, row in _rows(unused)
    ]


def _stray_report(row: pd.Series[str], line: int, key: str, unit: str | None) -> Fault:
    where = f"report {row['report_id']} in reports.csv line {line}"
    if unit is None:
        return Fault(
            line,
            row["report_id"],
            "series",
            f"{where} belongs to the series '{key}', which is not declared",
            "the series of series.csv",
            "correct place, scope, metric or basis of the report, or add a row to series.csv",
        )
    found = UNITS[row["unit"]].base
    return Fault(
        line,
        row["report_id"],
        "unit",
        f"mixed currency in one series: {where} is in {found}, the series is declared in {unit}",
        f"units that convert to {unit}",
        f"correct the unit, or declare the series '{key}' in series.csv",
    )


def _rows(df: pd.DataFrame) -> Iterator[tuple[int, pd.Series[str]]]:
    return ((int(str(line)), row) for line, row in df.iterrows())


def _row_faults(
    df: pd.DataFrame, wrong: pd.Series[bool], column: str, problem: str, allowed: str, remedy: str
) -> list[Fault]:
    """Return one fault for each row where `wrong`; {column} in `problem` shows its cell."""
    return [
        Fault(line, str(row.iloc[0]), column, problem.format(**row), allowed, remedy)
        for line, row in _rows(_key_first(df[wrong]))
    ]


def _key_first(df: pd.DataFrame) -> pd.DataFrame:
    keys = [name for name in df.columns if name.endswith("_id") or name == "series"]
    return df[keys + [name for name in df.columns if name not in keys]]


def _date_order(df: pd.DataFrame) -> list[Fault]:
    wrong = (df["end"] != "") & (df["end"] < df["start"])
    problem = "the period ends on {end}, before it starts on {start}"
    return _row_faults(df, wrong, "end", problem, "an end on or after the start", "swap the dates")


def _published_before_start(df: pd.DataFrame) -> list[Fault]:
    known = df["published"] != ""
    starts = [start[: len(text)] for start, text in zip(df["start"], df["published"], strict=True)]
    wrong = known & (df["published"] < pd.Series(starts, index=df.index, dtype="str"))
    problem = "published on {published}, before the period starts on {start}"
    allowed = "a page that is not older than its figure"
    return _row_faults(df, wrong, "published", problem, allowed, "correct the year of one of them")


def _unit_fits(df: pd.DataFrame) -> list[Fault]:
    needed = df["metric"].map(METRIC_DIMENSION)
    found = df["unit"].map({name: unit.dimension for name, unit in UNITS.items()})
    faults = []
    for line, row in _rows(_key_first(df[needed != found])):
        problem = f"the metric {row['metric']} cannot be measured in '{row['unit']}'"
        allowed = ", ".join(units_of(METRIC_DIMENSION[row["metric"]]))
        remedy = "correct the unit or the metric"
        faults.append(Fault(line, str(row.iloc[0]), "unit", problem, allowed, remedy))
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
        for fault in _row_faults(df, wrong, column, problem, allowed, remedy)
    ]


def _numbers_possible(df: pd.DataFrame) -> list[Fault]:
    value = pd.to_numeric(df["value"])
    falls, above = pd.to_numeric(df["growth_percent"]), pd.to_numeric(df["value_to"])
    return [
        *_row_faults(
            df,
            falls <= -100,
            "growth_percent",
            "a growth of {growth_percent} per cent leaves nothing",
            "growth above -100 per cent",
            "correct the number or its sign",
        ),
        *_row_faults(
            df,
            above <= value,
            "value_to",
            "the range runs from {value} to {value_to}",
            "an upper end above the lower end",
            "swap value and value_to",
        ),
    ]


def _address_fits(df: pd.DataFrame) -> list[Fault]:
    wrong = (df["url"] != "") & (df["availability"] != "original")
    problem = "the row has an address, but its availability is {availability}"
    remedy = "empty the address; addresses of copies are not kept"
    return _row_faults(df, wrong, "url", problem, "an address for an original page only", remedy)


def _duplicate_reports(df: pd.DataFrame) -> list[Fault]:
    same = list(SAME_REPORT)
    faults = []
    for line, row in _rows(df[df.duplicated(same)]):
        first = df[(df[same] == row[same]).all(axis=1)]["report_id"].iloc[0]
        problem = f"this is the report {first} once more"
        allowed = "two rows that differ in one of " + ", ".join(same)
        remedy = f"delete it, or merge its note into {first}"
        faults.append(Fault(line, row["report_id"], "report_id", problem, allowed, remedy))
    return faults


def _register_consistent(df: pd.DataFrame) -> list[Fault]:
    expected = series_key(df, df["unit"])
    dimension = df["metric"].map(METRIC_DIMENSION)
    bases = {unit.base: unit.dimension for unit in UNITS.values()}
    fits = df["unit"].map(bases) == dimension
    problem = "the metric {metric} cannot be measured in {unit}"
    allowed = "a base unit with the dimension of the metric"
    faults = _row_faults(df, ~fits, "unit", problem, allowed, "correct the unit or the metric")
    for line, row in _rows(df[fits & (df["series"] != expected)]):
        problem = "the key does not say what the other columns say"
        remedy = "correct the key or the columns"
        faults.append(Fault(line, row["series"], "series", problem, expected.loc[line], remedy))
    return faults


def _share_possible(df: pd.DataFrame) -> list[Fault]:
    problem = "a coverage of {coverage} is not a share"
    above = pd.to_numeric(df["coverage"]) > 1
    return _row_faults(df, above, "coverage", problem, "0 to 1", "correct the number")


def _ends_in_order(df: pd.DataFrame) -> list[Fault]:
    problem, allowed = "the interval runs from {lower} to {upper}", "an upper end not below lower"
    wrong = pd.to_numeric(df["upper"]) < pd.to_numeric(df["lower"])
    return _row_faults(df, wrong, "upper", problem, allowed, "swap the ends")


def _one_unit(df: pd.DataFrame) -> list[Fault]:
    first = df.groupby("series")["unit"].transform("first")
    problem, allowed = "the series {series} changes its unit to '{unit}'", "one unit a series"
    return _row_faults(df, df["unit"] != first, "unit", problem, allowed, "correct the unit")


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
    "conflict_monthly": (_one_unit,),
    "dengue_monthly": (_one_unit,),
    "monte_carlo": (_share_possible,),
    "monte_carlo_sample": (_ends_in_order,),
}
