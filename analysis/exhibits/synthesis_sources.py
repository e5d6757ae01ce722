"""The tables of other notebooks that the coverage of the questions reads, by name of exhibit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

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

READ: Final[Mapping[str, Callable[[], Table]]] = {
    "comparability": lambda: comparability_table(open_zone_comparison()),
    "gate_effects": lambda: gate_effects_table(open_zone_comparison()),
    "places": lambda: places_table(open_zones_frame()),
    "cooperation_steps": lambda: frame_table(open_zones_frame()),
    "evidence_matrix": lambda: evidence_table(open_zones_frame()),
    "policy_synchrony": lambda: policy_synchrony_table(open_country_panels()),
    "policy_lead_lag": lambda: policy_lead_lag_table(open_country_panels()),
    "interior": lambda: interior_table(open_country_panels()),
    "universe_ranks": lambda: universe_ranks_table(open_placebo_universe()),
    "health_answers": lambda: health_answers_table(open_health_security()),
    "claims": lambda: claims_table(open_claims()),
    "security_answers": lambda: answers_table(open_border_security()),
}


@cache
def frame_of(exhibit: str) -> pd.DataFrame:
    """Return the frame of a table of another notebook, made once in a process.

    Raises
    ------
    StudyError
        When the coverage of the questions cannot read such an exhibit.
    """
    require_known(
        exhibit,
        READ,
        StudyError,
        f"the readings of the exhibit '{exhibit}' cannot be counted",
        file="synthesis.yaml",
        where="key questions",
    )
    return READ[exhibit]().frame
