"""Numbers as they stand in printed text, and whether two texts say the same.

Text between numbers must be equal to the letter. Numbers may differ by what another processor or
another build of a numerical library can change, and by no more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from typing import Final, Literal

Kind = Literal["integer", "decimal", "percentage", "p-value", "scientific"]

# Exhibits keep six digits of an estimate (analysis.exhibits.steady): one step of the sixth digit is
# at most 1e-5 of the value. Whatever moves further has moved.
DECIMAL_RELATIVE: Final = Decimal("1e-5")
# A percentage is 100 (exp(b) - 1): a relative error of b grows by b / (1 - exp(-b)), which stays
# below 10 for every effect under e^10 - 1, that is two million per cent.
PERCENTAGE_RELATIVE: Final = 10 * DECIMAL_RELATIVE
# The tail of a normal variable: a relative error of the statistic z grows by about z squared, which
# stays below 10 down to p = 0.0016 and below 100 wherever a p-value is printed as a number.
P_VALUE_RELATIVE: Final = 100 * DECIMAL_RELATIVE
RELATIVE: Final[Mapping[Kind, Decimal]] = {
    "integer": Decimal(0),
    "decimal": DECIMAL_RELATIVE,
    "percentage": PERCENTAGE_RELATIVE,
    "p-value": P_VALUE_RELATIVE,
    "scientific": DECIMAL_RELATIVE,
}
HALF: Final = Decimal("0.5")  # of the last printed digit: the rounding of the print itself

_SUPERSCRIPTS: Final = str.maketrans("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+-0123456789")
_NUMBER: Final = re.compile(
    r"""(?<![\w.])                               # not inside a name such as EV026 or a version
    (?P<sign>[+\-−]?)
    (?P<whole>\d{1,3}(?:[,\u202f\u00a0\u2009]\d{3})+(?!\d)|\d+)
    (?:\.(?P<fraction>\d+))?
    (?:[eE](?P<e>[+\-−]?\d+)|\s?×\s?10(?:\^(?P<caret>[+\-−]?\d+)|(?P<raised>[⁺⁻]?[⁰¹²³⁴-⁹]+)))?
    (?!\w|\.\d)""",
    re.VERBOSE,
)
_PERCENT: Final = re.compile(r"\s?(?:%|per\ cent\b)")
_BEFORE_P: Final = re.compile(r"(?<![\w-])[Pp]\s*(?:[=<>≤≥]|&lt;|&gt;)?\s*$")
_MARKUP: Final = re.compile(r"<style\b.*?</style>|<[^>]*>|&#?\w+;", re.DOTALL)
_EXCERPT: Final = 60


@dataclass(frozen=True)
class PrintedNumber:
    """One number of a text.

    Attributes
    ----------
    text
        As printed.
    value
        Its exact decimal value.
    unit
        Value of one step of the last printed digit.
    kind
        What it counts as; decides the relative tolerance.
    style
        Marks that are text rather than value: the minus sign and the thousands separator.
    """

    text: str
    value: Decimal
    unit: Decimal
    kind: Kind
    style: Mapping[str, str]


@dataclass(frozen=True)
class Printed:
    """A text split into numbers and what stands around them: one more text than numbers."""

    texts: tuple[str, ...]
    numbers: tuple[PrintedNumber, ...]


@dataclass(frozen=True)
class Difference:
    """One difference of two texts that matters.

    Attributes
    ----------
    place
        Which number, or which stretch of text, in which line of the stored text.
    stored, computed
        What stands in each.
    allowed
        What would have been allowed.
    """

    place: str
    stored: str
    computed: str
    allowed: str

    def __str__(self) -> str:
        """Return the difference on one line."""
        return (
            f"{self.place}: stored {self.stored}, computed {self.computed}, allowed {self.allowed}"
        )


def read_printed(text: str, markup: bool = False) -> Printed:
    """Split a text into its numbers and the text around them.

    Parameters
    ----------
    markup
        Whether tags, style sheets and entities are text, digits included (HTML).
    """
    shield = [match.span() for match in _MARKUP.finditer(text)] if markup else []
    texts, numbers, end = [], [], 0
    for match in _outside(shield, text):
        before = text[end : match.start()]
        texts.append(before)
        numbers.append(_number(match, before, text))
        end = match.end()
    return Printed((*texts, text[end:]), tuple(numbers))


def differences(stored: str, computed: str, markup: bool = False) -> tuple[Difference, ...]:
    """Return what differs between two texts beyond the tolerances, in order.

    The first difference of text is the last that is reported: behind it, numbers can no longer be
    told to belong together.

    Parameters
    ----------
    markup
        Whether the texts are HTML.

    Returns
    -------
    tuple of Difference
        Empty where the texts say the same.
    """
    if stored == computed:
        return ()
    return tuple(_compared(read_printed(stored, markup), read_printed(computed, markup)))


def allowed_distance(stored: PrintedNumber, computed: PrintedNumber) -> Decimal:
    """Return how far two numbers may lie apart: a relative part and half of the last digit.

    The finer of the two prints sets the digit. Two integers may not differ at all.
    """
    kind = _kind_of_both(stored, computed)
    if kind == "integer":
        return Decimal(0)
    larger = max(abs(stored.value), abs(computed.value))
    return RELATIVE[kind] * larger + HALF * min(stored.unit, computed.unit)


def _compared(stored: Printed, computed: Printed) -> Iterator[Difference]:
    line = 1
    pairs = zip_longest(stored.numbers, computed.numbers)
    texts = zip_longest(stored.texts, computed.texts)
    for place, (mine, theirs) in enumerate(texts, 1):
        line += (mine or "").count("\n")
        first, second = next(pairs, (None, None))
        if mine != theirs or (first is None) != (second is None):
            yield _text_difference(place, line, (mine, first), (theirs, second))
            return
        if first and second and not _alike(first, second):
            yield _number_difference(place, line, first, second)


def _alike(stored: PrintedNumber, computed: PrintedNumber) -> bool:
    if stored.text == computed.text:
        return True
    shared = stored.style.keys() & computed.style.keys()
    if any(stored.style[mark] != computed.style[mark] for mark in shared):
        return False
    return abs(stored.value - computed.value) <= allowed_distance(stored, computed)


def _kind_of_both(stored: PrintedNumber, computed: PrintedNumber) -> Kind:
    """Return the kind that is not `integer`, if any: 2 and 2.01 are two prints of an estimate."""
    return computed.kind if stored.kind == "integer" else stored.kind


def _number_difference(
    place: int, line: int, stored: PrintedNumber, computed: PrintedNumber
) -> Difference:
    kind = _kind_of_both(stored, computed)
    allowed = f"±{allowed_distance(stored, computed):.3g}" if kind != "integer" else "none"
    return Difference(
        f"number {place} in line {line}", stored.text, computed.text, f"{allowed} ({kind})"
    )


def _text_difference(
    place: int,
    line: int,
    stored: tuple[str | None, PrintedNumber | None],
    computed: tuple[str | None, PrintedNumber | None],
) -> Difference:
    mine, theirs = (f"{text or ''}{number.text if number else ''}" for text, number in
                    (stored, computed))  # fmt: skip
    start = next((n for n, (a, b) in enumerate(zip(mine, theirs, strict=False)) if a != b), 0)
    shown = slice(max(0, start - _EXCERPT // 3), start + _EXCERPT)
    where = f"text before number {place}, up to line {line}"
    return Difference(where, repr(mine[shown]), repr(theirs[shown]), "none (text)")


def _outside(shield: list[tuple[int, int]], text: str) -> Iterator[re.Match[str]]:
    """Find the numbers that lie in no shielded stretch."""
    start = 0
    for low, high in [*shield, (len(text), len(text))]:
        yield from _NUMBER.finditer(text, start, low)
        start = high


def _number(match: re.Match[str], before: str, text: str) -> PrintedNumber:
    whole = re.sub(r"\D", "", match["whole"])
    fraction = match["fraction"] or ""
    power = _exponent(match)
    sign = -1 if match["sign"] in {"-", "−"} else 1
    unit = Decimal(1).scaleb((power or 0) - len(fraction))
    return PrintedNumber(
        match[0],
        sign * int(whole + fraction) * unit,
        unit,
        _kind(match, before, text),
        _style(match),
    )


def _exponent(match: re.Match[str]) -> int | None:
    raised = match["raised"]
    written = match["e"] or match["caret"] or (raised and raised.translate(_SUPERSCRIPTS))
    return int(written.replace("−", "-")) if written else None


def _kind(match: re.Match[str], before: str, text: str) -> Kind:
    if _exponent(match) is not None:
        return "scientific"
    if _PERCENT.match(text, match.end()):
        return "percentage"
    if match["fraction"] is None:
        return "integer"
    return "p-value" if _BEFORE_P.search(before) else "decimal"


def _style(match: re.Match[str]) -> dict[str, str]:
    separator = re.search(r"\D", match["whole"])
    marks = {
        "minus": match["sign"] if match["sign"] in {"-", "−"} else "",
        "separator": separator[0] if separator else "",
    }
    return {mark: letter for mark, letter in marks.items() if letter}
