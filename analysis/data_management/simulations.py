"""Results of simulation studies as one kind of raw table: what was set, what came out, how surely.

A new table needs an entry in `SIMULATIONS` and a provenance card. Its schema, its entry among the
sources, its processed table and its types follow from the entry; `results.write_results` puts the
figures into data_raw once the card is registered. This module imports nothing heavy, so that
loading a table stays cheap.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["word", "text", "count", "number"]
FIRST: Final = "study"
MEASURED: Final = ("measure", "replications", "value", "monte_carlo_error")
SHARES: Final = (
    *("coverage", "power", "rejection_rate", "failure_rate"),
    *("family_wise_error", "false_discovery_rate"),
)
"""Measures that are shares of the replications, or means of shares, 0 to 1."""
MEASURES: Final = (
    *SHARES,
    *("bias", "spread", "root_mean_square_error", "mean", "mean_standard_error"),
    *("mean_length", "median_length", "smallest_p_value"),
)


@dataclass(frozen=True)
class SimulationTable:
    """A table of simulation results.

    Its columns are `study` (which simulation, a word), the settings, `measure` (one of
    `MEASURES`), `replications`, `value` and `monte_carlo_error`, the standard error of `value`.

    Attributes
    ----------
    name
        Name of the raw and of the processed table.
    settings
        Column -> what it holds: a word (lower case, without spaces), any text, a whole number, or
        a number.
    """

    name: str
    settings: Mapping[str, Kind]

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns, in order."""
        return (FIRST, *self.settings, *MEASURED)

    @property
    def key(self) -> tuple[str, ...]:
        """Columns that identify a row."""
        return (FIRST, *self.settings, MEASURED[0])

    @property
    def counts(self) -> tuple[str, ...]:
        """Columns of whole numbers."""
        return (*self._of("count"), "replications")

    @property
    def numbers(self) -> tuple[str, ...]:
        """Columns of other numbers."""
        return (*self._of("number"), "value", "monte_carlo_error")

    def _of(self, kind: Kind) -> tuple[str, ...]:
        return tuple(name for name, held in self.settings.items() if held == kind)


def _by_name(*tables: SimulationTable) -> Mapping[str, SimulationTable]:
    return {table.name: table for table in tables}


SIMULATIONS: Final = _by_name(
    SimulationTable(
        "power_surface",
        {
            "months_before": "count",
            "months_after": "count",
            "rho": "number",
            "effect": "number",
            "estimator": "word",
        },
    ),
    SimulationTable("multiplicity_error_rates", {"method": "word"}),
    SimulationTable(
        "break_size",
        {
            "design": "text",
            "values": "count",
            "rho": "number",
            "test": "text",
            "p_value": "text",
        },
    ),
    SimulationTable("break_size_estimated_rho", {"values": "count", "rho": "number"}),
    SimulationTable(
        "size_of_checks",
        {"check": "text", "noise": "text", "months": "count", "before": "count"},
    ),
    SimulationTable("cluster_inference", {"clusters": "count", "design": "word", "method": "text"}),
    SimulationTable("event_study_coverage", {"units_per_cohort": "count", "estimator": "word"}),
    SimulationTable(
        "gravity_bias", {"countries": "count", "periods": "count", "estimator": "word"}
    ),
    SimulationTable("dyads_size", {"units": "count", "regressor": "word"}),
    SimulationTable("randomisation", {"scenario": "text", "statistic": "word"}),
    SimulationTable(
        "randomisation_groups",
        {"paths": "word", "group_from": "word", "reference": "word", "nominal": "number"},
    ),
)
