"""What 06_zone_comparison compares: studies, outcomes, events and the gates of one joint model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal, get_args

from pydantic import Field

from analysis.errors import StudyError
from analysis.settings.explain import validated
from analysis.study import Confidence, Intervention, Study, Trend, Vocabulary
from analysis.study_blocks import Block, InterventionBlock, Rho, Window
from analysis.study_file import in_order, intervention_of, parse_study
from analysis.study_names import known, unique
from analysis.study_yaml import read_yaml

Trait = Literal["metric", "scope", "basis", "unit", "reporting_year", "period"]
TRAITS: Final[tuple[Trait, ...]] = get_args(Trait)
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
GATES: Final = "gates"  # stands for the gates where a study is named


class GroupBlock(Block):
    """Outcomes that answer one question, by study; gates stand under `gates`."""

    name: Name
    label: str
    outcomes: dict[str, list[str]] = Field(min_length=1)


class EventBlock(Block):
    """One kind of event, with the intervention that stands for it in each study."""

    name: Name
    label: str
    interventions: dict[str, str] = Field(min_length=1)


class GateBlock(Block):
    """One gate with its series and its interventions."""

    name: Name
    label: str
    series: str
    interventions: list[str] = Field(min_length=1)


class GatesBlock(Block):
    """Gates whose reports are estimated together."""

    label: str
    window: Window
    trend: Trend
    rho: Rho
    confidence: list[Confidence] = Field(min_length=1)
    interventions: list[InterventionBlock] = Field(min_length=1)
    members: list[GateBlock] = Field(min_length=2)


class TimelineBlock(Block):
    """Dated closures and reopenings of one zone."""

    label: str
    events: list[str] = Field(min_length=1)


class ComparisonBlock(Block):
    """A whole file of settings."""

    title: str
    studies: list[str] = Field(min_length=2)
    level: float = Field(gt=0.5, lt=1)
    percent_in_spite_of: list[Trait]
    groups: list[GroupBlock] = Field(min_length=1)
    events: list[EventBlock] = Field(min_length=1)
    gates: GatesBlock
    timeline: list[TimelineBlock] = Field(min_length=1)


@dataclass(frozen=True)
class Group:
    """Outcomes that are set side by side, as pairs of study and outcome."""

    name: str
    label: str
    members: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ComparedEvent:
    """One kind of event; `interventions` names it in each study or among the gates."""

    name: str
    label: str
    interventions: Mapping[str, str]


@dataclass(frozen=True)
class Gate:
    """One gate of the joint model."""

    name: str
    label: str
    series: str
    interventions: tuple[Intervention, ...]


@dataclass(frozen=True)
class GatePanel:
    """Gates that are estimated together; `rho` is None where it is estimated."""

    label: str
    start: str
    end: str
    trend: Trend
    rho: float | None
    confidence: tuple[Confidence, ...]
    gates: tuple[Gate, ...]


@dataclass(frozen=True)
class StudyComparison:
    """Which outcomes of which studies are set side by side, and which events.

    Attributes
    ----------
    percent_in_spite_of
        Traits in which two series may differ and still have comparable effects in per cent.
    """

    title: str
    studies: tuple[Study, ...]
    level: float
    percent_in_spite_of: frozenset[Trait]
    groups: tuple[Group, ...]
    events: tuple[ComparedEvent, ...]


@dataclass(frozen=True)
class ZoneComparison(StudyComparison):
    """The settings of the comparison of zones and gates, with every name checked.

    Attributes
    ----------
    timeline
        Label of each zone with the ids of its dated closures and reopenings.
    """

    panel: GatePanel
    timeline: tuple[tuple[str, tuple[str, ...]], ...]


def parse_zone_comparison(path: Path, vocabulary: Vocabulary) -> ZoneComparison:
    """Read the settings of the comparison, and the study files that they name.

    Raises
    ------
    StudyError
        On an unknown key, study, outcome, intervention, series or event, or a fault in one of the
        study files; the message names the file, the key, what is allowed and the nearest match.
    """
    block = validated(path, read_yaml(path), ComparisonBlock)
    studies = _studies(path, block, vocabulary)
    _check_groups(path, block, studies)
    _check_events(path, block, studies)
    unique(path, "timeline", [item.label for item in block.timeline])
    for item in block.timeline:
        known(path, f"timeline.{item.label}.events", item.events, vocabulary.events, "event")
    return ZoneComparison(
        title=block.title,
        studies=tuple(studies.values()),
        level=block.level,
        percent_in_spite_of=frozenset(block.percent_in_spite_of),
        groups=tuple(_group(item) for item in block.groups),
        events=tuple(
            ComparedEvent(item.name, item.label, item.interventions) for item in block.events
        ),
        panel=_panel(path, block.gates, vocabulary),
        timeline=tuple((item.label, tuple(item.events)) for item in block.timeline),
    )


def _studies(path: Path, block: ComparisonBlock, vocabulary: Vocabulary) -> dict[str, Study]:
    """Parse the studies that are named; study files lie in the folder above."""
    folder = path.parent.parent
    files = {file.stem: file for file in folder.glob("*.yaml") if file.stem != GATES}
    unique(path, "studies", block.studies)
    known(path, "studies", block.studies, files, "study")
    return {name: parse_study(files[name], vocabulary) for name in block.studies}


def _check_groups(path: Path, block: ComparisonBlock, studies: Mapping[str, Study]) -> None:
    unique(path, "groups", [item.name for item in block.groups])
    own = {name: [item.name for item in study.outcomes] for name, study in studies.items()}
    own[GATES] = [item.name for item in block.gates.members]
    for item in block.groups:
        at = f"groups.{item.name}.outcomes"
        known(path, at, item.outcomes, own, "study")
        for name, outcomes in item.outcomes.items():
            unique(path, f"{at}.{name}", outcomes)
            known(path, f"{at}.{name}", outcomes, own[name], f"outcome of {name}")
        _two_or_more(path, at, item)


def _two_or_more(path: Path, at: str, item: GroupBlock) -> None:
    if sum(map(len, item.outcomes.values())) < 2:
        raise StudyError(
            "the group has nothing to compare",
            file=path.name,
            where=f"key {at}",
            allowed="two outcomes or more in all",
            remedy="name a second outcome or take the group out",
        )


def _check_events(path: Path, block: ComparisonBlock, studies: Mapping[str, Study]) -> None:
    unique(path, "events", [item.name for item in block.events])
    own = {name: _interventions(study) for name, study in studies.items()}
    own[GATES] = {item.name for item in block.gates.interventions}
    for item in block.events:
        at = f"events.{item.name}.interventions"
        known(path, at, item.interventions, own, "study")
        for name, intervention in item.interventions.items():
            known(path, f"{at}.{name}", [intervention], own[name], f"intervention of {name}")


def _interventions(study: Study) -> set[str]:
    return {item.name for outcome in study.outcomes for item in outcome.interventions}


def _group(item: GroupBlock) -> Group:
    members = tuple((study, name) for study, names in item.outcomes.items() for name in names)
    return Group(item.name, item.label, members)


def _panel(path: Path, block: GatesBlock, vocabulary: Vocabulary) -> GatePanel:
    in_order(path, "gates.window", block.window)
    unique(path, "gates.members", [item.name for item in block.members])
    unique(path, "gates.members.series", [item.series for item in block.members])
    unique(path, "gates.interventions", [item.name for item in block.interventions])
    found = {item.name: _intervention(path, item, vocabulary) for item in block.interventions}
    return GatePanel(
        label=block.label,
        start=block.window.start,
        end=block.window.end,
        trend=block.trend,
        rho=None if isinstance(block.rho, str) else block.rho,
        confidence=tuple(block.confidence),
        gates=tuple(_gate(path, item, found, block, vocabulary) for item in block.members),
    )


def _intervention(path: Path, item: InterventionBlock, vocabulary: Vocabulary) -> Intervention:
    named = [item.event] + ([item.until] if item.until else [])
    known(path, f"gates.interventions.{item.name}.event", named, vocabulary.events, "event")
    return intervention_of(path, item, vocabulary.events)


def _gate(
    path: Path,
    item: GateBlock,
    interventions: Mapping[str, Intervention],
    block: GatesBlock,
    vocabulary: Vocabulary,
) -> Gate:
    at = f"gates.members.{item.name}"
    known(path, f"{at}.series", [item.series], vocabulary.series, "series")
    known(path, f"{at}.interventions", item.interventions, interventions, "intervention")
    unique(path, f"{at}.interventions", item.interventions)
    chosen = tuple(interventions[name] for name in item.interventions)
    for intervention in chosen:
        _begins_inside(path, at, intervention, block.window)
    return Gate(item.name, item.label, item.series, chosen)


def _begins_inside(path: Path, at: str, intervention: Intervention, window: Window) -> None:
    if not window.start <= f"{intervention.start:%Y-%m}" <= window.end:
        raise StudyError(
            f"the intervention '{intervention.name}' begins on {intervention.start}, outside the "
            "window of the gates",
            file=path.name,
            where=f"key {at}.interventions",
            allowed=f"from {window.start} to {window.end}",
            remedy="widen the window or leave the intervention out",
        )
