"""Settings of the notebook on public security: scores, areas, placebo areas, windows, events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from analysis.errors import StudyError
from analysis.settings.explain import validated
from analysis.study import Confidence, Intervention, MonthlyCovariance, Trend, Vocabulary
from analysis.study_blocks import Block, InterventionBlock, Rho, Window
from analysis.study_file import in_order, intervention_of
from analysis.study_names import known, unique
from analysis.study_yaml import read_yaml

CrimeScore = Literal[
    "crime_human_trafficking", "crime_human_smuggling", "crime_synthetic_drug_trade"
]
ResilienceScore = Literal[
    "crime_resilience",
    "crime_law_enforcement",
    "crime_international_cooperation",
    "crime_territorial_integrity",
]
Governance = Literal[
    "wgi_control_corruption",
    "wgi_government_effectiveness",
    "wgi_political_stability",
    "wgi_regulatory_quality",
    "wgi_rule_of_law",
    "wgi_voice_accountability",
]
CountEstimator = Literal["negative_binomial", "quasi_poisson"]
EVENTS = "events"


def _words(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


Year = Annotated[int, Field(ge=2000, le=2030)]
Listed = BeforeValidator(_words)


class ScoresBlock(Block):
    """Scores of experts that both editions have; the average of crime is not among them."""

    crime: Annotated[tuple[CrimeScore, ...], Listed, Field(min_length=1)]
    resilience: Annotated[tuple[ResilienceScore, ...], Listed, Field(min_length=1)]
    years: Annotated[tuple[Year, ...], Listed, Field(min_length=2, max_length=2)]
    step: Annotated[float, Field(gt=0, le=1)]


class GovernanceBlock(Block):
    """Governance indicators and the years of the table."""

    indicators: Annotated[tuple[Governance, ...], Listed, Field(min_length=1)]
    years: Annotated[tuple[Year, ...], Listed, Field(min_length=2)]


class FlagBlock(Block):
    """A value that is not what its name says."""

    country: str
    year: Year
    reason: Annotated[str, Field(min_length=1)]


class HomicideBlock(Block):
    """Homicide rates, with values that are flagged."""

    flagged: list[FlagBlock] = Field(default=[])


class SeizuresBlock(Block):
    """When a trend of seizures may be tested."""

    fewest_years: Annotated[int, Field(ge=5)]


class AreaBlock(Block):
    """An area with conflict events."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    label: str


class BreaksBlock(Block):
    """Changes of regime at unknown dates."""

    trimming: Annotated[float, Field(ge=0.05, le=0.3)]
    replications: Annotated[int, Field(ge=99, le=99_999)]
    seed: Annotated[int, Field(ge=0)]


class ConflictBlock(Block):
    """Monthly counts in areas near the border and in placebo areas."""

    window: Window
    estimator: CountEstimator
    covariance: MonthlyCovariance
    areas: Annotated[list[AreaBlock], Field(min_length=1)]
    placebos: Annotated[list[AreaBlock], Field(min_length=2)]
    interventions: Annotated[list[InterventionBlock], Field(min_length=1)]
    fewest_months: Annotated[int, Field(ge=1)]
    breaks: BreaksBlock


class CooperationBlock(Block):
    """The category of events that are joint enforcement or liaison."""

    category: Literal["security_cooperation"]


class TradeBlock(Block):
    """Gate trade as an interval series, with conflict as a regressor."""

    series: str
    label: str
    window: Window
    trend: Trend
    rho: Rho
    confidence: Annotated[tuple[Confidence, ...], Listed, Field(min_length=1)]
    conflict: str
    lags: Annotated[
        tuple[Annotated[int, Field(ge=0, le=12)], ...], Listed, Field(min_length=1, max_length=3)
    ]
    interventions: Annotated[list[InterventionBlock], Field(min_length=1)]
    closure: str


class SecurityBlock(Block):
    """What notebooks/parameters/common/border_security.yaml says."""

    countries: Annotated[tuple[str, ...], Listed, Field(min_length=2)]
    level: Annotated[float, Field(gt=0.5, lt=1)]
    scores: ScoresBlock
    governance: GovernanceBlock
    homicide: HomicideBlock
    seizures: SeizuresBlock
    conflict: ConflictBlock
    cooperation: CooperationBlock
    trade: TradeBlock


@dataclass(frozen=True)
class BorderSecurity:
    """The settings, with every name checked and every event given its dates.

    Attributes
    ----------
    conflict_events, trade_events
        Interventions of the counts and of gate trade.
    """

    blocks: SecurityBlock
    conflict_events: tuple[Intervention, ...]
    trade_events: tuple[Intervention, ...]


def parse_border_security(path: Path, vocabulary: Vocabulary) -> BorderSecurity:
    """Read the settings and check every name, month and event in them.

    Raises
    ------
    StudyError
        On an unknown key, country, score, area, series or event, a wrong type, or a date outside
        its window; the message names the file, the key, what is allowed and the nearest match.
    """
    blocks = validated(path, read_yaml(path), SecurityBlock)
    _check_countries(path, blocks, vocabulary)
    _check_years(path, blocks)
    _check_conflict(path, blocks.conflict, vocabulary)
    _check_trade(path, blocks.trade, vocabulary)
    conflict, trade = blocks.conflict, blocks.trade
    found = BorderSecurity(
        blocks=blocks,
        conflict_events=_interventions(path, "conflict", conflict.interventions, vocabulary),
        trade_events=_interventions(path, "trade", trade.interventions, vocabulary),
    )
    _inside(path, "conflict", found.conflict_events, conflict.window)
    _inside(path, "trade", found.trade_events, trade.window)
    return found


def _check_countries(path: Path, blocks: SecurityBlock, vocabulary: Vocabulary) -> None:
    countries = {unit for unit in vocabulary.policy_units if "-" not in unit}
    known(path, "countries", blocks.countries, countries, "country")
    unique(path, "countries", list(blocks.countries))
    flagged = [item.country for item in blocks.homicide.flagged]
    known(path, "homicide.flagged", flagged, blocks.countries, "country of this notebook")


def _check_years(path: Path, blocks: SecurityBlock) -> None:
    for key, years in (
        ("scores.years", blocks.scores.years),
        ("governance.years", blocks.governance.years),
    ):
        if list(years) != sorted(set(years)):
            raise StudyError(
                f"the years {', '.join(map(str, years))} are not in order",
                file=path.name,
                where=f"key {key}",
                allowed="years that rise, each once",
                remedy="sort them",
            )


def _check_conflict(path: Path, block: ConflictBlock, vocabulary: Vocabulary) -> None:
    in_order(path, "conflict.window", block.window)
    areas = {key.split("/")[1] for key in vocabulary.context if key.startswith("conflict/")}
    near, far = ([item.name for item in items] for items in (block.areas, block.placebos))
    known(path, "conflict.areas", near, areas, "area")
    known(path, "conflict.placebos", far, areas, "area")
    unique(path, "conflict.areas", near)
    unique(path, "conflict.placebos", far)
    both = sorted(set(near) & set(far))
    if both:
        raise StudyError(
            f"the area '{both[0]}' cannot be its own placebo",
            file=path.name,
            where="key conflict.placebos",
            allowed="areas that are not among conflict.areas",
            remedy="take it out of one of the two",
        )
    for name in [*near, *far]:
        covers(path, "conflict.window", f"conflict/{name}/{EVENTS}", block.window, vocabulary)


def _check_trade(path: Path, block: TradeBlock, vocabulary: Vocabulary) -> None:
    in_order(path, "trade.window", block.window)
    known(path, "trade.series", [block.series], vocabulary.series, "series")
    counts = [key for key in vocabulary.context if key.startswith("conflict/")]
    known(path, "trade.conflict", [block.conflict], counts, "conflict series")
    covers(path, "trade.window", block.conflict, block.window, vocabulary)
    unique(path, "trade.lags", [str(lag) for lag in block.lags])
    names = [item.name for item in block.interventions]
    known(path, "trade.closure", [block.closure], names, "intervention")


def covers(path: Path, key: str, series: str, window: Window, vocabulary: Vocabulary) -> None:
    """Refuse a window that a monthly series does not cover.

    Raises
    ------
    StudyError
        With the months that the series has.
    """
    first, last = vocabulary.context_months[series]
    if window.start < first or window.end > last:
        raise StudyError(
            f"the series '{series}' does not cover {window.start} to {window.end}",
            file=path.name,
            where=f"key {key}",
            allowed=f"{first} to {last}",
            remedy="shorten the window; nothing is filled in",
        )


def _interventions(
    path: Path, part: str, blocks: Iterable[InterventionBlock], vocabulary: Vocabulary
) -> tuple[Intervention, ...]:
    items = list(blocks)
    unique(path, f"{part}.interventions", [item.name for item in items])
    for item in items:
        named = [item.event, *([item.until] if item.until else [])]
        known(path, f"{part}.interventions.{item.name}", named, vocabulary.events, "event")
    return tuple(intervention_of(path, item, vocabulary.events) for item in items)


def _inside(path: Path, part: str, items: Iterable[Intervention], window: Window) -> None:
    first = date.fromisoformat(f"{window.start}-01")
    for item in items:
        if not (first < item.start and f"{item.start:%Y-%m}" <= window.end):
            raise StudyError(
                f"the intervention '{item.name}' begins on {item.start}, outside the window",
                file=path.name,
                where=f"key {part}.interventions.{item.name}",
                allowed=f"after {window.start}-01 and up to {window.end}",
                remedy="widen the window or leave the intervention out",
            )
