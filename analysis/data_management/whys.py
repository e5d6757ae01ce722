"""Why a mistake in a raw table matters, in words for somebody who enters figures."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

ORDER: Final = "the days of a period are counted from its start to its end"
EARLY: Final = "a page cannot report what had not begun; one of the two years is wrong"
UNIT: Final = "the figure would be read as another quantity"
PAIR: Final = (
    "the qualifier says how far the true value may lie from the printed one; without it no "
    "interval can be computed"
)
GONE: Final = "a fall of 100 per cent leaves nothing, and of nothing there is no growth"
RANGE: Final = "the two ends are the bounds of the true value"
TWICE: Final = (
    "one figure would count as two independent ones, and every interval come out too narrow"
)
KEY: Final = "the key is how a study file, a table or a reader names this row and no other"
CURRENCY: Final = (
    "a change of the exchange rate would look like a change of trade; figures in two currencies "
    "are two series"
)
UNDECLARED: Final = (
    "a figure belongs to the series of its place, scope, metric, basis and unit; what is in one "
    "series is estimated together"
)
AFTER: Final = "nobody can have read on that day what lay ahead"
UNSEEN: Final = "nobody sees it, no page can show it, and two equal texts would differ"
KIND: Final = (
    "the road port and the railway port of one town are two ports with traffic of their own; "
    "together they show a jump where the railway opened"
)

OF_COLUMN: Final[Mapping[str, str]] = {
    "confidence": "the study file chooses by confidence which readings enter a model",
    "publisher": "a figure without a publisher cannot be checked or cited",
    "unit": UNIT,
    "metric": "the word decides what is estimated; a new word would start a series of its own",
    "basis": "figures of two offices are never in one series",
    "scope": "a port, a railway, a zone and a country pair are never in one series",
    "start": "a period is counted in days; a spreadsheet likes to change how a date is written",
    "end": "a period is counted in days; a spreadsheet likes to change how a date is written",
    "qualifier": PAIR,
    "growth_qualifier": PAIR,
    "availability": "it says whether the page itself was read",
}
"""Column -> why what stands in it matters."""

THOUSANDS: Final = re.compile(r"[0-9]{1,3}([,' \u00a0][0-9]{3})+(\.[0-9]+)?")
DECIMAL_COMMA: Final = re.compile(r"[0-9]+,[0-9]+")
TEN_THOUSANDS: Final = re.compile(r"[0-9.]+ ?[万亿]")
NUMBERS: Final = frozenset({"value", "value_to", "growth_percent", "prior_year_value"})


def number_advice(column: str, found: str) -> tuple[str, str] | None:
    """Return why a text is no number and how to write it; None where nothing better is known."""
    if column not in NUMBERS:
        return None
    if THOUSANDS.fullmatch(found):
        plain = re.sub(r"[,' \u00a0]", "", found)
        why = "a thousands separator is a decimal comma to others: 1,234 may be 1234 or 1.234"
        return why, f"write {plain}, if that is what the page says"
    if DECIMAL_COMMA.fullmatch(found):
        return "a comma separates the cells of a table", f"write {found.replace(',', '.')}"
    if TEN_THOUSANDS.fullmatch(found):
        why = "万 is 10,000 and 亿 is 100,000,000; a unit in the number is off by that factor"
        return why, "write the number alone, converted to one of the units of the column unit"
    return None
