"""Which raw rows an exhibit of a study takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from analysis.exhibits.study_results import OpenStudy, opened_once
from analysis.provenance.places import PlacedExhibit
from analysis.study_yaml import read_yaml

Rows = Mapping[str, tuple[str, ...]]


def rows_of(placed: PlacedExhibit) -> Rows:
    """Return the keys of the rows that an exhibit takes, by raw table, sorted.

    An exhibit of a study takes the reports of the study's places and series, those series, the
    second reading of its places, and the events that its file names. Of other exhibits, and of
    tables that are not named here, no selection is known.
    """
    if not placed.study:
        return {}
    return _rows_of_study(opened_once(placed.study), read_yaml(placed.settings[0]))


def _rows_of_study(opened: OpenStudy, settings: Mapping[str, Any]) -> Rows:
    keys: dict[str, Iterable[object]] = {
        "reports": opened.reports["report_id"],
        "series": opened.series["series"],
        "second_coding": opened.agreement["coding_id"],
        "events": list(_events_named(settings)),
    }
    return {table: tuple(sorted({str(key) for key in found})) for table, found in keys.items()}


def _events_named(settings: Mapping[str, Any]) -> Iterator[str]:
    """Walk a study file: events of interventions, those that end one, and events to show."""
    yield from settings.get("events", ())
    for item in settings.get("interventions", ()):
        yield item["event"]
        if item.get("until"):
            yield item["until"]
