"""The processed tables as files, and the vocabulary that they give to study files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Final

import pandas as pd

from analysis import config
from analysis.data_management.context import months_of
from analysis.data_management.lending import lent_by_key, names_only
from analysis.data_management.load import DATES, REGISTER, load_table
from analysis.data_management.save import manifest_path
from analysis.study import Event, Vocabulary

PROCESSED_REGISTER: Final = config.DATA_PROCESSED / REGISTER
"""One line a processed table, as sha256sum writes it; what depends on the tables watches it."""


def processed_paths(folder: Path = config.DATA_PROCESSED) -> dict[str, Path]:
    """Return the file of every processed table, by name."""
    return {name: folder / f"{name}.csv" for name in sorted(DATES)}


def processed_manifests(folder: Path = config.DATA_PROCESSED) -> dict[str, Path]:
    """Return the manifest of every processed table, by name."""
    return {name: manifest_path(path) for name, path in processed_paths(folder).items()}


def register_text(paths: Iterable[Path]) -> str:
    """Return the checksums of tables in the form of sha256sum, sorted by name."""
    lines = (f"{sha256(path.read_bytes()).hexdigest()}  {path.name}" for path in paths)
    return "".join(f"{line}\n" for line in sorted(lines, key=lambda line: line.split()[1]))


def load_tables(
    names: Iterable[str], folder: Path = config.DATA_PROCESSED
) -> dict[str, pd.DataFrame]:
    """Load some processed tables, by name.

    Raises
    ------
    DataError
        When a table is not built.
    """
    return {name: load_table(name, folder) for name in names}


def vocabulary_of(tables: Mapping[str, pd.DataFrame]) -> Vocabulary:
    """Return every name that a study file may use, from the processed tables."""
    with names_only():
        names = _vocabulary_of(tables)
    return replace(names, events=lent_by_key(tables["events"], names.events))


def _vocabulary_of(tables: Mapping[str, pd.DataFrame]) -> Vocabulary:
    series, events = tables["series"], tables["events"]
    found = map(_event, events.itertuples(index=False))
    context = tables["context"]
    months = months_of(context["series"], context["month"].dt.strftime("%Y-%m"))
    return Vocabulary(
        series=frozenset(series["series"]),
        places=frozenset(series["place"]) | frozenset(events["place"]),
        events={event.event_id: event for event in found},
        context=frozenset(months),
        reports=frozenset(tables["reports"]["report_id"]),
        context_months=months,
        policy_units=frozenset(tables["policy"]["unit"]),
        policy_indices=frozenset(tables["policy"]["index"]),
        policy_months=months_of(
            tables["policy"]["unit"], tables["policy"]["month"].dt.strftime("%Y-%m")
        ),
    )


def _event(row: object) -> Event:
    cell = row._asdict()  # type: ignore[attr-defined]
    end = cell["end"]
    return Event(
        event_id=cell["event_id"],
        start=cell["start"].date(),
        end=None if pd.isna(end) else end.date(),
        place=cell["place"],
        category=cell["category"],
        description=cell["description"],
        day_known=bool(cell["day_known"]),
    )
