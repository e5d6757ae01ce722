"""What one raw table says about another: countries, provinces and indicators that are declared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import pandas as pd

from analysis.data_management.claim_tables import claims_fit_figures, claims_name_figures
from analysis.data_management.faults import Fault, row_faults
from analysis.data_management.parts import of_register
from analysis.data_management.series_keys import base_units, series_key
from analysis.data_management.sources import COUNTRY_YEAR

Tables = Mapping[str, pd.DataFrame]
PairCheck = Callable[[Tables], list[Fault]]


def pair_faults(name: str, tables: Tables) -> list[Fault]:
    """Return the faults of a raw table that another one shows; none if it stands alone."""
    return [fault for check in _PAIRS.get(name, ()) for fault in check(tables)]


def _declared(table: str, column: str, register: str, key: str) -> PairCheck:
    """Return a check that a column holds keys of another table and nothing else."""

    def check(tables: Tables) -> list[Fault]:
        df, known = tables[table], set(tables[register][key])
        problem, allowed = f"'{{{column}}}' is not known", f"the {key} of {register}.csv"
        remedy = f"correct it, or add a row to {register}.csv"
        return row_faults(df, ~df[column].isin(known), column, problem, allowed, remedy)

    return check


def _measured(table: str) -> PairCheck:
    """Return a check that each value is of a declared indicator and within its limits."""

    def check(tables: Tables) -> list[Fault]:
        df, register = tables[table], tables["indicators"].set_index("indicator")
        mine = register[register["table"] == "country_year"]
        faults = row_faults(
            df,
            ~df["indicator"].isin(mine.index),
            "indicator",
            "the indicator '{indicator}' is not declared",
            "the indicators of indicators.csv whose table is country_year",
            "correct it, or declare it in indicators.csv with its unit and limits",
        )
        return faults + _outside(df, mine)

    return check


def _outside(df: pd.DataFrame, register: pd.DataFrame) -> list[Fault]:
    value = pd.to_numeric(df["value"])
    faults = []
    for limit, sign, word in (("lowest", -1, "below"), ("highest", 1, "above")):
        bound = df["indicator"].map(pd.to_numeric(register[limit]))
        unit, shown = df["indicator"].map(register["unit"]), df["indicator"].map(register[limit])
        faults += row_faults(
            df.assign(unit=unit, limit=shown),
            sign * (value - bound) > 0,
            "value",
            f"{{indicator}} of {{iso3}} in {{year}} is {{value}}, {word} {{limit}} ({{unit}})",
            "a value between the limits that indicators.csv gives",
            "correct the value, or the limits if they are wrong",
        )
    return faults


def _one_name(tables: Tables) -> list[Fault]:
    """Compare the name of each place with the one of the glossary."""
    names = tables["glossary"].set_index("term")["english"]
    df = tables["places"].assign(known=tables["places"]["place"].map(names))
    wrong = df["known"].notna() & (df["known"] != df["name"])
    problem, allowed = "{place} is '{name}' here and '{known}' in the glossary", "one name a place"
    return row_faults(df, wrong, "name", problem, allowed, "correct one of the two")


def _every_event(tables: Tables) -> list[Fault]:
    """Return a fault where an event is not coded; it names the last row of the coding."""
    df = tables["event_coding"]
    missing = sorted(set(of_register(tables["events"])["event_id"]) - set(df["event_id"]))
    last = pd.Series(df.index == df.index[-1], index=df.index) & bool(missing)
    problem = f"the event {missing[0] if missing else ''} of events.csv is not coded"
    allowed = "one row for every event of events.csv"
    return row_faults(df, last, "event_id", problem, allowed, "add a row for it")


def _country(table: str, columns: Iterable[str] = ("iso3",)) -> tuple[PairCheck, ...]:
    return tuple(_declared(table, column, "countries", "iso3") for column in columns)


def _province(table: str) -> tuple[PairCheck, ...]:
    return (_declared(table, "unit", "provinces", "unit"),)


def _written_as_declared(tables: Tables) -> list[Fault]:
    """Find reports whose place is that of a declared series but for spaces or capital letters."""
    reports, register = tables["reports"], tables["series"].set_index("series")
    keys = series_key(reports, base_units(reports["unit"]))
    declared = reports.assign(declared=keys.map(register["place"]))
    wrong = declared["declared"].notna() & (declared["declared"] != declared["place"])
    problem = "the place '{place}' is written '{declared}' in the register of series"
    allowed, remedy = "the place as series.csv writes it", "copy it from there"
    return row_faults(declared, wrong, "place", problem, allowed, remedy)


_PAIRS: Mapping[str, tuple[PairCheck, ...]] = {
    "reports": (_written_as_declared,),
    "country_borders": _country("country_borders", ("iso3", "neighbour")),
    "policy_monthly": _country("policy_monthly", ("unit",)),
    "policy_provinces_monthly": (
        _declared("policy_provinces_monthly", "unit", "provinces", "unit"),
    ),
    "covid_monthly": _country("covid_monthly", ("unit",)),
    "covid_provinces_monthly": _province("covid_provinces_monthly"),
    **{name: (*_country(name), _measured(name)) for name in COUNTRY_YEAR},
    "places": (*_country("places"), _declared("places", "place", "glossary", "term"), _one_name),
    "event_coding": (_declared("event_coding", "event_id", "events", "event_id"), _every_event),
    "claims": (claims_name_figures, claims_fit_figures),
    "problem_indicators": (_declared("problem_indicators", "problem", "problems", "problem"),),
}
