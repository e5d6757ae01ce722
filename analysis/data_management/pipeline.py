"""The whole way from raw to processed tables, in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.data_management.agreement import match_codings, summarise_agreement
from analysis.data_management.context import build_context
from analysis.data_management.contradictions import build_contradictions
from analysis.data_management.events import process_events, study_events
from analysis.data_management.monte_carlo import build_monte_carlo, build_monte_carlo_sample
from analysis.data_management.observations import build_observations
from analysis.data_management.overlaps import build_overlaps
from analysis.data_management.processed_tables import check_processed
from analysis.data_management.read_raw import RawTables
from analysis.data_management.reports import process_reports
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
}
"""Processed table -> columns that identify a row."""


@dataclass(frozen=True)
class ProcessedTables:
    """The processed tables; each is described by the function that builds it."""

    reports: pd.DataFrame
    observations: pd.DataFrame
    series: pd.DataFrame
    overlaps: pd.DataFrame
    contradictions: pd.DataFrame
    agreement: pd.DataFrame
    agreement_summary: pd.DataFrame
    events: pd.DataFrame
    context: pd.DataFrame
    monte_carlo: pd.DataFrame
    monte_carlo_sample: pd.DataFrame


def build_processed(raw: RawTables) -> ProcessedTables:
    """Build every processed table from the validated raw tables; reads and writes nothing.

    Raises
    ------
    DataError
        If a built table breaks its schema (see `processed_tables`).
    """
    reports = process_reports(raw.reports)
    observations = build_observations(reports)
    agreement = match_codings(raw.second_coding, reports)
    built = ProcessedTables(
        reports=reports,
        observations=observations,
        series=describe_series(raw.series, observations),
        overlaps=build_overlaps(reports),
        contradictions=build_contradictions(reports),
        agreement=agreement,
        agreement_summary=summarise_agreement(agreement),
        events=process_events(raw.events),
        context=build_context(raw.monthly),
        monte_carlo=build_monte_carlo(raw.monte_carlo),
        monte_carlo_sample=build_monte_carlo_sample(raw.monte_carlo_sample),
    )
    for name in KEYS:
        check_processed(name, getattr(built, name))
    return built


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


def vocabulary(raw: RawTables) -> Vocabulary:
    """Return every name that a study file may use: series, places, events, context, reports."""
    return Vocabulary(
        series=frozenset(raw.series["series"]),
        places=frozenset(raw.series["place"]) | frozenset(raw.events["place"]),
        events=study_events(raw.events),
        context=frozenset(pd.concat(list(raw.monthly))["series"]),
        reports=frozenset(raw.reports["report_id"]),
    )
