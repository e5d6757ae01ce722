"""The study file of a new study: the settings of another one, every key explained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import yaml

from analysis.newstudy.study_doubts import FORM_WORDS

WIDTH: Final = 96
HEAD: Final = """\
# The study {name}: one file says what is estimated, on which figures, around which events.
# It starts with the settings of {like}. Work from top to bottom and change what is not yours.
# `python -m analysis check` says what is wrong or odd;
# `python -m analysis reproduce --study {name}` computes.
# notebooks/adapt_a_border.md shows the way with an example.
#
# Your figures:  data_raw/reports_{name}.csv   one published figure a row, keys from R1001 up
# New series:    data_raw/series_{name}.csv    only if check asks for one; it prints the row
# New events:    data_raw/events_{name}.csv    only if data_raw/events.csv lacks it, from EV501 up
# After every change in data_raw run `python -m analysis register` once.
"""
EXPLAINED: Final[Mapping[str, str]] = {
    "title": "What the study is called in every heading.",
    "question": "The question that it answers, in a sentence or two.",
    "places": (
        "Places whose figures the audit lists, written as in the column place of the reports.\n"
        "A road port, a railway port and a border station of one town are three places."
    ),
    "window": (
        "First and last month that a model covers, YYYY-MM. It needs figures before the first\n"
        "event and after the last one; an outcome may narrow it with a window of its own."
    ),
    "trend": "Does trade grow or fall steadily without the events? none | linear",
    "seasonality": (
        "Does it rise and fall within the year? none | fourier_1 | fourier_2 | months\n"
        "Yearly and cumulative figures rarely show it: then none."
    ),
    "rho": (
        "How much of a good month carries over to the next: a number from 0 to below 1, or reml\n"
        "to estimate it. With fewer than about ten figures give a number."
    ),
    "confidence": "Which readings enter the models, by the column confidence: high, medium, low.",
    "level": "Level of every interval: 0.95 leaves one in twenty outside.",
    "seeds": "Starting points of everything drawn at random: any whole numbers, never changed.",
    "interventions": (
        "The events whose effect is estimated. name: your word for it; event: its key in\n"
        "data_raw/events.csv; label: as figures show it; shape: step (from then on) | slope (a\n"
        "new trend) | pulse, ramp, phase_in (with months: how long) | temporary (until: the event\n"
        "that ended it). Two events in one month cannot be told apart."
    ),
    "outcomes": (
        "The series that are estimated. series: place/scope/metric/basis/unit, as the column\n"
        "series of data_raw/series.csv; interventions: which of those above (all, if left out);\n"
        "exclude: keys of reports to leave out; figure: false shows it in the tables only."
    ),
    "comparison": "Series that are shown beside the outcomes, without a model.",
    "context": "Monthly prices and exchange rates set beside the events.",
    "monthly": (
        "Monthly series of data_processed/context.csv that are estimated around the events.\n"
        "measure: value | growth; controls: series that the events did not touch."
    ),
    "policy": (
        "Policy indices shown beside them: countries (three letters) and Chinese provinces\n"
        "(CHN-YN is Yunnan)."
    ),
    "events": "Further events that the timeline names.",
    "checked": (
        "Doubts of `check` that are none: row: the outcome, rule: as check names it, why: your\n"
        "reason. Leave it empty until check asks."
    ),
}
"""Key of a study file -> what it is for, in the order of the file."""
OPTIONAL: Final[Mapping[str, Any]] = {
    "comparison": [],
    "context": [],
    "events": [],
    "checked": [],
}
"""Keys that the form shows even where the other study does without them."""


def study_form(name: str, settings: Mapping[str, Any], like: str) -> str:
    """Return the text of a study file for a new study.

    Parameters
    ----------
    settings
        The keys of the other study, as read from its file.
    """
    own = {**OPTIONAL, **settings, **_words(name), "checked": []}
    own["outcomes"] = [dict(item) for item in settings["outcomes"]]
    return form_text(HEAD.format(name=name, like=like), own)


def form_text(head: str, own: Mapping[str, Any]) -> str:
    """Return the text of a study file: a head of comments, then each key, explained."""
    parts = [head]
    for key, text in EXPLAINED.items():
        if key in own:
            comment = "".join(f"# {line}\n" for line in text.splitlines())
            parts.append(comment + _dumped(key, own[key]))
    return "\n".join(parts)


def _words(name: str) -> dict[str, str]:
    return {
        "title": f"{FORM_WORDS}: {name}",
        "question": f"{FORM_WORDS}: what did the events do to trade at this border?",
    }


def _dumped(key: str, value: object) -> str:
    """Write a list of blocks with one block a line where all fit, everything else as one value."""
    if not (isinstance(value, list) and value and isinstance(value[0], dict)):
        return f"{key}: {_flow(value)}\n"
    lines = [_flow(item) for item in value]
    if max(map(len, lines)) > WIDTH:
        lines = [_block(item) for item in value]
    return f"{key}:\n" + "".join(f"  - {line}\n" for line in lines)


def _block(item: Mapping[str, object]) -> str:
    return "\n    ".join(f"{key}: {_flow(value)}" for key, value in item.items())


def _flow(value: object) -> str:
    if isinstance(value, str) and value.startswith(FORM_WORDS):
        return f'"{value}"'
    text: str = yaml.safe_dump(
        value, default_flow_style=True, sort_keys=False, allow_unicode=True, width=WIDTH
    )
    return text.removesuffix("\n").removesuffix("\n...").replace("\n", "\n      ")
