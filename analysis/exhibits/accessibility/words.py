"""Whether the alt text of a figure tells a finding that its data bear out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import pandas as pd

ALT_SHORTEST: Final = 60  # letters: below it there is no room for a finding with its number
ALT_LONGEST: Final = 2000  # letters: about two minutes of a screen reader at its common speed
# Screen readers say that it is a picture; repeating it costs the listener time (WAI, alt decision
# tree and image tips).
OPENINGS: Final = re.compile(
    r"\s*(?:an?\s+|the\s+)?(?:figure|image|picture|graphic|chart|graph|plot|diagram|map)\s+"
    r"(?:of|shows|showing)\b",
    re.IGNORECASE,
)
REASON: Final = "reason"  # the one column of a figure that has nothing to draw
VERDICTS: Final = ("not identified", "weak", "no data", "no change", "cannot say")
_DATE: Final = re.compile(r"\b\d{4}(?:-\d\d){1,2}\b")
_LEVEL: Final = re.compile(r"\b\d+(?:\.\d+)?\s?(?:%|per cent)\s+(?:interval|band)s?\b")
_NUMBER: Final = re.compile(r"(?<![\w.])[+\-−]?\d[\d,\u202f\u00a0]*(?:\.\d+)?(?![\w])")
_FLOAT: Final = 1e-9  # so that a half is found on either side of its float


@dataclass(frozen=True)
class Said:
    """One number of a text: its value, half a step of its last digit, whether a sign is written."""

    value: float
    half: float
    signed: bool


def alt_faults(alt: str, title: str, data: pd.DataFrame) -> Iterator[str]:
    """Say what is wrong with an alt text.

    Parameters
    ----------
    title
        Title of the figure, which the text must not merely repeat.
    data
        The drawn numbers.

    Yields
    ------
    str
        One fault each; nothing where the text is good.
    """
    text = alt.strip()
    if not text:
        yield "it is empty"
        return
    if list(data.columns) == [REASON]:  # nothing to draw: the reason is the finding
        if text not in set(data[REASON]):
            yield "it is not the reason for which nothing is drawn"
        return
    if _bare(text) == _bare(title):
        yield "it repeats the title and tells no finding"
    if OPENINGS.match(text):
        yield f"it begins with {text.split(maxsplit=2)[:2]}; begin with what is found"
    if not ALT_SHORTEST <= len(text) <= ALT_LONGEST:
        yield f"it has {len(text)} letters; {ALT_SHORTEST} to {ALT_LONGEST} are allowed"
    if not tells_of_data(text, data):
        yield "no number or verdict in it stands in the data of the figure"


def tells_of_data(text: str, data: pd.DataFrame) -> bool:
    """Tell whether a text holds a number or a verdict of a table, or a count of its rows.

    Dates and the nominal levels of intervals do not count; a number matches where a number of the
    table rounds to it at the digits that are printed.
    """
    said = text.casefold()
    told = [verdict for verdict in VERDICTS if verdict in said]
    cells = {str(cell).casefold() for cell in data.to_numpy().ravel()} if told else set()
    if any(verdict in cell for verdict in told for cell in cells):
        return True
    return _any_stands(_numbers(text), _facts(data))


def _numbers(text: str) -> list[Said]:
    """Return each number of a text, dates and nominal levels left out."""
    kept = _LEVEL.sub(" ", _DATE.sub(" ", text))
    found = []
    for printed in _NUMBER.findall(kept):
        plain = re.sub(r"[,\u202f\u00a0]", "", printed.replace("−", "-"))
        decimals = len(plain.partition(".")[2])
        found.append(Said(float(plain), 0.5 * 10.0**-decimals, signed=plain[0] in "+-"))
    return found


def _facts(data: pd.DataFrame) -> pd.Series:
    """Return the numbers of a table, and how many rows hold each of its words."""
    numbers = [pd.to_numeric(data[name], errors="coerce") for name in data]
    counts = [data[name].value_counts() for name in data if data[name].nunique() < len(data)]
    sizes = pd.Series([float(len(data))])
    return pd.concat([*numbers, *counts, sizes], ignore_index=True).dropna().astype(float)


def _any_stands(numbers: Iterable[Said], facts: pd.Series) -> bool:
    """Tell whether a number is said of the facts; 'fell by 41.5' is said of -41.5."""
    sizes = facts.abs()
    return any(
        bool((((facts if said.signed else sizes) - said.value).abs() <= said.half + _FLOAT).any())
        for said in numbers
    )


def _bare(text: str) -> str:
    return re.sub(r"\W+", " ", text.casefold()).strip()
