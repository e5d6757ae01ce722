"""The whole way from raw to processed tables, in memory."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis.data_management.agreement import match_codings, summarise_agreement
from analysis.data_management.claims import build_claims
from analysis.data_management.context import build_context, months_of
from analysis.data_management.contradictions import build_contradictions
from analysis.data_management.cost_table import COST, COST_KEY
from analysis.data_management.country_pairs import build_country_pairs
from analysis.data_management.events import process_events, study_events
from analysis.data_management.observations import build_observations
from analysis.data_management.overlaps import build_overlaps
from analysis.data_management.panels import (
    build_countries,
    build_country_year,
    build_covid,
    build_data_gaps,
    build_drug_seizures,
    build_indicators,
    build_policy,
    build_provinces,
)
from analysis.data_management.parts import of_register
from analysis.data_management.processed_tables import check_processed
from analysis.data_management.read_raw import RawTables
from analysis.data_management.reports import process_reports
from analysis.data_management.results import RESULTS, typed_results
from analysis.data_management.simulations import SIMULATIONS
from analysis.data_management.sources import COUNTRY_YEAR, MONTHLY
from analysis.data_management.zone_tables import ZONE_SCHEMAS
from analysis.data_management.zones import build_zones
from analysis.study import Vocabulary

KEYS: Mapping[str, tuple[str, ...]] = {
    "reports": ("report_id",),
    "observations": ("observation_id",),
    "series": ("series",),
    "overlaps": ("report_id", "other_id"),
    "contradictions": ("rule", "reports"),
    "agreement": ("coding_id",),
    "agreement_summary": ("group",),
    "events": ("event_id",),
    "context": ("series", "month"),
    "monte_carlo": ("history", "method", "name"),
    "monte_carlo_sample": ("history", "replication", "method", "name"),
    "countries": ("iso3",),
    "provinces": ("unit",),
    "country_pairs": ("iso3_a", "iso3_b"),
    "indicators": ("indicator",),
    "policy": ("unit", "month", "index"),
    "covid": ("unit", "month", "indicator"),
    "country_year": ("iso3", "year", "indicator"),
    "drug_seizures": ("drug", "area", "year"),
    "data_gaps": ("gap_id",),
    "claims": ("claim_id",),
    **{name: key for name, (key, _) in ZONE_SCHEMAS.items()},
    COST: COST_KEY,
    **{name: table.key for name, table in SIMULATIONS.items()},
}
"""Processed table -> columns that identify a row."""


POLICY = ("policy_monthly", "policy_provinces_monthly")
NAMED_IN_STUDIES = ("reports", "series", "events", *MONTHLY, *POLICY)
"""Raw tables that hold names for study files."""
ProcessedTables = Mapping[str, pd.DataFrame]
"""The processed tables by name; each is described by the function that builds it."""


def build_processed(raw: RawTables) -> ProcessedTables:
    """Build every processed table from the validated raw tables; reads and writes nothing.

    Raises
    ------
    DataError
        If a built table breaks its schema (see `processed_tables`).
    """
    built = {**_figures(raw), **_panels(raw), **build_zones(raw.tables), **_simulations(raw)}
    for name in KEYS:
        check_processed(name, built[name])
    return built


def _figures(raw: RawTables) -> ProcessedTables:
    """Build what comes from published border figures, events and monthly context."""
    reports = process_reports(raw["reports"])
    observations = build_observations(reports)
    read_twice = reports["report_id"].isin(of_register(raw["reports"])["report_id"])
    agreement = match_codings(raw["second_coding"], reports[read_twice])
    return {
        "reports": reports,
        "observations": observations,
        "series": describe_series(raw["series"], observations),
        "overlaps": build_overlaps(reports),
        "contradictions": build_contradictions(reports),
        "agreement": agreement,
        "agreement_summary": summarise_agreement(agreement),
        "events": process_events(raw["events"]),
        "context": build_context(raw.monthly),
        "claims": build_claims(raw.tables),
    }


def _panels(raw: RawTables) -> ProcessedTables:
    """Build what comes from tables of countries and provinces."""
    countries = build_countries(raw["countries"])
    return {
        "countries": countries,
        "provinces": build_provinces(raw["provinces"]),
        "country_pairs": build_country_pairs(countries, raw["country_borders"]),
        "indicators": build_indicators(raw["indicators"]),
        "policy": build_policy([raw["policy_monthly"], raw["policy_provinces_monthly"]]),
        "covid": build_covid(raw["covid_monthly"], raw["covid_provinces_monthly"]),
        "country_year": build_country_year(raw[name] for name in COUNTRY_YEAR),
        "drug_seizures": build_drug_seizures(raw["drug_seizures"]),
        "data_gaps": build_data_gaps(raw["data_gaps"]),
    }


def _simulations(raw: RawTables) -> ProcessedTables:
    """Give the results of simulation studies, and measured costs, their types."""
    return {name: typed_results(name, raw[name]) for name in (*RESULTS, COST)}


def describe_series(register: pd.DataFrame, observations: pd.DataFrame) -> pd.DataFrame:
    """Add to the register of series what is observed of each.

    Returns
    -------
    pandas.DataFrame
        The raw register, sorted by `series`, with the number of `levels` and of `growths` and the
        `first_day` and `last_day` that an observation covers, missing if there is none.
    """
    by_series = observations.groupby("series")
    counts = {
        f"{kind}s": (observations["kind"] == kind).groupby(observations["series"]).sum()
        for kind in ("level", "growth")
    }
    df = register.set_index("series", drop=False).assign(
        **counts,
        first_day=by_series["start"].min(),
        last_day=by_series["end"].max(),
    )
    df = df.fillna(dict.fromkeys(counts, 0)).astype(dict.fromkeys(counts, "int64"))
    return df.sort_index().reset_index(drop=True)


def vocabulary(tables: Mapping[str, pd.DataFrame]) -> Vocabulary:
    """Return every name that a study file may use, and the months of each context series.

    Parameters
    ----------
    tables
        At least the raw tables `NAMED_IN_STUDIES`, by name.
    """
    context = pd.concat([tables[name][["series", "month"]] for name in MONTHLY])
    months = months_of(context["series"], context["month"])
    policy = [tables[name] for name in POLICY]
    units = pd.concat([table[["unit", "month"]] for table in policy])
    return Vocabulary(
        series=frozenset(tables["series"]["series"]),
        places=frozenset(tables["series"]["place"]) | frozenset(tables["events"]["place"]),
        events=study_events(tables["events"]),
        context=frozenset(months),
        reports=frozenset(tables["reports"]["report_id"]),
        context_months=months,
        policy_units=frozenset(unit for table in policy for unit in table["unit"].unique()),
        policy_indices=frozenset(policy[0].columns) - {"unit", "month"},
        policy_months=months_of(units["unit"], units["month"]),
    )
