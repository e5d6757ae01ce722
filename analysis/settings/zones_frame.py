"""Settings of the notebook on the zones and their frame: zones, areas, phases and maps."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field

from analysis.data_management.vocabularies import CATEGORIES
from analysis.data_management.zone_words import COMPARED, PLACE_KINDS
from analysis.errors import StudyError
from analysis.settings.explain import validated
from analysis.study import Vocabulary
from analysis.study_blocks import Block, Month
from analysis.study_names import known, unique
from analysis.study_yaml import read_yaml

Degrees = Annotated[float, Field(ge=-180, le=180)]


def _words(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


class ZoneBlock(Block):
    """One zone: its Chinese side and the country on the other side."""

    name: str
    label: str
    base: str
    partner: str


class AreaBlock(Block):
    """A category of events that is an area of cooperation."""

    category: str
    label: str


class PhaseBlock(Block):
    """A stretch of months."""

    label: str
    start: Month
    end: Month


class MapBlock(Block):
    """One map: its edges in degrees and which kinds of places it shows."""

    label: str
    south: Degrees
    north: Degrees
    west: Degrees
    east: Degrees
    scale_km: Annotated[float, Field(gt=0)]
    kinds: Annotated[tuple[str, ...], BeforeValidator(_words), Field(min_length=1)]


class ZonesFrame(Block):
    """What notebooks/parameters/common/zones_frame.yaml says."""

    title: str
    zones: Annotated[tuple[ZoneBlock, ...], BeforeValidator(_words), Field(min_length=2)]
    areas: Annotated[tuple[AreaBlock, ...], BeforeValidator(_words), Field(min_length=1)]
    phases: Annotated[tuple[PhaseBlock, ...], BeforeValidator(_words), Field(min_length=1)]
    maps: Annotated[tuple[MapBlock, ...], BeforeValidator(_words), Field(min_length=1)]


def parse_zones_frame(path: Path, vocabulary: Vocabulary) -> ZonesFrame:
    """Read the settings and check every name, month and edge in them.

    Raises
    ------
    StudyError
        On an unknown key, zone, country, category or kind of place, a wrong type, phases that are
        not in order, or a map without extent; the message names the file, the key and what is
        allowed.
    """
    settings = validated(path, read_yaml(path), ZonesFrame)
    countries = {unit for unit in vocabulary.policy_units if "-" not in unit}
    zones = [zone.name for zone in settings.zones]
    known(path, "zones", zones, COMPARED, "zone")
    unique(path, "zones", zones)
    for zone in settings.zones:
        known(path, f"zones.{zone.name}", (zone.base, zone.partner), countries, "country")
    areas = [area.category for area in settings.areas]
    known(path, "areas", areas, CATEGORIES, "category")
    unique(path, "areas", areas)
    _check_phases(path, settings)
    for item in settings.maps:
        known(path, f"maps.{item.label}.kinds", item.kinds, PLACE_KINDS, "kind of place")
        _check_edges(path, item)
    return settings


def _check_phases(path: Path, settings: ZonesFrame) -> None:
    months = [month for phase in settings.phases for month in (phase.start, phase.end)]
    if months != sorted(months):
        raise StudyError(
            "the phases overlap or are not in order",
            file=path.name,
            where="key phases",
            allowed="each phase ends before the next begins",
            remedy="correct start and end",
        )


def _check_edges(path: Path, item: MapBlock) -> None:
    if item.south >= item.north or item.west >= item.east:
        raise StudyError(
            f"the map '{item.label}' has no extent",
            file=path.name,
            where="key maps",
            allowed="south below north and west below east",
            remedy="correct the edges",
        )
