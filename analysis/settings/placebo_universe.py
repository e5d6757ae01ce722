"""Settings of the placebo universe: panels of series, and the breaks that are asked about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field

from analysis.errors import StudyError
from analysis.settings.explain import validated
from analysis.study import Seasonality, Trend, Vocabulary
from analysis.study_blocks import Block, Window
from analysis.study_file import in_order
from analysis.study_names import known, unique
from analysis.study_yaml import read_yaml

PanelTable = Literal["countries", "provinces", "areas"]
CONFLICT: Final = "conflict"


def _listed(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


Listed = BeforeValidator(_listed)
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Words = Annotated[str, Field(min_length=1)]


class LeftOutBlock(Block):
    """A series of a table that is not in the panel."""

    series: str
    reason: Words


class PanelBlock(Block):
    """Series of one kind and the regression that each is given."""

    name: Name
    label: Words
    what: Words
    table: PanelTable
    variable: str
    measure: Literal["value", "log", "log1p"]
    unit: Words
    window: Window
    trend: Trend
    seasonality: Seasonality
    bandwidth: Annotated[int, Field(ge=0, le=24)]
    left_out: Annotated[tuple[LeftOutBlock, ...], Listed] = ()


class TargetBlock(Block):
    """A series that is asked about."""

    series: str
    label: Words


class AskedBlock(Block):
    """One event at which the break of some series is set among all of a panel."""

    panel: str
    event: str
    label: Words
    study: Literal["zones", "health", "security"]
    targets: Annotated[tuple[TargetBlock, ...], Listed, Field(min_length=1)]


class PlaceboUniverse(Block):
    """What notebooks/parameters/common/placebo_universe.yaml says."""

    level: Annotated[float, Field(gt=0.5, lt=1)]
    trim: Annotated[float, Field(ge=0.05, le=0.4)]
    fewest_months: Annotated[int, Field(ge=1)]
    panels: Annotated[tuple[PanelBlock, ...], Listed, Field(min_length=1)]
    questions: Annotated[tuple[AskedBlock, ...], Listed, Field(min_length=1)]

    def panel(self, name: str) -> PanelBlock:
        """Return the panel of a name; every question names one that there is."""
        return next(panel for panel in self.panels if panel.name == name)


Months = Mapping[str, tuple[str, str]]


def _countries(vocabulary: Vocabulary, _variable: str) -> Months:
    return {name: ends for name, ends in vocabulary.policy_months.items() if "-" not in name}


def _provinces(vocabulary: Vocabulary, _variable: str) -> Months:
    return {name: ends for name, ends in vocabulary.policy_months.items() if "-" in name}


def _areas(vocabulary: Vocabulary, variable: str) -> Months:
    keys = {key: key.split("/") for key in vocabulary.context if key.startswith(f"{CONFLICT}/")}
    return {
        area: vocabulary.context_months[key]
        for key, (_, area, counted) in keys.items()
        if counted == variable
    }


SERIES: Final[Mapping[PanelTable, Callable[[Vocabulary, str], Months]]] = {
    "countries": _countries,
    "provinces": _provinces,
    "areas": _areas,
}
"""By table: the series of a variable, each with its first and last month."""


def parse_placebo_universe(path: Path, vocabulary: Vocabulary) -> PlaceboUniverse:
    """Read the settings and check every name, month and event in them.

    Raises
    ------
    StudyError
        On an unknown key, panel, series, variable or event, a wrong type, a window that a series
        does not cover or an event outside it; the message names the file, the key, what is
        allowed and the nearest match.
    """
    settings = validated(path, read_yaml(path), PlaceboUniverse)
    unique(path, "panels", [panel.name for panel in settings.panels])
    for panel in settings.panels:
        _check_panel(path, panel, vocabulary)
    for at, question in enumerate(settings.questions, 1):
        _check_question(path, at, question, settings, vocabulary)
    unique(path, "questions", [f"{item.panel} {item.event}" for item in settings.questions])
    return settings


def _check_panel(path: Path, panel: PanelBlock, vocabulary: Vocabulary) -> None:
    key = f"panels.{panel.name}"
    in_order(path, f"{key}.window", panel.window)
    known(path, f"{key}.variable", [panel.variable], _variables(panel, vocabulary), "variable")
    series = SERIES[panel.table](vocabulary, panel.variable)
    left_out = [item.series for item in panel.left_out]
    known(path, f"{key}.left_out", left_out, series, f"series of {panel.label}")
    unique(path, f"{key}.left_out", left_out)
    for name in sorted(set(series) - set(left_out)):
        first, last = series[name]
        if panel.window.start < first or panel.window.end > last:
            raise StudyError(
                f"the series '{name}' does not cover {panel.window.start} to {panel.window.end}",
                file=path.name,
                where=f"key {key}.window",
                allowed=f"{first} to {last}",
                remedy="shorten the window or leave the series out; nothing is filled in",
            )


def _variables(panel: PanelBlock, vocabulary: Vocabulary) -> set[str]:
    if panel.table != "areas":
        return set(vocabulary.policy_indices)
    parts = (key.split("/") for key in vocabulary.context)
    return {words[2] for words in parts if words[0] == CONFLICT}


def _check_question(
    path: Path, at: int, asked: AskedBlock, settings: PlaceboUniverse, vocabulary: Vocabulary
) -> None:
    key = f"questions.{at}"
    known(path, f"{key}.panel", [asked.panel], [item.name for item in settings.panels], "panel")
    known(path, f"{key}.event", [asked.event], vocabulary.events, "event")
    panel = settings.panel(asked.panel)
    out = {item.series for item in panel.left_out}
    series = set(SERIES[panel.table](vocabulary, panel.variable)) - out
    targets = [item.series for item in asked.targets]
    known(path, f"{key}.targets", targets, series, f"series of the panel {panel.name}")
    unique(path, f"{key}.targets", targets)
    day, window = vocabulary.events[asked.event].start, panel.window
    if not (date.fromisoformat(f"{window.start}-01") < day and f"{day:%Y-%m}" <= window.end):
        raise StudyError(
            f"the event '{asked.event}' begins on {day}, outside the window",
            file=path.name,
            where=f"key {key}.event",
            allowed=f"after {window.start}-01 and up to {window.end}",
            remedy="widen the window of the panel or leave the question out",
        )
