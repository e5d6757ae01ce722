"""The tables of other notebooks that the coverage of the questions reads, by name of exhibit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import pandas as pd

from analysis.errors import StudyError, require_known
from analysis.exhibits.claims import claims_table, open_claims
from analysis.exhibits.country_panels import open_country_panels
from analysis.exhibits.health_answers import health_answers_table
from analysis.exhibits.health_security import open_health_security
from analysis.exhibits.interior import interior_table
from analysis.exhibits.policy_lead_lag import policy_lead_lag_table
from analysis.exhibits.policy_synchrony import policy_synchrony_table
from analysis.exhibits.security_answers import answers_table
from analysis.exhibits.security_results import open_border_security
from analysis.exhibits.table import Table
from analysis.exhibits.universe_ranks import universe_ranks_table
from analysis.exhibits.universe_results import open_placebo_universe
from analysis.exhibits.zone_comparison import comparability_table
from analysis.exhibits.zone_comparison_gates import gate_effects_table
from analysis.exhibits.zone_comparison_results import open_zone_comparison
from analysis.exhibits.zones_evidence import evidence_table
from analysis.exhibits.zones_frame import frame_table, places_table
from analysis.exhibits.zones_frame_results import open_zones_frame


@dataclass(frozen=True)
class Gathered:
    """A table of another notebook: what opens its data, and what makes it of them."""

    open: Callable[[], Any]
    make: Callable[[Any], Table]

    def __call__(self) -> Table:
        """Make the table."""
        return self.make(self.open())


READ: Final[Mapping[str, Gathered]] = {
    "comparability": Gathered(open_zone_comparison, comparability_table),
    "gate_effects": Gathered(open_zone_comparison, gate_effects_table),
    "places": Gathered(open_zones_frame, places_table),
    "cooperation_steps": Gathered(open_zones_frame, frame_table),
    "evidence_matrix": Gathered(open_zones_frame, evidence_table),
    "policy_synchrony": Gathered(open_country_panels, policy_synchrony_table),
    "policy_lead_lag": Gathered(open_country_panels, policy_lead_lag_table),
    "interior": Gathered(open_country_panels, interior_table),
    "universe_ranks": Gathered(open_placebo_universe, universe_ranks_table),
    "health_answers": Gathered(open_health_security, health_answers_table),
    "claims": Gathered(open_claims, claims_table),
    "security_answers": Gathered(open_border_security, answers_table),
}


@cache
def frame_of(exhibit: str) -> pd.DataFrame:
    """Return the frame of a table of another notebook, made once in a process.

    Raises
    ------
    StudyError
        When the coverage of the questions cannot read such an exhibit.
    """
    return source_of(exhibit)().frame


def source_of(exhibit: str) -> Gathered:
    """Return what opens and makes a table of another notebook.

    Raises
    ------
    StudyError
        As `frame_of`.
    """
    require_known(
        exhibit,
        READ,
        StudyError,
        f"the readings of the exhibit '{exhibit}' cannot be counted",
        file="synthesis.yaml",
        where="key questions",
    )
    return READ[exhibit]
