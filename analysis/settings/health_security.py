"""Settings of the notebook on health security: countries, events, indicators, windows, seeds."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field

from analysis.errors import StudyError
from analysis.settings.explain import validated
from analysis.study import Seasonality, Trend, Vocabulary
from analysis.study_blocks import Block, Month, Window
from analysis.study_file import in_order
from analysis.study_names import known, unique
from analysis.study_yaml import read_yaml

CapacityIndicator = Literal[
    "ghs_overall",
    "ghs_prevent",
    "ghs_detect",
    "ghs_respond",
    "ghs_health_system",
    "ghs_norms",
    "ghs_risk_environment",
    "uhc_index",
    "uhc_capacity",
    "uhc_infectious",
    "uhc_maternal_child",
    "uhc_noncommunicable",
    "health_spending_per_person",
    "health_spending_share_gdp",
    "health_spending_share_government",
    "health_spending_share_out_of_pocket",
    "hospital_beds",
    "tb_incidence",
]
FEWEST_COUNTRIES: Final = 4
MOST_COUNTRIES: Final = 8


def _words(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


Words = Annotated[tuple[str, ...], BeforeValidator(_words), Field(min_length=1)]
Indicators = Annotated[tuple[CapacityIndicator, ...], BeforeValidator(_words), Field(min_length=1)]
Year = Annotated[int, Field(ge=2000, le=2100)]
Months = Annotated[tuple[Month, ...], BeforeValidator(_words)]


class LabelledEvent(Block):
    """An event with the short label that a picture has room for."""

    event: str
    label: str


class LaneBlock(Block):
    """Events at one crossing."""

    label: str
    events: Words


class EventsBlock(Block):
    """Dated events of the mechanism, beside the pandemic and the border."""

    window: Window
    place: str
    mechanism: list[LabelledEvent] = Field(min_length=1)
    pandemic: list[LabelledEvent] = Field(min_length=1)
    lanes: list[LaneBlock] = Field(min_length=1)


class IndicatorBlock(Block):
    """An indicator of capacity, and which end of it is good."""

    name: CapacityIndicator
    better: Literal["high", "low"]


class CapacityBlock(Block):
    """Indicators of capacity and the years of their change."""

    first_year: Year
    last_year: Year
    indicators: list[IndicatorBlock] = Field(min_length=1)


class BurdenBlock(Block):
    """COVID-19 as reported; `caution` is the country whose series is not what its name says."""

    window: Window
    caution: str


class RanksBlock(Block):
    """Rank correlations of capacity and burden."""

    year: Year
    capacity: Indicators
    without: Words


class ClosureBlock(Block):
    """The closure: an event sets it in, a month ends it."""

    event: str
    last_month: Month
    label: str


class LeftOutBlock(Block):
    """Months of one country that no model uses."""

    country: str
    start: Month
    end: Month
    reason: str


class YearsBlock(Block):
    """First and last year."""

    first: Year
    last: Year


class DengueBlock(Block):
    """Count models of dengue around the closure."""

    window: Window
    trend: Trend
    seasonality: Seasonality
    estimator: Literal["negative_binomial", "quasi_poisson"]
    bandwidth: Annotated[int, Field(ge=0, le=36)]
    closure: ClosureBlock
    other_last_months: Months
    epidemic: Window
    left_out: list[LeftOutBlock]
    placebo_years: YearsBlock
    draws: Annotated[int, Field(ge=99, le=9_999)]
    seed: Annotated[int, Field(ge=0)]


class HealthSecurity(Block):
    """What notebooks/parameters/common/lancang_mekong_health.yaml says."""

    countries: Words
    group_label: str
    level: Annotated[float, Field(gt=0.5, lt=1)]
    events: EventsBlock
    capacity: CapacityBlock
    burden: BurdenBlock
    ranks: RanksBlock
    dengue: DengueBlock


def parse_health_security(path: Path, vocabulary: Vocabulary) -> HealthSecurity:
    """Read the settings and check every name, month and year in them.

    Raises
    ------
    StudyError
        On an unknown key, country, indicator or event, a wrong type, or a date that does not suit
        its window; the message names the file, the key, what is allowed and the nearest match.
    """
    settings = validated(path, read_yaml(path), HealthSecurity)
    _check_countries(path, settings, vocabulary)
    _check_events(path, settings.events, vocabulary)
    _check_capacity(path, settings)
    _check_dengue(path, settings.dengue, vocabulary)
    return settings


def _check_countries(path: Path, settings: HealthSecurity, vocabulary: Vocabulary) -> None:
    countries = {unit for unit in vocabulary.policy_units if "-" not in unit}
    known(path, "countries", settings.countries, countries, "country")
    unique(path, "countries", list(settings.countries))
    _require(
        path,
        "countries",
        FEWEST_COUNTRIES <= len(settings.countries) <= MOST_COUNTRIES,
        f"{len(settings.countries)} countries",
        f"{FEWEST_COUNTRIES} to {MOST_COUNTRIES}: every order of them is gone through",
    )
    own = settings.countries
    known(path, "burden.caution", [settings.burden.caution], own, "country")
    known(path, "ranks.without", settings.ranks.without, own, "country")
    left_out = [item.country for item in settings.dengue.left_out]
    known(path, "dengue.left_out", left_out, own, "country")
    left = len(set(own) - set(settings.ranks.without))
    remains = f"{left} countries remain"
    _require(path, "ranks.without", left >= FEWEST_COUNTRIES, remains, f"{FEWEST_COUNTRIES} left")


def _check_events(path: Path, events: EventsBlock, vocabulary: Vocabulary) -> None:
    in_order(path, "events.window", events.window)
    named = {
        "events.mechanism": [item.event for item in events.mechanism],
        "events.pandemic": [item.event for item in events.pandemic],
        "events.lanes": [name for lane in events.lanes for name in lane.events],
    }
    for key, names in named.items():
        known(path, key, names, vocabulary.events, "event")
        unique(path, key, names)
        for name in names:
            _inside(path, key, f"{vocabulary.events[name].start:%Y-%m}", events.window, name)
    known(path, "events.place", [events.place], vocabulary.places, "place")
    own = {key for key, event in vocabulary.events.items() if event.place == events.place}
    known(path, "events.mechanism", named["events.mechanism"], own, f"{events.place} event")
    unnamed = ", ".join(sorted(own - set(named["events.mechanism"])))
    problem = f"the events {unnamed} of {events.place} stand not under it"
    _require(path, "events.mechanism", not unnamed, problem, "every event of the place")


def _check_capacity(path: Path, settings: HealthSecurity) -> None:
    capacity = settings.capacity
    names = [item.name for item in capacity.indicators]
    unique(path, "capacity.indicators", list(names))
    known(path, "ranks.capacity", settings.ranks.capacity, names, "indicator of capacity")
    _require(
        path,
        "capacity",
        capacity.first_year < capacity.last_year,
        f"the years {capacity.first_year} and {capacity.last_year} are not in order",
        "first_year before last_year",
    )
    in_order(path, "burden.window", settings.burden.window)
    opening = int(settings.burden.window.start[:4])
    early = settings.ranks.year < opening
    told = f"capacity of {settings.ranks.year}"
    _require(path, "ranks.year", early, told, f"a year before {opening}, when the burden begins")


def _check_dengue(path: Path, dengue: DengueBlock, vocabulary: Vocabulary) -> None:
    in_order(path, "dengue.window", dengue.window)
    in_order(path, "dengue.epidemic", dengue.epidemic)
    known(path, "dengue.closure.event", [dengue.closure.event], vocabulary.events, "event")
    begins = f"{vocabulary.events[dengue.closure.event].start:%Y-%m}"
    _inside(path, "dengue.closure.event", begins, dengue.window, dengue.closure.event)
    ends = {"dengue.closure.last_month": [dengue.closure.last_month]}
    ends["dengue.other_last_months"] = list(dengue.other_last_months)
    for key, months in ends.items():
        for month in months:
            _inside(path, key, month, Window(start=begins, end=dengue.window.end), month)
    for item in dengue.left_out:
        in_order(path, "dengue.left_out", Window(start=item.start, end=item.end))
    years = dengue.placebo_years
    allowed = f"first up to last, last before {begins[:4]}"
    _require(
        path,
        "dengue.placebo_years",
        years.first <= years.last < int(begins[:4]),
        f"the years {years.first} and {years.last}",
        allowed,
    )


def _inside(path: Path, key: str, month: str, window: Window, name: str) -> None:
    _require(
        path,
        key,
        window.start <= month <= window.end,
        f"'{name}' lies in {month}, outside the window",
        f"from {window.start} to {window.end}",
    )


def _require(path: Path, key: str, holds: bool, problem: str, allowed: str) -> None:
    if not holds:
        raise StudyError(
            problem,
            file=path.name,
            where=f"key {key}",
            allowed=allowed,
            remedy=f"correct {key}",
        )


def labels_of(items: Iterable[LabelledEvent]) -> dict[str, str]:
    """Return the label of each event by its id."""
    return {item.event: item.label for item in items}
