"""Read notebooks/parameters/<study>.yaml into a Study; say in one message what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from analysis.errors import StudyError, spelling_hint
from analysis.study import (
    SHAPES_WITH_MONTHS,
    Confidence,
    Event,
    Intervention,
    Outcome,
    Seasonality,
    Shape,
    Study,
    Trend,
    Vocabulary,
)
from analysis.study_yaml import read_yaml

MONTH_PATTERN = re.compile(r"^\d{4}-(0[1-9]|1[0-2])$")


def _month_text(value: object) -> object:
    """Accept 2012-01 (YAML text) and refuse a full date with a clear message."""
    if isinstance(value, str) and MONTH_PATTERN.match(value):
        return value
    raise ValueError(f"'{value}' is not a month; write YYYY-MM, for example 2012-01")


def _autocorrelation(value: object) -> object:
    """Accept a number in [0, 1) or the word reml."""
    number = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1
    if number or value == "reml":
        return value
    raise ValueError(f"'{value}' is not a number in [0, 1) or the word reml (estimate it)")


Month = Annotated[str, BeforeValidator(_month_text)]
Rho = Annotated[float | Literal["reml"], BeforeValidator(_autocorrelation)]


class _Block(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Window(_Block):
    start: Month
    end: Month


class _InterventionBlock(_Block):
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    event: str
    shape: Shape
    label: str
    until: str | None = None
    months: int | None = Field(default=None, ge=1, le=120)


class _OutcomeBlock(_Block):
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: str
    series: str
    window: _Window | None = None
    trend: Trend | None = None
    seasonality: Seasonality | None = None
    rho: Rho | None = None
    interventions: list[str] | None = None
    exclude: list[str] = []
    figure: bool = True


class _StudyBlock(_Block):
    title: str
    question: str
    places: list[str] = Field(min_length=1)
    window: _Window
    trend: Trend
    seasonality: Seasonality
    rho: Rho
    confidence: list[Confidence] = Field(min_length=1)
    level: float = Field(gt=0.5, lt=1)
    seeds: dict[str, int]
    interventions: list[_InterventionBlock]
    outcomes: list[_OutcomeBlock] = Field(min_length=1)
    comparison: list[str] = []
    context: list[str] = []
    events: list[str] = []


def parse_study(path: Path, vocabulary: Vocabulary) -> Study:
    """Read one study file and check every name in it.

    Raises
    ------
    StudyError
        On an unknown key, event, series, place, report or shape, a wrong type, or dates that do
        not fit; the message names the file, the key, what is allowed and the nearest match.
    """
    block = _validated(path, read_yaml(path))
    _check_names(path, block, vocabulary)
    _in_order(path, "window", block.window)
    interventions = {
        item.name: _intervention(path, item, vocabulary.events) for item in block.interventions
    }
    return Study(
        name=path.stem,
        title=block.title,
        question=block.question,
        places=tuple(block.places),
        level=block.level,
        seeds=dict(sorted(block.seeds.items())),
        outcomes=tuple(_outcome(path, item, block, interventions) for item in block.outcomes),
        comparison=tuple(block.comparison),
        context=tuple(block.context),
        events=tuple(block.events),
    )


def _validated(path: Path, content: dict[str, Any]) -> _StudyBlock:
    try:
        return _StudyBlock.model_validate(content)
    except ValidationError as error:
        raise _explained(path, error) from error


def _explained(path: Path, error: ValidationError) -> StudyError:
    """Turn the first finding of pydantic into one message that a student can act on."""
    # A misspelt key is both unknown and missing; the unknown one tells what was meant.
    first, *others = sorted(error.errors(), key=lambda item: item["type"] != "extra_forbidden")
    location = first["loc"]
    key = ".".join(str(part + 1) if isinstance(part, int) else part for part in location)
    allowed, remedy = _allowed_at(location, first)
    more = f" ({len(others)} more after this one)" if others else ""
    return StudyError(
        f"{_PROBLEMS.get(first['type'], first['msg'])}{more}",
        file=path.name,
        where=f"key {key}",
        allowed=allowed,
        remedy=remedy,
    )


_PROBLEMS = {
    "extra_forbidden": "this parameter is not known",
    "missing": "this parameter is missing",
}


def _allowed_at(location: tuple[int | str, ...], finding: Mapping[str, Any]) -> tuple[str, str]:
    fields = _fields_at(location[:-1])
    if finding["type"] == "extra_forbidden":
        return ", ".join(sorted(fields)), spelling_hint(str(location[-1]), fields)
    if finding["type"] == "missing":
        return f"all of: {', '.join(sorted(fields))}", f"add '{location[-1]}:' to the file"
    if finding["type"] == "literal_error":
        options = finding["ctx"]["expected"].replace("'", "").replace(" or ", ", ").split(", ")
        return ", ".join(options), spelling_hint(str(finding["input"]), options)
    return finding["msg"], f"correct the value {finding['input']!r}"


def _fields_at(location: tuple[int | str, ...]) -> tuple[str, ...]:
    """Return the parameter names that are allowed at a place of the file."""
    blocks: Mapping[str, type[_Block]] = {
        "interventions": _InterventionBlock,
        "outcomes": _OutcomeBlock,
        "window": _Window,
    }
    names = [part for part in location if isinstance(part, str) and part in blocks]
    return tuple((blocks[names[-1]] if names else _StudyBlock).model_fields)


def _check_names(path: Path, block: _StudyBlock, vocabulary: Vocabulary) -> None:
    """Check every reference of the file to a table or to another part of the file."""
    own = [item.name for item in block.interventions]
    outcomes = [item.name for item in block.outcomes]
    _unique(path, "interventions", own)
    _unique(path, "outcomes", outcomes)
    _known(path, "places", block.places, vocabulary.places, "place")
    _known(path, "comparison", block.comparison, vocabulary.series, "series")
    _known(path, "context", block.context, vocabulary.context, "context series")
    _known(path, "events", block.events, vocabulary.events, "event")
    for item in block.interventions:
        at = f"interventions.{item.name}"
        events = [item.event] + ([item.until] if item.until else [])
        _known(path, f"{at}.event", events, vocabulary.events, "event")
    for outcome in block.outcomes:
        at = f"outcomes.{outcome.name}"
        _known(path, f"{at}.series", [outcome.series], vocabulary.series, "series")
        _known(path, f"{at}.interventions", outcome.interventions or [], own, "intervention")
        _known(path, f"{at}.exclude", outcome.exclude, vocabulary.reports, "report")


def _unique(path: Path, key: str, names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise StudyError(
                f"the name '{name}' is used twice",
                file=path.name,
                where=f"key {key}",
                remedy="give each its own name",
            )


def _known(path: Path, key: str, words: Iterable[str], allowed: Iterable[str], kind: str) -> None:
    options = sorted(allowed)
    for word in words:
        if word in options:
            continue
        close = get_close_matches(word, options, n=8, cutoff=0.3) or options[:8]
        listed = ", ".join(close) + (f", … ({len(options)} in all)" if len(options) > 8 else "")
        raise StudyError(
            f"the {kind} '{word}' is not known",
            file=path.name,
            where=f"key {key}",
            allowed=listed,
            remedy=spelling_hint(word, options),
        )


def _intervention(
    path: Path, item: _InterventionBlock, events: Mapping[str, Event]
) -> Intervention:
    event = events[item.event]
    end = events[item.until].start if item.until else event.end
    where = f"key interventions.{item.name}"
    if item.shape in SHAPES_WITH_MONTHS and item.months is None:
        raise StudyError(
            f"shape '{item.shape}' needs a length",
            file=path.name,
            where=where,
            remedy="add 'months:' with a whole number of months",
        )
    if item.shape == "temporary" and (end is None or end < event.start):
        raise StudyError(
            "shape 'temporary' needs an end after its start",
            file=path.name,
            where=where,
            remedy="add 'until:' with the id of the event that ended it",
        )
    return Intervention(
        name=item.name,
        label=item.label,
        shape=item.shape,
        start=event.start,
        end=end if item.shape == "temporary" else None,
        months=item.months,
        event_id=item.event,
    )


def _in_order(path: Path, key: str, window: _Window) -> None:
    if window.end < window.start:
        raise StudyError(
            f"the window ends ({window.end}) before it starts ({window.start})",
            file=path.name,
            where=f"key {key}",
            remedy="swap the two months",
        )


def _outcome(
    path: Path,
    item: _OutcomeBlock,
    block: _StudyBlock,
    interventions: Mapping[str, Intervention],
) -> Outcome:
    window = item.window or block.window
    _in_order(path, f"outcomes.{item.name}.window", window)
    chosen = interventions if item.interventions is None else item.interventions
    return Outcome(
        name=item.name,
        label=item.label,
        series=item.series,
        start=window.start,
        end=window.end,
        trend=item.trend or block.trend,
        seasonality=item.seasonality or block.seasonality,
        rho=block.rho if item.rho is None else item.rho,
        confidence=tuple(block.confidence),
        interventions=tuple(interventions[name] for name in chosen),
        exclude=tuple(item.exclude),
        figure=item.figure,
    )
