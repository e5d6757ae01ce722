"""Read notebooks/parameters/<study>.yaml into a Study; say in one message what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from analysis.config import COMMON_FOLDERS
from analysis.errors import StudyError
from analysis.settings.explain import validated
from analysis.study import (
    SHAPES_WITH_MONTHS,
    Answer,
    Event,
    Intervention,
    Outcome,
    Study,
    Vocabulary,
)
from analysis.study_blocks import InterventionBlock, OutcomeBlock, StudyBlock, Window
from analysis.study_monthly import check_monthly, monthly_outcome, policy_view
from analysis.study_names import known, unique
from analysis.study_yaml import read_yaml

NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


def parse_study(path: Path, vocabulary: Vocabulary) -> Study:
    """Read one study file and check every name in it.

    Raises
    ------
    StudyError
        On an unknown key, event, series, place, report or shape, a wrong type, or dates that do
        not fit; the message names the file, the key, what is allowed and the nearest match.
    """
    return study_from(path, read_yaml(path), vocabulary)


def study_from(path: Path, content: Mapping[str, Any], vocabulary: Vocabulary) -> Study:
    """Return the study that the content of a file means, checked as `parse_study` checks it.

    Parameters
    ----------
    path
        The file that holds the content, or would hold it: nothing is read from it.

    Raises
    ------
    StudyError
        See `parse_study`.
    """
    _check_file_name(path)
    block = validated(path, content, StudyBlock)
    _check_names(path, block, vocabulary)
    in_order(path, "window", block.window)
    interventions = {
        item.name: intervention_of(path, item, vocabulary.events) for item in block.interventions
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
        monthly=tuple(monthly_outcome(path, item, interventions) for item in block.monthly),
        policy=policy_view(block.policy),
        checked=tuple(Answer(item.row, item.rule, item.why) for item in block.checked),
    )


def _check_file_name(path: Path) -> None:
    """Refuse a name that no folder under figures/ and no step of the build can carry."""
    taken = frozenset(COMMON_FOLDERS.values())
    if NAME.fullmatch(path.stem) and path.stem not in taken:
        return
    raise StudyError(
        f"the name '{path.stem}' is that of exhibits common to the studies"
        if path.stem in taken
        else f"the name '{path.stem}' cannot be that of a study",
        file=path.name,
        allowed="small letters, digits and underscores, a letter first: mohan_boten.yaml",
        remedy="rename the file",
    )


def _check_names(path: Path, block: StudyBlock, vocabulary: Vocabulary) -> None:
    """Check every reference of the file to a table or to another part of the file."""
    own = [item.name for item in block.interventions]
    outcomes = [item.name for item in block.outcomes]
    unique(path, "interventions", own)
    unique(path, "outcomes", outcomes)
    known(path, "places", block.places, vocabulary.places, "place")
    known(path, "comparison", block.comparison, vocabulary.series, "series")
    known(path, "context", block.context, vocabulary.context, "context series")
    known(path, "events", block.events, vocabulary.events, "event")
    for item in block.interventions:
        at = f"interventions.{item.name}"
        events = [item.event] + ([item.until] if item.until else [])
        known(path, f"{at}.event", events, vocabulary.events, "event")
    for outcome in block.outcomes:
        at = f"outcomes.{outcome.name}"
        known(path, f"{at}.series", [outcome.series], vocabulary.series, "series")
        known(path, f"{at}.interventions", outcome.interventions or [], own, "intervention")
        known(path, f"{at}.exclude", outcome.exclude, vocabulary.reports, "report")
    check_monthly(path, block, vocabulary)


def intervention_of(
    path: Path, item: InterventionBlock, events: Mapping[str, Event]
) -> Intervention:
    """Return an event with the shape that a file gives it.

    Raises
    ------
    StudyError
        When the shape needs a length or an end that is not there.
    """
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


def in_order(path: Path, key: str, window: Window) -> None:
    """Refuse a window that ends before it starts.

    Raises
    ------
    StudyError
        When the months are not in order.
    """
    if window.end < window.start:
        raise StudyError(
            f"the window ends ({window.end}) before it starts ({window.start})",
            file=path.name,
            where=f"key {key}",
            remedy="swap the two months",
        )


def _outcome(
    path: Path,
    item: OutcomeBlock,
    block: StudyBlock,
    interventions: Mapping[str, Intervention],
) -> Outcome:
    window = item.window or block.window
    in_order(path, f"outcomes.{item.name}.window", window)
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
