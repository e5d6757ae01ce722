"""The unit registry: unit as printed -> dimension, base unit and factor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Unit:
    """A unit as printed and how it converts.

    Attributes
    ----------
    base
        Base unit of the series; `factor` of them make one printed unit.
    dimension
        What is measured; every metric has one (see `vocabularies.METRIC_DIMENSION`).
    currency
        Currency of a money unit, else empty.
    is_rate
        True for a mean per day, which does not add up over the days of its period.
    """

    base: str
    factor: int
    dimension: str
    currency: str = ""
    is_rate: bool = False


UNITS: Mapping[str, Unit] = {
    "CNY million": Unit("million CNY", 1, "money", "CNY"),
    "CNY billion": Unit("million CNY", 1_000, "money", "CNY"),
    "USD million": Unit("million USD", 1, "money", "USD"),
    "USD billion": Unit("million USD", 1_000, "money", "USD"),
    "LAK million": Unit("million LAK", 1, "money", "LAK"),
    "LAK billion": Unit("million LAK", 1_000, "money", "LAK"),
    "tonnes": Unit("tonnes", 1, "mass"),
    "million tonnes": Unit("tonnes", 1_000_000, "mass"),
    "persons": Unit("person-trips", 1, "persons"),
    "person-trips": Unit("person-trips", 1, "persons"),
    "million person-trips": Unit("person-trips", 1_000_000, "persons"),
    "vehicle-trips": Unit("vehicle-trips", 1, "vehicles"),
    "million vehicle-trips": Unit("vehicle-trips", 1_000_000, "vehicles"),
    "million vehicle/train-trips": Unit(
        "vehicle- and train-trips", 1_000_000, "vehicles and trains"
    ),
    "passenger trains": Unit("trains", 1, "trains"),
    "international passenger trains": Unit("trains", 1, "trains"),
    "international cargo trains": Unit("trains", 1, "trains"),
    "trucks per day": Unit("trucks per day", 1, "trucks per day", is_rate=True),
    "vehicles per day": Unit("vehicles per day", 1, "vehicles per day", is_rate=True),
    "percent": Unit("percent", 1, "percent", is_rate=True),
}

BASE_UNIT_SLUG: Mapping[str, str] = {
    "million CNY": "cny",
    "million USD": "usd",
    "million LAK": "lak",
    "tonnes": "tonnes",
    "person-trips": "persons",
    "vehicle-trips": "vehicles",
    "vehicle- and train-trips": "vehicles_and_trains",
    "trains": "trains",
    "trucks per day": "trucks_per_day",
    "vehicles per day": "vehicles_per_day",
}
"""Base unit -> last part of a series key."""

RATE_BASE_UNITS = frozenset(unit.base for unit in UNITS.values() if unit.is_rate)


def units_of(dimension: str) -> tuple[str, ...]:
    """Return the printed units that have a dimension, sorted."""
    return tuple(sorted(name for name, unit in UNITS.items() if unit.dimension == dimension))
