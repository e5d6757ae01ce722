"""The catalogue of data_raw: one entry a table, with its file, its card and its schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandera.pandas as pa

from analysis.data_management import tables


@dataclass(frozen=True)
class Source:
    """A raw table.

    Attributes
    ----------
    key
        Columns that identify a row.
    schema
        What every cell may hold, all columns as text.
    """

    name: str
    key: tuple[str, ...]
    schema: pa.DataFrameSchema

    @property
    def file(self) -> str:
        """Name of the CSV file."""
        return f"{self.name}.csv"

    @property
    def card(self) -> str:
        """Name of the provenance card."""
        return f"{self.name}.card.yaml"


SOURCES: Mapping[str, Source] = {
    source.name: source
    for source in (
        Source("reports", ("report_id",), tables.RAW_REPORTS),
        Source("series", ("series",), tables.RAW_SERIES),
        Source("second_coding", ("coding_id",), tables.RAW_SECOND_CODING),
        Source("events", ("event_id",), tables.RAW_EVENTS),
        Source("macro_monthly", ("series", "month"), tables.RAW_MONTHLY),
        Source("commodity_prices_monthly", ("series", "month"), tables.RAW_MONTHLY),
        Source("conflict_monthly", ("series", "month"), tables.RAW_COUNTS),
        Source("dengue_monthly", ("series", "month"), tables.RAW_COUNTS),
        Source("monte_carlo", ("history", "method", "name"), tables.RAW_MONTE_CARLO),
        Source(
            "monte_carlo_sample",
            ("history", "replication", "method", "name"),
            tables.RAW_MONTE_CARLO_SAMPLE,
        ),
    )
}
