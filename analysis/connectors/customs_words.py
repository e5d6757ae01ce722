"""Words of China's customs statistics, in Chinese and English: partners, flows, units, months."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from analysis.connectors.errors import SourceError
from analysis.errors import spelling_hint


@dataclass(frozen=True)
class MoneyUnit:
    """What a printed figure of one is worth.

    Attributes
    ----------
    size
        Dollars or yuan in one unit.
    stated_as
        Pattern of the words by which a table states the unit.
    """

    currency: str
    size: float
    label: str
    stated_as: str


UNITS: Final[Mapping[str, MoneyUnit]] = {
    "usd": MoneyUnit("USD", 1.0, "US dollars", r"单位[:：]\s*美元|Unit:\s*US\s?(\$|dollars?)$"),
    "usd_1000": MoneyUnit(
        "USD", 1e3, "1,000 US dollars", r"千美元|US\$\s?1,?000|USD\s?1,?000|1,?000\s?(USD|US\$)"
    ),
    "usd_1m": MoneyUnit("USD", 1e6, "million US dollars", r"百万美元|US\$ ?million|USD ?million"),
    "usd_100m": MoneyUnit("USD", 1e8, "100 million US dollars", r"亿美元|US\$ ?100 ?million"),
    "cny": MoneyUnit("CNY", 1.0, "yuan", r"单位[:：]\s*(人民币)?元|Unit:\s*(RMB|CNY)( yuan)?$"),
    "cny_10000": MoneyUnit(
        "CNY", 1e4, "10,000 yuan", r"(?<!百)万元|(RMB|CNY)\s?10,?000|10,?000\s?(yuan|RMB|CNY)"
    ),
    "cny_100m": MoneyUnit("CNY", 1e8, "100 million yuan", r"亿元|(RMB|CNY) ?100 ?million"),
}
PARTNERS: Final[Mapping[str, str]] = {
    "老挝": "LAO",
    "laos": "LAO",
    "lao pdr": "LAO",
    "laos pdr": "LAO",
    "缅甸": "MMR",
    "myanmar": "MMR",
    "越南": "VNM",
    "vietnam": "VNM",
    "viet nam": "VNM",
    "泰国": "THA",
    "thailand": "THA",
    "柬埔寨": "KHM",
    "cambodia": "KHM",
}
FLOWS: Final[Mapping[str, str]] = {
    "进出口": "total",
    "imports & exports": "total",
    "imports and exports": "total",
    "export & import": "total",
    "exports & imports": "total",
    "total": "total",
    "出口": "exports",
    "export": "exports",
    "exports": "exports",
    "进口": "imports",
    "import": "imports",
    "imports": "imports",
}
MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun")
MONTH_NAMES: Final = (*MONTHS, "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED: Final = rf"({'|'.join(MONTH_NAMES)})[a-z]*\.?,?\s*(\d{{4}})"


def plain(text: str) -> str:
    """Return a cell in lower case with single spaces, without marks and a byte-order mark."""
    return re.sub(r"\s+", " ", text.replace("\ufeff", "").replace("*", "")).strip().lower()


def partner_of(text: str) -> str | None:
    """Return the code of a partner that this project follows, or None."""
    return PARTNERS.get(plain(text).replace(",", " ").replace("  ", " "))


def period_of(text: str) -> tuple[int, int] | None:
    """Return year and month that a title names: 2019年12月, 12. 2019, Dec 2019; None if none."""
    chinese = re.search(r"(\d{4})\s*年\s*(?:1\s*[-至—]\s*)?(\d{1,2})\s*月", text)
    if chinese:
        return int(chinese[1]), int(chinese[2])
    dotted = re.search(r"\b(\d{1,2})\.\s*(\d{4})\b", text)
    if dotted:
        return int(dotted[2]), int(dotted[1])
    named = re.search(_NAMED, text.lower())
    return (int(named[2]), MONTH_NAMES.index(named[1]) + 1) if named else None


def stated_units(texts: Iterable[str]) -> set[str]:
    """Return every unit that the texts state."""
    found = list(texts)
    return {
        name
        for name, unit in UNITS.items()
        if any(re.search(unit.stated_as, text.strip(), re.IGNORECASE) for text in found)
    }


def settle_unit(stated: set[str], currency: str | None, asked: str | None, where: str) -> MoneyUnit:
    """Return the one unit that the file states or that is named for it; a unit is never guessed.

    Raises
    ------
    SourceError
        When no unit or more than one is stated, or what is named contradicts the file.
    """
    if asked is not None and asked not in UNITS:
        raise SourceError(
            f"unknown unit '{asked}'", allowed=_all(), remedy=spelling_hint(asked, UNITS)
        )
    known = stated | ({asked} if asked else set())
    if len(known) != 1:
        raise SourceError(
            f"the units {' and '.join(sorted(known))} contradict each other"
            if known
            else "the file does not state its unit",
            where=where,
            allowed=_all(),
            remedy="look at the page of the table and name its unit with --unit",
        )
    unit = UNITS[known.pop()]
    if currency not in (None, unit.currency):
        raise SourceError(
            f"the unit is {unit.label}, but the column of values is in {currency}",
            where=where,
            remedy="name the unit of the column",
        )
    return unit


def number(text: str, where: str) -> float:
    """Return a printed number; a dash is no trade.

    Raises
    ------
    SourceError
        When the cell is empty or no number.
    """
    cell = text.strip().replace(",", "").replace("，", "")
    if cell in ("-", "–", "—"):
        return 0.0
    if not re.fullmatch(r"-?\d+(\.\d+)?", cell):
        raise SourceError(f"'{text}' is no number", where=where, allowed="digits, or a dash")
    return float(cell)


def _all() -> str:
    return "; ".join(f"{name} ({unit.label})" for name, unit in UNITS.items())
