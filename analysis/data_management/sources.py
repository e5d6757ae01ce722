"""The catalogue of data_raw: one entry a table, with its file, its card and its schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandera.pandas as pa

from analysis.data_management import panel_tables, tables
from analysis.data_management.claim_tables import RAW_CLAIMS
from analysis.data_management.cost_schemas import RAW_COST
from analysis.data_management.cost_table import COST, COST_KEY
from analysis.data_management.simulation_schemas import raw_schema
from analysis.data_management.simulations import SIMULATIONS
from analysis.data_management.zone_tables import ZONE_SCHEMAS


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


MONTHLY = (
    "macro_monthly",
    "commodity_prices_monthly",
    "conflict_monthly",
    "dengue_monthly",
    "customs_monthly",
)
"""Raw tables of monthly context series, which have the same columns."""
COUNTRY_YEAR = (
    "country_annual",
    "universal_health_coverage",
    "governance_indicators",
    "health_spending",
    "health_security_index",
    "organised_crime_index",
)
"""Raw tables of indicators by country and year, which have the same columns."""

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
        Source("customs_monthly", ("series", "month"), tables.RAW_MONTHLY),
        Source("monte_carlo", ("history", "method", "name"), tables.RAW_MONTE_CARLO),
        Source(
            "monte_carlo_sample",
            ("history", "replication", "method", "name"),
            tables.RAW_MONTE_CARLO_SAMPLE,
        ),
        Source("countries", ("iso3",), panel_tables.RAW_COUNTRIES),
        Source("country_borders", ("iso3", "neighbour"), panel_tables.RAW_COUNTRY_BORDERS),
        Source("provinces", ("unit",), panel_tables.RAW_PROVINCES),
        Source("policy_monthly", ("unit", "month"), panel_tables.RAW_POLICY),
        Source("policy_provinces_monthly", ("unit", "month"), panel_tables.RAW_POLICY),
        Source("covid_monthly", ("unit", "month"), panel_tables.RAW_COVID),
        Source("covid_provinces_monthly", ("unit", "month"), panel_tables.RAW_COVID_PROVINCES),
        Source("indicators", ("indicator",), panel_tables.RAW_INDICATORS),
        *(
            Source(name, ("indicator", "iso3", "year"), panel_tables.RAW_COUNTRY_YEAR)
            for name in COUNTRY_YEAR
        ),
        Source("drug_seizures", ("drug", "area", "year"), panel_tables.RAW_DRUG_SEIZURES),
        Source("data_gaps", ("gap_id",), panel_tables.RAW_DATA_GAPS),
        Source("claims", ("claim_id",), RAW_CLAIMS),
        *(Source(name, *entry) for name, entry in ZONE_SCHEMAS.items()),
        Source(COST, COST_KEY, RAW_COST),
        *(Source(table.name, table.key, raw_schema(table)) for table in SIMULATIONS.values()),
    )
}
