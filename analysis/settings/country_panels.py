"""Settings of the notebook on panels of countries: groups, windows, donors, seeds and draws."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from analysis.errors import StudyError
from analysis.settings.explain import validated
from analysis.study import Vocabulary
from analysis.study_blocks import Block, Month, Window
from analysis.study_names import known, unique
from analysis.study_yaml import read_yaml

Reference = Literal["contiguous", "like_members", "one_region", "all"]
YearlyOutcome = Literal["trade_share_gdp", "log_trade", "gdp_growth", "fdi_share_gdp"]
PolicyIndex = Literal["stringency", "containment_health", "government_response", "economic_support"]
Method = Literal["classic", "ridge", "synthetic_did"]
SMALLEST_GROUP = 3
FEWEST_YEARS_BEFORE = 3


def _words(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


Share = Annotated[float, Field(gt=0, lt=1)]
Seed = Annotated[int, Field(ge=0)]
Draws = Annotated[int, Field(ge=99, le=99_999)]
Words = Annotated[tuple[str, ...], BeforeValidator(_words), Field(min_length=1)]
Indices = Annotated[tuple[PolicyIndex, ...], BeforeValidator(_words), Field(min_length=1)]


class SynchronyBlock(Block):
    """Policy paths of the group beside those of groups like it."""

    indices: Indices
    references: Annotated[tuple[Reference, ...], BeforeValidator(_words), Field(min_length=1)]
    draws: Draws
    seed: Seed


class PairsBlock(Block):
    """Regressions on pairs of countries."""

    indices: Indices


class InteriorBlock(Block):
    """One province at the border and donors without a border."""

    province: str
    index: PolicyIndex
    events: Words
    methods: Annotated[tuple[Method, ...], BeforeValidator(_words), Field(min_length=1)]
    first_months: Annotated[int, Field(ge=1)]
    donors: Literal["no_land_border"]
    exclude: Annotated[tuple[str, ...], BeforeValidator(_words)] = ()


class YearsBlock(Block):
    """Panels of countries by year."""

    outcomes: Annotated[tuple[YearlyOutcome, ...], BeforeValidator(_words), Field(min_length=1)]
    first: int
    start: int
    last: int
    draws: Draws
    seed: Seed


class LeadLagBlock(Block):
    """Monthly changes of a province and of its neighbours."""

    province: str
    neighbours: Words
    index: PolicyIndex
    starts: Annotated[tuple[Month, ...], BeforeValidator(_words), Field(min_length=1)]
    largest_lag: Annotated[int, Field(ge=1, le=12)]
    block: Annotated[int, Field(ge=1, le=12)]
    draws: Draws
    seed: Seed


class CountryPanels(Block):
    """What notebooks/parameters/common/country_panels.yaml says."""

    group: Words
    group_label: str
    meeting: str
    window: Window
    level: Share
    synchrony: SynchronyBlock
    pairs: PairsBlock
    interior: InteriorBlock
    years: YearsBlock
    lead_lag: LeadLagBlock


def parse_country_panels(path: Path, vocabulary: Vocabulary) -> CountryPanels:
    """Read the settings and check every name, month and year in them.

    Raises
    ------
    StudyError
        On an unknown key, unit, index or event, a wrong type, or a date that does not suit the
        window; the message names the file, the key, what is allowed and the nearest match.
    """
    settings = validated(path, read_yaml(path), CountryPanels)
    _check_units(path, settings, vocabulary)
    _check_events(path, settings, vocabulary)
    _check_window(path, settings)
    _check_years(path, settings.years)
    return settings


def _check_units(path: Path, settings: CountryPanels, vocabulary: Vocabulary) -> None:
    provinces = {unit for unit in vocabulary.policy_units if "-" in unit}
    countries = set(vocabulary.policy_units) - provinces
    interior, lags = settings.interior, settings.lead_lag
    for key, words, allowed, kind in (
        ("group", settings.group, countries, "country"),
        ("interior.province", (interior.province,), provinces, "province"),
        ("interior.exclude", interior.exclude, provinces, "province"),
        ("lead_lag.province", (lags.province,), provinces, "province"),
        ("lead_lag.neighbours", lags.neighbours, countries, "country"),
    ):
        known(path, key, words, allowed, kind)
        unique(path, key, list(words))
    if len(settings.group) < SMALLEST_GROUP:
        raise StudyError(
            f"a group of {len(settings.group)} cannot be compared with other groups",
            file=path.name,
            where="key group",
            allowed=f"{SMALLEST_GROUP} or more countries",
            remedy="name more countries",
        )


def _check_events(path: Path, settings: CountryPanels, vocabulary: Vocabulary) -> None:
    known(path, "meeting", [settings.meeting], vocabulary.events, "event")
    known(path, "interior.events", settings.interior.events, vocabulary.events, "event")
    for key, name in [
        ("meeting", settings.meeting),
        *(("interior.events", name) for name in settings.interior.events),
    ]:
        month = f"{vocabulary.events[name].start:%Y-%m}"
        if not settings.window.start < month < settings.window.end:
            raise StudyError(
                f"the event '{name}' begins in {month}, not inside the window",
                file=path.name,
                where=f"key {key}",
                allowed=f"after {settings.window.start} and before {settings.window.end}",
                remedy="name another event or widen the window",
            )


def _check_window(path: Path, settings: CountryPanels) -> None:
    for month in settings.lead_lag.starts:
        if not settings.window.start < month < settings.window.end:
            raise StudyError(
                f"the changes cannot begin in {month}",
                file=path.name,
                where="key lead_lag.starts",
                allowed=f"after {settings.window.start} and before {settings.window.end}",
                remedy="choose a month inside the window",
            )


def _check_years(path: Path, years: YearsBlock) -> None:
    if not years.first + FEWEST_YEARS_BEFORE <= years.start <= years.last:
        raise StudyError(
            f"the years {years.first}, {years.start} and {years.last} are not in order",
            file=path.name,
            where="key years",
            allowed=f"first, then start {FEWEST_YEARS_BEFORE} years later or more, then last",
            remedy="correct first, start and last",
        )
