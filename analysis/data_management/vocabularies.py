"""The closed vocabularies of data_raw: what may stand in a column, and what it means."""

from __future__ import annotations

from collections.abc import Mapping

METRIC_DIMENSION: Mapping[str, str] = {
    "trade_value": "money",
    "export_value": "money",
    "import_value": "money",
    "trade_value_with_laos": "money",
    "trade_value_with_thailand": "money",
    "border_market_trade_value": "money",
    "fruit_import_value": "money",
    "customs_revenue": "money",
    "cargo_tonnage": "mass",
    "cargo_tonnage_whole_line": "mass",
    "export_tonnage": "mass",
    "import_tonnage": "mass",
    "tonnage_china_to_laos": "mass",
    "tonnage_laos_to_china": "mass",
    "fruit_import_tonnage": "mass",
    "persons": "persons",
    "persons_entering": "persons",
    "persons_leaving": "persons",
    "persons_chinese_nationals": "persons",
    "persons_foreign_nationals": "persons",
    "persons_lao_nationals": "persons",
    "vehicles": "vehicles",
    "vehicles_and_trains": "vehicles and trains",
    "trains": "trains",
    "passenger_trains": "trains",
    "passenger_trains_whole_line": "trains",
    "vehicles_per_day": "vehicles per day",
    "trucks_per_day_to_china": "trucks per day",
}
"""Metric -> dimension that its unit must have."""

BASES: Mapping[str, str] = {
    "cn_customs": "Chinese customs, or a Chinese office that quotes them",
    "cn_port_office": "Chinese port office, zone authority, city government or inspection station",
    "cn_railway": "China Railway",
    "la_railway": "Lao-China Railway Company, Lao section",
    "la_commerce": "Lao Ministry of Industry and Commerce",
    "la_customs": "Lao customs",
    "la_port_office": "Lao border or provincial authorities",
    "mm_commerce": "Myanmar Ministry of Commerce",
    "mm_cso": "Myanmar Central Statistical Organization",
    "vn_customs": "Vietnamese customs",
    "vn_port_office": "Vietnamese border-gate authorities",
    "press": "press; the page does not say who measured",
}
"""Who measured. Figures of two bases are never in one series."""

QUALIFIERS: Mapping[str, str] = {
    "exact": "printed without a rounding word",
    "rounded": "printed or known as rounded; every zero at the end is a rounding zero",
    "over": "a lower bound: over, more than, topping, exceeded",
    "nearly": "an upper bound: nearly, almost",
    "about": "approximate or estimated",
}
CURRENCIES = ("CNY", "LAK", "USD")
SCOPES = ("bilateral", "port", "province", "railway", "zone")
SIDES = ("China", "Laos", "Myanmar", "Vietnam", "not stated")
CONFIDENCE = ("high", "medium", "low")
AVAILABILITY = ("original", "unofficial_copy", "no_url")
DAY_PRECISION = ("day", "month", "year")
YES_NO = ("0", "1")
CATEGORIES = (
    "border_closure",
    "border_reopening",
    "conflict",
    "health_cooperation",
    "infrastructure",
    "lockdown",
    "security_cooperation",
    "trade_policy",
    "zone_policy",
)
CONTEXT_UNITS = (
    "USD per dry tonne unit",
    "USD per kg",
    "USD per tonne",
    "index",
    "local currency per USD",
    "million USD",
)
COUNT_UNITS = ("cases", "deaths", "events")
REGIONS = ("Africa", "Americas", "Asia", "Europe", "Oceania")
POLICY_INDICES = (
    "stringency",
    "containment_health",
    "government_response",
    "economic_support",
)
LANCANG_MEKONG = ("CHN", "KHM", "LAO", "MMR", "THA", "VNM")
"""The members of Lancang-Mekong Cooperation."""
INDICATOR_TABLES = ("country_year", "covid", "policy")
GAP_ACCESS = ("open", "on_request", "none_found")
SEIZURE_AREAS = (*LANCANG_MEKONG, "east_southeast_asia")
DRUGS = ("crystal_methamphetamine", "methamphetamine")
