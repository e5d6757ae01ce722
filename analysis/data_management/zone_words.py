"""What may stand in the tables about zones: kinds of places, levels of government, rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

PLACE_KINDS: Final[Mapping[str, str]] = {
    "port": "opened by a government for crossing the border by road",
    "railway_port": "the same on a railway",
    "river_port": "the same on a river",
    "gate": "a crossing with less than the full rights of a port, or one gate of a port",
    "town": "a town near the border",
    "city": "a city in the hinterland",
}
ZONES: Final[Mapping[str, str]] = {
    "mohan_boten": "Mohan–Boten",
    "ruili_muse": "Ruili–Muse",
    "sister_gates": "Sister gates",
    "hinterland": "Hinterland",
}
COMPARED: Final = ("mohan_boten", "ruili_muse")
LEVELS: Final[Mapping[str, str]] = {
    "leaders": "leaders of states",
    "central": "central government",
    "ministry": "ministries",
    "province": "province",
    "local": "city, county or port",
    "international": "international organisation or treaty",
    "none": "no government",
}
INSTRUMENTS: Final = (
    "agreement",
    "approval",
    "incident",
    "joint action",
    "measure",
    "opening",
    "works",
)
STEPS: Final = ("agreement", "approval", "joint action", "opening", "works")
"""Instruments by which cooperation goes on; a measure or an incident is none."""
TERM_KINDS: Final = ("place", "term")
DIRECTNESS: Final = ("direct", "stand_in")
WORSE: Final = ("", "higher", "lower")
RULES: Final[Mapping[str, str]] = {
    "no_data": "",
    "latest_value": "country_year",
    "mean_ratio": "country_year",
    "change_of_ratio": "country_year",
    "event_days": "events",
    "share_one_country": "events",
    "areas_covered": "events",
    "share_of_areas": "events",
    "monthly_sum": "context",
    "policy_gap": "policy",
    "seizure": "drug_seizures",
}
"""Rule that computes an indicator -> the processed table that it reads; empty: none."""
