"""Which raw tables stand behind a processed one.

One step of the build makes all processed tables, so its graph cannot tell. The list below says it
for every table that is not made of the raw table of its own name alone; a test changes each raw
table in turn and compares what moves with what is said here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from analysis.config import DATA_PROCESSED, DATA_RAW
from analysis.data_management.sources import COUNTRY_YEAR, MONTHLY, SOURCES
from analysis.errors import BuildError

READINGS: Final = ("reports", "second_coding")
BEHIND: Final[Mapping[str, tuple[str, ...]]] = {
    "observations": ("reports",),
    "series": ("series", "reports"),
    "overlaps": ("reports",),
    "contradictions": ("reports",),
    "agreement": READINGS,
    "agreement_summary": READINGS,
    "context": MONTHLY,
    "claims": ("claims", *READINGS, "macro_monthly"),
    "country_pairs": ("countries", "country_borders"),
    "policy": ("policy_monthly", "policy_provinces_monthly"),
    "covid": ("covid_monthly", "covid_provinces_monthly"),
    "country_year": COUNTRY_YEAR,
}
"""Processed table -> raw tables, where they are not the one of the same name."""


def raw_behind(table: str) -> tuple[str, ...]:
    """Return the raw tables that a processed table is made of.

    Raises
    ------
    BuildError
        When nothing is known about the table.
    """
    if table in BEHIND:
        return BEHIND[table]
    if table in SOURCES:
        return (table,)
    raise BuildError(
        f"it is not known which raw tables the processed table '{table}' is made of",
        file="analysis/provenance/lineage.py",
        allowed=", ".join(sorted({*BEHIND, *SOURCES})),
        remedy="add a row to BEHIND",
    )


def raw_tables_of(files: Iterable[Path]) -> tuple[str, ...]:
    """Return the raw tables behind some files that were read, in the order of the catalogue.

    Parameters
    ----------
    files
        Under data_processed/ or data_raw/. Tables in a folder of data_processed/ are results that
        were computed from processed tables, which whoever opens them reads too.
    """
    found: set[str] = set()
    for path in files:
        if path.is_relative_to(DATA_RAW):
            found.add(path.stem)
        elif path.parent == DATA_PROCESSED:
            found.update(raw_behind(path.stem))
    return tuple(name for name in SOURCES if name in found)
